/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/webm_front.h"

#include "base/text.h"
#include "format/webm_priv.h"

#include <string.h>

#define ID_SEEK          0x4dbb
#define ID_SEEK_ID       0x53ab
#define ID_SEEK_POSITION 0x53ac
#define ID_DURATION      0x4489
#define ID_TITLE         0x7ba9
#define ID_CUE_POINT     0xbb
#define ID_CUE_TIME      0xb3
#define ID_CUE_PLACE     0xb7
#define ID_CUE_TRACK     0xf7
#define ID_CUE_CLUSTER   0xf1
#define ID_EDITION       0x45b9
#define ID_ATOM          0xb6
#define ID_ATOM_UID      0x73c4
#define ID_ATOM_START    0x91
#define ID_ATOM_END      0x92
#define ID_DISPLAY       0x80
#define ID_DISPLAY_TEXT  0x85
#define ID_DISPLAY_LANG  0x437c
#define MS_NS            1000000
#define PARTS            5

/* Eight bytes always, so that a place does not move what stands behind it. */
static void
put_place(struct bytes *to, uint32_t id, uint64_t value)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (56 - 8 * i));
	ebml_put(to, id, bytes, sizeof(bytes));
}

static void
put_double(struct bytes *to, uint32_t id, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put_place(to, id, bits);
}

static void
put_whole(struct bytes *to, uint32_t id, struct bytes *body)
{
	ebml_put(to, id, body->data, body->len);
	bytes_free(body);
}

static void
put_info(struct bytes *to, const struct webm_front *front,
    const struct ebml_child *info)
{
	bool keeps_title = front->job->title[0] == '\0' &&
	    front->facts->chapter_count <= 1;
	struct ebml_span span = { info->data, info->len };
	struct ebml_child child;
	struct bytes body = { 0 };

	while (ebml_next(&span, &child)) {
		if (child.id != ID_DURATION &&
		    (child.id != ID_TITLE || keeps_title))
			bytes_append(&body, child.whole, child.whole_len);
	}
	put_double(&body, ID_DURATION, front->duration_ticks);
	if (front->job->title[0] != '\0')
		ebml_put(&body, ID_TITLE, front->job->title,
		    strlen(front->job->title));
	put_whole(to, WEBM_INFO, &body);
}

static void
put_atom(struct bytes *to, size_t number, int64_t from_ms, int64_t to_ms,
    const char *title)
{
	struct bytes atom = { 0 }, display = { 0 };

	ebml_put_uint(&atom, ID_ATOM_UID, number + 1);
	ebml_put_uint(&atom, ID_ATOM_START, (uint64_t)from_ms * MS_NS);
	ebml_put_uint(&atom, ID_ATOM_END, (uint64_t)to_ms * MS_NS);
	ebml_put(&display, ID_DISPLAY_TEXT, title, strlen(title));
	ebml_put(&display, ID_DISPLAY_LANG, "und", 3);
	put_whole(&atom, ID_DISPLAY, &display);
	put_whole(to, ID_ATOM, &atom);
}

static void
put_chapters(struct bytes *to, const struct finish_facts *facts)
{
	struct bytes edition = { 0 }, all = { 0 };
	const struct finish_mark *chapters = facts->chapters;
	size_t count = facts->chapter_count;

	for (size_t i = 0; i < count; i++)
		put_atom(&edition, i, chapters[i].at_ms,
		    i + 1 < count ? chapters[i + 1].at_ms : facts->duration_ms,
		    chapters[i].title);
	if (count > 0) {
		put_whole(&all, ID_EDITION, &edition);
		put_whole(to, WEBM_CHAPTERS, &all);
	}
}

/* clusters: where they begin, from the segment's first byte on. */
static void
put_cues(struct bytes *to, const struct webm_front *front, uint64_t clusters)
{
	struct bytes cues = { 0 }, point = { 0 }, place = { 0 };

	for (size_t i = 0; i < front->cue_count; i++) {
		ebml_put_uint(&place, ID_CUE_TRACK, front->track);
		put_place(
		    &place, ID_CUE_CLUSTER, clusters + front->cues[i].byte);
		ebml_put_uint(&point, ID_CUE_TIME, front->cues[i].ticks);
		put_whole(&point, ID_CUE_PLACE, &place);
		put_whole(&cues, ID_CUE_POINT, &point);
	}
	if (front->cue_count > 0)
		put_whole(to, WEBM_CUES, &cues);
}

struct part {
	uint32_t id;
	struct bytes bytes;
};

static void
put_seek(struct bytes *to, uint32_t id, uint64_t place)
{
	const uint8_t coded[4] = { (uint8_t)(id >> 24), (uint8_t)(id >> 16),
		(uint8_t)(id >> 8), (uint8_t)id };
	struct bytes seek = { 0 };

	ebml_put(&seek, ID_SEEK_ID, coded, sizeof(coded));
	put_place(&seek, ID_SEEK_POSITION, place);
	put_whole(to, ID_SEEK, &seek);
}

static void
put_seek_head(struct bytes *to, const struct part *parts, uint64_t place)
{
	struct bytes seeks = { 0 };

	for (unsigned i = 0; i < PARTS; i++) {
		if (parts[i].bytes.len > 0)
			put_seek(&seeks, parts[i].id, place);
		place += parts[i].bytes.len;
	}
	put_whole(to, WEBM_SEEK_HEAD, &seeks);
}

