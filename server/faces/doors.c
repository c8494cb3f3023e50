/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The addresses that programs made for Icecast 2.4 and SHOUTcast ask, answered
 * as those do. A listener has no address here: it is not kept. */
#include "base/clock.h"
#include "base/text.h"
#include "faces/porter_priv.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define XML_TYPE  "text/xml; charset=utf-8"
#define TEXT_TYPE "text/plain; charset=utf-8"
#define PAGE_TYPE "text/html; charset=utf-8"

/* 2026-11-22T21:02:12Z, as the commands print times, in seconds. */
static time_t
seconds_of(const char *iso)
{
	struct tm tm = { 0 };

	return iso != NULL && strptime(iso, "%Y-%m-%dT%H:%M:%SZ", &tm) != NULL
	    ? timegm(&tm)
	    : 0;
}

static const char *
text_of(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text != NULL ? text : "";
}

static long long
number_of(const json_t *row, const char *name)
{
	return (long long)json_integer_value(json_object_get(row, name));
}

static void
put(struct bytes *out, const char *tag, const char *text)
{
	bytes_format(out, "<%s>", tag);
	text_xml(out, text);
	bytes_format(out, "</%s>", tag);
}

static void
put_number(struct bytes *out, const char *tag, long long number)
{
	bytes_format(out, "<%s>%lld</%s>", tag, number, tag);
}

