/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/numbered.h"

#include "base/check.h"

#include <endian.h>
#include <string.h>

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

bool
numbered_knows(unsigned kbps)
{
	return bitrate_index(kbps) != 0;
}

static void
put_number(uint8_t *at, uint64_t value, unsigned bytes)
{
	while (bytes-- > 0) {
		at[bytes] = (uint8_t)value;
		value >>= 8;
	}
}

static uint64_t
take_number(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

/* Each step maps the sum so far one to one, so one changed word always shows.
 */
static uint64_t
sum_of(const uint8_t *bytes, size_t len)
{
	uint64_t sum = len, word;

	while (len > 0) {
		size_t n = len < sizeof(word) ? len : sizeof(word);

		word = 0;
		memcpy(&word, bytes, n);
		sum = (sum ^ le64toh(word)) * 0x9E3779B97F4A7C15u;
		sum ^= sum >> 29;
		bytes += n;
		len -= n;
	}
	return sum;
}

/* Unpadded length; the fraction left over decides which frames are padded. */
static size_t
frame_bytes(unsigned kbps)
{
	return (size_t)144000 * kbps / NUMBERED_RATE;
}

static bool
is_padded(unsigned kbps, uint64_t number)
{
	uint64_t rest = (uint64_t)144000 * kbps % NUMBERED_RATE;

	return number % NUMBERED_RATE * rest % NUMBERED_RATE + rest >=
	    NUMBERED_RATE;
}

size_t
numbered_make(uint8_t bytes[NUMBERED_FRAME_MAX], unsigned kbps,
    const struct numbered_frame *frame)
{
	bool padded = is_padded(kbps, frame->number);
	size_t len = frame_bytes(kbps) + padded;
	size_t sum_at = len - SUM_BYTES;

	CHECK(numbered_knows(kbps));
	memset(bytes, 0, MAGIC_AT);
	bytes[0] = 0xFF;
	bytes[1] = 0xFB; /* MPEG-1, layer III, no CRC */
	bytes[2] = (uint8_t)(bitrate_index(kbps) << 4 | padded << 1);
	memcpy(bytes + MAGIC_AT, magic, sizeof(magic));
	put_number(bytes + RUN_AT, frame->run, 4);
	put_number(bytes + NUMBER_AT, frame->number, 8);
	put_number(bytes + SENT_AT, (uint64_t)frame->sent_us, 8);
	/* Below 0x80, so that the fill never looks like a frame's start. */
	for (size_t i = FILL_AT; i < sum_at; i++)
		bytes[i] = (uint8_t)((frame->number + i) & 0x7F);
	put_number(bytes + sum_at, sum_of(bytes, sum_at), SUM_BYTES);
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

static bool
is_seen(const struct numbered_check *check, uint64_t number)
{
	number %= NUMBERED_WINDOW;
	return (check->seen[number / 64] >> (number % 64) & 1) != 0;
}

static void
set_seen(struct numbered_check *check, uint64_t number, bool seen)
{
	uint64_t bit = UINT64_C(1) << (number % 64);

	number %= NUMBERED_WINDOW;
	if (seen)
		check->seen[number / 64] |= bit;
	else
		check->seen[number / 64] &= ~bit;
}

static void
start_run(struct numbered_check *check, const struct numbered_frame *frame)
{
	if (check->counts.frames > 0)
		check->counts.restarts++;
	check->run = frame->run;
	check->first = check->next = frame->number;
	check->bad = 0;
	memset(check->seen, 0, sizeof(check->seen));
}

/* A number below the expected one: again, or late. */
static void
count_old(struct numbered_check *check, uint64_t number)
{
	struct numbered_counts *counts = &check->counts;

	if (check->next - number > NUMBERED_WINDOW) {
		counts->reordered++;
		return;
	}
	if (is_seen(check, number)) {
		counts->doubled++;
		return;
	}
	counts->reordered++;
	if (number >= check->first && counts->lost > 0)
		counts->lost--;
	set_seen(check, number, true);
}

static void
count_frame(struct numbered_check *check, const struct numbered_frame *frame)
{
	uint64_t gap;

	if (check->counts.frames == 0 || frame->run != check->run)
		start_run(check, frame);
	check->counts.frames++;
	if (frame->number < check->next) {
		count_old(check, frame->number);
		return;
	}
	gap = frame->number - check->next;
	check->counts.lost += gap - (gap < check->bad ? gap : check->bad);
	check->bad = 0;
	for (uint64_t i = 0; i < gap && i < NUMBERED_WINDOW; i++)
		set_seen(check, frame->number - 1 - i, false);
	set_seen(check, frame->number, true);
	check->next = frame->number + 1;
}

/* Steps over what is no frame of ours, to where the next one may begin. */
static size_t
skip_strange(struct numbered_check *check, const uint8_t *bytes, size_t len)
{
	const uint8_t *next = len > 1 ? memchr(bytes + 1, 0xFF, len - 1) : NULL;
	size_t skipped = next != NULL ? (size_t)(next - bytes) : len;

	if (check->is_synced) {
		check->is_synced = false;
		check->counts.damaged++;
		check->bad++;
	}
	if (check->counts.frames > 0)
		check->counts.strange_bytes += skipped;
	else
		check->counts.lead_bytes += skipped;
	return skipped;
}

/* How many bytes it is done with; 0: a frame has begun and is not whole. */
static size_t
take_one(struct numbered_check *check, const uint8_t *bytes, size_t len)
{
	struct numbered_frame frame;
	size_t frame_len;

	if (!looks_ours(bytes, len))
		return skip_strange(check, bytes, len);
	if (len < HEADER_BYTES)
		return 0;
	frame_len = frame_bytes(bitrates[bytes[2] >> 4]) + (bytes[2] >> 1 & 1);
	if (len < frame_len)
		return 0;
	if (take_number(bytes + frame_len - SUM_BYTES, SUM_BYTES) !=
	    sum_of(bytes, frame_len - SUM_BYTES))
		return skip_strange(check, bytes, len);
	frame.run = (uint32_t)take_number(bytes + RUN_AT, 4);
	frame.number = take_number(bytes + NUMBER_AT, 8);
	frame.sent_us = (int64_t)take_number(bytes + SENT_AT, 8);
	check->is_synced = true;
	count_frame(check, &frame);
	if (check->frame != NULL)
		check->frame(check->arg, &frame);
	return frame_len;
}

/* Tops up the held bytes; answers how many of the new ones are done with. */
static size_t
take_held(struct numbered_check *check, const uint8_t *bytes, size_t len)
{
	size_t room = sizeof(check->hold) - check->held;
	size_t more = len < room ? len : room;
	size_t done;

	memcpy(check->hold + check->held, bytes, more);
	done = take_one(check, check->hold, check->held + more);
	if (done == 0) {
		check->held += more;
		return more;
	}
	if (done >= check->held) {
		more = done - check->held;
		check->held = 0;
		return more;
	}
	check->held -= done;
	memmove(check->hold, check->hold + done, check->held);
	return 0;
}

void
numbered_read(struct numbered_check *check, const uint8_t *bytes, size_t len)
{
	size_t done;

	while (len > 0) {
		if (check->held > 0) {
			done = take_held(check, bytes, len);
		} else {
			done = take_one(check, bytes, len);
			if (done == 0) {
				memcpy(check->hold, bytes, len);
				check->held = len;
				done = len;
			}
		}
		bytes += done;
		len -= done;
	}
}
