/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * splits - when a recording ends and the next one begins, by its mount's rules.
 *
 * Asked before each block a decoder may start at; the answer holds for that
 * block. By the clock and by the schedule a file ends once, at the border or
 * at the first such block after it, on days of 23 and 25 hours too. When the
 * wall clock is set back the borders are looked for again. Pure; spool thread.
 */
#ifndef SPOOL_SPLITS_H
#define SPOOL_SPLITS_H

#include "base/grid.h"
#include "base/zone.h"
#include "loop/messages.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct splits {
	struct record_rules rules;
	enum recording_profile profile;
	const struct zone *zone;
	struct grid grid;
	const struct grid_show *show; /* of this file, NULL: none */
	int64_t began_ms;             /* of this file, mono */
	int64_t border_ms;            /* the clock's or the schedule's, wall */
	int64_t seen_ms;              /* wall, the newest */
};

/* A block that may be a file's first. */
struct split_point {
	int64_t mono_ms, wall_ms; /* when it came */
	uint64_t file_bytes;      /* there are before it */
	size_t bytes;             /* of it */
	bool is_titled;           /* its title is another one */
};

/* New rules hold from now on. */
void splits_set(struct splits *, const struct record_rules *,
    enum recording_profile, const struct zone *);
/* A file begins here. */
void splits_begin(struct splits *, const struct split_point *);
/* Why one must end before this, or NULL. */
const char *splits_due(struct splits *, const struct split_point *);

#endif
