/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * reporter - the thread that reads the store for people, and may take a while.
 *
 * It takes COMMAND, after the clerk has written everything, and posts RESULT to
 * the desk; what must be written, a sealed statement, goes to the clerk as
 * STATEMENT. Its connection reads only, so streams and counting never wait for
 * a report. Once a day it makes a backup of the store, when it is told where.
 * From a day of each month on it closes the statements of the month before:
 * by a COMMAND to itself, through the clerk, as if somebody had asked.
 * On STOP it posts DONE.
 */
#ifndef REPORTS_REPORTER_H
#define REPORTS_REPORTER_H

#include "base/zone.h"
#include "ledger/call.h"
#include "ledger/store.h"
#include "loop/loop.h"
#include "loop/messages.h"
#include "reports/reconcile.h"

struct event;
struct link;

struct reporter {
	struct loop *loop, *desk, *clerk;
	struct store *store; /* NULL: stopped */
	struct zones *zones;
	struct message *passed; /* to the clerk instead of a result, or NULL */
	char *path;             /* of the store */
	struct link *share;     /* NULL: nothing is shared */
	char *backup_folder;    /* NULL: none by itself */
	struct event *backup_timer;
	int64_t statement_day; /* of each month; 0: no statements by itself */
	struct event *statement_timer;
	struct reconcile_start start;
	unsigned thread_no;
};

struct reporter_setup {
	const char *data;          /* folder; its store is there already */
	const char *backup_folder; /* a copy each day goes there; or NULL */
	const char *share;         /* as share/link.h takes it; or NULL */
	int64_t statement_day;     /* from when the last month is closed */
	struct loop *desk, *clerk;
	int64_t boot;       /* as the clerk counts it */
	unsigned thread_no; /* given back in DONE */
};

/* Whether these are words of a command that the reporter answers. */
bool reporter_answers(unsigned argc, char **argv);

/* The end of its commands that list something: frees the listing. */
int reporter_show(
    struct call *, struct listing *, bool is_read, const char *json_name);

/* NULL, and *error (free it) says why. */
struct reporter *reporter_open(
    const struct reporter_setup *, char **error) MUST_CHECK;
bool reporter_start(struct reporter *) MUST_CHECK;
struct loop *reporter_loop(struct reporter *);
void reporter_free(struct reporter *); /* after DONE; NULL is fine */

#endif
