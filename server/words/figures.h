/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * figures - numbers, amounts and dates as a language writes them.
 *
 * Each function writes into a buffer of FIGURE_BYTES and returns it. Units are
 * SI: 1 MB (1 Mo in French) is 10^6 bytes. A scale is one unit for a whole
 * column or axis, so that its figures can be compared at a glance. Any thread.
 */
#ifndef WORDS_FIGURES_H
#define WORDS_FIGURES_H

#include "base/zone.h"
#include "words/words.h"

#include <stdint.h>

#define FIGURE_BYTES 96
#define HOUR_MS      UINT64_C(3600000)

struct manner {
	enum language language;
	struct zones *zones;     /* owned */
	const struct zone *zone; /* UTC when it is not known */
	const char *zone_name;
};

struct scale {
	uint64_t divisor;
	const char *unit;
};

struct calendar { /* a day number, as people say it */
	unsigned year, month, day, weekday;
};

/* language: en, fr, nl; zone as in base/zone.h. Both stay the caller's. */
void manner_begin(struct manner *, const char *language, const char *zone);
void manner_end(struct manner *);

struct scale scale_bytes(const struct manner *, uint64_t largest);
struct scale scale_rate(uint64_t largest);

const char *figure_count(const struct manner *, uint64_t, char to[]);
/* value / divisor, rounded to so many decimals. */
const char *figure_ratio(const struct manner *, uint64_t value,
    uint64_t divisor, unsigned decimals, char to[]);
/* The same, but what is more than nothing never looks like nothing. */
const char *figure_part(const struct manner *, uint64_t value, uint64_t divisor,
    unsigned decimals, char to[]);
const char *figure_bytes(const struct manner *, uint64_t, char to[]);
const char *figure_rate(const struct manner *, uint64_t bps, char to[]);
const char *figure_percent(
    const struct manner *, uint64_t part, uint64_t whole, char to[]);
/* Listening time as the average of listeners at a time, in so many slots of
 * five minutes. */
const char *figure_average(
    const struct manner *, uint64_t listen_ms, uint64_t slots, char to[]);
const char *figure_length(const struct manner *, uint64_t ms, char to[]);
const char *figure_change(const struct manner *, int64_t, char to[]);

struct calendar calendar_of(int64_t day);
const char *figure_day(const struct manner *, int64_t day, char to[]);
const char *figure_short_day(const struct manner *, int64_t day, char to[]);
/* With the weekday, for a table of days. */
const char *figure_table_day(const struct manner *, int64_t day, char to[]);
const char *figure_time(const struct manner *, int64_t wall_ms, char to[]);
const char *figure_moment(const struct manner *, int64_t wall_ms, char to[]);
const char *figure_short_moment(
    const struct manner *, int64_t wall_ms, char to[]);
/* "November 2026", or the first and the last day of it. */
const char *figure_period(
    const struct manner *, int64_t from_ms, int64_t to_ms, char to[]);
const char *figure_hour_range(const struct manner *, unsigned hour, char to[]);
/* ISO 8601, UTC. */
const char *figure_utc(int64_t wall_ms, char to[]);

#endif
