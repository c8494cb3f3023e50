/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * capacity - what all members together took of the line in a year.
 *
 * Months and the year are those of one zone. Bytes are wire bytes, rates bits
 * per second of 5-minute slots; the 95th percentile is the element
 * ceil(0.95 n) of all slots that have passed, idle ones too. It is not the sum
 * of members' percentiles. Reads only; one thread makes it and frees it.
 */
#ifndef REPORTS_CAPACITY_H
#define REPORTS_CAPACITY_H

#include "base/check.h"
#include "base/zone.h"
#include "ledger/store.h"

#include <stdbool.h>
#include <stdint.h>

#define CAPACITY_MONTHS 12

struct capacity_sum {
	char name[256]; /* of a member or codec */
	uint64_t wire_out, wire_in, listen_ms;
};

struct capacity_span { /* a month, or the year */
	int64_t from_ms, to_ms;
	struct capacity_sum sum;
	uint64_t average_bps, out95_bps, in95_bps; /* average: out */
	uint64_t peak_bps;                         /* out, of a slot */
	int64_t peak_at_ms;                        /* 0: there was none */
};

struct capacity {
	struct capacity_span months[CAPACITY_MONTHS], year;
	struct capacity_sum *members, *codecs;
	unsigned member_count, codec_count;
};

/* first_day: 1 January, as in base/zone.h. False: the store cannot be read.
 * capacity_free() in both cases. */
bool capacity_collect(struct store *, const struct zone *, int64_t first_day,
    int64_t now_ms, struct capacity *) MUST_CHECK;
void capacity_free(struct capacity *); /* what it holds, not itself */

#endif
