/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * statement_commands - periods sealed, listed and shown. A call's owner is the
 * struct reporter.
 */
#ifndef REPORTS_STATEMENT_COMMANDS_H
#define REPORTS_STATEMENT_COMMANDS_H

#include "ledger/call.h"

extern const struct command_table statement_commands;

#endif
