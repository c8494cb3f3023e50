/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * ogg_pages - for tests of Ogg: makes pages and small streams of each codec,
 * passes them through, and reads pages back. After test.h.
 */
#ifndef OGG_PAGES_H
#define OGG_PAGES_H

#include "base/bytes.h"
#include "collect.h"

#include <ogg/ogg.h>
#include <stdbool.h>
#include <string.h>

#define CONTINUED 1u
#define BOS       2u
#define EOS       4u

struct logical {
	uint32_t serial, sequence;
};

struct packets {
	struct bytes body;
	uint8_t lacing[255];
	size_t count;
};

/* What of a page is looked at. */
struct page {
	uint32_t serial, sequence;
	unsigned flags, segments;
	int64_t granule;
};

static inline void
put_le(uint8_t *at, uint64_t value, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static inline uint64_t
get_le(const uint8_t *at, size_t len)
{
	uint64_t value = 0;

	while (len-- > 0)
		value = value << 8 | at[len];
	return value;
}

/* is_whole: it ends here; else len is a multiple of 255. */
static inline void
put_packet(
    struct packets *packets, const void *bytes, size_t len, bool is_whole)
{
	bytes_append(&packets->body, bytes, len);
	for (; len >= 255; len -= 255)
		packets->lacing[packets->count++] = 255;
	if (is_whole)
		packets->lacing[packets->count++] = (uint8_t)len;
}

/* A packet that begins with this byte. */
static inline void
put_filled(struct packets *packets, uint8_t first, size_t len, bool is_whole)
{
	uint8_t bytes[4096];

	memset(bytes, 0x11, sizeof(bytes));
	bytes[0] = first;
	put_packet(packets, bytes, len, is_whole);
}

static inline void
fix_checksum(uint8_t *bytes, size_t len)
{
	ogg_page page = { bytes, 27 + bytes[26], bytes + 27 + bytes[26],
		(long)len - 27 - bytes[26] };

	ogg_page_checksum_set(&page);
}

/* Takes the packets. */
static inline void
add_page(struct bytes *to, struct logical *logical, unsigned flags,
    int64_t granule, struct packets *packets)
{
	size_t len = 27 + packets->count + packets->body.len;
	uint8_t *at = bytes_room(to, len);

	memset(at, 0, 27);
	memcpy(at, "OggS", 4);
	at[5] = (uint8_t)flags;
	put_le(at + 6, (uint64_t)granule, 8);
	put_le(at + 14, logical->serial, 4);
	put_le(at + 18, logical->sequence++, 4);
	at[26] = (uint8_t)packets->count;
	memcpy(at + 27, packets->lacing, packets->count);
	if (packets->body.len > 0)
		memcpy(at + 27 + packets->count, packets->body.data,
		    packets->body.len);
	fix_checksum(at, len);
	bytes_added(to, len);
	bytes_free(&packets->body);
	memset(packets, 0, sizeof(*packets));
}

static inline void
add_packet_page(struct bytes *to, struct logical *logical, unsigned flags,
    const void *packet, size_t len)
{
	struct packets packets = { 0 };

	put_packet(&packets, packet, len, true);
	add_page(to, logical, flags, 0, &packets);
}

static inline size_t
put_comments(uint8_t *at, const char *comment)
{
	size_t len = strlen(comment);

	put_le(at, 3, 4);
	memcpy(at + 4, "us!", 3);
	put_le(at + 7, 1, 4);
	put_le(at + 11, len, 4);
	memcpy(at + 15, comment, len);
	return 15 + len;
}

static inline void
add_opus_ident(struct bytes *to, struct logical *logical, uint8_t channels)
{
	uint8_t ident[19] = "OpusHead\1";

	ident[9] = channels;
	put_le(ident + 10, 312, 2);
	add_packet_page(to, logical, BOS, ident, sizeof(ident));
}

static inline void
add_opus_tags(struct bytes *to, struct logical *logical, const char *comment)
{
	uint8_t tags[256] = "OpusTags";
	size_t len = 8 + put_comments(tags + 8, comment);

	add_packet_page(to, logical, 0, tags, len);
}

static inline void
add_opus_head(struct bytes *to, struct logical *logical, const char *comment)
{
	add_opus_ident(to, logical, 2);
	add_opus_tags(to, logical, comment);
}

static inline void
add_audio(
    struct bytes *to, struct logical *logical, unsigned flags, int64_t granule)
{
	struct packets packets = { 0 };

	put_filled(&packets, 0xfc, 30, true);
	put_filled(&packets, 0xfc, 300, true);
	add_page(to, logical, flags, granule, &packets);
}

static inline void
add_theora_ident(struct bytes *to, struct logical *logical)
{
	uint8_t ident[42] = "\200theora\3\2\1";

	ident[16] = 64;   /* width */
	ident[19] = 48;   /* height */
	ident[25] = 25;   /* pictures */
	ident[29] = 1;    /* a second */
	ident[41] = 0xc0; /* 6 bits after the key */
	add_packet_page(to, logical, BOS, ident, sizeof(ident));
}

static inline void
add_theora_rest(struct bytes *to, struct logical *logical)
{
	uint8_t comments[64] = "\201theora";
	struct packets packets = { 0 };

	put_packet(
	    &packets, comments, 7 + put_comments(comments + 7, "A=b"), true);
	put_packet(&packets, "\202theora tables", 14, true);
	add_page(to, logical, 0, 0, &packets);
}

static inline struct page
read_page(const uint8_t *bytes)
{
	return (struct page){ .serial = (uint32_t)get_le(bytes + 14, 4),
		.sequence = (uint32_t)get_le(bytes + 18, 4),
		.flags = bytes[5],
		.segments = bytes[26],
		.granule = (int64_t)get_le(bytes + 6, 8) };
}

static inline struct page
unit_page(const struct collected *all, size_t unit)
{
	return read_page(collect_at(all, unit));
}

/* Every unit is one page with a right checksum. */
static inline void
check_pages(const struct collected *all)
{
	size_t i;

	for (i = 0; i < all->units.count; i++) {
		size_t len = all->units.lens[i];
		uint8_t *copy = mem_copy(collect_at(all, i), len);

		fix_checksum(copy, len);
		assert_memory_equal(copy, collect_at(all, i), len);
		free(copy);
	}
}

static inline void
feed_parts(struct collected *all, const struct bytes *first,
    const struct bytes *second)
{
	const struct format_out out = collect_out(all);
	void *ogg = format_ogg.open();

	assert_true(collect_feed(all, &format_ogg, ogg, first, 1000));
	if (second != NULL) {
		format_ogg.resume(ogg);
		assert_true(collect_feed(all, &format_ogg, ogg, second, 1000));
	}
	format_ogg.finish(ogg, &out);
	format_ogg.finish(ogg, &out);
	format_ogg.close(ogg);
	check_pages(all);
}

/* Theora with key pictures anywhere on a page, and Opus beside it. */
static inline void
add_video(struct bytes *to, struct logical *video, struct logical *audio)
{
	struct packets packets = { 0 };

	add_theora_ident(to, video);
	add_opus_ident(to, audio, 2);
	add_theora_rest(to, video);
	add_opus_tags(to, audio, "TITLE=Film");
	put_filled(&packets, 0x00, 100, true); /* 1, key */
	put_filled(&packets, 0x40, 50, true);
	put_packet(&packets, "", 0, true);    /* 3, as before */
	put_filled(&packets, 0x00, 60, true); /* 4, key */
	put_filled(&packets, 0x40, 50, true);
	put_filled(&packets, 0x00, 510, false); /* 6, key */
	add_page(to, video, 0, 4 << 6 | 1, &packets);
	add_audio(to, audio, 0, 9600);
	put_filled(&packets, 0x40, 9, true); /* the rest of 6 */
	put_filled(&packets, 0x40, 9, true);
	put_filled(&packets, 0x01, 9, true); /* 8, key */
	add_page(to, video, CONTINUED | EOS, 8 << 6, &packets);
	add_audio(to, audio, EOS, 19200);
}

#endif
