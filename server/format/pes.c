/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/pes.h"

#include <string.h>

#define PACKET_BYTES     188
#define TIME_MASK        ((UINT64_C(1) << 33) - 1)
#define TIME_HALF        (UINT64_C(1) << 32)
#define STEP_DEFAULT     3600   /* 25 pictures a second */
#define STEP_MOST        180000 /* two seconds */
#define PES_HEADER_BYTES 9

unsigned
pes_pid(const uint8_t *packet)
{
	return (packet[1] & 0x1fu) << 8 | packet[2];
}

static bool
has_adaptation(const uint8_t *packet)
{
	return (packet[3] & 0x20) != 0 && packet[4] > 0 &&
	    packet[4] <= PACKET_BYTES - 5;
}

const uint8_t *
pes_payload(const uint8_t *packet, size_t *len)
{
	size_t at = 4;

	if ((packet[3] & 0x10) == 0)
		return NULL;
	if ((packet[3] & 0x20) != 0)
		at += 1 + (size_t)packet[4];
	if (at >= PACKET_BYTES)
		return NULL;
	*len = PACKET_BYTES - at;
	return packet + at;
}

bool
pes_is_random(const uint8_t *packet)
{
	return has_adaptation(packet) && (packet[5] & 0x40) != 0;
}

/* The PES header that starts in this packet, with at least its fixed part;
 * NULL for streams whose packets have none of the optional fields. */
static const uint8_t *
pes_start(const uint8_t *packet, size_t *len)
{
	const uint8_t *pes = pes_payload(packet, len);

	if (pes == NULL || (packet[1] & 0x40) == 0 || (packet[3] & 0xc0) != 0 ||
	    *len < PES_HEADER_BYTES)
		return NULL;
	if (pes[0] != 0 || pes[1] != 0 || pes[2] != 1 || pes[3] < 0xbc ||
	    (pes[6] & 0xc0) != 0x80)
		return NULL;
	return pes;
}

enum answer {
	ANSWER_NONE,
	ANSWER_YES,
	ANSWER_NO
};

/* code is the byte after a 00 00 01. */
static enum answer
judge_start_code(enum psi_codec codec, unsigned code)
{
	unsigned type;

	switch (codec) {
	case PSI_H264: /* H.264 table 7-1 */
		type = code & 0x1f;
		return type == 5             ? ANSWER_YES
		    : type == 1 || type == 2 ? ANSWER_NO
					     : ANSWER_NONE;
	case PSI_HEVC: /* H.265 table 7-1 */
		type = code >> 1 & 0x3f;
		return type >= 16 && type <= 21 ? ANSWER_YES
		    : type < 16                 ? ANSWER_NO
						: ANSWER_NONE;
	case PSI_MPEG_VIDEO: /* a sequence header, or a picture without */
		return code == 0xb3 ? ANSWER_YES
		    : code == 0     ? ANSWER_NO
				    : ANSWER_NONE;
	case PSI_OTHER_VIDEO:
	case PSI_AUDIO:
	case PSI_OTHER:
		break;
	}
	return ANSWER_NO;
}

static enum answer
search_key(enum psi_codec codec, uint32_t *last_bytes, const uint8_t *bytes,
    size_t len)
{
	enum answer answer;
	size_t i;

	for (i = 0; i < len; i++) {
		*last_bytes = *last_bytes << 8 | bytes[i];
		if ((*last_bytes & 0xffffff00u) != 0x00000100u)
			continue;
		answer = judge_start_code(codec, bytes[i]);
		if (answer != ANSWER_NONE)
			return answer;
	}
	return ANSWER_NONE;
}

bool
pes_has_key(const struct psi_stream *stream, const uint8_t *packets, size_t len)
{
	uint32_t last_bytes = 0xffffffffu;
	enum answer answer = ANSWER_NONE;
	const uint8_t *payload;
	size_t at, payload_len, skip;

	for (at = 0; at < len && answer == ANSWER_NONE; at += PACKET_BYTES) {
		if (pes_pid(packets + at) != stream->pid)
			continue;
		payload = pes_payload(packets + at, &payload_len);
		if (payload == NULL)
			continue;
		skip = 0;
		if (pes_start(packets + at, &payload_len) != NULL)
			skip = PES_HEADER_BYTES + (size_t)payload[8];
		if (skip < payload_len)
			answer = search_key(stream->codec, &last_bytes,
			    payload + skip, payload_len - skip);
	}
	return answer == ANSWER_YES;
}

static uint64_t
read_time(const uint8_t *bytes)
{
	return (uint64_t)(bytes[0] >> 1 & 7) << 30 | (uint64_t)bytes[1] << 22 |
	    (uint64_t)(bytes[2] >> 1) << 15 | (uint64_t)bytes[3] << 7 |
	    bytes[4] >> 1;
}

