/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "stream/rate_cap.h"

#define HOLDS_MS     30000
#define EIGHTHS      8
#define EMPTIES      9 /* eighths of the rate */
#define MOST_ELAPSED 3600000

void
rate_cap_open(struct rate_cap *cap, int64_t kbps, int64_t now_ms)
{
	*cap = (struct rate_cap){
		.is_set = kbps >= 0, .kbps = kbps, .last_ms = now_ms
	};
}

bool
rate_cap_take(struct rate_cap *cap, size_t bytes, int64_t now_ms)
{
	int64_t elapsed_ms = now_ms - cap->last_ms;

	if (!cap->is_set)
		return true;
	if (elapsed_ms > MOST_ELAPSED)
		elapsed_ms = MOST_ELAPSED;
	cap->last_ms = now_ms;
	cap->filled -= elapsed_ms * cap->kbps * EMPTIES;
	if (cap->filled < 0)
		cap->filled = 0;
	cap->filled += (int64_t)bytes * 8 * EIGHTHS;
	return cap->filled <= HOLDS_MS * cap->kbps * EIGHTHS;
}
