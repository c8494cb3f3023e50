/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * deck - all that is recorded of one mount: a track for each profile.
 *
 *   programme  from record = yes, as long as there is a stream
 *   log        from log = yes, in hours of the clock
 *   manual     from record start to record stop
 *
 * A deck outlives its source, so that one that drops and returns goes on in the
 * same files: when it is away for longer than the mount's resume, they end. A
 * new feed's stream goes on in a file only when one decoder takes both; else
 * the file ends and the next one begins. Spool thread.
 */
#ifndef SPOOL_DECK_H
#define SPOOL_DECK_H

#include "base/block.h"
#include "base/check.h"
#include "loop/messages.h"
#include "spool/room.h"
#include "spool/track.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct deck {
	TAILQ_ENTRY(deck) link; /* the spool's */
	const struct track_setup *setup;
	struct spool_msg facts; /* the newest */
	struct track *tracks[PROFILES];
	enum room_state room;
	bool is_closed; /* has no feed; is_away too then */
	bool is_away;
	int64_t last_ms; /* mono, of the newest block */
};

struct deck *deck_new(const struct track_setup *, const struct spool_msg *);
/* A feed is there, again or with new facts. */
void deck_open(struct deck *, const struct spool_msg *);
void deck_block(struct deck *, struct block *, uint64_t dropped_bytes);
void deck_away(struct deck *);
/* The feed is gone. False: so is all that was recorded of it, free it. */
bool deck_close(struct deck *, bool is_final, uint64_t dropped_bytes);
/* To be called several times a second. False: as above. */
bool deck_point(struct deck *, int64_t point_ms) MUST_CHECK;
void deck_room(struct deck *, enum room_state);
/* NULL: done; else why not. */
const char *deck_command(struct deck *, enum record_what, const char *title);
/* Finishes all and frees it. */
void deck_free(struct deck *);

#endif
