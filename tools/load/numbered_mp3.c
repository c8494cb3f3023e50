/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/numbered.h"

#include <string.h>

/* ISO 11172-3: MPEG-1 layer III, 44.1 kHz stereo, constant bitrate. The side
 * information is all zero, so the rest of each frame is ancillary data, which
 * decoders skip:
 *
 *      4       32        4    4      8       8      ...    8
 *   | header | zeroes | A2AN| run | number | sent | fill | sum |
 */
#define SAMPLES      1152 /* in a frame */
#define RATE         44100
#define HEADER_BYTES 4
#define SIDE_BYTES   32 /* stereo */
#define MAGIC_AT     (HEADER_BYTES + SIDE_BYTES)
#define RUN_AT       (MAGIC_AT + 4)
#define NUMBER_AT    (RUN_AT + 4)
#define SENT_AT      (NUMBER_AT + 8)
#define FILL_AT      (SENT_AT + 8)
#define SUM_BYTES    8

static const uint16_t bitrates[15] = { 0, 32, 40, 48, 56, 64, 80, 96, 112, 128,
	160, 192, 224, 256, 320 };
static const uint8_t magic[4] = { 'A', '2', 'A', 'N' };

static unsigned
bitrate_index(unsigned kbps)
{
	for (unsigned i = 1; i < 15; i++) {
		if (bitrates[i] == kbps)
			return i;
	}
	return 0;
}

static bool
mp3_knows(unsigned kbps)
{
	return bitrate_index(kbps) != 0;
}

static int64_t
mp3_due_us(unsigned kbps, uint64_t number)
{
	(void)kbps;
	return (int64_t)(number * SAMPLES * 1000000 / RATE);
}

/* Unpadded length; the fraction left over decides which frames are padded. */
static size_t
frame_bytes(unsigned kbps)
{
	return (size_t)144000 * kbps / RATE;
}

static bool
is_padded(unsigned kbps, uint64_t number)
{
	uint64_t rest = (uint64_t)144000 * kbps % RATE;

	return number % RATE * rest % RATE + rest >= RATE;
}

static size_t
mp3_make(uint8_t bytes[NUMBERED_FRAME_MAX], unsigned kbps,
    const struct numbered_frame *frame)
{
	bool padded = is_padded(kbps, frame->number);
	size_t len = frame_bytes(kbps) + padded;
	size_t sum_at = len - SUM_BYTES;

	CHECK(mp3_knows(kbps));
	memset(bytes, 0, MAGIC_AT);
	bytes[0] = 0xFF;
	bytes[1] = 0xFB; /* MPEG-1, layer III, no CRC */
	bytes[2] = (uint8_t)(bitrate_index(kbps) << 4 | padded << 1);
	memcpy(bytes + MAGIC_AT, magic, sizeof(magic));
	numbered_put(bytes + RUN_AT, frame->run, 4);
	numbered_put(bytes + NUMBER_AT, frame->number, 8);
	numbered_put(bytes + SENT_AT, (uint64_t)frame->sent_us, 8);
	/* Below 0x80, so that the fill never looks like a frame's start. */
	for (size_t i = FILL_AT; i < sum_at; i++)
		bytes[i] = (uint8_t)((frame->number + i) & 0x7F);
	numbered_put(bytes + sum_at, numbered_sum(bytes, sum_at), SUM_BYTES);
	return len;
}

/* Whether the bytes there are may begin a frame of ours. */
static bool
looks_ours(const uint8_t *bytes, size_t len)
{
	static const uint8_t zeroes[SIDE_BYTES + 1];

	if (bytes[0] != 0xFF || (len > 1 && bytes[1] != 0xFB))
		return false;
	if (len > 2 &&
	    ((bytes[2] & 0x0D) != 0 || bytes[2] >> 4 == 0 ||
		bytes[2] >> 4 == 15))
		return false;
	if (len > 3 &&
	    memcmp(bytes + 3, zeroes,
		len < MAGIC_AT ? len - 3 : MAGIC_AT - 3) != 0)
		return false;
	return len <= MAGIC_AT ||
	    memcmp(bytes + MAGIC_AT, magic,
		len < RUN_AT ? len - MAGIC_AT : sizeof(magic)) == 0;
}

static enum numbered_found
mp3_look(struct numbered_check *check, const uint8_t *bytes, size_t *len,
    struct numbered_frame *frame)
{
	size_t frame_len;

	(void)check;
	if (!looks_ours(bytes, *len))
		return NUMBERED_STRANGE;
	if (*len < HEADER_BYTES)
		return NUMBERED_PART;
	frame_len = frame_bytes(bitrates[bytes[2] >> 4]) + (bytes[2] >> 1 & 1);
	if (*len < frame_len)
		return NUMBERED_PART;
	if (numbered_take(bytes + frame_len - SUM_BYTES, SUM_BYTES) !=
	    numbered_sum(bytes, frame_len - SUM_BYTES))
		return NUMBERED_STRANGE;
	frame->run = (uint32_t)numbered_take(bytes + RUN_AT, 4);
	frame->number = numbered_take(bytes + NUMBER_AT, 8);
	frame->sent_us = (int64_t)numbered_take(bytes + SENT_AT, 8);
	*len = frame_len;
	return NUMBERED_FRAME;
}

const struct numbered_encoding numbered_mp3 = {
	.name = "mp3",
	.media_type = "audio/mpeg",
	.sync = 0xFF,
	.knows = mp3_knows,
	.due_us = mp3_due_us,
	.make = mp3_make,
	.look = mp3_look,
};
