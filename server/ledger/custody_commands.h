/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * custody_commands - a member's data is deleted, or brought back. The owner of
 * a call is the ledger.
 */
#ifndef LEDGER_CUSTODY_COMMANDS_H
#define LEDGER_CUSTODY_COMMANDS_H

#include "ledger/call.h"

extern const struct command_table custody_commands;

#endif
