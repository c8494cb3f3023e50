/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * spread - how values are spread: their median, 99th percentile and maximum,
 * in fixed memory. Values share a slot when they differ by less than 1/32; the
 * maximum is exact. Zeroed is empty. Pure.
 */
#ifndef LOAD_SPREAD_H
#define LOAD_SPREAD_H

#include <stdint.h>

#define SPREAD_STEPS 32 /* slots per doubling */
#define SPREAD_SLOTS (SPREAD_STEPS * 60)

struct spread {
	uint64_t count;
	int64_t max;
	uint64_t slots[SPREAD_SLOTS];
};

void spread_add(struct spread *, int64_t value); /* below 0 counts as 0 */
/* The value that this share (0 to 1) of all do not exceed; 0 when empty. */
int64_t spread_at(const struct spread *, double share);

#endif
