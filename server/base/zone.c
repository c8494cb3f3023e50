/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/zone.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER     "/usr/share/zoneinfo"
#define MOST_BYTES (1 << 16)
#define HEAD_BYTES 44
#define TYPE_BYTES 6
#define DAY_SECS   INT64_C(86400)
#define USUAL_SECS 7200 /* of the clock, when a rule changes it */
#define MOST_ZONES 600

/* Such as M10.5.0/3: in October, on the last Sunday, at 3 o'clock. */
struct rule {
	int month, week, weekday;
	int64_t secs; /* of the clock before the change */
};

/* What holds after the last change of the file. */
struct future {
	int64_t usual_secs, summer_secs;
	bool has_summer;
	struct rule begin, end; /* of summer time */
};

struct zone {
	struct zone *next;
	char name[ZONE_BYTES];
	unsigned count;
	int64_t *changes; /* UTC seconds, ascending */
	int64_t *offsets; /* count + 1: before the first, after each */
	bool has_future;
	struct future future;
};

struct zones {
	struct zone *first;
	struct zone utc;
	unsigned count;
};

struct counts {
	uint32_t is_ut, is_std, leap, time, type, letters;
};

/* Days since 1970 of a date, and back, by counting years from March in eras of
 * 400 years, which all have 146097 days. */
