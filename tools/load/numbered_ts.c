/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/numbered.h"

#include <string.h>

/* MPEG transport stream (ISO/IEC 13818-1) of H.264: 25 pictures a second, 16 by
 * 16, grey, a key one each second. A frame is one packet of 188 bytes of the
 * video; all packets of a picture are due at once. Each holds a whole SEI
 * message (H.264, D.1.7: user data that decoders skip):
 *
 *      4     8   14     6         18       22     5     10      10    10
 *   |packet|PCR|PES|delimiter|parameters|SEI...|run|number|sent|sum|fill|slice
 *          '-- first of a picture ----'                       last of it --'
 *                              (key)
 *
 * Numbers go in groups of seven bits with the top bit set, so that neither a
 * start code nor a packet's first byte appears in them. A server that joins two
 * encodings may move counters and clocks, by the same for all of a run: the sum
 * leaves them out, and they are compared apart. */
#define PACKET_BYTES     188
#define SYNC             0x47
#define VIDEO_PID        0x100
#define PICTURES         25    /* a second */
#define PICTURE_US       40000 /* apart */
#define PICTURE_TICKS    3600  /* of 90 kHz */
#define AHEAD_TICKS      9000  /* from PCR to PTS */
#define TIME_MASK        ((UINT64_C(1) << 33) - 1)
#define LEAST_KBPS       100
#define MOST_KBPS        50000
#define HEADER_BYTES     4
#define PCR_AT           6
#define ADAPTATION_BYTES 8
#define PES_AT           (HEADER_BYTES + ADAPTATION_BYTES)
#define PTS_AT           (PES_AT + 9)
#define DELIMITER_AT     (PES_AT + 14)
#define PARAMETERS_AT    (DELIMITER_AT + sizeof(delimiter))
#define SEI_HEAD_BYTES   6 /* start code, kinds, size */
#define SEI_SIZE_AT      5
#define RUN_AT           (SEI_HEAD_BYTES + sizeof(mark)) /* in the SEI */
#define NUMBER_AT        (RUN_AT + 5)
#define SENT_AT          (NUMBER_AT + 10)
#define SUM_AT           (SENT_AT + 10)
#define FILL_AT          (SUM_AT + 10)

/* With their CRCs; the counter in the fourth byte is filled in. */
static const uint8_t pat[] = { SYNC, 0x40, 0, 0x10, 0, 0x00, 0xb0, 13, 0, 1,
	0xc1, 0, 0, 0, 1, 0xf0, 0x00, 0x2a, 0xb1, 0x04, 0xb2 };
static const uint8_t pmt[] = { SYNC, 0x50, 0, 0x10, 0, 0x02, 0xb0, 18, 0, 1,
	0xc1, 0, 0, 0xe1, 0x00, 0xf0, 0, 0x1b, 0xe1, 0x00, 0xf0, 0, 0x15, 0xbd,
	0x4d, 0x56 };
static const uint8_t delimiter[] = { 0, 0, 0, 1, 0x09, 0xf0 };
/* Baseline, level 5.1, one macroblock; then the picture's. */
static const uint8_t parameters[] = { 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x33, 0xda,
	0x71, 0, 0, 0, 1, 0x68, 0xce, 0x38, 0x80 };
/* The macroblock predicted from nothing, without a rest: grey. */
static const uint8_t key_slice[] = { 0, 0, 1, 0x65, 0x88, 0x84, 0x93, 0xc0 };
/* The macroblock as it was; frame_num is filled in. */
static const uint8_t same_slice[] = { 0, 0, 1, 0x61, 0x9a, 0x02, 0xa0 };
static const uint8_t sei_head[] = { 0, 0, 1, 0x06, 0x05 };
static const uint8_t mark[16] = { 'a', 'l', 'l', '2', 'a', 'l', 'l', ' ', 'n',
	'u', 'm', 'b', 'e', 'r', 'e', 'd' };

