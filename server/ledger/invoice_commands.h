/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * invoice_commands - "member invoice", "member invoices" and "invoice import",
 * answered by the clerk. A call's owner is the struct ledger.
 *
 * An import is all of a table or nothing; the same table again changes nothing.
 */
#ifndef LEDGER_INVOICE_COMMANDS_H
#define LEDGER_INVOICE_COMMANDS_H

#include "ledger/call.h"

extern const struct command_table invoice_commands;

#endif