static void
write_time(uint8_t *bytes, uint64_t time)
{
	bytes[0] = (uint8_t)((bytes[0] & 0xf1) | (time >> 30 & 7) << 1);
	bytes[1] = (uint8_t)(time >> 22);
	bytes[2] = (uint8_t)((bytes[2] & 1) | (time >> 15 & 0x7f) << 1);
	bytes[3] = (uint8_t)(time >> 7);
	bytes[4] = (uint8_t)((bytes[4] & 1) | (time & 0x7f) << 1);
}

/* Where the PTS and the DTS stand in the packet, 0 when there is none. */
static void
find_times(const uint8_t *packet, size_t *pts, size_t *dts)
{
	size_t len;
	const uint8_t *pes = pes_start(packet, &len);

	*pts = *dts = 0;
	if (pes == NULL)
		return;
	if ((pes[7] & 0x80) != 0 && pes[8] >= 5 && len >= 14)
		*pts = (size_t)(pes - packet) + 9;
	if ((pes[7] & 0xc0) == 0xc0 && pes[8] >= 10 && len >= 19)
		*dts = (size_t)(pes - packet) + 14;
}

bool
pes_times(const uint8_t *packet, struct pes_times *times)
{
	size_t pts, dts;

	find_times(packet, &pts, &dts);
	if (pts == 0)
		return false;
	times->shown = read_time(packet + pts);
	times->decoded = dts > 0 ? read_time(packet + dts) : times->shown;
	return true;
}

static bool
is_later(uint64_t a, uint64_t b)
{
	uint64_t ahead = (a - b) & TIME_MASK;

	return ahead != 0 && ahead < TIME_HALF;
}

static struct pes_track *
get_track(struct pes_clock *clock, unsigned pid)
{
	struct pes_track *track;
	unsigned i;

	for (i = 0; i < clock->count; i++)
		if (clock->tracks[i].pid == pid)
			return &clock->tracks[i];
	if (clock->count == PES_TRACKS)
		return NULL;
	track = &clock->tracks[clock->count++];
	track->pid = (uint16_t)pid;
	track->step = STEP_DEFAULT;
	return track;
}

/* Bytes without meaning, which muxers put where a PES ends before its packet.
 */
static bool
has_stuffing(const uint8_t *packet)
{
	size_t used = 1;

	if (!has_adaptation(packet))
		return (packet[3] & 0x20) != 0;  /* a length of 0 */
	used += (packet[5] & 0x10) != 0 ? 6 : 0; /* PCR */
	used += (packet[5] & 0x08) != 0 ? 6 : 0; /* OPCR */
	used += (packet[5] & 0x04) != 0 ? 1 : 0; /* splice countdown */
	return (packet[5] & 0x03) == 0 && (used < packet[4] || packet[5] == 0);
}

/* The PES that goes on in the packet at last has a length, and reaches it. */
static bool
reaches_length(const uint8_t *packets, size_t last)
{
	unsigned pid = pes_pid(packets + last);
	const uint8_t *payload;
	size_t sum = 0, len, at = last + PACKET_BYTES;

	while (at > 0) {
		at -= PACKET_BYTES;
		if (pes_pid(packets + at) != pid)
			continue;
		payload = pes_payload(packets + at, &len);
		sum += payload != NULL ? len : 0;
		if ((packets[at + 1] & 0x40) == 0 || payload == NULL)
			continue;
		if (len < 6 || (payload[4] | payload[5]) == 0)
			return false;
		return sum >= 6 + ((size_t)payload[4] << 8 | payload[5]);
	}
	return false;
}

bool
pes_all_whole(
    const struct psi_program *program, const uint8_t *packets, size_t len)
{
	size_t payload_len, at;

	for (unsigned i = 0; i < program->count; i++) {
		for (at = len; at > 0; at -= PACKET_BYTES) {
			const uint8_t *packet = packets + at - PACKET_BYTES;

			if (pes_pid(packet) == program->streams[i].pid &&
			    pes_payload(packet, &payload_len) != NULL)
				break;
		}
		if (at > 0 && !has_stuffing(packets + at - PACKET_BYTES) &&
		    !reaches_length(packets, at - PACKET_BYTES))
			return false;
	}
	return true;
}

void
pes_clock_reset(struct pes_clock *clock)
{
	memset(clock, 0, sizeof(*clock));
}

void
pes_clock_continue(struct pes_clock *clock)
{
	unsigned i;

	clock->continues = true;
	for (i = 0; i < clock->count; i++)
		clock->tracks[i].is_fresh = true;
}

