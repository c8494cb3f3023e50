/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/splits.h"

#include "base/clock.h"

#include <string.h>

#define HOUR_MS INT64_C(3600000)

void
splits_set(struct splits *splits, const struct record_rules *rules,
    enum recording_profile profile, const struct zone *zone)
{
	memset(splits, 0, sizeof(*splits));
	splits->rules = *rules;
	splits->profile = profile;
	splits->zone = zone;
	splits->border_ms = INT64_MAX;
	if (grid_parse(&splits->grid, rules->schedule) != NULL)
		splits->grid.count = 0;
	if (profile == PROFILE_PROGRAMME)
		return;
	splits->grid.count = 0;
	splits->rules.split_title = false;
	splits->rules.split_after_ms = splits->rules.split_bytes = 0;
	splits->rules.split_at = profile == PROFILE_LOG ? SPLIT_HOURLY
							: SPLIT_NEVER;
}

/* When the clock of the place shows a full hour next. */
static int64_t
next_hour(const struct zone *zone, int64_t wall_ms)
{
	int64_t shown = wall_ms + zone_offset_ms(zone, wall_ms);

	return wall_ms + HOUR_MS - (shown % HOUR_MS + HOUR_MS) % HOUR_MS;
}

static int64_t
next_daily(const struct zone *zone, int64_t wall_ms, int64_t past_ms)
{
	int64_t day = zone_day(zone, wall_ms) - 1, next;

	do {
		next = zone_moment_ms(zone, day++, past_ms);
	} while (next <= wall_ms);
	return next;
}

static void
find_border(struct splits *splits, int64_t wall_ms)
{
	int64_t at = splits->rules.split_at, next = INT64_MAX;

	splits->show = grid_look(
	    &splits->grid, splits->zone, wall_ms, &splits->border_ms);
	if (at == SPLIT_HOURLY)
		next = next_hour(splits->zone, wall_ms);
	else if (at != SPLIT_NEVER)
		next = next_daily(splits->zone, wall_ms, at);
	if (next < splits->border_ms)
		splits->border_ms = next;
}

void
splits_begin(struct splits *splits, const struct split_point *point)
{
	splits->began_ms = point->mono_ms;
	splits->seen_ms = point->wall_ms;
	find_border(splits, point->wall_ms);
}

/* What began before may go on where two overlap: then nothing is cut. */
static const char *
border_passed(struct splits *splits, int64_t wall_ms)
{
	const struct grid_show *show = splits->show;
	int64_t at = splits->rules.split_at, border = splits->border_ms;
	bool is_clock = false;

	if (at == SPLIT_HOURLY)
		is_clock = next_hour(splits->zone, border - 1) <= wall_ms;
	else if (at != SPLIT_NEVER)
		is_clock = next_daily(splits->zone, border - 1, at) <= wall_ms;
	find_border(splits, wall_ms);
	if (is_clock)
		return "by the clock";
	return splits->show != show ? "by the schedule" : NULL;
}

const char *
splits_due(struct splits *splits, const struct split_point *point)
{
	const struct record_rules *rules = &splits->rules;
	int64_t wall_ms = point->wall_ms;
	int64_t long_ms = point->mono_ms - splits->began_ms;
	const char *why = NULL;

	if (wall_ms >= splits->border_ms)
		why = border_passed(splits, wall_ms);
	else if (wall_ms < splits->seen_ms - CLOCK_STEP_MS)
		find_border(splits, wall_ms);
	splits->seen_ms = wall_ms;
	if (why != NULL)
		return why;
	if (rules->split_after_ms > 0 && long_ms >= rules->split_after_ms)
		return "by length";
	if (rules->split_bytes > 0 &&
	    point->file_bytes + point->bytes > (uint64_t)rules->split_bytes)
		return "by size";
	if (rules->split_title && point->is_titled &&
	    long_ms >= rules->split_least_ms)
		return "by title";
	return NULL;
}
