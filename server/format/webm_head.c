/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/webm_priv.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_SCALE 1000000 /* ns */
#define MOST_SCALE    1000000000

enum head_id {
	ID_EBML_VERSION = 0x4286,
	ID_EBML_READ_VERSION = 0x42f7,
	ID_MOST_ID = 0x42f2,
	ID_MOST_SIZE = 0x42f3,
	ID_DOC_TYPE = 0x4282,
	ID_DOC_VERSION = 0x4287,
	ID_DOC_READ_VERSION = 0x4285,
	ID_SCALE = 0x2ad7b1,
	ID_MUXING_APP = 0x4d80,
	ID_WRITING_APP = 0x5741,
	ID_DATE = 0x4461,
	ID_TITLE = 0x7ba9,
	ID_TRACK_ENTRY = 0xae,
	ID_TRACK_NUMBER = 0xd7,
	ID_TRACK_TYPE = 0x83,
	ID_CODEC = 0x86,
	ID_FRAME_NS = 0x23e383,
	ID_VIDEO = 0xe0,
	ID_WIDTH = 0xb0,
	ID_HEIGHT = 0xba,
	ID_AUDIO = 0xe1,
	ID_RATE = 0xb5,
	ID_CHANNELS = 0x9f,
	ID_SAMPLE_BITS = 0x6264,
	ID_ENCODINGS = 0x6d80,
};

void
webm_head_reset(struct webm_head *head)
{
	for (size_t i = 0; i < head->count; i++)
		bytes_free(&head->track[i].made_setup);
	bytes_free(&head->info);
	bytes_free(&head->tracks);
	bytes_free(&head->tags);
	memset(head, 0, sizeof(*head));
	head->scale = DEFAULT_SCALE;
	head->join = WEBM_NO_TRACK;
}

bool
webm_head_ebml(const uint8_t *bytes, size_t len, const char **why)
{
	struct ebml_span span = { bytes, len };
	struct ebml_child child;

	while (ebml_next(&span, &child)) {
		if (child.len == 0)
			continue;
		if ((child.id == ID_MOST_ID && ebml_uint(&child) > 4) ||
		    (child.id == ID_MOST_SIZE && ebml_uint(&child) > 8)) {
			*why = "this Matroska stream has ids or sizes that are "
			       "too long";
			return false;
		}
		if (child.id == ID_DOC_TYPE && !ebml_text_is(&child, "webm") &&
		    !ebml_text_is(&child, "matroska")) {
			*why = "this is EBML, but neither WebM nor Matroska";
			return false;
		}
	}
	*why = "the EBML header of this stream is damaged";
	return span.len == 0;
}

bool
webm_head_info(
    struct webm_head *head, const uint8_t *bytes, size_t len, const char **why)
{
	struct ebml_span span = { bytes, len };
	struct ebml_child child;

	while (ebml_next(&span, &child)) {
		if (child.id != ID_SCALE || child.len == 0)
			continue;
		head->scale = ebml_uint(&child);
		if (head->scale == 0 || head->scale > MOST_SCALE) {
			*why = "the TimestampScale of this stream makes no "
			       "sense";
			return false;
		}
	}
	bytes_eat(&head->info, head->info.len);
	bytes_append(&head->info, bytes, len);
	*why = "the segment information of this stream is damaged";
	return span.len == 0;
}

static unsigned
small_uint(const struct ebml_child *child)
{
	uint64_t value = ebml_uint(child);

	return value > UINT32_MAX ? 0 : (unsigned)value;
}

/* Video and Audio have no id in common. */
static bool
read_picture_and_sound(struct webm_track *track, struct ebml_span span)
{
	struct ebml_child child;
	double rate;

	while (ebml_next(&span, &child)) {
		if (child.len == 0)
			continue;
		switch (child.id) {
		case ID_WIDTH:
			track->width = small_uint(&child);
			break;
		case ID_HEIGHT:
			track->height = small_uint(&child);
			break;
		case ID_RATE:
			rate = ebml_float(&child);
			track->rate = rate >= 1 && rate <= 1e7 ? (unsigned)rate
							       : 0;
			break;
		case ID_CHANNELS:
			track->channels = small_uint(&child);
			break;
		case ID_SAMPLE_BITS:
			track->sample_bits = small_uint(&child);
			break;
		}
	}
	return span.len == 0;
}

