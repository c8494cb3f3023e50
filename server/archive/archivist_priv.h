/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * archivist_priv - the archivist's own things, for its commands and rounds.
 */
#ifndef ARCHIVE_ARCHIVIST_PRIV_H
#define ARCHIVE_ARCHIVIST_PRIV_H

#include "archive/archivist.h"
#include "archive/finishing.h"
#include "base/bytes.h"
#include "ledger/store.h"

#include <stdatomic.h>

struct conf;
struct event;
struct leftover;
struct scrubbing;

struct archivist {
	struct loop *loop, *desk, *clerk;
	struct store *store;
	struct finishing finishing;
	struct leftover *leftovers, **last;
	struct event *next;   /* looks at them; NULL: stopped */
	struct event *rounds; /* archive/upkeep.h */
	struct scrubbing *scrubbing;
	int64_t retained_ms; /* mono, when retention was looked at; 0: not */
	int64_t remote_ms;   /* mono, of the last round; 0: none */
	unsigned remote_rounds;
	bool is_remote_silent;
	char rotated[RECORDING_ID_BYTES]; /* the last that rotation deleted */
	bool is_rotation_short;           /* and that is said */
	atomic_llong stop_at_ms;          /* mono; 0: not asked to stop */
	const struct conf *conf;          /* the newest; a reference */
	uint64_t asking; /* whose command runs; 0: it is answered later */
	unsigned thread_no;
};

/* To the clerk, and to the desk. */
void archivist_tell(void *archivist, const struct recording_msg *);
/* By way of the clerk, so that who asks next sees what was changed. */
void archivist_reply(struct archivist *, uint64_t reply_to, int status,
    const struct bytes *text);
/* Who did what to it, for the clerk to write down; detail follows, "" for
 * none. */
void archivist_audit(struct archivist *, const char *who, const char *what,
    const struct recording_msg *, const char *detail);

#endif
