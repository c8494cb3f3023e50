/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/grid.h"

#include "base/text.h"

#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)

static bool
is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

/* "19:00", up to 24:00; *text goes on behind it. */
static bool
take_clock(const char **text, int64_t *past_ms)
{
	const char *at = *text;
	int64_t hour, minute;

	if (!is_digit(at[0]) || !is_digit(at[1]) || at[2] != ':' ||
	    !is_digit(at[3]) || !is_digit(at[4]))
		return false;
	hour = (at[0] - '0') * 10 + at[1] - '0';
	minute = (at[3] - '0') * 10 + at[4] - '0';
	*past_ms = hour * HOUR_MS + minute * MINUTE_MS;
	*text = at + 5;
	return minute < 60 && *past_ms <= DAY_MS;
}

bool
grid_split_at(const char *text, int64_t *at)
{
	static const char daily[] = "daily@";

	*at = strcmp(text, "hourly") == 0 ? SPLIT_HOURLY : SPLIT_NEVER;
	if (*at == SPLIT_HOURLY || strcmp(text, "never") == 0)
		return true;
	if (strncmp(text, daily, sizeof(daily) - 1) != 0)
		return false;
	text += sizeof(daily) - 1;
	return take_clock(&text, at) && *text == '\0' && *at < DAY_MS;
}

static void
skip_spaces(const char **text)
{
	*text += strspn(*text, " \t");
}

static bool
take_days(const char **text, unsigned *days)
{
	static const struct {
		const char *name;
		unsigned days;
	} names[] = { { "mon", 1 }, { "tue", 2 }, { "wed", 4 }, { "thu", 8 },
		{ "fri", 16 }, { "sat", 32 }, { "sun", 64 }, { "weekdays", 31 },
		{ "weekend", 96 }, { "daily", 127 } };
	size_t len = strcspn(*text, " \t");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) == len &&
		    strncmp(*text, names[i].name, len) == 0) {
			*days = names[i].days;
			*text += len;
			skip_spaces(text);
			return true;
		}
	}
	return false;
}

static const char *
take_show(const char *at, size_t len, struct grid_show *show)
{
	const char *end = at + len;

	if (!take_days(&at, &show->days))
		return "a day is none of mon to sun, weekdays, weekend, daily";
	if (!take_clock(&at, &show->begin_ms) || *at++ != '-' ||
	    !take_clock(&at, &show->end_ms) || show->begin_ms == DAY_MS)
		return "a time is not written as 19:00-21:00";
	if (show->end_ms <= show->begin_ms)
		show->end_ms += DAY_MS;
	skip_spaces(&at);
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (at >= end)
		return "a show has no name";
	if ((size_t)(end - at) >= sizeof(show->name))
		return "a name is too long";
	text_clean(show->name, sizeof(show->name), at, (size_t)(end - at));
	return NULL;
}

const char *
grid_parse(struct grid *grid, const char *text)
{
	const char *why;
	size_t len;

	grid->count = 0;
	for (skip_spaces(&text); *text != '\0'; skip_spaces(&text)) {
		len = strcspn(text, ";");
		if (grid->count == GRID_MOST)
			return "there are more than 64 shows";
		why = take_show(text, len, &grid->shows[grid->count]);
		if (why != NULL)
			return why;
		grid->count++;
		text += len;
		text += *text == ';';
	}
	return NULL;
}

/* 1970 began on a Thursday. */
static bool
is_on_day(const struct grid_show *show, int64_t day)
{
	return (show->days >> ((day + 3) % 7) & 1) != 0;
}

static bool
look_at_day(const struct grid_show *show, const struct zone *zone, int64_t day,
    int64_t wall_ms, int64_t *next_ms)
{
	int64_t begin, end;

	if (!is_on_day(show, day))
		return false;
	begin = zone_moment_ms(zone, day, show->begin_ms);
	end = zone_moment_ms(
	    zone, day + show->end_ms / DAY_MS, show->end_ms % DAY_MS);
	if (begin > wall_ms && begin < *next_ms)
		*next_ms = begin;
	if (end > wall_ms && end < *next_ms)
		*next_ms = end;
	return begin <= wall_ms && wall_ms < end;
}

const struct grid_show *
grid_look(const struct grid *grid, const struct zone *zone, int64_t wall_ms,
    int64_t *next_ms)
{
	const struct grid_show *found = NULL;
	int64_t today = zone_day(zone, wall_ms);

	*next_ms = INT64_MAX;
	for (unsigned i = 0; i < grid->count; i++) {
		for (int64_t day = today - 1; day <= today + 8; day++) {
			if (look_at_day(
				&grid->shows[i], zone, day, wall_ms, next_ms) &&
			    found == NULL)
				found = &grid->shows[i];
		}
	}
	return found;
}