/* Local time; the offset of the second has no colon. */
static void
put_start(struct bytes *out, const char *tag, time_t when)
{
	char text[64], iso_tag[64];
	struct tm tm;

	localtime_r(&when, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S %z", &tm);
	put(out, tag, text);
	snprintf(iso_tag, sizeof(iso_tag), "%s_iso8601", tag);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S%z", &tm);
	put(out, iso_tag, text);
}

static void
begin(struct bytes *out)
{
	bytes_text(out, "<?xml version=\"1.0\"?>\n");
}

static void
answer_xml(struct errand *errand, struct bytes *body)
{
	struct bytes lines = { 0 };

	bytes_text(body, "\n");
	answer_bytes(errand, 200, XML_TYPE, body, &lines);
}

void
doors_say(struct errand *errand, bool is_done, const char *text)
{
	struct bytes body = { 0 };

	begin(&body);
	bytes_text(&body, "<iceresponse>");
	put(&body, "message", text);
	put_number(&body, "return", is_done);
	bytes_text(&body, "</iceresponse>");
	answer_xml(errand, &body);
}

static const json_t *
mounts_of(const struct errand *errand)
{
	return json_object_get(json_object_get(errand->data, "air"), "mounts");
}

static void
open_source(struct bytes *out, const json_t *mount)
{
	bytes_text(out, "<source mount=\"");
	text_xml(out, text_of(mount, "mount"));
	bytes_text(out, "\">");
}

static void
put_address(struct bytes *out, const struct errand *errand, const char *mount)
{
	struct bytes url = { 0 };

	bytes_text(&url, errand->porter->conf->public_url);
	text_url_path(&url, mount);
	bytes_append(&url, "", 1);
	put(out, "listenurl", (const char *)url.data);
	bytes_free(&url);
}

static void
put_source(struct bytes *out, const struct errand *errand, const json_t *mount)
{
	open_source(out, mount);
	put(out, "audio_info", text_of(mount, "audio_info"));
	put_number(out, "bitrate", number_of(mount, "bitrate"));
	put_number(out, "channels", number_of(mount, "channels"));
	put(out, "genre", text_of(mount, "genre"));
	put_number(out, "listener_peak", number_of(mount, "peak"));
	put_number(out, "listeners", number_of(mount, "listeners"));
	put_address(out, errand, text_of(mount, "mount"));
	put(out, "max_listeners", "unlimited");
	put_number(out, "public",
	    json_is_true(json_object_get(mount, "hidden")) ? 0 : 1);
	put_number(out, "samplerate", number_of(mount, "sample_rate"));
	put(out, "server_description", text_of(mount, "description"));
	put(out, "server_name", text_of(mount, "name"));
	put(out, "server_type", text_of(mount, "type"));
	put(out, "server_url", text_of(mount, "link"));
	put_start(out, "stream_start", seconds_of(text_of(mount, "since")));
	put(out, "title", text_of(mount, "title"));
	put(out, "user_agent", text_of(mount, "encoder"));
	bytes_text(out, "</source>");
}

/* Whether the query leaves this one out. */
static bool
is_left_out(struct errand *errand, const json_t *mount)
{
	const char *only = errand_value(errand, "mount");

	return only != NULL && only[0] != '\0' &&
	    strcmp(only, text_of(mount, "mount")) != 0;
}

static void
put_global(struct bytes *out, const struct errand *errand)
{
	const struct conf *conf = errand->porter->conf;
	const json_t *mounts = mounts_of(errand);
	long long listeners = 0;

	for (size_t i = 0; i < json_array_size(mounts); i++)
		listeners += number_of(json_array_get(mounts, i), "listeners");
	put(out, "admin", conf->contact != NULL ? conf->contact : "");
	put(out, "host", conf->hostname);
	put_number(out, "listeners", listeners);
	put(out, "location", conf->location != NULL ? conf->location : "");
	put(out, "server_id", "all2all");
	put_start(
	    out, "server_start", (time_t)(errand->porter->started_ms / 1000));
	put_number(out, "sources", (long long)json_array_size(mounts));
}

void
doors_stats(struct errand *errand)
{
	const json_t *mounts = mounts_of(errand), *mount;
	struct bytes out = { 0 };

	begin(&out);
	bytes_text(&out, "<icestats>");
	put_global(&out, errand);
	for (size_t i = 0; i < json_array_size(mounts); i++) {
		mount = json_array_get(mounts, i);
		if (!is_left_out(errand, mount))
			put_source(&out, errand, mount);
	}
	bytes_text(&out, "</icestats>");
	answer_xml(errand, &out);
}

void
doors_mounts(struct errand *errand)
{
	const json_t *mounts = mounts_of(errand), *mount;
	struct bytes out = { 0 };

	begin(&out);
	bytes_text(&out, "<icestats>");
	for (size_t i = 0; i < json_array_size(mounts); i++) {
		mount = json_array_get(mounts, i);
		open_source(&out, mount);
		bytes_text(&out, "<fallback/>");
		put_number(&out, "listeners", number_of(mount, "listeners"));
		put_number(&out, "Connected",
		    (long long)(clock_wall_ms() / 1000 -
			seconds_of(text_of(mount, "since"))));
		put(&out, "content-type", text_of(mount, "type"));
		bytes_text(&out, "</source>");
	}
	bytes_text(&out, "</icestats>");
	answer_xml(errand, &out);
}

/* The shape of 2.4, with the attribute and elements that others add. */
static void
put_listener(struct bytes *out, const json_t *row)
{
	long long number = number_of(row, "number");

	bytes_format(out, "<listener id=\"%lld\"><IP>-</IP>", number);
	put(out, "UserAgent",
	    text_of(row, "agent")[0] != '\0' ? text_of(row, "agent")
					     : "Unknown");
	bytes_text(out, "<Referer/>");
	put_number(out, "lag", number_of(row, "lag_bytes"));
	put_number(out, "Connected", number_of(row, "seconds"));
	put_number(out, "ID", number);
	bytes_text(out, "</listener>");
}

void
doors_clients(struct errand *errand)
{
	const json_t *rows = json_object_get(
	    json_object_get(errand->data, "heard"), "listeners");
	struct bytes out = { 0 };

	begin(&out);
	bytes_text(&out, "<icestats><source mount=\"");
	text_xml(&out, errand_value(errand, "mount"));
	bytes_text(&out, "\">");
	put_number(&out, "Listeners", (long long)json_array_size(rows));
	put_number(&out, "listeners", (long long)json_array_size(rows));
	for (size_t i = 0; i < json_array_size(rows); i++)
		put_listener(&out, json_array_get(rows, i));
	bytes_text(&out, "</source></icestats>");
	answer_xml(errand, &out);
}

void
doors_kill_client(struct errand *errand)
{
	char text[64];

	snprintf(text, sizeof(text), "Client %.20s removed",
	    errand_value(errand, "id"));
	doors_say(errand, true, text);
}

void
doors_kill_source(struct errand *errand)
{
	doors_say(errand, true, "Source Removed");
}

/* SHOUTcast's: listeners, on air, peak, most, unique, bitrate, title; of the
 * first mount, or of the one that is named. */
static const json_t *
one_mount(struct errand *errand)
{
	const json_t *mounts = mounts_of(errand);

	for (size_t i = 0; i < json_array_size(mounts); i++) {
		if (!is_left_out(errand, json_array_get(mounts, i)))
			return json_array_get(mounts, i);
	}
	return NULL;
}

void
doors_seven(struct errand *errand)
{
	const json_t *mount = one_mount(errand);
	struct bytes out = { 0 }, lines = { 0 };
	long long listeners = number_of(mount, "listeners");

	bytes_format(&out, "<html><body>%lld,%d,%lld,0,%lld,%lld,", listeners,
	    mount != NULL, listeners, listeners, number_of(mount, "bitrate"));
	text_html(&out, text_of(mount, "title"));
	bytes_text(&out, "</body></html>\n");
	answer_bytes(errand, 200, PAGE_TYPE, &out, &lines);
}

void
doors_song(struct errand *errand)
{
	struct bytes out = { 0 }, lines = { 0 };

	bytes_text(&out, text_of(one_mount(errand), "title"));
	answer_bytes(errand, 200, TEXT_TYPE, &out, &lines);
}

static bool
wants_json(struct errand *errand)
{
	const char *wanted = errand_value(errand, "json");

	return wanted != NULL && strcmp(wanted, "1") == 0;
}

void
doors_shoutcast(struct errand *errand)
{
	const json_t *mount = one_mount(errand);
	struct bytes out = { 0 };

	if (wants_json(errand)) {
		answer_json(errand, 200,
		    json_pack("{s:I, s:i, s:I, s:s, s:s, s:s, s:s}",
			"currentlisteners",
			(json_int_t)number_of(mount, "listeners"),
			"streamstatus", mount != NULL, "bitrate",
			(json_int_t)number_of(mount, "bitrate"), "servergenre",
			text_of(mount, "genre"), "servertitle",
			text_of(mount, "name"), "songtitle",
			text_of(mount, "title"), "content",
			text_of(mount, "type")));
		return;
	}
	begin(&out);
	bytes_text(&out, "<SHOUTCASTSERVER>");
	put_number(&out, "CURRENTLISTENERS", number_of(mount, "listeners"));
	put_number(&out, "STREAMSTATUS", mount != NULL);
	put_number(&out, "BITRATE", number_of(mount, "bitrate"));
	put(&out, "SERVERGENRE", text_of(mount, "genre"));
	put(&out, "SERVERTITLE", text_of(mount, "name"));
	put(&out, "SONGTITLE", text_of(mount, "title"));
	put(&out, "CONTENT", text_of(mount, "type"));
	bytes_text(&out, "</SHOUTCASTSERVER>");
	answer_xml(errand, &out);
}