static bool
read_track_child(struct webm_track *track, const uint8_t *bytes,
    const struct ebml_child *child)
{
	switch (child->id) {
	case ID_TRACK_NUMBER:
		track->number = ebml_uint(child);
		break;
	case ID_TRACK_TYPE:
		track->type = ebml_uint(child);
		break;
	case ID_CODEC:
		snprintf(track->codec_id, sizeof(track->codec_id), "%.*s",
		    child->len < sizeof(track->codec_id)
			? (int)child->len
			: (int)sizeof(track->codec_id),
		    (const char *)child->data);
		break;
	case WEBM_CODEC_PRIVATE:
		track->setup = (size_t)(child->data - bytes);
		track->setup_len = child->len;
		break;
	case ID_FRAME_NS:
		track->frame_ns = ebml_uint(child);
		break;
	case ID_ENCODINGS:
		track->is_encoded = true;
		break;
	case ID_AUDIO:
		track->rate = 8000; /* RFC 9559 section 5.1.4.1.29 */
		track->channels = 1;
		/* FALLTHROUGH */
	case ID_VIDEO:
		return read_picture_and_sound(
		    track, (struct ebml_span){ child->data, child->len });
	}
	return true;
}

/* Lengths before NAL units: avcC and hvcC, ISO/IEC 14496-15 sections 5.3.3 and
 * 8.3.3. */
static void
settle_codec(struct webm_head *head, struct webm_track *track)
{
	const uint8_t *setup = head->tracks.data + track->setup;
	bool is_avc;
	size_t at;

	track->codec = webm_codec_of(track->codec_id);
	is_avc = strcmp(track->codec->name, "h264") == 0;
	at = is_avc ? 4 : 21;
	track->length_bytes = 4;
	if (track->setup_len > at)
		track->length_bytes = (setup[at] & 3u) + 1;
	track->is_annex_b = is_avc && track->setup_len == 0 &&
	    !track->is_encoded;
}

static bool
read_track(struct webm_head *head, const struct ebml_child *entry)
{
	struct webm_track *track = &head->track[head->count++];
	struct ebml_span span = { entry->data, entry->len };
	struct ebml_child child;

	memset(track, 0, sizeof(*track));
	track->codec = webm_codec_of("");
	track->entry = (size_t)(entry->data - head->tracks.data);
	track->entry_len = entry->len;
	while (ebml_next(&span, &child)) {
		if (child.len > 0 &&
		    !read_track_child(track, head->tracks.data, &child))
			return false;
	}
	settle_codec(head, track);
	return span.len == 0 && track->number != 0;
}

static size_t
find_type(const struct webm_head *head, enum webm_type type)
{
	for (size_t i = 0; i < head->count; i++)
		if (head->track[i].type == type)
			return i;
	return WEBM_NO_TRACK;
}

bool
webm_head_tracks(
    struct webm_head *head, const uint8_t *bytes, size_t len, const char **why)
{
	struct ebml_span span;
	struct ebml_child child;

	bytes_append(&head->tracks, bytes, len);
	span.at = head->tracks.data;
	span.len = head->tracks.len;
	*why = "the tracks of this stream are damaged";
	while (ebml_next(&span, &child)) {
		if (child.id != ID_TRACK_ENTRY)
			continue;
		if (head->count == WEBM_TRACKS) {
			*why = "this stream has more than 8 tracks";
			return false;
		}
		if (!read_track(head, &child))
			return false;
	}
	if (span.len > 0)
		return false;
	head->join = find_type(head, WEBM_VIDEO);
	if (head->join == WEBM_NO_TRACK)
		head->join = find_type(head, WEBM_AUDIO);
	*why = "this stream has neither a picture nor sound";
	return head->join != WEBM_NO_TRACK;
}

bool
webm_head_has_video(const struct webm_head *head)
{
	return head->join != WEBM_NO_TRACK &&
	    head->track[head->join].type == WEBM_VIDEO;
}

static bool
is_same_setup(const struct webm_head *a, const struct webm_track *one,
    const struct webm_head *b, const struct webm_track *other)
{
	struct ebml_span x = { one->made_setup.data, one->made_setup.len };
	struct ebml_span y = { other->made_setup.data, other->made_setup.len };

	if (x.len == 0 && one->setup_len > 0)
		x = (struct ebml_span){ a->tracks.data + one->setup,
			one->setup_len };
	if (y.len == 0 && other->setup_len > 0)
		y = (struct ebml_span){ b->tracks.data + other->setup,
			other->setup_len };
	return x.len == y.len && (x.len == 0 || memcmp(x.at, y.at, x.len) == 0);
}

