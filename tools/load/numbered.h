/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * numbered - a stream that counts itself, so that whoever drinks it can prove
 * that nothing was lost, doubled, swapped or changed on the way.
 *
 * It is valid MP3 (ISO 11172-3, MPEG-1 layer III, 44.1 kHz stereo, constant
 * bitrate) and plays as silence: the side information is all zero, so the rest
 * of each frame is ancillary data, which decoders skip. There it carries
 *
 *      4       32        4    4      8       8      ...    8
 *   | header | zeroes | A2AN| run | number | sent | fill | sum |
 *
 * most significant byte first; sent is CLOCK_MONOTONIC in microseconds, the sum
 * covers all before it. Any single changed byte changes the sum.
 *
 * Pure functions over their own state; no thread, no clock, no allocation. A
 * zeroed check is ready; it may begin in the middle of a frame.
 */
#ifndef LOAD_NUMBERED_H
#define LOAD_NUMBERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBERED_SAMPLES   1152 /* in a frame */
#define NUMBERED_RATE      44100
#define NUMBERED_FRAME_MAX 1045 /* 320 kbit/s, padded */
#define NUMBERED_WINDOW    1024 /* how old a number may be and be known */

struct numbered_frame {
	uint32_t run; /* another one means that the source started anew */
	uint64_t number;
	int64_t sent_us;
};

struct numbered_counts {
	uint64_t frames;     /* whole and unchanged */
	uint64_t lost;       /* numbers never seen, damaged ones excepted */
	uint64_t doubled;    /* numbers seen twice */
	uint64_t reordered;  /* numbers seen after a higher one */
	uint64_t damaged;    /* frames with changed or missing bytes */
	uint64_t restarts;   /* changes of run */
	uint64_t lead_bytes; /* before the first frame: the rest of another */
	uint64_t strange_bytes; /* between frames */
};

struct numbered_check {
	struct numbered_counts counts;
	void (*frame)(void *arg, const struct numbered_frame *); /* or NULL */
	void *arg;
	bool is_synced;
	uint32_t run;
	uint64_t first, next; /* numbers of this run; next is expected */
	uint64_t bad;         /* damaged since the last good frame */
	uint64_t seen[NUMBERED_WINDOW / 64];
	size_t held; /* bytes of a frame not whole yet */
	uint8_t hold[NUMBERED_FRAME_MAX];
};

/* The bitrates of layer III: 32 to 320. */
bool numbered_knows(unsigned kbps);
/* Length of the frame written. */
size_t numbered_make(uint8_t bytes[NUMBERED_FRAME_MAX], unsigned kbps,
    const struct numbered_frame *);

void numbered_read(struct numbered_check *, const uint8_t *bytes, size_t len);

#endif
