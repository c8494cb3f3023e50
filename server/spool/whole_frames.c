/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/whole_priv.h"

#include <stdbool.h>

#define TS_PACKET_BYTES 188
#define TS_SYNC         0x47
#define TS_TAIL_PACKETS 40000 /* 7.5 MB: more than one picture */

struct frame_rule {
	size_t header_bytes;
	uint32_t mask; /* of the first 32 bits: what never changes */
	size_t (*length)(const uint8_t *header); /* 0: no frame */
};

static uint32_t
first_bits(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	    (uint32_t)bytes[2] << 8 | bytes[3];
}

/* kbit/s by index 1 to 14; rows: MPEG-1 layers I, II, III; MPEG-2 I, II+III. */
static const uint16_t kbits[5][15] = {
	{ 0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416,
	    448 },
	{ 0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384 },
	{ 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320 },
	{ 0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256 },
	{ 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160 },
};

static size_t
mp3_length(const uint8_t *header)
{
	static const uint32_t rates[3] = { 44100, 48000, 32000 };
	uint32_t bits = first_bits(header);
	unsigned version = bits >> 19 & 3, layer = 4 - (bits >> 17 & 3);
	unsigned index = bits >> 12 & 15, rate = bits >> 10 & 3;
	unsigned padding = bits >> 9 & 1, row, hz;

	if (bits >> 21 != 0x7ff || version == 1 || layer == 4 || rate == 3 ||
	    index == 0 || index == 15)
		return 0;
	row = version == 3 ? layer - 1 : layer == 1 ? 3 : 4;
	hz = rates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
	if (layer == 1)
		return (12000u * kbits[row][index] / hz + padding) * 4;
	return (layer == 3 && version != 3 ? 72000u : 144000u) *
	    kbits[row][index] / hz +
	    padding;
}

static size_t
adts_length(const uint8_t *header)
{
	size_t least = (header[1] & 1) != 0 ? 7 : 9; /* 9 with a checksum */
	size_t length = (size_t)(header[3] & 3) << 11 | (size_t)header[4] << 3 |
	    header[5] >> 5;

	if (header[0] != 0xff || (header[1] & 0xf6) != 0xf0 ||
	    (header[2] >> 2 & 15) >= 13)
		return 0;
	return length > least ? length : 0;
}

static const struct frame_rule mp3_rule = { 4, 0xfffe0c00u, mp3_length };
static const struct frame_rule adts_rule = { 7, 0xfffffdc0u, adts_length };

/* Is there a frame of the same kind right after this one, or the end? */
static bool
is_followed(struct view *view, const struct frame_rule *rule, int64_t at,
    size_t len, uint32_t kind)
{
	const uint8_t *next;

	if (at + (int64_t)len == view->size)
		return true;
	next = view_look(view, at + (int64_t)len, rule->header_bytes);
	return next != NULL && rule->length(next) > 0 &&
	    (first_bits(next) & rule->mask) == kind;
}

static int64_t
whole_frames(struct view *view, const struct frame_rule *rule)
{
	int64_t at = 0, whole = 0;
	bool is_locked = false;
	const uint8_t *header;
	uint32_t kind;
	size_t len;

	while ((header = view_look(view, at, rule->header_bytes)) != NULL) {
		len = rule->length(header);
		kind = first_bits(header) & rule->mask;
		if (len > 0 &&
		    (is_locked || is_followed(view, rule, at, len, kind))) {
			if (view->size - at < (int64_t)len)
				break;
			at += (int64_t)len;
			whole = at;
			is_locked = true;
			continue;
		}
		is_locked = false;
		at = view_find(view, at + 1, 0xff);
	}
	return whole;
}

int64_t
whole_mp3(struct view *view)
{
	return whole_frames(view, &mp3_rule);
}

int64_t
whole_adts(struct view *view)
{
	return whole_frames(view, &adts_rule);
}

/* Where the payload of a packet is, 0 when it has none. */
static size_t
payload_offset(const uint8_t *packet)
{
	unsigned control = packet[3] >> 4 & 3;

	if ((control & 1) == 0)
		return 0;
	return control == 3 ? (size_t)packet[4] + 5 : 4;
}

/* Does a PES packet begin in it? */
static bool
begins_unit(const uint8_t *packet)
{
	size_t at = payload_offset(packet);

	return (packet[1] & 0x40) != 0 && at > 0 && at + 3 <= TS_PACKET_BYTES &&
	    packet[at] == 0 && packet[at + 1] == 0 && packet[at + 2] == 1;
}

/* What was begun last may not be whole, and a picture does not tell its length
 * (ISO 13818-1, 2.4.3.7): the cut is before it. */
int64_t
whole_ts(struct view *view)
{
	int64_t packets = view->size / TS_PACKET_BYTES, begun = 0, good = 0;
	const uint8_t *packet;
	int64_t i = packets > TS_TAIL_PACKETS ? packets - TS_TAIL_PACKETS : 0;

	for (; i < packets; i++) {
		packet = view_look(view, i * TS_PACKET_BYTES, TS_PACKET_BYTES);
		if (packet == NULL)
			break;
		if (packet[0] != TS_SYNC)
			continue;
		good = (i + 1) * TS_PACKET_BYTES;
		if (begins_unit(packet))
			begun = i * TS_PACKET_BYTES;
	}
	return begun > 0 ? begun : good;
}