static int64_t
day_of(int64_t year, int month, int day)
{
	int64_t from_march = (month + 9) % 12, era, of_era, of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_era = year - era * 400;
	of_year = (153 * from_march + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

static void
date_of(int64_t number, int64_t *year, int *month, int *day)
{
	int64_t days = number + 719468, era, of_era, of_year, from_march;

	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	*year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
	    365;
	of_year = of_era - (*year * 365 + *year / 4 - *year / 100);
	from_march = (5 * of_year + 2) / 153;
	*day = (int)(of_year - (153 * from_march + 2) / 5 + 1);
	*month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
	*year += era * 400 + (*month <= 2);
}

static int64_t
floor_div(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

bool
day_parse(const char *text, int64_t *day)
{
	static const char form[] = "dddd-dd-dd";
	int64_t year;
	int month, date, is_year, is_month, is_date;

	for (unsigned i = 0; i < sizeof(form); i++) {
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9'
				   : text[i] != form[i])
			return false;
	}
	is_year = atoi(text);
	is_month = atoi(text + 5);
	is_date = atoi(text + 8);
	if (is_year < 1970 || is_month < 1 || is_month > 12 || is_date < 1)
		return false;
	*day = day_of(is_year, is_month, is_date);
	date_of(*day, &year, &month, &date);
	return year == is_year && month == is_month && date == is_date;
}

void
day_text(int64_t number, char text[DAY_BYTES])
{
	int64_t year;
	int month, day;

	date_of(number, &year, &month, &day);
	snprintf(text, DAY_BYTES, "%04u-%02u-%02u", (unsigned)year % 10000,
	    (unsigned)month % 100, (unsigned)day % 100);
}

int64_t
day_month(int64_t number)
{
	int64_t year;
	int month, day;

	date_of(number, &year, &month, &day);
	return number - day + 1;
}

int64_t
day_next_month(int64_t number)
{
	return day_month(day_month(number) + 31);
}

static bool
read_number(const char **at, int *number)
{
	char *end;
	long got;

	if ((**at < '0' || **at > '9') && **at != '-' && **at != '+')
		return false;
	got = strtol(*at, &end, 10);
	if (end == *at || got < -200 || got > 400)
		return false;
	*number = (int)got;
	*at = end;
	return true;
}

/* "[+-]hh[:mm[:ss]]" */
static bool
read_clock(const char **at, int64_t *secs)
{
	static const int64_t worths[] = { 3600, 60, 1 };
	int64_t sign = **at == '-' ? -1 : 1;
	int number;

	*secs = 0;
	if (**at == '-' || **at == '+')
		++*at;
	for (unsigned i = 0; i < 3; i++) {
		if (!read_number(at, &number) || number < 0)
			return false;
		*secs += sign * number * worths[i];
		if (**at != ':')
			return true;
		++*at;
	}
	return false;
}

/* "CET" or "<+01>" */
static bool
skip_letters(const char **at)
{
	size_t len = **at == '<'
	    ? strcspn(*at, ">") + 1
	    : strspn(
		  *at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (len < 3 || len > strlen(*at))
		return false;
	*at += len;
	return true;
}

static bool
read_rule(const char **at, struct rule *rule)
{
	if (strncmp(*at, ",M", 2) != 0)
		return false;
	*at += 2;
	if (!read_number(at, &rule->month) || *(*at)++ != '.' ||
	    !read_number(at, &rule->week) || *(*at)++ != '.' ||
	    !read_number(at, &rule->weekday))
		return false;
	rule->secs = USUAL_SECS;
	if (**at == '/') {
		++*at;
		if (!read_clock(at, &rule->secs))
			return false;
	}
	return rule->month >= 1 && rule->month <= 12 && rule->week >= 1 &&
	    rule->week <= 5 && rule->weekday >= 0 && rule->weekday <= 6;
}

/* As TZ has it: "CET-1CEST,M3.5.0,M10.5.0/3". West counts positive there. */
static bool
read_future(const char *at, struct future *future)
{
	if (!skip_letters(&at) || !read_clock(&at, &future->usual_secs))
		return false;
	future->usual_secs = -future->usual_secs;
	future->has_summer = *at != '\0';
	if (!future->has_summer)
		return true;
	if (!skip_letters(&at))
		return false;
	future->summer_secs = future->usual_secs + 3600;
	if (*at != ',') {
		if (!read_clock(&at, &future->summer_secs))
			return false;
		future->summer_secs = -future->summer_secs;
	}
	return read_rule(&at, &future->begin) && read_rule(&at, &future->end) &&
	    *at == '\0';
}

static uint64_t
big_endian(const uint8_t *at, unsigned bytes)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < bytes; i++)
		number = number << 8 | at[i];
	return number;
}

static bool
read_counts(const uint8_t *at, size_t len, struct counts *counts)
{
	if (len < HEAD_BYTES || memcmp(at, "TZif", 4) != 0 || at[4] < '2')
		return false;
	*counts = (struct counts){ (uint32_t)big_endian(at + 20, 4),
		(uint32_t)big_endian(at + 24, 4),
		(uint32_t)big_endian(at + 28, 4),
		(uint32_t)big_endian(at + 32, 4),
		(uint32_t)big_endian(at + 36, 4),
		(uint32_t)big_endian(at + 40, 4) };
	return counts->time < MOST_BYTES && counts->type > 0 &&
	    counts->type < 256 && counts->leap < MOST_BYTES &&
	    counts->letters < MOST_BYTES && counts->is_ut < 256 &&
	    counts->is_std < 256;
}

static size_t
block_bytes(const struct counts *counts, size_t time_bytes)
{
	return counts->time * (time_bytes + 1) + counts->type * TYPE_BYTES +
	    counts->letters + counts->leap * (time_bytes + 4) + counts->is_std +
	    counts->is_ut;
}

static bool
read_changes(struct zone *zone, const uint8_t *at, const struct counts *counts)
{
	const uint8_t *kinds = at + counts->time * (size_t)8;
	const uint8_t *types = kinds + counts->time;

	zone->count = counts->time;
	zone->changes = mem_new((zone->count + 1) * sizeof(int64_t));
	zone->offsets = mem_new((zone->count + 1) * sizeof(int64_t));
	zone->offsets[0] = (int32_t)big_endian(types, 4);
	for (unsigned i = 0; i < zone->count; i++) {
		if (kinds[i] >= counts->type)
			return false;
		zone->changes[i] = (int64_t)big_endian(at + i * (size_t)8, 8);
		zone->offsets[i + 1] = (int32_t)big_endian(
		    types + kinds[i] * (size_t)TYPE_BYTES, 4);
	}
	return true;
}

/* The file has all twice: with times of 32 bits, and with 64 and a rule. */
static bool
read_zone(struct zone *zone, const uint8_t *at, size_t len)
{
	struct counts counts;
	size_t skip;
	char *rule;

	if (!read_counts(at, len, &counts))
		return false;
	skip = HEAD_BYTES + block_bytes(&counts, 4);
	if (skip > len || !read_counts(at + skip, len - skip, &counts))
		return false;
	at += skip + HEAD_BYTES;
	len -= skip + HEAD_BYTES;
	skip = block_bytes(&counts, 8);
	if (skip > len || !read_changes(zone, at, &counts))
		return false;
	if (len - skip < 2 || at[skip] != '\n' || at[len - 1] != '\n')
		return false;
	rule = strndup((const char *)at + skip + 1, len - skip - 2);
	CHECK(rule != NULL);
	zone->has_future = read_future(rule, &zone->future);
	free(rule);
	return true;
}

static void
free_zone(struct zone *zone)
{
	free(zone->changes);
	free(zone->offsets);
	free(zone);
}

/* Other names could leave the folder. */
static bool
is_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < ZONE_BYTES && name[0] != '/' &&
	    strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_+-/") == len;
}

