/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * source - sends a numbered stream to the server in real time, with PUT
 * (RFC 9110, 9.3.4) and Expect: 100-continue. 100 or 200 means go. Frames are
 * made when they are due and the ones before them are gone, so that their time
 * is that of sending; what is due at once is sent in one go.
 */
#ifndef LOAD_SOURCE_H
#define LOAD_SOURCE_H

#include "base/bytes.h"
#include "load/options.h"
#include "load/totals.h"
#include "load/wire.h"

#include <stdbool.h>
#include <stdint.h>

enum source_state {
	SOURCE_DIALLING,
	SOURCE_ASKING,
	SOURCE_WAITING,
	SOURCE_LIVE,
	SOURCE_ENDING, /* nothing more from us */
	SOURCE_GONE,
};

struct source {
	struct wire wire;
	const struct wire_target *target;
	const struct options *options;
	struct totals *totals;
	unsigned mount;   /* its number */
	uint8_t *scratch; /* WIRE_READ_BYTES */
	enum source_state state;
	struct bytes request, answer;
	int64_t dialled_us;
	int64_t live_us; /* when frame 0 was due */
	int64_t due_us;  /* when the next frame is */
	uint32_t run;
	uint64_t number;  /* of the next frame */
	bool is_timed;    /* in the heap of those with a frame to come */
	struct bytes out; /* frames on their way */
	unsigned out_frames;
};

void source_dial(struct source *, int64_t now_us);
void source_event(struct source *, int64_t now_us);
/* Sends what is due. */
void source_tick(struct source *, int64_t now_us);
/* It took too long to be let in. */
void source_give_up(struct source *, int64_t now_us);
void source_end(struct source *);
void source_close(struct source *);
uint32_t source_wants(const struct source *);

#endif
