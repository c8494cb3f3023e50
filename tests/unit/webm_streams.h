/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * webm_streams - for tests of the WebM format: writes small streams, and reads
 * back when each block of what came out is shown.
 */
#ifndef WEBM_STREAMS_H
#define WEBM_STREAMS_H

#include "collect.h"
#include "format/ebml.h"
#include "format/webm_priv.h"

#define VIDEO      1 /* track numbers */
#define AUDIO      2
#define MOST_TIMED 8192

struct described {
	const char *doc_type, *video, *audio; /* NULL: no such track */
	uint64_t scale;                       /* 0: as if not said */
	const char *setup;                    /* CodecPrivate of the sound */
	const char *title, *artist;           /* in Info, in Tags */
};

static inline void
put_string(struct bytes *to, uint32_t id, const char *text)
{
	ebml_put(to, id, text, strlen(text));
}

/* Moves what is in from into an element of to. */
static inline void
put_master(struct bytes *to, uint32_t id, struct bytes *from)
{
	ebml_put(to, id, from->data, from->len);
	bytes_free(from);
}

static inline void
put_ebml_header(struct bytes *to, const char *doc_type)
{
	struct bytes payload = { 0 };

	put_string(&payload, 0x4282, doc_type);
	put_master(to, WEBM_EBML, &payload);
}

static inline void
put_track(
    struct bytes *to, unsigned number, const char *codec, const char *setup)
{
	struct bytes entry = { 0 }, part = { 0 };

	ebml_put_uint(&entry, 0xd7, number);
	ebml_put_uint(&entry, 0x83, number);
	put_string(&entry, 0x86, codec);
	if (setup != NULL)
		put_string(&entry, WEBM_CODEC_PRIVATE, setup);
	ebml_put_uint(&part, number == VIDEO ? 0xb0 : 0x9f, 2);
	put_master(&entry, number == VIDEO ? 0xe0 : 0xe1, &part);
	put_master(to, 0xae, &entry);
}

static inline void
put_tags(struct bytes *to, const char *artist, const char *title)
{
	const char *const names[] = { "ARTIST", "TITLE" };
	const char *const values[] = { artist, title };
	struct bytes tags = { 0 }, tag = { 0 }, simple = { 0 };

	for (int i = 0; i < 2; i++) {
		if (values[i] == NULL)
			continue;
		put_string(&simple, 0x45a3, names[i]);
		put_string(&simple, 0x4487, values[i]);
		put_master(&tag, 0x67c8, &simple);
	}
	put_master(&tags, 0x7373, &tag);
	put_master(to, WEBM_TAGS, &tags);
}

static inline void
put_head(struct bytes *to, const struct described *described)
{
	struct bytes payload = { 0 };

	put_ebml_header(to, described->doc_type);
	ebml_put_header(to, WEBM_SEGMENT, EBML_UNKNOWN);
	if (described->scale > 0)
		ebml_put_uint(&payload, 0x2ad7b1, described->scale);
	ebml_put(&payload, 0x4489, "\0\0\0\0\0\0\0", 8); /* Duration */
	if (described->title != NULL)
		put_string(&payload, 0x7ba9, described->title);
	put_master(to, WEBM_INFO, &payload);
	if (described->video != NULL)
		put_track(&payload, VIDEO, described->video, NULL);
	if (described->audio != NULL)
		put_track(&payload, AUDIO, described->audio, described->setup);
	put_master(to, WEBM_TRACKS_ID, &payload);
	if (described->artist != NULL)
		put_tags(to, described->artist, NULL);
}

static inline void
put_cluster(struct bytes *to, uint64_t time)
{
	ebml_put_header(to, WEBM_CLUSTER, EBML_UNKNOWN);
	ebml_put_uint(to, WEBM_TIMESTAMP, time);
}

/* Of VP8, whose first bit is clear in a key frame. */
static inline void
put_block(struct bytes *to, unsigned track, int relative, bool is_key)
{
	const uint8_t block[] = { (uint8_t)(0x80 | track),
		(uint8_t)((unsigned)relative >> 8), (uint8_t)relative,
		is_key ? 0x80 : 0, is_key ? 0x10 : 0x11, 0x42 };

	ebml_put(to, WEBM_SIMPLE_BLOCK, block, sizeof(block));
}

struct timed {
	unsigned track;
	int64_t time;
	unsigned flags;
	bool has_cluster; /* begins one */
};

/* In the order of units; Tags have track 0. */
static inline size_t
read_times(const struct collected *all, struct timed timed[MOST_TIMED])
{
	const uint8_t *at = all->units.bytes.data;
	uint64_t cluster = 0;

	assert_true(all->units.count <= MOST_TIMED);
	for (size_t i = 0; i < all->units.count; i++) {
		struct ebml_span span = { at, all->units.lens[i] };
		struct ebml_child child = { 0 };
		const uint8_t *block;

		at += all->units.lens[i];
		timed[i] = (struct timed){ .flags = all->units.flags[i] };
		if (memcmp(span.at, "\x1f\x43\xb6\x75\1", 5) == 0) {
			assert_true(span.len > 22);
			timed[i].has_cluster = true;
			span.at += 12;
			span.len -= 12;
			assert_true(ebml_next(&span, &child));
			assert_int_equal(child.id, WEBM_TIMESTAMP);
			assert_int_equal(child.len, 8);
			cluster = ebml_uint(&child);
		}
		assert_true(ebml_next(&span, &child));
		assert_int_equal(span.len, 0);
		if (child.id == WEBM_TAGS)
			continue;
		if (child.id == WEBM_BLOCK_GROUP) {
			span = (struct ebml_span){ child.data, child.len };
			while (
			    ebml_next(&span, &child) && child.id != WEBM_BLOCK)
				;
		}
		block = child.data;
		timed[i].track = block[0] & 0x7f;
		timed[i].time = (int64_t)cluster +
		    (int16_t)(block[1] << 8 | block[2]);
	}
	return all->units.count;
}

/* One stream and then the other, which may be NULL.
 * is_drop: the encoder says goodbye in between. */
static inline void
feed_two(struct collected *all, const struct bytes *one,
    const struct bytes *other, bool is_drop)
{
	void *webm = format_webm.open();

	assert_true(collect_feed(all, &format_webm, webm, one, 1000));
	if (is_drop)
		format_webm.resume(webm);
	if (other != NULL)
		assert_true(collect_feed(all, &format_webm, webm, other, 1000));
	format_webm.close(webm);
}

#endif
