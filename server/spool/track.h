/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * track - what becomes of a mount's blocks: into a file, into which, or lost.
 *
 *   waiting --SYNC block--> writing --gap--> gap --SYNC block--> writing
 *      ^                      | CUT block: this file ends, a new one may begin
 *      |                      v failed
 *      +---RETRY_MS later--- down: blocks are counted as lost
 *
 * One per mount that is recorded, made by SPOOL_OPEN, ended by SPOOL_CLOSE.
 * Spool thread only. Rows are told when a file has its first bytes and when it
 * is finished.
 */
#ifndef SPOOL_TRACK_H
#define SPOOL_TRACK_H

#include "base/block.h"
#include "loop/messages.h"
#include "spool/recording.h"

#include <stdbool.h>
#include <stdint.h>

#define RETRY_MS 5000

struct track_out {
	void (*row)(void *arg, const struct recording_msg *);
	/* These files are complete; the path is the row's. */
	void (*finish)(void *arg, const char *path);
	void *arg;
};

struct track {
	int archive; /* data/archive, the spool's */
	const struct track_out *out;
	struct spool_msg facts;      /* the newest */
	struct recording *recording; /* NULL: waiting or down */
	struct block *head;          /* in force at the last block written */
	bool is_in_gap;
	bool is_told;        /* the row of this file, as active */
	unsigned failures;   /* since a file had bytes */
	int64_t retry_at_ms; /* mono, while there are failures */
	uint64_t lost_bytes; /* that no file has counted as a gap */
};

struct track *track_new(
    int archive, const struct spool_msg *, const struct track_out *);
void track_facts(struct track *, const struct spool_msg *);
/* dropped_bytes came before this block and are lost. */
void track_block(struct track *, struct block *, uint64_t dropped_bytes);
/* To be called about once a second. */
void track_point(struct track *, int64_t point_ms);
/* Finishes and frees it. */
void track_end(struct track *, uint64_t dropped_bytes);

#endif
