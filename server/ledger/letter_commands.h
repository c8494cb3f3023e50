/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * letter_commands - "letter list" and "letter retry", answered by the
 * clerk. A call's owner is the struct ledger.
 */
#ifndef LEDGER_LETTER_COMMANDS_H
#define LEDGER_LETTER_COMMANDS_H

#include "ledger/call.h"

extern const struct command_table letter_commands;

#endif
