/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * statement_letters - the letter that tells a member its statement: the figures
 * as they were sealed, in short. The clerk's thread.
 */
#ifndef LEDGER_STATEMENT_LETTERS_H
#define LEDGER_STATEMENT_LETTERS_H

#include "ledger/call.h"
#include "ledger/members.h"

/* In a transaction that is open. *is_there: the period is sealed. False: the
 * store cannot be read or written. */
bool statement_letters_add(struct store *, const struct member_row *,
    const char *period, bool *is_there) MUST_CHECK;

/* "statement mail"; a call's owner is the struct ledger. */
extern const struct command_table statement_letter_commands;

#endif
