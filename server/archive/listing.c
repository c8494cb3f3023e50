/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/listing.h"

#include "archive/podcast.h"
#include "base/clock.h"
#include "base/text.h"
#include "spool/sidecar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
put_text(struct bytes *out, const char *name, const char *value)
{
	bytes_format(out, "\"%s\":", name);
	text_json(out, value);
	bytes_text(out, ",");
}

static void
put_time(struct bytes *out, const char *name, int64_t wall_ms)
{
	char iso[CLOCK_ISO_BYTES];

	if (wall_ms == 0)
		return;
	clock_iso(wall_ms, iso);
	put_text(out, name, iso);
}

static void
put_chapters(struct bytes *out, const struct listing_item *item)
{
	if (item->chapters == NULL)
		return;
	bytes_text(out, "\"chapters\":[");
	for (size_t i = 0; i < item->chapter_count; i++) {
		bytes_format(out,
		    "%s{\"at_ms\":%" PRId64 ",\"title\":", i > 0 ? "," : "",
		    item->chapters[i].at_ms);
		text_json(out, item->chapters[i].title);
		bytes_text(out, "}");
	}
	bytes_text(out, "],");
}

static void
put_addresses(
    struct bytes *out, const struct recording_msg *row, const char *public_url)
{
	struct bytes url = { 0 };

	podcast_item_url(&url, public_url, row, row->extension);
	bytes_append(&url, "", 1);
	put_text(out, "url", (const char *)url.data);
	bytes_free(&url);
	bytes_format(&url, "%s/archive/%s.json", public_url, row->id);
	bytes_append(&url, "", 1);
	put_text(out, "facts_url", (const char *)url.data);
	bytes_free(&url);
	if (row->chapters == 0)
		return;
	bytes_format(&url, "%s/archive/%s/chapters.json", public_url, row->id);
	bytes_append(&url, "", 1);
	put_text(out, "chapters_url", (const char *)url.data);
	bytes_free(&url);
}

static void
put_twin(
    struct bytes *out, const struct recording_msg *row, const char *public_url)
{
	struct bytes url = { 0 };

	if (row->twin_bytes == 0)
		return;
	podcast_item_url(&url, public_url, row, SIDECAR_TWIN);
	bytes_append(&url, "", 1);
	bytes_text(out, "\"twin\":{");
	put_text(out, "url", (const char *)url.data);
	bytes_free(&url);
	put_text(out, "media_type", SIDECAR_TWIN_TYPE);
	put_text(out, "sha256", row->twin_sha256);
	bytes_format(out, "\"bytes\":%" PRIu64 "},", row->twin_bytes);
}

void
listing_member(
    struct bytes *out, const struct listing_item *item, const char *public_url)
{
	const struct recording_msg *row = item->row;
	char title[TITLE_BYTES + NAME_BYTES];

	bytes_text(out, "{");
	put_text(out, "id", row->id);
	put_text(out, "member", row->slug);
	put_text(out, "mount", row->mount);
	podcast_title(row, item->name, title, sizeof(title));
	put_text(out, "title", title);
	put_text(out, "description", row->description);
	put_time(out, "started", row->started_ms);
	put_time(out, "ended", row->ended_ms);
	put_time(out, "published", row->published_ms);
	bytes_format(out, "\"duration_ms\":%" PRId64 ",\"bytes\":%" PRIu64 ",",
	    row->duration_ms, row->bytes);
	put_text(out, "media_type",
	    podcast_media_type(row->media_type, row->codecs));
	put_text(out, "codecs", row->codecs);
	put_text(out, "sha256", row->sha256);
	put_addresses(out, row, public_url);
	put_twin(out, row, public_url);
	put_chapters(out, item);
	bytes_format(out, "\"chapter_count\":%u}", row->chapters);
}

void
listing_item(
    struct bytes *out, const struct listing_item *item, const char *public_url)
{
	bytes_text(out, "{\"schema\":1,\"recording\":");
	listing_member(out, item, public_url);
	bytes_text(out, "}\n");
}

void
listing_chapters(struct bytes *out, const struct listing_item *item)
{
	char title[TITLE_BYTES + NAME_BYTES];

	podcast_title(item->row, item->name, title, sizeof(title));
	bytes_text(out, "{\"version\":\"1.2.0\",");
	put_text(out, "title", title);
	put_text(out, "podcastName", item->name);
	bytes_text(out, "\"chapters\":[");
	for (size_t i = 0; i < item->chapter_count; i++) {
		bytes_format(out, "%s{\"startTime\":%" PRId64 ".%03u,",
		    i > 0 ? "," : "", item->chapters[i].at_ms / 1000,
		    (unsigned)(item->chapters[i].at_ms % 1000));
		bytes_text(out, "\"title\":");
		text_json(out, item->chapters[i].title);
		bytes_text(out, "}");
	}
	bytes_text(out, "]}\n");
}

void
cursor_format(const struct recording_msg *row, char cursor[CURSOR_BYTES])
{
	snprintf(
	    cursor, CURSOR_BYTES, "%" PRId64 "-%s", row->published_ms, row->id);
}

bool
cursor_parse(
    const char *cursor, int64_t *before_ms, char below_id[RECORDING_ID_BYTES])
{
	char *end;

	if (*cursor < '0' || *cursor > '9')
		return false;
	*before_ms = strtoll(cursor, &end, 10);
	if (*end != '-' || strlen(end + 1) == 0 ||
	    strlen(end + 1) >= RECORDING_ID_BYTES)
		return false;
	text_copy(below_id, RECORDING_ID_BYTES, end + 1);
	return true;
}