/* The parts, and the head of them with right places: its own length and that
 * of the cues depend on no place. */
static void
put_segment(struct bytes *to, const struct webm_front *front,
    struct part *parts, struct bytes *ebml)
{
	struct bytes seek_head = { 0 };
	uint64_t len, first;

	put_seek_head(&seek_head, parts, 0);
	len = first = seek_head.len;
	for (unsigned i = 0; i < PARTS; i++)
		len += parts[i].bytes.len;
	bytes_free(&parts[PARTS - 1].bytes);
	put_cues(&parts[PARTS - 1].bytes, front, len);
	bytes_eat(&seek_head, seek_head.len);
	put_seek_head(&seek_head, parts, first);
	bytes_append(to, ebml->data, ebml->len);
	ebml_put_header(to, WEBM_SEGMENT, len + front->cluster_bytes);
	bytes_append(to, seek_head.data, seek_head.len);
	for (unsigned i = 0; i < PARTS; i++)
		bytes_append(to, parts[i].bytes.data, parts[i].bytes.len);
	bytes_free(&seek_head);
}

/* An atom of an edition, as put_atom() makes it. */
static void
take_atom(const struct ebml_child *atom, struct finish_facts *facts)
{
	struct ebml_span span = { atom->data, atom->len }, texts;
	char title[FINISH_TITLE_BYTES] = "";
	struct ebml_child child, text;
	uint64_t start = 0;

	while (ebml_next(&span, &child)) {
		if (child.id == ID_ATOM_START)
			start = ebml_uint(&child);
		if (child.id != ID_DISPLAY)
			continue;
		texts = (struct ebml_span){ child.data, child.len };
		while (ebml_next(&texts, &text)) {
			if (text.id == ID_DISPLAY_TEXT)
				text_clean(title, sizeof(title),
				    (const char *)text.data,
				    ebml_text_length(&text));
		}
	}
	if (title[0] != '\0' && start / MS_NS <= INT32_MAX)
		finish_add_chapter(facts, (int64_t)(start / MS_NS), title);
}

static void
take_chapters(const struct ebml_child *chapters, struct finish_facts *facts)
{
	struct ebml_span span = { chapters->data, chapters->len }, atoms;
	struct ebml_child edition, atom;

	while (ebml_next(&span, &edition)) {
		if (edition.id != ID_EDITION)
			continue;
		atoms = (struct ebml_span){ edition.data, edition.len };
		while (ebml_next(&atoms, &atom)) {
			if (atom.id == ID_ATOM)
				take_atom(&atom, facts);
		}
	}
}

bool
webm_front_chapters(struct view *view, struct finish_facts *facts)
{
	size_t len = view->size < VIEW_BYTES ? (size_t)view->size : VIEW_BYTES;
	const uint8_t *bytes = view_look(view, 0, len);
	struct ebml_span span = { bytes, len };
	struct ebml_child child;
	struct ebml segment;

	if (bytes == NULL || !ebml_next(&span, &child) ||
	    ebml_read(&segment, span.at, span.len) != EBML_FOUND ||
	    segment.id != WEBM_SEGMENT)
		return false;
	span.at += segment.header_bytes;
	span.len -= segment.header_bytes;
	while (ebml_next(&span, &child) && child.id != WEBM_CLUSTER) {
		if (child.id == WEBM_CHAPTERS)
			take_chapters(&child, facts);
	}
	return facts->chapter_count > 0;
}

bool
webm_front_put(struct bytes *to, const struct webm_front *front)
{
	struct part parts[PARTS] = { { WEBM_INFO, { 0 } },
		{ WEBM_CHAPTERS, { 0 } }, { WEBM_TRACKS_ID, { 0 } },
		{ WEBM_TAGS, { 0 } }, { WEBM_CUES, { 0 } } };
	struct ebml_span span = { front->head->data, front->head->len };
	struct ebml_child child, tags = { 0 };
	struct bytes ebml = { 0 };
	struct ebml segment;

	if (!ebml_next(&span, &child) || child.id != WEBM_EBML)
		return false;
	bytes_append(&ebml, child.whole, child.whole_len);
	if (ebml_read(&segment, span.at, span.len) != EBML_FOUND ||
	    segment.id != WEBM_SEGMENT) {
		bytes_free(&ebml);
		return false;
	}
	span.at += segment.header_bytes;
	span.len -= segment.header_bytes;
	while (ebml_next(&span, &child)) {
		if (child.id == WEBM_INFO)
			put_info(&parts[0].bytes, front, &child);
		else if (child.id == WEBM_TRACKS_ID)
			bytes_append(
			    &parts[2].bytes, child.whole, child.whole_len);
		else if (child.id == WEBM_TAGS)
			tags = child;
	}
	webm_front_tags(&parts[3].bytes, front, &tags);
	put_chapters(&parts[1].bytes, front->facts);
	put_cues(&parts[4].bytes, front, 0);
	put_segment(to, front, parts, &ebml);
	for (unsigned i = 0; i < PARTS; i++)
		bytes_free(&parts[i].bytes);
	bytes_free(&ebml);
	return true;
}
