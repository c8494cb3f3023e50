/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * clerk - the one thread that talks to SQLite, and may block on the disk.
 *
 * It takes USAGE, PEAKS, AUDIENCE, BROADCAST, PLAY, RECORDING, COMMAND,
 * STATEMENT and LETTER messages and posts RESULT, MEMBERS, DELEGATES and
 * LETTERS to the desk. Usage is added up in memory to absolute totals of this
 * boot and slot, and written at most flush_ms later in one transaction (upsert
 * with max), so a batch that is written twice changes nothing. While the store
 * cannot be written, totals go on growing here, the log says so, and the next
 * flush that works writes all of them: streaming never waits.
 *
 * Every minute it looks at members' dates and quotas (ledger/rounds.h), with
 * the rules of the newest LIFE_RULES.
 *
 * On STOP it writes everything, closes the store and posts DONE.
 */
#ifndef LEDGER_CLERK_H
#define LEDGER_CLERK_H

#include "loop/loop.h"
#include "loop/messages.h"

#include <stdint.h>

struct clerk;

struct clerk_setup {
	const char *data; /* folder; the store is data/all2all.sqlite */
	int64_t flush_ms;
	struct loop *desk;  /* gets RESULT, MEMBERS, DELEGATES, DONE */
	bool is_shared;     /* others ask what changed: ledger/revisions.h */
	unsigned thread_no; /* given back in DONE */
	const struct life_rules *life_rules; /* copied; NULL: the usual ones */
};

/* Opens and migrates the store in the caller's thread: NULL, and *error (free
 * it) says why, when it cannot be used. Posts the first MEMBERS to the desk. */
struct clerk *clerk_open(const struct clerk_setup *, char **error) MUST_CHECK;
bool clerk_start(struct clerk *) MUST_CHECK;
int64_t clerk_boot(const struct clerk *); /* before its thread runs */
struct loop *clerk_loop(struct clerk *);  /* to post to */
void clerk_free(struct clerk *);          /* after DONE */

#endif
