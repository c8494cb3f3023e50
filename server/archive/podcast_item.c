/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/podcast_priv.h"
#include "base/clock.h"
#include "base/text.h"
#include "spool/sidecar.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define HASH_BYTES   32
#define DATE_LETTERS 10 /* of an ISO time, */
#define TIME_AT      11 /* and where hours and minutes are */
#define TIME_LETTERS 5

/* Podcasts' apps go by what is before the slash. */
const char *
podcast_media_type(const char *media_type, const char *codecs)
{
	static const char *const pictures[] = { "theora", "vp8", "vp9", "av1" };

	if (media_type[0] == '\0')
		return "application/octet-stream";
	if (strcmp(media_type, "application/ogg") != 0)
		return media_type;
	for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
		if (strstr(codecs, pictures[i]) != NULL)
			return "video/ogg";
	}
	return "audio/ogg";
}

void
podcast_title(
    const struct recording_msg *row, const char *name, char *to, size_t size)
{
	char iso[CLOCK_ISO_BYTES];

	if (row->title[0] != '\0') {
		text_copy(to, size, row->title);
		return;
	}
	clock_iso(row->started_ms, iso);
	snprintf(to, size, "%s, %.*s %.*s UTC", name, DATE_LETTERS, iso,
	    TIME_LETTERS, iso + TIME_AT);
}

static void
put_address(
    struct bytes *out, const char *public_url, const struct recording_msg *row)
{
	bytes_format(out, "%s/archive/%s", public_url, row->id);
}

void
podcast_item_url(struct bytes *out, const char *public_url,
    const struct recording_msg *row, const char *extension)
{
	char iso[CLOCK_ISO_BYTES];

	clock_iso(row->started_ms, iso);
	put_address(out, public_url, row);
	bytes_text(out, "/");
	text_url_path(out, row->slug);
	bytes_format(out, "-%.*s-%.2s%.2s%.2s.%s", DATE_LETTERS, iso,
	    iso + TIME_AT, iso + TIME_AT + 3, iso + TIME_AT + 6, extension);
}

/* One of the files in which a recording can be had. */
struct choice {
	const char *extension, *type, *sha256;
	uint64_t bytes;
};

static struct choice
choice_of(const struct recording_msg *row)
{
	return (struct choice){ row->extension,
		podcast_media_type(row->media_type, row->codecs), row->sha256,
		row->bytes };
}

static struct choice
twin_of(const struct recording_msg *row)
{
	return (struct choice){ SIDECAR_TWIN, SIDECAR_TWIN_TYPE,
		row->twin_sha256, row->twin_bytes };
}

static void
put_enclosure(struct bytes *out, const struct podcast *podcast,
    const struct recording_msg *row, const struct choice *choice)
{
	struct bytes url = { 0 };

	podcast_item_url(&url, podcast->public_url, row, choice->extension);
	bytes_text(out, "<enclosure");
	podcast_attribute_bytes(out, "url", &url);
	bytes_format(out, " length=\"%" PRIu64 "\"", choice->bytes);
	podcast_attribute(out, "type", choice->type);
	bytes_text(out, "/>\n");
}

/* "sha256-" and base64 (W3C Subresource Integrity); false: not known. */
static bool
integrity(const char *hex, char text[64])
{
	uint8_t hash[HASH_BYTES];
	unsigned byte;

	if (strlen(hex) != sizeof(hash) * 2)
		return false;
	for (size_t i = 0; i < sizeof(hash); i++) {
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			return false;
		hash[i] = (uint8_t)byte;
	}
	strcpy(text, "sha256-");
	EVP_EncodeBlock((uint8_t *)text + strlen(text), hash, HASH_BYTES);
	return true;
}

static void
put_alternate(struct bytes *out, const struct podcast *podcast,
    const struct recording_msg *row, const struct choice *choice,
    bool is_enclosure)
{
	struct bytes url = { 0 };
	char sri[64];

	bytes_text(out, "<podcast:alternateEnclosure");
	podcast_attribute(out, "type", choice->type);
	bytes_format(out, " length=\"%" PRIu64 "\"", choice->bytes);
	if (row->duration_ms > 0)
		bytes_format(out, " bitrate=\"%" PRIu64 "\"",
		    choice->bytes * 8000 / (uint64_t)row->duration_ms);
	if (row->codecs[0] != '\0')
		podcast_attribute(out, "codecs", row->codecs);
	bytes_format(out, " default=\"%s\">\n<podcast:source",
	    is_enclosure ? "true" : "false");
	podcast_item_url(&url, podcast->public_url, row, choice->extension);
	podcast_attribute_bytes(out, "uri", &url);
	bytes_text(out, "/>\n");
	if (integrity(choice->sha256, sri)) {
		bytes_text(out, "<podcast:integrity type=\"sri\"");
		podcast_attribute(out, "value", sri);
		bytes_text(out, "/>\n");
	}
	bytes_text(out, "</podcast:alternateEnclosure>\n");
}

static void
put_chapters(struct bytes *out, const struct podcast *podcast,
    const struct recording_msg *row)
{
	struct bytes url = { 0 };

	if (row->chapters == 0)
		return;
	put_address(&url, podcast->public_url, row);
	bytes_text(&url, "/chapters.json");
	bytes_text(out, "<podcast:chapters");
	podcast_attribute_bytes(out, "url", &url);
	bytes_text(out, " type=\"application/json+chapters\"/>\n");
}

void
podcast_item(struct bytes *out, const struct podcast *podcast,
    const struct recording_msg *row)
{
	char title[TITLE_BYTES + NAME_BYTES], date[PODCAST_DATE_BYTES];
	struct choice own = choice_of(row), twin = twin_of(row);
	bool has_twin = row->twin_bytes > 0;
	struct bytes url = { 0 };

	bytes_text(out, "<item>\n");
	podcast_title(row, podcast->name, title, sizeof(title));
	podcast_element(out, "title", title);
	put_address(&url, podcast->public_url, row);
	bytes_append(&url, "", 1);
	podcast_element(out, "link", (const char *)url.data);
	bytes_free(&url);
	podcast_element(out, "description", row->description);
	bytes_format(out, "<guid isPermaLink=\"false\">%s</guid>\n", row->id);
	podcast_date(row->published_ms, date);
	podcast_element(out, "pubDate", date);
	put_enclosure(out, podcast, row, has_twin ? &twin : &own);
	if (row->duration_ms > 0)
		bytes_format(out,
		    "<itunes:duration>%" PRId64 "</itunes:duration>\n",
		    (row->duration_ms + 500) / 1000);
	bytes_text(out, "<itunes:explicit>false</itunes:explicit>\n");
	put_chapters(out, podcast, row);
	if (has_twin)
		put_alternate(out, podcast, row, &twin, true);
	put_alternate(out, podcast, row, &own, !has_twin);
	bytes_text(out, "</item>\n");
}