struct picture {
	uint64_t number;
	uint64_t first, after; /* its packets */
	bool is_key;
};

static void
put_groups(uint8_t *at, uint64_t value, unsigned groups)
{
	while (groups-- > 0) {
		at[groups] = (uint8_t)(0x80 | (value & 0x7f));
		value >>= 7;
	}
}

static uint64_t
take_groups(const uint8_t *at, unsigned groups)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < groups; i++)
		value = value << 7 | (at[i] & 0x7f);
	return value;
}

static bool
ts_knows(unsigned kbps)
{
	return kbps >= LEAST_KBPS && kbps <= MOST_KBPS;
}

/* Of the video in PICTURES * PACKET_BYTES pictures: the tables, two packets a
 * second, come out of the same bitrate. */
static uint64_t
packet_rate(unsigned kbps)
{
	return (uint64_t)kbps * 125 - 2 * (uint64_t)PACKET_BYTES;
}

static uint64_t
packets_before(uint64_t picture, unsigned kbps)
{
	const uint64_t span = (uint64_t)PICTURES * PACKET_BYTES;

	return picture / span * packet_rate(kbps) +
	    picture % span * packet_rate(kbps) / span;
}

static uint64_t
picture_of(uint64_t packet, unsigned kbps)
{
	const uint64_t span = (uint64_t)PICTURES * PACKET_BYTES;
	uint64_t rate = packet_rate(kbps);

	/* The last one that has no more than this many packets before it. */
	return packet / rate * span + ((packet % rate + 1) * span - 1) / rate;
}

static struct picture
find_picture(uint64_t packet, unsigned kbps)
{
	struct picture picture;

	picture.number = picture_of(packet, kbps);
	picture.first = packets_before(picture.number, kbps);
	picture.after = packets_before(picture.number + 1, kbps);
	picture.is_key = picture.number % PICTURES == 0;
	return picture;
}

static int64_t
ts_due_us(unsigned kbps, uint64_t number)
{
	return (int64_t)(picture_of(number, kbps) * PICTURE_US);
}

/* The program clock's base, section 2.4.3.5; its extension stays 0. */
static void
put_pcr(uint8_t *at, uint64_t time)
{
	numbered_put(at, time >> 1, 4);
	at[4] = (uint8_t)((at[4] & 0x7f) | (time & 1) << 7);
}

static uint64_t
take_pcr(const uint8_t *at)
{
	return numbered_take(at, 4) << 1 | at[4] >> 7;
}

/* Section 2.4.3.7: 33 bits among marks. */
static void
put_pts(uint8_t *at, uint64_t time)
{
	at[0] = (uint8_t)((at[0] & 0xf1) | (time >> 30 & 7) << 1);
	at[1] = (uint8_t)(time >> 22);
	at[2] = (uint8_t)((at[2] & 1) | (time >> 15 & 0x7f) << 1);
	at[3] = (uint8_t)(time >> 7);
	at[4] = (uint8_t)((at[4] & 1) | (time & 0x7f) << 1);
}

static uint64_t
take_pts(const uint8_t *at)
{
	return (uint64_t)(at[0] >> 1 & 7) << 30 | (uint64_t)at[1] << 22 |
	    (uint64_t)(at[2] >> 1) << 15 | (uint64_t)at[3] << 7 | at[4] >> 1;
}

static void
make_table(uint8_t *packet, const uint8_t *table, size_t len, uint64_t counter)
{
	memset(packet, 0xff, PACKET_BYTES);
	memcpy(packet, table, len);
	packet[3] |= counter & 15;
}

