/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/format_priv.h"

#include <string.h>

#define LOCK_FRAMES    3
#define TAG_MOST_BYTES (16 << 20) /* pictures; larger is no tag */
#define ID3V1_BYTES    128

uint32_t
frame_header(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	    (uint32_t)bytes[2] << 8 | bytes[3];
}

enum frame_chain
frame_chain(const struct frame_kind *kind, const uint8_t *bytes, size_t len)
{
	uint32_t agreed = 0;
	size_t at = 0;
	size_t length;
	int i;

	for (i = 0; i < LOCK_FRAMES; i++) {
		if (len - at < kind->header_bytes)
			return at < len && bytes[at] != 0xff ? CHAIN_NO
							     : CHAIN_MORE;
		length = kind->length(bytes + at);
		if (length == 0)
			return CHAIN_NO;
		if (i == 0)
			agreed = frame_header(bytes) & kind->mask;
		if ((frame_header(bytes + at) & kind->mask) != agreed)
			return CHAIN_NO;
		at += length;
		if (at > len && i < LOCK_FRAMES - 1)
			return CHAIN_MORE;
	}
	return CHAIN_YES;
}

/* ID3v2.4 section 3.1: sizes use seven bits of each byte. */
static size_t
id3v2_bytes(const uint8_t *bytes)
{
	size_t size = 0;
	int i;

	if (memcmp(bytes, "ID3", 3) != 0 || bytes[3] == 0xff)
		return 0;
	for (i = 6; i < TAG_HEADER_BYTES; i++) {
		if (bytes[i] >= 0x80)
			return 0;
		size = size << 7 | bytes[i];
	}
	size += TAG_HEADER_BYTES;
	if ((bytes[5] & 0x10) != 0) /* a footer follows */
		size += TAG_HEADER_BYTES;
	return size <= TAG_MOST_BYTES ? size : 0;
}

size_t
frame_tag(const uint8_t *bytes)
{
	if (memcmp(bytes, "TAG", 3) == 0)
		return ID3V1_BYTES;
	return id3v2_bytes(bytes);
}

/* False while the tag goes on beyond what is held. */
static bool
pass_tag(struct framer *framer)
{
	size_t len = framer->tag_bytes < framer->held.len ? framer->tag_bytes
							  : framer->held.len;

	bytes_eat(&framer->held, len);
	framer->tag_bytes -= len;
	return framer->tag_bytes == 0;
}

/* Tags stand where a frame should, never in the midst of lost bytes. */
static bool
starts_tag(struct framer *framer)
{
	const uint8_t *data = framer->held.data;

	if (framer->skipped > 0 || (data[0] != 'I' && data[0] != 'T'))
		return false;
	if (framer->held.len >= TAG_HEADER_BYTES)
		framer->tag_bytes = frame_tag(data);
	return framer->tag_bytes > 0 || framer->held.len < TAG_HEADER_BYTES;
}

/* Eats up to where a header may begin. */
static void
skip_to_next(struct framer *framer)
{
	const uint8_t *next = memchr(
	    framer->held.data + 1, 0xff, framer->held.len - 1);
	size_t len = next != NULL ? (size_t)(next - framer->held.data)
				  : framer->held.len;

	framer->skipped += len;
	bytes_eat(&framer->held, len);
}

static enum frame_found
lock(struct framer *framer, const struct frame_kind *kind)
{
	for (;;) {
		if (framer->held.len == 0)
			return FRAME_MORE;
		switch (
		    frame_chain(kind, framer->held.data, framer->held.len)) {
		case CHAIN_YES:
			framer->agreed = frame_header(framer->held.data) &
			    kind->mask;
			framer->locked = true;
			framer->skipped = 0;
			return FRAME_WHOLE;
		case CHAIN_MORE:
			return FRAME_MORE;
		case CHAIN_NO:
			break;
		}
		skip_to_next(framer);
		if (framer->skipped > FRAME_SCAN_BYTES)
			return FRAME_LOST;
	}
}

/* At a frame, or at the place where the next one must be looked for. */
static enum frame_found
stand_on_frame(struct framer *framer, const struct frame_kind *kind)
{
	const uint8_t *data = framer->held.data;

	if (framer->locked && framer->held.len < kind->header_bytes)
		return FRAME_MORE;
	if (framer->locked && kind->length(data) > 0 &&
	    (frame_header(data) & kind->mask) == framer->agreed)
		return FRAME_WHOLE;
	framer->locked = false;
	return lock(framer, kind);
}

enum frame_found
framer_next(struct framer *framer, const struct frame_kind *kind, size_t *len)
{
	enum frame_found found;

	for (;;) {
		if (!pass_tag(framer) || framer->held.len == 0)
			return FRAME_MORE;
		if (!starts_tag(framer))
			break;
		if (framer->tag_bytes == 0)
			return FRAME_MORE;
	}
	found = stand_on_frame(framer, kind);
	if (found != FRAME_WHOLE)
		return found;
	*len = kind->length(framer->held.data);
	return framer->held.len >= *len ? FRAME_WHOLE : FRAME_MORE;
}

void
framer_restart(struct framer *framer)
{
	bytes_free(&framer->held);
	memset(framer, 0, sizeof(*framer));
}
