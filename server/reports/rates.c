/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/rates.h"

#include "base/mem.h"

#include <stdlib.h>

static int
by_size(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return (a > b) - (a < b);
}

uint64_t
rates_bps(uint64_t slot_bytes)
{
	return slot_bytes * 8 / (SLOT_MS / 1000);
}

uint64_t
rates_percentile95(const uint64_t *slots, size_t count)
{
	uint64_t *sorted, value;

	if (count == 0)
		return 0;
	sorted = mem_copy(slots, count * sizeof(*slots));
	qsort(sorted, count, sizeof(*sorted), by_size);
	value = sorted[(95 * count + 99) / 100 - 1];
	free(sorted);
	return rates_bps(value);
}

size_t
rates_top(const uint64_t *slots, size_t count)
{
	size_t top = 0;

	for (size_t i = 0; i < count; i++)
		top = slots[i] > slots[top] ? i : top;
	return top;
}
