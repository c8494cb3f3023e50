/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * totals - what was counted in this boot, by slot, member, mount and kind, in
 * memory until it is in the store. ledger/usage.h writes it.
 *
 * The clerk's thread only.
 */
#ifndef LEDGER_TOTALS_H
#define LEDGER_TOTALS_H

#include "loop/messages.h"

#define TOTAL_BUCKETS  1024
#define TOTAL_COUNTERS 9

/* Totals of these kinds are no traffic. */
#define PEAK_KIND  USAGE_KINDS       /* counters: the peak, and when it was */
#define ENDED_KIND (USAGE_KINDS + 1) /* sessions that ended, by length */

struct total {
	struct total *next; /* in its bucket */
	int64_t slot, member;
	char *mount;
	unsigned kind;
	uint64_t counters[TOTAL_COUNTERS];
	/* What the store has of an earlier total of this key, read before the
	 * first writing; NULL: not read, or in the counters already. */
	uint64_t *base;
	bool is_unwritten;
	bool is_kept; /* a commit had it: there is a row */
};

struct totals {
	unsigned held, unwritten;
	struct total *buckets[TOTAL_BUCKETS];
};

void totals_free(struct totals *); /* what it holds */
/* Found or begun; it will be written. */
struct total *totals_get(struct totals *, int64_t slot, int64_t member,
    const char *mount, unsigned kind);
/* All are in the store now: those before that slot are forgotten. */
void totals_written(struct totals *, int64_t oldest_slot);
/* What was never written and is of a slot before that one goes into the first
 * slot of its group of so many: less memory, the same sums. */
void totals_fold(struct totals *, int64_t before_slot, int64_t slots);

#endif
