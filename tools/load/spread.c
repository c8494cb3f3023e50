/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/spread.h"

#define STEP_BITS 5 /* of SPREAD_STEPS */

static unsigned
slot_of(uint64_t value)
{
	unsigned shift;

	if (value < SPREAD_STEPS)
		return (unsigned)value;
	shift = 63 - STEP_BITS - (unsigned)__builtin_clzll(value);
	return (shift << STEP_BITS) + (unsigned)(value >> shift);
}

/* The highest value that falls into the slot. */
static int64_t
slot_top(unsigned slot)
{
	unsigned shift;

	if (slot < 2 * SPREAD_STEPS)
		return slot;
	shift = (slot >> STEP_BITS) - 1;
	return (
	    int64_t)((((uint64_t)slot - (shift << STEP_BITS) + 1) << shift) -
	    1);
}

void
spread_add(struct spread *spread, int64_t value)
{
	if (value < 0)
		value = 0;
	if (value > spread->max)
		spread->max = value;
	spread->count++;
	spread->slots[slot_of((uint64_t)value)]++;
}

int64_t
spread_at(const struct spread *spread, double share)
{
	uint64_t rank = (uint64_t)(share * (double)spread->count + 0.999999);
	uint64_t below = 0;

	if (spread->count == 0)
		return 0;
	if (rank == 0)
		rank = 1;
	for (unsigned i = 0; i < SPREAD_SLOTS; i++) {
		below += spread->slots[i];
		if (below >= rank)
			return slot_top(i) < spread->max ? slot_top(i)
							 : spread->max;
	}
	return spread->max;
}
