/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "words/figures.h"

#include <stdio.h>
#include <string.h>

#define NARROW_SPACE "\u202f" /* does not break */
#define FIXED_SPACE  "\u00a0"
#define SLOT_MS      UINT64_C(300000)
#define MOST_DIGITS  20 /* of 64 bits */

static const struct {
	const char *group, *decimal;
} styles[LANGUAGES] = {
	{ ",", "." },
	{ NARROW_SPACE, "," },
	{ ".", "," },
};

static const uint64_t powers[] = { 1, 1000, 1000000, 1000000000,
	UINT64_C(1000000000000), UINT64_C(1000000000000000) };

void
manner_begin(struct manner *manner, const char *language, const char *zone)
{
	manner->language = language_find(language);
	manner->zones = zones_new();
	manner->zone = zones_find(manner->zones, zone);
	manner->zone_name = zone;
	if (manner->zone == NULL) {
		manner->zone = zones_utc(manner->zones);
		manner->zone_name = "UTC";
	}
}

void
manner_end(struct manner *manner)
{
	zones_free(manner->zones);
}

/* The largest power of 1000 that is not above it. */
static unsigned
power_of(uint64_t largest, unsigned most)
{
	unsigned power = 0;

	while (power < most && largest >= powers[power + 1])
		power++;
	return power;
}

struct scale
scale_bytes(const struct manner *manner, uint64_t largest)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB",
		"PB" };
	static const char *const octets[] = { "o", "ko", "Mo", "Go", "To",
		"Po" };
	unsigned power = power_of(largest, 5);
	bool is_french = manner->language == LANGUAGE_FR;

	return (struct scale){ powers[power],
		is_french ? octets[power] : units[power] };
}

struct scale
scale_rate(uint64_t largest)
{
	static const char *const units[] = { "bit/s", "kbit/s", "Mbit/s",
		"Gbit/s", "Tbit/s" };
	unsigned power = power_of(largest, 4);

	return (struct scale){ powers[power], units[power] };
}

const char *
figure_count(const struct manner *manner, uint64_t value, char to[])
{
	char digits[MOST_DIGITS + 1];
	int len = snprintf(
	    digits, sizeof(digits), "%llu", (unsigned long long)value);
	size_t at = 0;
	int i;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			at += (size_t)snprintf(to + at, FIGURE_BYTES - at, "%s",
			    styles[manner->language].group);
		to[at++] = digits[i];
	}
	to[at] = '\0';
	return to;
}

const char *
figure_ratio(const struct manner *manner, uint64_t value, uint64_t divisor,
    unsigned decimals, char to[])
{
	static const uint64_t tens[] = { 1, 10, 100, 1000 };
	uint64_t whole = value / divisor;
	/* With a divisor of at most 10^15 this stays below 2^64. */
	uint64_t part = (value % divisor * tens[decimals] + divisor / 2) /
	    divisor;
	size_t len;

	if (part == tens[decimals]) {
		whole++;
		part = 0;
	}
	figure_count(manner, whole, to);
	len = strlen(to);
	if (decimals > 0)
		snprintf(to + len, FIGURE_BYTES - len, "%s%0*llu",
		    styles[manner->language].decimal, (int)decimals,
		    (unsigned long long)part);
	return to;
}

const char *
figure_part(const struct manner *manner, uint64_t value, uint64_t divisor,
    unsigned decimals, char to[])
{
	static const uint64_t tens[] = { 1, 10, 100, 1000 };
	char least[FIGURE_BYTES];

	if (value > 0 &&
	    value < (divisor + 2 * tens[decimals] - 1) / (2 * tens[decimals])) {
		figure_ratio(manner, 1, tens[decimals], decimals, least);
		snprintf(to, FIGURE_BYTES, "<" FIXED_SPACE "%.40s", least);
		return to;
	}
	return figure_ratio(manner, value, divisor, decimals, to);
}

static const char *
with_unit(
    const struct manner *manner, uint64_t value, struct scale scale, char to[])
{
	unsigned decimals = scale.divisor == 1 ? 0
	    : value / scale.divisor >= 100     ? 1
					       : 2;
	size_t len;

	figure_ratio(manner, value, scale.divisor, decimals, to);
	len = strlen(to);
	snprintf(to + len, FIGURE_BYTES - len, FIXED_SPACE "%s", scale.unit);
	return to;
}

const char *
figure_bytes(const struct manner *manner, uint64_t bytes, char to[])
{
	return with_unit(manner, bytes, scale_bytes(manner, bytes), to);
}

const char *
figure_rate(const struct manner *manner, uint64_t bps, char to[])
{
	return with_unit(manner, bps, scale_rate(bps), to);
}

const char *
figure_percent(
    const struct manner *manner, uint64_t part, uint64_t whole, char to[])
{
	const char *space = manner->language == LANGUAGE_EN ? "" : FIXED_SPACE;
	size_t len;

	if (whole == 0) {
		snprintf(to, FIGURE_BYTES, "\u2013");
		return to;
	}
	/* Hundredths of terabytes would leave 64 bits. */
	while (whole > UINT64_MAX / 1000000) {
		whole /= 2;
		part /= 2;
	}
	if (part / whole >= 10000)
		part = whole * 9999;
	figure_ratio(manner, part * 100, whole, 1, to);
	len = strlen(to);
	snprintf(to + len, FIGURE_BYTES - len, "%s%%", space);
	return to;
}

const char *
figure_average(
    const struct manner *manner, uint64_t listen_ms, uint64_t slots, char to[])
{
	return figure_ratio(
	    manner, listen_ms, (slots > 0 ? slots : 1) * SLOT_MS, 2, to);
}

const char *
figure_length(const struct manner *manner, uint64_t ms, char to[])
{
	const char *hour = manner->language == LANGUAGE_NL ? "u" : "h";
	uint64_t seconds = ms / 1000, minutes = seconds / 60;
	char hours[FIGURE_BYTES];

	if (minutes >= 60)
		snprintf(to, FIGURE_BYTES,
		    "%s" FIXED_SPACE "%s" FIXED_SPACE "%02u" FIXED_SPACE "min",
		    figure_count(manner, minutes / 60, hours), hour,
		    (unsigned)(minutes % 60));
	else if (minutes > 0)
		snprintf(to, FIGURE_BYTES,
		    "%u" FIXED_SPACE "min" FIXED_SPACE "%02u" FIXED_SPACE "s",
		    (unsigned)minutes, (unsigned)(seconds % 60));
	else
		snprintf(
		    to, FIGURE_BYTES, "%u" FIXED_SPACE "s", (unsigned)seconds);
	return to;
}

const char *
figure_change(const struct manner *manner, int64_t change, char to[])
{
	char amount[FIGURE_BYTES];
	uint64_t size = change < 0 ? 0 - (uint64_t)change : (uint64_t)change;

	snprintf(to, FIGURE_BYTES, "%s%s", change < 0 ? "\u2212" : "+",
	    figure_count(manner, size, amount));
	return to;
}
