/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * published - the recordings everybody may have: whole, public, not trashed.
 *
 * Newest first by the time they were published. Any thread with a store that
 * is its own; blocks on the disk. False: the store cannot be read.
 */
#ifndef LEDGER_PUBLISHED_H
#define LEDGER_PUBLISHED_H

#include "ledger/store.h"
#include "loop/messages.h"

struct published_scope {
	int64_t member;
	const char *mount; /* "": all of the member's */
};

struct published_facts {
	unsigned count;    /* that are published now */
	bool is_known;     /* one is, or was some day */
	char language[16]; /* the member's */
};

bool published_facts(struct store *, const struct published_scope *,
    struct published_facts *) MUST_CHECK;

struct published_place {
	unsigned skip;        /* so many first */
	int64_t before_ms;    /* then those published before then, or */
	const char *below_id; /* then and of a smaller id; NULL: all */
};

/* Up to most rows; *count are there. */
bool published_rows(struct store *, const struct published_scope *,
    const struct published_place *, struct recording_msg *rows, unsigned most,
    unsigned *count) MUST_CHECK;

#endif