/* What only a picture's first packet has; where the SEI goes. */
static size_t
make_start(uint8_t *packet, const struct picture *picture)
{
	static const uint8_t start[] = { ADAPTATION_BYTES - 1, 0x10, 0, 0, 0, 0,
		0x7e, 0, 0, 0, 1, 0xe0, 0, 0, 0x84, 0x80, 5, 0x21, 0, 1, 0, 1 };
	uint64_t time = picture->number * PICTURE_TICKS;
	uint64_t pes = (picture->after - picture->first) *
		(PACKET_BYTES - HEADER_BYTES) -
	    ADAPTATION_BYTES - 6;

	packet[1] |= 0x40;
	packet[3] |= 0x20;
	memcpy(packet + HEADER_BYTES, start, sizeof(start));
	if (picture->is_key)
		packet[HEADER_BYTES + 1] |= 0x40; /* one may start here */
	put_pcr(packet + PCR_AT, time & TIME_MASK);
	put_pts(packet + PTS_AT, (time + AHEAD_TICKS) & TIME_MASK);
	/* 0: not told, for what is too long for it */
	numbered_put(packet + PES_AT + 4, pes <= 0xffff ? pes : 0, 2);
	memcpy(packet + DELIMITER_AT, delimiter, sizeof(delimiter));
	if (!picture->is_key)
		return PARAMETERS_AT;
	memcpy(packet + PARAMETERS_AT, parameters, sizeof(parameters));
	return PARAMETERS_AT + sizeof(parameters);
}

/* What only a picture's last packet has; its length. */
static size_t
make_slice(uint8_t *packet, const struct picture *picture)
{
	const uint8_t *slice = picture->is_key ? key_slice : same_slice;
	size_t len = picture->is_key ? sizeof(key_slice) : sizeof(same_slice);
	uint8_t *at = packet + PACKET_BYTES - len;
	unsigned since_key = (unsigned)(picture->number % PICTURES);

	memcpy(at, slice, len);
	if (!picture->is_key) {
		at[4] |= (uint8_t)(since_key >> 3 & 1);
		at[5] |= (uint8_t)((since_key & 7) << 5);
	}
	return len;
}

/* Of all but itself, and what a server may move. */
static uint64_t
sum_packet(const uint8_t *packet, size_t sei)
{
	uint8_t copy[PACKET_BYTES];

	memcpy(copy, packet, sizeof(copy));
	copy[3] &= 0xf0;
	if ((copy[1] & 0x40) != 0) {
		put_pcr(copy + PCR_AT, 0);
		put_pts(copy + PTS_AT, 0);
	}
	memset(copy + sei + SUM_AT, 0, FILL_AT - SUM_AT);
	return numbered_sum(copy, sizeof(copy));
}

static void
make_packet(uint8_t *packet, const struct picture *picture,
    const struct numbered_frame *frame)
{
	size_t sei = HEADER_BYTES, end = PACKET_BYTES;
	uint8_t *at;

	packet[0] = SYNC;
	packet[1] = VIDEO_PID >> 8;
	packet[2] = VIDEO_PID & 0xff;
	packet[3] = (uint8_t)(0x10 | (frame->number & 15));
	if (frame->number == picture->first)
		sei = make_start(packet, picture);
	if (frame->number + 1 == picture->after)
		end -= make_slice(packet, picture);
	at = packet + sei;
	memcpy(at, sei_head, sizeof(sei_head));
	at[SEI_SIZE_AT] = (uint8_t)(end - sei - SEI_HEAD_BYTES - 1);
	memcpy(at + SEI_HEAD_BYTES, mark, sizeof(mark));
	put_groups(at + RUN_AT, frame->run, 5);
	put_groups(at + NUMBER_AT, frame->number, 10);
	put_groups(at + SENT_AT, (uint64_t)frame->sent_us, 10);
	for (size_t i = sei + FILL_AT; i < end - 1; i++)
		packet[i] = (uint8_t)(0x80 | ((frame->number + i) & 0x3f));
	packet[end - 1] = 0x80; /* the end of the message */
	put_groups(at + SUM_AT, sum_packet(packet, sei), 10);
}