/* The first instants that nothing before reaches into. */
static bool
end_of_tracks(const struct pes_clock *clock, struct pes_times *end)
{
	const struct pes_track *track;
	bool found = false;
	unsigned i;

	for (i = 0; i < clock->count; i++) {
		track = &clock->tracks[i];
		if (!track->has_time)
			continue;
		if (!found ||
		    is_later(track->decoded + track->step, end->decoded))
			end->decoded = track->decoded + track->step;
		if (!found || is_later(track->shown + track->step, end->shown))
			end->shown = track->shown + track->step;
		found = true;
	}
	return found;
}

static bool
start_of_packets(const uint8_t *packets, size_t len, struct pes_times *start)
{
	struct pes_times times;
	bool found = false;
	size_t at;

	for (at = 0; at < len; at += PACKET_BYTES) {
		if (!pes_times(packets + at, &times))
			continue;
		if (!found || is_later(start->decoded, times.decoded))
			start->decoded = times.decoded;
		if (!found || is_later(start->shown, times.shown))
			start->shown = times.shown;
		found = true;
	}
	return found;
}

void
pes_clock_begin(struct pes_clock *clock, const uint8_t *packets, size_t len)
{
	struct pes_times start = { 0, 0 }, end = { 0, 0 };
	uint64_t decoded, shown;

	if (!clock->continues)
		return;
	clock->continues = false;
	if (!start_of_packets(packets, len, &start) ||
	    !end_of_tracks(clock, &end))
		return;
	/* Neither decoding nor showing may go back: with B pictures the last
	 * one shown is some pictures ahead of the last one decoded. */
	decoded = (end.decoded - start.decoded) & TIME_MASK;
	shown = (end.shown - start.shown) & TIME_MASK;
	clock->delta = is_later(shown, decoded) ? shown : decoded;
}

/* Section 2.4.3.3: the counter counts packets with payload. */
static void
restamp_counter(struct pes_track *track, uint8_t *packet)
{
	unsigned counter = packet[3] & 15u;
	unsigned grows = (packet[3] & 0x10) != 0 ? 1 : 0;

	/* The PAT is our own and goes out one packet at a time. */
	if (track->has_counter && (track->is_fresh || track->pid == 0))
		track->shift = (uint8_t)(track->counter + grows - counter);
	track->is_fresh = false;
	counter = (counter + track->shift) & 15;
	packet[3] = (uint8_t)((packet[3] & 0xf0) | counter);
	track->counter = (uint8_t)counter;
	track->has_counter = true;
}

static void
restamp_pcr(const struct pes_clock *clock, uint8_t *packet)
{
	uint64_t base;

	if (!has_adaptation(packet) || packet[4] < 7 || (packet[5] & 0x10) == 0)
		return;
	base = (uint64_t)packet[6] << 25 | (uint64_t)packet[7] << 17 |
	    (uint64_t)packet[8] << 9 | (uint64_t)packet[9] << 1 |
	    packet[10] >> 7;
	base = (base + clock->delta) & TIME_MASK;
	packet[6] = (uint8_t)(base >> 25);
	packet[7] = (uint8_t)(base >> 17);
	packet[8] = (uint8_t)(base >> 9);
	packet[9] = (uint8_t)(base >> 1);
	packet[10] = (uint8_t)((packet[10] & 0x7f) | (base & 1) << 7);
}

static void
restamp_times(const struct pes_clock *clock, uint8_t *packet)
{
	size_t pts, dts;

	find_times(packet, &pts, &dts);
	if (pts > 0)
		write_time(
		    packet + pts, read_time(packet + pts) + clock->delta);
	if (dts > 0)
		write_time(
		    packet + dts, read_time(packet + dts) + clock->delta);
}

static void
watch_times(struct pes_track *track, const uint8_t *packet)
{
	struct pes_times times;
	uint64_t step;

	if (!pes_times(packet, &times))
		return;
	step = (times.decoded - track->decoded) & TIME_MASK;
	if (track->has_time && step > 0 && step < STEP_MOST)
		track->step = step;
	/* A jump of the encoder's own clock is not a picture shown late. */
	if (!track->has_time || step >= STEP_MOST ||
	    is_later(times.shown, track->shown))
		track->shown = times.shown;
	track->decoded = times.decoded;
	track->has_time = true;
}

void
pes_clock_restamp(struct pes_clock *clock, uint8_t *packet)
{
	struct pes_track *track = get_track(clock, pes_pid(packet));

	if (track == NULL)
		return;
	restamp_counter(track, packet);
	if (clock->delta != 0) {
		restamp_pcr(clock, packet);
		restamp_times(clock, packet);
	}
	watch_times(track, packet);
}
