/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * rate_cap - whether a source sends more than its plan allows, for a while.
 *
 * A bucket that bytes fill and the allowed rate empties. It holds what is
 * allowed in 30 seconds, so that a burst at the beginning and a variable rate
 * are fine, and empties an eighth faster, for what a container adds to its
 * codecs: the plan's kbit/s are those that an encoder is set to. Zeroed has no
 * cap. One thread.
 */
#ifndef STREAM_RATE_CAP_H
#define STREAM_RATE_CAP_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rate_cap {
	bool is_set;
	int64_t kbps;    /* also bits a millisecond */
	int64_t filled;  /* in eighths of a bit: nothing is rounded */
	int64_t last_ms; /* mono */
};

/* Negative: no cap. A cap of 0 lets nothing pass. */
void rate_cap_open(struct rate_cap *, int64_t kbps, int64_t now_ms);
/* False: over the cap for too long. */
bool rate_cap_take(struct rate_cap *, size_t bytes, int64_t now_ms) MUST_CHECK;

#endif
