/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/tap.h"

#define WAIT_LEAST_MS 5
#define WAIT_MOST_MS  500 /* it may be opened further meanwhile */
#define FILL_LEAST_US 1000
#define FILL_MOST_US  1000000

static void
fill(struct tap *tap, int64_t now_us)
{
	int64_t since_us = now_us - tap->filled_us;
	int64_t deep = (int64_t)(tap->bps / 8 * TAP_DEEP_MS / 1000) + 1;

	/* Often asked, little would come each time and be rounded away. */
	if (since_us < FILL_LEAST_US)
		return;
	tap->filled_us = now_us;
	if (since_us > FILL_MOST_US)
		since_us = FILL_MOST_US;
	tap->level_bytes += (int64_t)(tap->bps * (uint64_t)since_us / 8000000);
	if (tap->level_bytes > deep)
		tap->level_bytes = deep;
}

void
tap_set(struct tap *tap, uint64_t bps, int64_t now_us)
{
	if (tap->bps != 0)
		fill(tap, now_us);
	else
		tap->level_bytes = 0;
	tap->filled_us = now_us;
	tap->bps = bps;
}

int64_t
tap_wait_ms(struct tap *tap, int64_t now_us)
{
	int64_t ms;

	if (tap->bps == 0)
		return 0;
	fill(tap, now_us);
	if (tap->level_bytes > 0)
		return 0;
	ms = (1 - tap->level_bytes) * 8000 / (int64_t)tap->bps;
	if (ms < WAIT_LEAST_MS)
		return WAIT_LEAST_MS;
	return ms < WAIT_MOST_MS ? ms : WAIT_MOST_MS;
}

void
tap_take(struct tap *tap, size_t bytes)
{
	if (tap->bps != 0)
		tap->level_bytes -= (int64_t)bytes;
}

void
tap_give(struct tap *tap, size_t bytes)
{
	if (tap->bps != 0)
		tap->level_bytes += (int64_t)bytes;
}

size_t
tap_piece(const struct tap *tap, size_t wanted, size_t least)
{
	uint64_t most = tap->bps / 64;

	if (tap->bps == 0 || wanted <= least || wanted <= most)
		return wanted;
	return most > least ? (size_t)most : least;
}
