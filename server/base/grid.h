/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * grid - what is on each week, as a station writes it down.
 *
 *   mon 19:00-21:00 Soirée; weekdays 07:00-09:00 Matin; daily 23:00-01:00 Nuit
 *
 * Days are mon to sun, weekdays, weekend or daily; times are those of the
 * place. An end that is not after its begin is on the day after; 24:00 is the
 * end of a day. Where two overlap the first one holds. Pure.
 */
#ifndef BASE_GRID_H
#define BASE_GRID_H

#include "base/check.h"
#include "base/zone.h"

#include <stdbool.h>
#include <stdint.h>

#define GRID_BYTES      2048 /* of the text, with its NUL */
#define GRID_MOST       64
#define GRID_NAME_BYTES 128

struct grid_show {
	unsigned days; /* bit 0: Monday */
	int64_t begin_ms, end_ms;
	char name[GRID_NAME_BYTES];
};

struct grid {
	unsigned count;
	struct grid_show shows[GRID_MOST];
};

/* Of "" it is empty. NULL, or what is wrong with it; the grid is of no use
 * then. */
const char *grid_parse(struct grid *, const char *text) MUST_CHECK;
/* What is on then, NULL: nothing of the grid; *next_ms is when something of it
 * begins or ends after that, INT64_MAX: never. */
const struct grid_show *grid_look(const struct grid *, const struct zone *,
    int64_t wall_ms, int64_t *next_ms);

#define SPLIT_NEVER  (-1)
#define SPLIT_HOURLY (-2)

/* never, hourly, or daily@06:00: then *at is ms past midnight. */
bool grid_split_at(const char *text, int64_t *at) MUST_CHECK;

#endif
