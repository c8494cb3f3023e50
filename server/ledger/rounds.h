/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * rounds - what the clerk does every minute, and after each command that
 * changes what members owe: it moves each member to the state that its dates
 * ask for (ledger/life.h), writes letters to who owes, and looks at quotas.
 *
 * All moves of a round are one transaction, each with its audit row and letter.
 */
#ifndef LEDGER_ROUNDS_H
#define LEDGER_ROUNDS_H

#include "ledger/ledger.h"
#include "ledger/life.h"
#include "ledger/members.h"

/* Sets members_changed when the desk must be told. False: the store cannot be
 * read or written now; the next round does all of it. */
bool rounds_run(struct ledger *);

struct rows {
	struct member_row *rows;
	unsigned count;
};

/* All members; into one that is zeroed. rounds_forget() in both cases. */
bool rounds_read(struct store *, struct rows *) MUST_CHECK;
void rounds_forget(struct rows *);

/* The zone of a member, UTC when it is not known here; and its date now. */
const struct zone *rounds_zone(struct ledger *, const struct member_row *);
int64_t rounds_today(struct ledger *, const struct member_row *);
/* What its dates say now. False: the store cannot be read. */
bool rounds_life(
    struct ledger *, const struct member_row *, struct life *) MUST_CHECK;

#endif
