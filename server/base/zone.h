/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * zone - days and months as people of a place have them.
 *
 * Read from the system's time zone files (RFC 8536) and not through TZ, which
 * the whole process shares. A day is a number, days since 1970-01-01, so that
 * dates are compared and added without hours; only here it becomes a moment.
 * Zones are kept by who loads them; one thread.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

#define ZONE_BYTES 64 /* a name with its NUL: "Europe/Brussels" */
#define DAY_BYTES  11 /* "2026-11-22" and its NUL */
#define DAY_MS     INT64_C(86400000)

struct zone;
struct zones;

struct zones *zones_new(void);
void zones_free(struct zones *); /* with all its zones */
/* Loaded once, lives as long as zones; NULL: there is no such zone. */
const struct zone *zones_find(struct zones *, const char *name);
const struct zone *zones_utc(const struct zones *);

/* What is added to UTC at that moment; a multiple of 5 minutes since 1972. */
int64_t zone_offset_ms(const struct zone *, int64_t wall_ms);
int64_t zone_day(const struct zone *, int64_t wall_ms);
int64_t zone_begin_ms(const struct zone *, int64_t day); /* its first moment */
/* The first moment of around that day when the clock shows so much past
 * midnight, or more where it jumps over that. */
int64_t zone_moment_ms(const struct zone *, int64_t day, int64_t past_ms);
const char *zone_name(const struct zone *); /* "" for UTC */

bool day_parse(const char *text, int64_t *day) MUST_CHECK;
void day_text(int64_t day, char text[DAY_BYTES]);
/* The first day of its month, and of the next one. */
int64_t day_month(int64_t day);
int64_t day_next_month(int64_t day);

#endif
