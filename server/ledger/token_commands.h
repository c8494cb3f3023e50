/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * token_commands - "token ..." and links to log in, of all2allctl, answered by
 * the clerk. A call's owner is the struct ledger.
 */
#ifndef LEDGER_TOKEN_COMMANDS_H
#define LEDGER_TOKEN_COMMANDS_H

#include "ledger/call.h"

extern const struct command_table token_commands;

#endif
