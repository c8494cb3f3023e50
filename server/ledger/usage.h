/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * usage - what was counted: absolute totals of this boot, by slot, member,
 * mount and kind.
 *
 * Deltas come in; here they become totals, so that writing one twice changes
 * nothing. The first time a total is written, what the store has for the same
 * key is read before and added: a delta that comes late, for a slot that was
 * written and forgotten, is as exact as any other. A total is forgotten when it
 * is in the store and its slot is more than two slots old.
 *
 * The clerk's thread only. While nothing can be written, a total of about 250
 * bytes a slot, member, mount and kind stays; usage_fold() makes them fewer.
 */
#ifndef LEDGER_USAGE_H
#define LEDGER_USAGE_H

#include "ledger/store.h"
#include "loop/messages.h"

#define SLOT_MS 300000 /* every zone's offset is a multiple of it */

/* For WITH: every member there is usage of, found by seeking. Rows are in the
 * order of members, then slots, so a period of all is a range of each. */
#define USAGE_MEMBERS                                                          \
	"RECURSIVE who(id) AS (SELECT min(member) FROM usage UNION ALL "       \
	"SELECT (SELECT min(member) FROM usage WHERE member > who.id) "        \
	"FROM who WHERE who.id IS NOT NULL) "

struct usage;

struct usage *usage_new(struct store *);
void usage_free(struct usage *);

void usage_add(struct usage *, const struct usage_delta *);
void usage_add_peak(struct usage *, const struct peak_row *);

unsigned usage_unwritten(const struct usage *); /* totals */
unsigned usage_held(const struct usage *);      /* totals in memory */
/* Inside a transaction. False: roll back, and nothing is lost. */
bool usage_write(struct usage *) MUST_CHECK;
/* After the commit: forgets what is old. */
void usage_written(struct usage *);
/* What waits and is old is kept by the hour from now on, and when it is very
 * much by the day (UTC): sums stay, and nothing of it is lost. */
void usage_fold(struct usage *);

#endif