static size_t
ts_make(uint8_t bytes[NUMBERED_FRAME_MAX], unsigned kbps,
    const struct numbered_frame *frame)
{
	struct picture picture = find_picture(frame->number, kbps);
	uint64_t second = picture.number / PICTURES;
	size_t len = 0;

	CHECK(ts_knows(kbps));
	if (picture.is_key && frame->number == picture.first) {
		make_table(bytes, pat, sizeof(pat), second);
		make_table(bytes + PACKET_BYTES, pmt, sizeof(pmt), second);
		len = 2 * (size_t)PACKET_BYTES;
	}
	make_packet(bytes + len, &picture, frame);
	return len + PACKET_BYTES;
}

static bool
is_table(const uint8_t *packet, const uint8_t *table, size_t len)
{
	uint8_t wanted[PACKET_BYTES];

	if (packet[1] != table[1] || packet[2] != table[2])
		return false;
	make_table(wanted, table, len, packet[3]);
	return memcmp(packet, wanted, sizeof(wanted)) == 0;
}

/* Where the message begins; 0: this is no packet of ours. */
static size_t
find_sei(const uint8_t *packet)
{
	bool starts = packet[1] == (0x40 | VIDEO_PID >> 8);
	size_t at = HEADER_BYTES;

	if ((!starts && packet[1] != VIDEO_PID >> 8) ||
	    packet[2] != (VIDEO_PID & 0xff))
		return 0;
	if (starts)
		at = PARAMETERS_AT;
	if (starts && (packet[HEADER_BYTES + 1] & 0x40) != 0)
		at += sizeof(parameters);
	if (memcmp(packet + at + SEI_HEAD_BYTES, mark, sizeof(mark)) != 0)
		return 0;
	return at;
}

static bool
has_sum(const uint8_t *packet, size_t sei)
{
	uint8_t sum[FILL_AT - SUM_AT];

	put_groups(sum, sum_packet(packet, sei), sizeof(sum));
	return memcmp(packet + sei + SUM_AT, sum, sizeof(sum)) == 0;
}

/* The first of a run says by how much counters were moved; clocks may be moved
 * by anything, but both. */
static bool
is_moved_as_all(struct numbered_check *check, const uint8_t *packet,
    const struct numbered_frame *frame)
{
	unsigned moved = (packet[3] - (unsigned)frame->number) & 15;

	if (numbered_is_new(check, frame->run))
		check->moved = moved;
	if (moved != check->moved)
		return false;
	return (packet[1] & 0x40) == 0 ||
	    ((take_pts(packet + PTS_AT) - take_pcr(packet + PCR_AT)) &
		TIME_MASK) == AHEAD_TICKS;
}

static enum numbered_found
ts_look(struct numbered_check *check, const uint8_t *bytes, size_t *len,
    struct numbered_frame *frame)
{
	size_t sei;

	if (bytes[0] != SYNC)
		return NUMBERED_STRANGE;
	if (*len < PACKET_BYTES)
		return NUMBERED_PART;
	*len = PACKET_BYTES;
	if (is_table(bytes, pat, sizeof(pat)) ||
	    is_table(bytes, pmt, sizeof(pmt)))
		return NUMBERED_TABLE;
	sei = find_sei(bytes);
	if (sei == 0 || !has_sum(bytes, sei))
		return NUMBERED_STRANGE;
	bytes += sei;
	frame->run = (uint32_t)take_groups(bytes + RUN_AT, 5);
	frame->number = take_groups(bytes + NUMBER_AT, 10);
	frame->sent_us = (int64_t)take_groups(bytes + SENT_AT, 10);
	return is_moved_as_all(check, bytes - sei, frame) ? NUMBERED_FRAME
							  : NUMBERED_STRANGE;
}

const struct numbered_encoding numbered_ts = {
	.name = "ts",
	.media_type = "video/mp2t",
	.sync = SYNC,
	.knows = ts_knows,
	.due_us = ts_due_us,
	.make = ts_make,
	.look = ts_look,
};
