/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/clock.h"
#include "finish/webm_front.h"
#include "format/webm_priv.h"

#include <string.h>
#include <strings.h>

#define ID_TAG       0x7373
#define ID_TARGETS   0x63c0
#define ID_TRACK_UID 0x63c5
#define ID_SIMPLE    0x67c8
#define ID_NAME      0x45a3
#define ID_STRING    0x4487
#define DATE_LETTERS 10

static bool
is_of_all(const struct ebml_child *tag)
{
	struct ebml_span span = { tag->data, tag->len }, targets;
	struct ebml_child child, target;

	while (ebml_next(&span, &child)) {
		targets = (struct ebml_span){ child.data, child.len };
		while (child.id == ID_TARGETS && ebml_next(&targets, &target)) {
			if (target.id == ID_TRACK_UID)
				return false;
		}
	}
	return true;
}

static bool
is_named(const struct ebml_child *simple, const char *name)
{
	struct ebml_span span = { simple->data, simple->len };
	size_t len = strlen(name);
	struct ebml_child child;

	while (ebml_next(&span, &child)) {
		if (child.id == ID_NAME)
			return child.len >= len &&
			    strncasecmp((const char *)child.data, name, len) ==
			    0;
	}
	return false;
}

/* Of a file with several titles the first is none; and what the recording says
 * of itself is not said twice. */
static bool
is_replaced(const struct webm_front *front, const struct ebml_child *simple)
{
	const struct finish_job *job = front->job;
	bool has_many = front->facts->chapter_count > 1;

	return ((has_many || job->title[0] != '\0') &&
		   is_named(simple, "TITLE")) ||
	    ((has_many || job->artist[0] != '\0') &&
		is_named(simple, "ARTIST")) ||
	    (job->started_ms > 0 && is_named(simple, "DATE"));
}

static void
put_tag(struct bytes *to, const struct webm_front *front,
    const struct ebml_child *tag)
{
	struct ebml_span span = { tag->data, tag->len };
	bool is_all = is_of_all(tag), has_any = false;
	struct bytes body = { 0 };
	struct ebml_child child;

	while (ebml_next(&span, &child)) {
		if (is_all && child.id == ID_SIMPLE &&
		    is_replaced(front, &child))
			continue;
		bytes_append(&body, child.whole, child.whole_len);
		has_any |= child.id == ID_SIMPLE;
	}
	if (has_any)
		ebml_put(to, ID_TAG, body.data, body.len);
	bytes_free(&body);
}

static void
put_simple(struct bytes *to, const char *name, const char *value)
{
	struct bytes simple = { 0 };

	if (value[0] == '\0')
		return;
	ebml_put(&simple, ID_NAME, name, strlen(name));
	ebml_put(&simple, ID_STRING, value, strlen(value));
	ebml_put(to, ID_SIMPLE, simple.data, simple.len);
	bytes_free(&simple);
}

/* Whose the recording is, and of which day. */
static void
put_own(struct bytes *to, const struct finish_job *job)
{
	char date[CLOCK_ISO_BYTES] = "";
	struct bytes body = { 0 };
	size_t empty;

	ebml_put(&body, ID_TARGETS, "", 0);
	empty = body.len;
	if (job->started_ms > 0)
		clock_iso(job->started_ms, date);
	date[DATE_LETTERS] = '\0';
	put_simple(&body, "ARTIST", job->artist);
	put_simple(&body, "DATE_RECORDED", date);
	if (body.len > empty)
		ebml_put(to, ID_TAG, body.data, body.len);
	bytes_free(&body);
}

void
webm_front_tags(struct bytes *to, const struct webm_front *front,
    const struct ebml_child *tags)
{
	struct ebml_span span = { tags->data, tags->len };
	struct bytes body = { 0 };
	struct ebml_child child;

	while (ebml_next(&span, &child)) {
		if (child.id == ID_TAG)
			put_tag(&body, front, &child);
	}
	put_own(&body, front->job);
	if (body.len > 0)
		ebml_put(to, WEBM_TAGS, body.data, body.len);
	bytes_free(&body);
}
