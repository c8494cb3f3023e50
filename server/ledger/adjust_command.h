/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * adjust_command - "adjust": a correction of what is sealed, as a line of the
 * period that goes on; answered by the clerk, with an audit row. It changes no
 * counted figure. A call's owner is the struct ledger.
 */
#ifndef LEDGER_ADJUST_COMMAND_H
#define LEDGER_ADJUST_COMMAND_H

#include "ledger/call.h"

extern const struct command_table adjust_commands;

#endif
