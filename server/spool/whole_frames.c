/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/frames.h"
#include "spool/whole_priv.h"

#include <stdbool.h>

#define TS_PACKET_BYTES 188
#define TS_SYNC         0x47
#define TS_TAIL_PACKETS 40000 /* 7.5 MB: more than one picture */

static int64_t
whole_frames(struct view *view, const struct frame_kind *kind)
{
	struct frame_walk walk = { .view = view, .kind = kind };
	int64_t whole = 0;

	while (frame_walk_next(&walk))
		whole = walk.at + (int64_t)walk.len;
	return whole;
}

int64_t
whole_mp3(struct view *view)
{
	return whole_frames(view, &mp3_frames);
}

int64_t
whole_adts(struct view *view)
{
	return whole_frames(view, &adts_frames);
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
