/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "words/figures.h"

#include <stdio.h>
#include <string.h>

#define FIXED_SPACE "\u00a0"
#define MONTH_DAY   8
#define LAST_DAY    INT64_C(2932896) /* 9999-12-31 */

struct calendar
calendar_of(int64_t day)
{
	struct calendar date = { 0 };
	char text[DAY_BYTES];

	/* What no calendar of ours can write is shown as its nearest end. */
	day = day < 0 ? 0 : day > LAST_DAY ? LAST_DAY : day;
	day_text(day, text);
	if (sscanf(text, "%u-%u-%u", &date.year, &date.month, &date.day) != 3)
		return (struct calendar){ 1970, 1, 1, 3 };
	date.weekday = (unsigned)((day + 3) % 7); /* 1970 began on a Thursday */
	return date;
}

static const char *
day_of_month(
    const struct manner *manner, struct calendar date, char to[MONTH_DAY])
{
	bool is_first = manner->language == LANGUAGE_FR && date.day == 1;

	snprintf(to, MONTH_DAY, "%u%s", date.day % 100, is_first ? "er" : "");
	return to;
}

const char *
figure_day(const struct manner *manner, int64_t day, char to[])
{
	struct calendar date = calendar_of(day);
	char in_month[MONTH_DAY];

	snprintf(to, FIGURE_BYTES, "%s" FIXED_SPACE "%s %u",
	    day_of_month(manner, date, in_month),
	    month_name(manner->language, date.month), date.year);
	return to;
}

const char *
figure_short_day(const struct manner *manner, int64_t day, char to[])
{
	struct calendar date = calendar_of(day);
	char in_month[MONTH_DAY];

	snprintf(to, FIGURE_BYTES, "%s" FIXED_SPACE "%s",
	    day_of_month(manner, date, in_month),
	    month_short(manner->language, date.month));
	return to;
}

const char *
figure_table_day(const struct manner *manner, int64_t day, char to[])
{
	struct calendar date = calendar_of(day);
	char in_month[MONTH_DAY];

	snprintf(to, FIGURE_BYTES,
	    "%s" FIXED_SPACE "%s" FIXED_SPACE "%s" FIXED_SPACE "%u",
	    weekday_short(manner->language, date.weekday),
	    day_of_month(manner, date, in_month),
	    month_short(manner->language, date.month), date.year);
	return to;
}

const char *
figure_time(const struct manner *manner, int64_t wall_ms, char to[])
{
	int64_t local_ms = wall_ms + zone_offset_ms(manner->zone, wall_ms);
	unsigned minutes = (unsigned)(((local_ms % DAY_MS) + DAY_MS) % DAY_MS /
	    60000);

	if (manner->language == LANGUAGE_FR)
		snprintf(to, FIGURE_BYTES,
		    "%u" FIXED_SPACE "h" FIXED_SPACE "%02u", minutes / 60,
		    minutes % 60);
	else
		snprintf(
		    to, FIGURE_BYTES, "%02u:%02u", minutes / 60, minutes % 60);
	return to;
}

const char *
figure_moment(const struct manner *manner, int64_t wall_ms, char to[])
{
	char day[FIGURE_BYTES], time[FIGURE_BYTES];

	figure_day(manner, zone_day(manner->zone, wall_ms), day);
	figure_time(manner, wall_ms, time);
	snprintf(to, FIGURE_BYTES, "%.60s, %.20s", day, time);
	return to;
}

const char *
figure_short_moment(const struct manner *manner, int64_t wall_ms, char to[])
{
	char day[FIGURE_BYTES], time[FIGURE_BYTES];

	figure_short_day(manner, zone_day(manner->zone, wall_ms), day);
	figure_time(manner, wall_ms, time);
	snprintf(to, FIGURE_BYTES, "%.60s, %.20s", day, time);
	return to;
}

const char *
figure_period(
    const struct manner *manner, int64_t from_ms, int64_t to_ms, char to[])
{
	int64_t first = zone_day(manner->zone, from_ms);
	int64_t last = zone_day(manner->zone, to_ms - 1);
	struct calendar date = calendar_of(first);
	char from[FIGURE_BYTES], until[FIGURE_BYTES];

	if (date.day == 1 && last == day_next_month(first) - 1) {
		snprintf(to, FIGURE_BYTES, "%s %u",
		    month_name(manner->language, date.month), date.year);
		return to;
	}
	if (first == last)
		return figure_day(manner, first, to);
	return word_fill(to, FIGURE_BYTES,
	    word(manner->language, WORD_DATE_RANGE),
	    (const char *[]){ figure_day(manner, first, from),
		figure_day(manner, last, until), NULL });
}

const char *
figure_hour_range(const struct manner *manner, unsigned hour, char to[])
{
	if (manner->language == LANGUAGE_FR)
		snprintf(to, FIGURE_BYTES, "%u\u2013%u" FIXED_SPACE "h", hour,
		    hour + 1);
	else if (manner->language == LANGUAGE_NL)
		snprintf(to, FIGURE_BYTES, "%u\u2013%u" FIXED_SPACE "uur", hour,
		    hour + 1);
	else
		snprintf(
		    to, FIGURE_BYTES, "%02u:00\u2013%02u:00", hour, hour + 1);
	return to;
}

const char *
figure_utc(int64_t wall_ms, char to[])
{
	int64_t in_day = ((wall_ms % DAY_MS) + DAY_MS) % DAY_MS;
	struct calendar date = calendar_of((wall_ms - in_day) / DAY_MS);

	snprintf(to, FIGURE_BYTES, "%04u-%02u-%02uT%02u:%02u:%02uZ", date.year,
	    date.month, date.day, (unsigned)(in_day / 3600000),
	    (unsigned)(in_day / 60000 % 60), (unsigned)(in_day / 1000 % 60));
	return to;
}