bool
webm_head_same(const struct webm_head *a, const struct webm_head *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct webm_track *one = &a->track[i];
		const struct webm_track *other = &b->track[i];

		if (one->number != other->number || one->type != other->type ||
		    strcmp(one->codec_id, other->codec_id) != 0 ||
		    one->is_encoded || other->is_encoded ||
		    one->is_annex_b != other->is_annex_b ||
		    one->rate != other->rate ||
		    one->channels != other->channels ||
		    one->sample_bits != other->sample_bits)
			return false;
		if (!one->codec->setup_changes &&
		    !is_same_setup(a, one, b, other))
			return false;
	}
	return true;
}

bool
webm_head_is_webm(const struct webm_head *head)
{
	for (size_t i = 0; i < head->count; i++)
		if (!head->track[i].codec->is_webm)
			return false;
	return true;
}

static void
put_text(struct bytes *to, uint32_t id, const char *text)
{
	ebml_put(to, id, text, strlen(text));
}

static void
put_ebml(const struct webm_head *head, struct bytes *to)
{
	struct bytes payload = { 0 };

	ebml_put_uint(&payload, ID_EBML_VERSION, 1);
	ebml_put_uint(&payload, ID_EBML_READ_VERSION, 1);
	ebml_put_uint(&payload, ID_MOST_ID, 4);
	ebml_put_uint(&payload, ID_MOST_SIZE, 8);
	put_text(&payload, ID_DOC_TYPE,
	    webm_head_is_webm(head) ? "webm" : "matroska");
	ebml_put_uint(&payload, ID_DOC_VERSION, 4);
	ebml_put_uint(&payload, ID_DOC_READ_VERSION, 2);
	ebml_put(to, WEBM_EBML, payload.data, payload.len);
	bytes_free(&payload);
}

/* Duration, which is not known, and the ids that tie files together stay out.
 */
static void
put_info(const struct webm_head *head, uint64_t scale, struct bytes *to)
{
	struct ebml_span span = { head->info.data, head->info.len };
	struct bytes payload = { 0 };
	struct ebml_child child;
	bool has_app = false;

	ebml_put_uint(&payload, ID_SCALE, scale);
	put_text(&payload, ID_MUXING_APP, "all2all");
	while (ebml_next(&span, &child)) {
		if (child.id == ID_WRITING_APP)
			has_app = true;
		if (child.id == ID_WRITING_APP || child.id == ID_DATE ||
		    child.id == ID_TITLE)
			bytes_append(&payload, child.whole, child.whole_len);
	}
	if (!has_app)
		put_text(&payload, ID_WRITING_APP, "all2all");
	ebml_put(to, WEBM_INFO, payload.data, payload.len);
	bytes_free(&payload);
}

static void
put_tracks(const struct webm_head *head, struct bytes *to)
{
	struct bytes payload = { 0 }, entry = { 0 };

	for (size_t i = 0; i < head->count; i++) {
		const struct webm_track *track = &head->track[i];

		bytes_append(
		    &entry, head->tracks.data + track->entry, track->entry_len);
		if (track->made_setup.len > 0)
			ebml_put(&entry, WEBM_CODEC_PRIVATE,
			    track->made_setup.data, track->made_setup.len);
		ebml_put(&payload, ID_TRACK_ENTRY, entry.data, entry.len);
		bytes_eat(&entry, entry.len);
	}
	ebml_put(to, WEBM_TRACKS_ID, payload.data, payload.len);
	bytes_free(&payload);
	bytes_free(&entry);
}

void
webm_head_write(const struct webm_head *head, uint64_t scale, struct bytes *to)
{
	put_ebml(head, to);
	ebml_put_header(to, WEBM_SEGMENT, EBML_UNKNOWN);
	put_info(head, scale, to);
	put_tracks(head, to);
	bytes_append(to, head->tags.data, head->tags.len);
}

bool
webm_head_read(struct webm_head *head, const uint8_t *bytes, size_t len)
{
	struct ebml_span span = { bytes, len };
	struct ebml_child child;
	struct ebml segment;
	const char *why;

	webm_head_reset(head);
	if (!ebml_next(&span, &child) ||
	    ebml_read(&segment, span.at, span.len) != EBML_FOUND)
		return false;
	span.at += segment.header_bytes;
	span.len -= segment.header_bytes;
	while (ebml_next(&span, &child)) {
		if (child.id == WEBM_INFO &&
		    !webm_head_info(head, child.data, child.len, &why))
			return false;
		if (child.id == WEBM_TRACKS_ID &&
		    !webm_head_tracks(head, child.data, child.len, &why))
			return false;
	}
	return head->count > 0 && head->scale > 0;
}
