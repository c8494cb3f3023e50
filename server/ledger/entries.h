/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * entries - what was told of things that begin, change and end, each one row:
 * the newest word of each, until it is over and in the store.
 *
 * ledger/broadcasts.h and ledger/plays.h say what a row is. While nothing can
 * be written at most ENTRIES_MOST are kept: then the oldest that are over go,
 * and the log says so. The clerk's thread only.
 */
#ifndef LEDGER_ENTRIES_H
#define LEDGER_ENTRIES_H

#include "ledger/store.h"

#include <stddef.h>

#define ENTRIES_MOST 4096

struct entry {
	struct entry *next;
	uint64_t number; /* of this run */
	int64_t id;      /* its row, when it is kept */
	void *told;      /* a copy of the message */
	bool is_over, is_unwritten;
	bool is_kept; /* a commit had it */
};

/* Inserts when the entry is not kept, updates its row when it is. */
typedef bool entry_writer(struct store *, const struct entry *);

struct entries {
	const char *name; /* for the log */
	struct store *store;
	entry_writer *write;
	struct entry *first, **end; /* oldest first */
	unsigned count, unwritten;
	uint64_t dropped; /* since the last commit */
};

struct entries *entries_new(struct store *, const char *name, entry_writer *);
void entries_free(struct entries *);
void entries_add(struct entries *, uint64_t number, const void *told,
    size_t bytes, bool is_over);
/* As in ledger/usage.h: inside a transaction, and after its commit. */
bool entries_write(struct entries *) MUST_CHECK;
void entries_written(struct entries *);

#endif
