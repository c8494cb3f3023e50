/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * numbered - a stream that counts itself, so that whoever drinks it can prove
 * that nothing was lost, doubled, swapped or changed on the way.
 *
 * It is a valid stream of its format and plays as silence, or as a grey
 * picture: what is ours stands where decoders skip. Each frame carries the run
 * of its source, its number, the time it was sent and a sum over all of it, so
 * that a changed byte shows. What a frame is and how it carries them is the
 * encoding's: numbered_mp3.c and numbered_ts.c.
 *
 * Pure functions over their own state; no thread, no clock, no allocation. A
 * check that is zero but for its encoding is ready; it may begin in the middle
 * of a frame.
 */
#ifndef LOAD_NUMBERED_H
#define LOAD_NUMBERED_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBERED_FRAME_MAX 1045 /* MP3 of 320 kbit/s, padded */
#define NUMBERED_WINDOW    1024 /* how old a number may be and be known */

struct numbered_check;

struct numbered_frame {
	uint32_t run; /* another one means that the source started anew */
	uint64_t number;
	int64_t sent_us; /* CLOCK_MONOTONIC */
};

/* What the bytes at some place are. */
enum numbered_found {
	NUMBERED_STRANGE, /* nothing of ours, or damaged */
	NUMBERED_PART,    /* more bytes will tell */
	NUMBERED_FRAME,
	NUMBERED_TABLE, /* ours, whole, and without a number */
};

struct numbered_encoding {
	const char *name, *media_type;
	uint8_t sync; /* every frame's first byte */
	bool (*knows)(unsigned kbps);
	/* When the frame is to be sent, since frame 0 was. */
	int64_t (*due_us)(unsigned kbps, uint64_t number);
	/* Length of what was written: the frame, and tables that precede it. */
	size_t (*make)(uint8_t bytes[NUMBERED_FRAME_MAX], unsigned kbps,
	    const struct numbered_frame *);
	/* Fills in the frame, and the length of a frame or table. */
	enum numbered_found (*look)(struct numbered_check *,
	    const uint8_t *bytes, size_t *len, struct numbered_frame *);
};

extern const struct numbered_encoding numbered_mp3, numbered_ts;

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
	const struct numbered_encoding *encoding;
	struct numbered_counts counts;
	void (*frame)(void *arg, const struct numbered_frame *); /* or NULL */
	void *arg;
	bool is_synced;
	uint32_t run;
	uint64_t first, next; /* numbers of this run; next is expected */
	unsigned moved;       /* counters of this run, by the server */
	uint64_t bad;         /* damaged since the last good frame */
	uint64_t seen[NUMBERED_WINDOW / 64];
	size_t held; /* bytes of a frame not whole yet */
	uint8_t hold[NUMBERED_FRAME_MAX];
};

/* The encoding of that name ("mp3", "ts"); NULL: there is none. */
const struct numbered_encoding *numbered_find(const char *name);
void numbered_read(struct numbered_check *, const uint8_t *bytes, size_t len);

/* For the encodings. Most significant byte first. */
void numbered_put(uint8_t *at, uint64_t value, unsigned bytes);
uint64_t numbered_take(const uint8_t *at, unsigned bytes);
/* Any single changed byte changes it. */
uint64_t numbered_sum(const uint8_t *bytes, size_t len);
/* No frame of this run was seen yet. */
bool numbered_is_new(const struct numbered_check *, uint32_t run);

#endif
