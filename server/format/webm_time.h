/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * webm_time - encodings one after another on one timeline that starts at 0.
 *
 * Blocks are timed from their cluster, clusters in ticks of the encoding's
 * TimestampScale (RFC 9559 section 11). Our ticks are those of the first
 * encoding. No track ever goes back to what was there before a splice. Part of
 * one format state; no function blocks or allocates.
 */
#ifndef FORMAT_WEBM_TIME_H
#define FORMAT_WEBM_TIME_H

#include "format/webm_priv.h"

struct webm_lane {      /* of a track; ticks of ours */
	int64_t newest; /* latest that went out, or -1 */
	int64_t step;   /* from one frame to the next */
	int64_t floor;  /* what is earlier was there before a splice */
	bool is_fixed;  /* the step, which the track says */
	bool counts;    /* it has picture or sound */
};

struct webm_time {
	uint64_t scale, scale_in; /* ns in a tick: ours, the encoder's */
	int64_t delta;            /* from the encoder's time, in our ticks */
	int64_t cluster_in;       /* the encoder's cluster, its ticks */
	bool has_cluster;         /* that has a timestamp */
	int64_t last_in;          /* the cluster before, in our ticks */
	int64_t cluster;          /* our cluster */
	struct webm_lane lanes[WEBM_TRACKS];
};

/* A number of our ticks, at least 1. */
int64_t webm_ticks(const struct webm_time *, int64_t ns);
/* The encoder begins a cluster. False: its time makes no sense. */
bool webm_time_cluster(
    struct webm_time *, uint64_t timestamp, uint64_t scale_in) MUST_CHECK;
/* An encoding begins with a block at this time, after what was there before or
 * at 0. */
void webm_time_begin(struct webm_time *, const struct webm_head *,
    int16_t relative, bool continues);
/* Takes up a jump of the encoder's clusters. */
void webm_time_check(struct webm_time *);
/* When a block goes out. False: it is from before a splice. */
bool webm_time_block(
    struct webm_time *, size_t track, int16_t relative, int64_t *at);
/* A cluster of ours begins with a block at this time. */
int64_t webm_time_of_cluster(struct webm_time *, int64_t at);
bool webm_time_fits(int64_t relative); /* in 16 bits */

#endif