static struct zone *
load(const char *name)
{
	char path[sizeof(FOLDER) + 1 + ZONE_BYTES], *real;
	struct zone *zone;
	char *bytes = NULL;
	size_t len;

	snprintf(path, sizeof(path), FOLDER "/%s", name);
	real = realpath(path, NULL);
	if (real != NULL)
		bytes = file_read_all(AT_FDCWD, real, MOST_BYTES, &len);
	free(real);
	if (bytes == NULL)
		return NULL;
	zone = mem_new(sizeof(*zone));
	text_copy(zone->name, sizeof(zone->name), name);
	if (!read_zone(zone, (const uint8_t *)bytes, len)) {
		free_zone(zone);
		zone = NULL;
	}
	free(bytes);
	return zone;
}

struct zones *
zones_new(void)
{
	struct zones *zones = mem_new(sizeof(*zones));

	zones->utc.has_future = true;
	return zones;
}

void
zones_free(struct zones *zones)
{
	struct zone *next;

	if (zones == NULL)
		return;
	for (; zones->first != NULL; zones->first = next) {
		next = zones->first->next;
		free_zone(zones->first);
	}
	free(zones);
}

const struct zone *
zones_find(struct zones *zones, const char *name)
{
	struct zone *zone = zones->first;

	while (zone != NULL && strcmp(zone->name, name) != 0)
		zone = zone->next;
	if (zone != NULL || !is_name(name) || zones->count == MOST_ZONES)
		return zone;
	zone = load(name);
	if (zone == NULL)
		return NULL;
	zone->next = zones->first;
	zones->first = zone;
	zones->count++;
	return zone;
}

const struct zone *
zones_utc(const struct zones *zones)
{
	return &zones->utc;
}

static int64_t
rule_secs(const struct rule *rule, int64_t year, int64_t offset_secs)
{
	int64_t first = day_of(year, rule->month, 1);
	int64_t next = day_next_month(first), day;
	int weekday = (int)((first % 7 + 7 + 4) %
	    7); /* 1970 began a Thursday */

	day = first + (rule->weekday - weekday + 7) % 7 + (rule->week - 1) * 7;
	while (day >= next)
		day -= 7;
	return day * DAY_SECS + rule->secs - offset_secs;
}

static int64_t
future_secs(const struct future *future, int64_t at_secs)
{
	int64_t year, begin, end;
	int month, day;
	bool is_summer;

	if (!future->has_summer)
		return future->usual_secs;
	date_of(floor_div(at_secs + future->usual_secs, DAY_SECS), &year,
	    &month, &day);
	begin = rule_secs(&future->begin, year, future->usual_secs);
	end = rule_secs(&future->end, year, future->summer_secs);
	is_summer = begin < end ? at_secs >= begin && at_secs < end
				: at_secs >= begin || at_secs < end;
	return is_summer ? future->summer_secs : future->usual_secs;
}

int64_t
zone_offset_ms(const struct zone *zone, int64_t wall_ms)
{
	int64_t secs = floor_div(wall_ms, 1000);
	unsigned low = 0, high = zone->count, middle;

	while (low < high) { /* how many changes are over */
		middle = (low + high) / 2;
		if (zone->changes[middle] <= secs)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->count && zone->has_future)
		return 1000 * future_secs(&zone->future, secs);
	return 1000 * zone->offsets[low];
}

int64_t
zone_day(const struct zone *zone, int64_t wall_ms)
{
	return floor_div(wall_ms + zone_offset_ms(zone, wall_ms), DAY_MS);
}

/* A day whose midnight does not exist begins when its clock is set. */
int64_t
zone_begin_ms(const struct zone *zone, int64_t day)
{
	int64_t low = day * DAY_MS - DAY_MS, high = day * DAY_MS + DAY_MS;
	int64_t middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (zone_day(zone, middle) >= day)
			high = middle;
		else
			low = middle;
	}
	return high;
}

int64_t
zone_moment_ms(const struct zone *zone, int64_t day, int64_t past_ms)
{
	int64_t shown = day * DAY_MS + past_ms, middle;
	int64_t before = shown - zone_offset_ms(zone, shown - DAY_MS);
	int64_t after = shown - zone_offset_ms(zone, shown + DAY_MS);
	int64_t low = after - 1, high = before;

	if (before <= after) /* the same, or the clock is put back: twice */
		return before + zone_offset_ms(zone, before) == shown ? before
								      : after;
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (middle + zone_offset_ms(zone, middle) >= shown)
			high = middle;
		else
			low = middle;
	}
	return high;
}

const char *
zone_name(const struct zone *zone)
{
	return zone->name;
}
