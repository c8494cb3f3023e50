/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * track - what becomes of a mount's blocks: into a file, into which, or lost.
 *
 *   waiting --SYNC block--> writing --gap--> gap --SYNC block--> writing
 *      ^                      | CUT block, or the rules say so (splits.h):
 *      |                      | this file ends, a new one may begin
 *      |                      v failed
 *      +---RETRY_MS later--- down: blocks are counted as lost
 *
 * A mount has one for each profile it is recorded under, deck.h. A file that
 * ends by the rules has every byte before its last border, and the next one
 * every byte from there on. While the track is paused, all is counted as lost.
 * Spool thread only. Rows are told when a file has its first bytes, each
 * GROWN_MS or GROWN_BYTES as it grows, and when it is finished.
 */
#ifndef SPOOL_TRACK_H
#define SPOOL_TRACK_H

#include "base/block.h"
#include "loop/messages.h"
#include "spool/recording.h"
#include "spool/splits.h"

#include <stdbool.h>
#include <stdint.h>

#define RETRY_MS    5000
#define GROWN_MS    10000
#define GROWN_BYTES (8 << 20)

struct track_out {
	void (*row)(void *arg, const struct recording_msg *);
	/* These files are complete; the path is the row's. */
	void (*finish)(void *arg, const char *path);
	void *arg;
};

struct track_setup {
	int archive;         /* data/archive, the spool's */
	struct zones *zones; /* the spool's */
	const struct track_out *out;
};

struct track {
	const struct track_setup *setup;
	enum recording_profile profile;
	struct spool_msg facts; /* the newest */
	struct splits splits;
	struct recording *recording; /* NULL: waiting, paused or down */
	struct block *head;          /* in force at the last block written */
	struct block *title;         /* at the last block seen */
	char item[TITLE_BYTES];      /* what a person calls the file, or "" */
	bool is_titled;   /* the title is another one since a SYNC block */
	bool wants_title; /* and the file does not have it yet */
	bool is_marked;   /* a person wants another file from here on */
	bool is_piece;    /* the file goes on where another one ended */
	bool is_paused;
	bool is_in_gap;
	bool is_back;        /* the source is; nothing was written since */
	bool is_new_feed;    /* is_back, and the head must be written */
	bool is_other;       /* the stream has another type than the file */
	bool is_told;        /* the row of this file, as active */
	uint64_t told_bytes; /* of it, then */
	int64_t told_ms;     /* mono, when */
	unsigned failures;   /* since a file had bytes */
	int64_t retry_at_ms; /* mono, while there are failures */
	uint64_t lost_bytes; /* that no file has counted as a gap */
	int64_t lost_ms;     /* mono, since when; 0: nothing is lost */
	const char *lost_why;
};

struct track *track_new(const struct track_setup *, enum recording_profile,
    const struct spool_msg *);
void track_facts(struct track *, const struct spool_msg *);
/* dropped_bytes came before this block and are lost. */
void track_block(struct track *, struct block *, uint64_t dropped_bytes);
/* To be called about once a second. */
void track_point(struct track *, int64_t point_ms);
/* Another item from the next block on a decoder can start at; title may be "".
 */
void track_mark(struct track *, const char *title);
/* The source was away and is there again; a new feed's stream may be of
 * another kind. */
void track_back(struct track *, bool is_new_feed);
/* Ends the file, not the track. */
void track_stop(struct track *);
void track_pause(struct track *, bool is_paused);
void track_dropped(struct track *, uint64_t dropped_bytes);
/* Finishes and frees it. */
void track_end(struct track *);

#endif
