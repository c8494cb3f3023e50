/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * source - sends a numbered stream to the server in real time, with PUT
 * (RFC 9110, 9.3.4) and Expect: 100-continue. 100 or 200 means go. A frame is
 * made when it is due and the ones before it are gone, so that its time is that
 * of sending; what is late is sent in a row.
 */
#ifndef LOAD_SOURCE_H
#define LOAD_SOURCE_H

#include "base/bytes.h"
#include "load/numbered.h"
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
	enum source_state state;
	struct bytes request, answer;
	int64_t live_us; /* when frame 0 was due */
	uint32_t run;
	uint64_t number; /* of the next frame */
	size_t frame_len, frame_sent;
	uint8_t frame[NUMBERED_FRAME_MAX];
	char why[96]; /* it is gone */
};

void source_dial(struct source *);
void source_event(struct source *, int64_t now_us);
/* Sends what is due. */
void source_tick(struct source *, int64_t now_us);
int64_t source_due_us(const struct source *); /* the next frame's time */
void source_end(struct source *);
void source_close(struct source *);
uint32_t source_wants(const struct source *);

#endif
