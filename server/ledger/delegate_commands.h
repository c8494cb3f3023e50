/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * delegate_commands - "member delegate", "delegates" and "undelegate", answered
 * by the clerk: a member lets others feed its mounts by a message it signed.
 *
 * Nothing is changed unless all of a message is right. A call's owner is the
 * struct ledger.
 */
#ifndef LEDGER_DELEGATE_COMMANDS_H
#define LEDGER_DELEGATE_COMMANDS_H

#include "ledger/call.h"

extern const struct command_table delegate_commands;

#endif
