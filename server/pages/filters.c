/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * How a value is written into a page. */
#include "pages/template_priv.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAST_MS INT64_C(253402300800000) /* the year 10000 */

struct filter {
	const char *name;
	void (*write)(const struct manner *, const json_t *, struct bytes *out);
};

const char *
value_text(const json_t *value, char number[FIGURE_BYTES])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_integer(value))
		snprintf(number, FIGURE_BYTES, "%lld",
		    (long long)json_integer_value(value));
	else if (json_is_real(value))
		snprintf(number, FIGURE_BYTES, "%g", json_real_value(value));
	else
		number[0] = '\0';
	return number;
}

static void
write_html(const struct manner *manner, const json_t *value, struct bytes *out)
{
	char number[FIGURE_BYTES];

	(void)manner;
	text_html(out, value_text(value, number));
}

/* Made by this server, not by people. */
static void
write_raw(const struct manner *manner, const json_t *value, struct bytes *out)
{
	char number[FIGURE_BYTES];

	(void)manner;
	bytes_text(out, value_text(value, number));
}

/* What text_url_path leaves may stand in an attribute, but for &. It stays a
 * path: neither another host ("//") nor a scheme ("javascript:"). */
static void
write_path(const struct manner *manner, const json_t *value, struct bytes *out)
{
	char number[FIGURE_BYTES];
	struct bytes path = { 0 };

	(void)manner;
	text_url_path(&path, value_text(value, number));
	for (size_t i = 0; i < path.len; i++) {
		char letter = (char)path.data[i];

		if (letter == ':')
			bytes_text(out, "%3A");
		else if (i == 1 && letter == '/' && path.data[0] == '/')
			bytes_text(out, "%2F");
		else
			text_html(out, (const char[]){ letter, '\0' });
	}
	bytes_free(&path);
}

/* One part of a path, or a value of a query. */
static void
write_url(const struct manner *manner, const json_t *value, struct bytes *out)
{
	char number[FIGURE_BYTES];
	const char *at = value_text(value, number);

	(void)manner;
	for (; *at != '\0'; at++) {
		unsigned char byte = (unsigned char)*at;

		if ((byte >= 'a' && byte <= 'z') ||
		    (byte >= 'A' && byte <= 'Z') ||
		    (byte >= '0' && byte <= '9') ||
		    strchr("-._~", byte) != NULL)
			bytes_append(out, at, 1);
		else
			bytes_format(out, "%%%02X", byte);
	}
}

static void
write_link(const struct manner *manner, const json_t *value, struct bytes *out)
{
	const char *text = json_string_value(value);

	(void)manner;
	if (text != NULL && text_is_web_url(text))
		text_html(out, text);
}

static void
write_json(const struct manner *manner, const json_t *value, struct bytes *out)
{
	char number[FIGURE_BYTES];
	struct bytes quoted = { 0 };

	(void)manner;
	text_json(&quoted, value_text(value, number));
	bytes_append(&quoted, "", 1);
	text_html(out, (const char *)quoted.data);
	bytes_free(&quoted);
}

static uint64_t
amount(const json_t *value)
{
	double real;

	if (json_is_integer(value))
		return json_integer_value(value) > 0
		    ? (uint64_t)json_integer_value(value)
		    : 0;
	real = json_number_value(value);
	return real > 0 && real < 1e18 ? (uint64_t)(real + 0.5) : 0;
}

#define FIGURE_FILTER(name, function)                                          \
	static void name(const struct manner *manner, const json_t *value,     \
	    struct bytes *out)                                                 \
	{                                                                      \
		char text[FIGURE_BYTES];                                       \
                                                                               \
		bytes_text(out, function(manner, amount(value), text));        \
	}

FIGURE_FILTER(write_number, figure_count)
FIGURE_FILTER(write_bytes, figure_bytes)
FIGURE_FILTER(write_rate, figure_rate)

