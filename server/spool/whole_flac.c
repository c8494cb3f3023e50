/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/whole_priv.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TAIL_BYTES (1 << 20) /* several frames of the largest kind */
#define LEAST_HEAD 6         /* of a frame header, RFC 9639 section 9.1 */
#define MOST_HEAD  16

/* Polynomials 0x07 in 8 bits and 0x8005 in 16, starting at 0. */
static unsigned
crc(const uint8_t *bytes, size_t len, unsigned bits, unsigned polynomial)
{
	unsigned value = 0, top = 1u << (bits - 1);

	for (size_t i = 0; i < len; i++) {
		value ^= (unsigned)bytes[i] << (bits - 8);
		for (unsigned bit = 0; bit < 8; bit++)
			value = value << 1 ^
			    ((value & top) != 0 ? polynomial : 0);
		value &= (top << 1) - 1;
	}
	return value;
}

/* Bytes of the coded frame or sample number that begins so. */
static size_t
number_bytes(uint8_t lead)
{
	size_t count = 0;

	while (count < 8 && (lead & 0x80u >> count) != 0)
		count++;
	return count == 0 ? 1 : count == 1 || count == 8 ? 0 : count;
}

static bool
is_frame_head(const uint8_t *bytes, size_t len)
{
	unsigned block = bytes[2] >> 4, rate = bytes[2] & 15;
	size_t at = 4, number;

	if (bytes[0] != 0xff || (bytes[1] & 0xfe) != 0xf8 || block == 0 ||
	    rate == 15 || bytes[3] >> 4 > 10 || (bytes[3] & 1) != 0 ||
	    (bytes[3] >> 1 & 7) == 3)
		return false;
	number = number_bytes(bytes[4]);
	if (number == 0)
		return false;
	at += number;
	at += block == 6 ? 1 : block == 7 ? 2 : 0;
	at += rate == 12 ? 1 : rate == 13 || rate == 14 ? 2 : 0;
	return at < len && crc(bytes, at, 8, 0x07) == bytes[at];
}

/* The frame's own checksum behind it makes the sum 0. */
static bool
is_frame(const uint8_t *bytes, size_t len)
{
	return crc(bytes, len, 16, 0x8005) == 0;
}

/* From the last frame head back: the first run from one head to the next (or
 * the end, but for a few bytes of a next head) with a right checksum ends what
 * is whole. */
static size_t
whole_tail(const uint8_t *tail, size_t len)
{
	size_t end = len, at = len >= LEAST_HEAD ? len - LEAST_HEAD + 1 : 0;

	while (at-- > 0) {
		if (!is_frame_head(tail + at, len - at))
			continue;
		for (size_t more = 0; end == len && more < MOST_HEAD; more++) {
			if (end - at > more &&
			    is_frame(tail + at, end - at - more))
				return end - more;
		}
		if (is_frame(tail + at, end - at))
			return end;
		end = at;
	}
	return len;
}

int64_t
whole_flac(struct view *view)
{
	int64_t start = view->size > TAIL_BYTES ? view->size - TAIL_BYTES : 0;
	const uint8_t *bytes = view_look(view, 0, 4);
	size_t len = (size_t)(view->size - start), piece;
	int64_t whole = -1;
	uint8_t *tail;

	if (bytes == NULL || memcmp(bytes, "fLaC", 4) != 0)
		return 0;
	tail = mem_new(len);
	for (size_t at = 0; at < len; at += piece) {
		piece = len - at < VIEW_BYTES ? len - at : VIEW_BYTES;
		bytes = view_look(view, start + (int64_t)at, piece);
		if (bytes == NULL)
			goto out;
		memcpy(tail + at, bytes, piece);
	}
	whole = start + (int64_t)whole_tail(tail, len);
out:
	free(tail);
	return whole;
}