/* 1:02:03, of milliseconds. */
static void
write_duration(
    const struct manner *manner, const json_t *value, struct bytes *out)
{
	uint64_t secs = amount(value) / 1000;

	(void)manner;
	if (secs >= 3600)
		bytes_format(out, "%llu:%02llu:%02llu",
		    (unsigned long long)(secs / 3600),
		    (unsigned long long)(secs / 60 % 60),
		    (unsigned long long)(secs % 60));
	else
		bytes_format(out, "%llu:%02llu",
		    (unsigned long long)(secs / 60),
		    (unsigned long long)(secs % 60));
}

/* Whole seconds of milliseconds. */
static void
write_seconds(
    const struct manner *manner, const json_t *value, struct bytes *out)
{
	(void)manner;
	bytes_format(out, "%llu", (unsigned long long)(amount(value) / 1000));
}

/* 2026-07-01T10:20:30Z, or the day alone. */
static bool
read_iso(const char *text, int64_t *wall_ms)
{
	char day[DAY_BYTES];
	unsigned hour, minute, second;
	int64_t number;

	if (strlen(text) < DAY_BYTES - 1)
		return false;
	memcpy(day, text, DAY_BYTES - 1);
	day[DAY_BYTES - 1] = '\0';
	if (!day_parse(day, &number))
		return false;
	*wall_ms = number * DAY_MS;
	if (sscanf(text + DAY_BYTES - 1, "T%2u:%2u:%2uZ", &hour, &minute,
		&second) == 3)
		*wall_ms += ((int64_t)hour * 3600 + minute * 60 + second) *
		    1000;
	return true;
}

/* Milliseconds since 1970, or ISO 8601 in UTC as the commands print it; in
 * years of four digits. */
static bool
read_moment(const json_t *value, int64_t *wall_ms)
{
	const char *text = json_string_value(value);

	*wall_ms = json_integer_value(value);
	return (text != NULL ? read_iso(text, wall_ms)
			     : json_is_integer(value)) &&
	    *wall_ms >= 0 && *wall_ms < LAST_MS;
}

static void
write_time_tag(const struct manner *manner, const json_t *value,
    const char *(*figure)(const struct manner *, int64_t, char[]),
    struct bytes *out)
{
	char text[FIGURE_BYTES], iso[CLOCK_ISO_BYTES];
	int64_t wall_ms;

	if (!read_moment(value, &wall_ms))
		return;
	clock_iso(wall_ms, iso);
	bytes_format(out, "<time datetime=\"%s\">%s</time>", iso,
	    figure(manner, wall_ms, text));
}

static const char *
figure_day_of(const struct manner *manner, int64_t wall_ms, char to[])
{
	return figure_day(manner, zone_day(manner->zone, wall_ms), to);
}

static void
write_date(const struct manner *manner, const json_t *value, struct bytes *out)
{
	write_time_tag(manner, value, figure_day_of, out);
}

/* A day that is one already, in no zone: 2026-11-22. */
static void
write_day(const struct manner *manner, const json_t *value, struct bytes *out)
{
	char text[FIGURE_BYTES];
	int64_t day;

	if (json_is_string(value) && day_parse(json_string_value(value), &day))
		bytes_format(out, "<time datetime=\"%s\">%s</time>",
		    json_string_value(value),
		    figure_table_day(manner, day, text));
}

static void
write_time(const struct manner *manner, const json_t *value, struct bytes *out)
{
	write_time_tag(manner, value, figure_time, out);
}

static void
write_when(const struct manner *manner, const json_t *value, struct bytes *out)
{
	write_time_tag(manner, value, figure_moment, out);
}

static const struct filter filters[] = {
	{ "", write_html },
	{ "html", write_raw },
	{ "path", write_path },
	{ "url", write_url },
	{ "link", write_link },
	{ "json", write_json },
	{ "number", write_number },
	{ "bytes", write_bytes },
	{ "rate", write_rate },
	{ "duration", write_duration },
	{ "seconds", write_seconds },
	{ "date", write_date },
	{ "day", write_day },
	{ "time", write_time },
	{ "when", write_when },
};

const struct filter *
filter_find(const char *name)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		if (strcmp(filters[i].name, name) == 0)
			return &filters[i];
	}
	return NULL;
}

void
filter_apply(const struct filter *filter, const struct manner *manner,
    const json_t *value, struct bytes *out)
{
	filter->write(manner, value, out);
}
