/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * webm_front - what stands before the clusters of a finished file.
 *
 *   EBML | Segment | SeekHead | Info | Chapters | Tracks | Tags | Cues
 *
 * All of it is known when the clusters have been counted, so the cues are in
 * front and a player finds its place without reading the end. RFC 9559.
 */
#ifndef FINISH_WEBM_FRONT_H
#define FINISH_WEBM_FRONT_H

#include "finish/finish_priv.h"
#include "format/ebml.h"

struct webm_cue {
	uint64_t ticks; /* time */
	uint64_t byte;  /* of the cluster, from the first one on */
};

struct webm_front {
	const struct finish_job *job;
	const struct finish_facts *facts;
	const struct bytes *head; /* as the format gave it */
	uint64_t scale;           /* ns in a tick */
	double duration_ticks;
	uint64_t track; /* number of the one the cues are for */
	const struct webm_cue *cues;
	size_t cue_count;
	uint64_t cluster_bytes; /* of all clusters */
};

/* Tags, which may be empty, without what holds for one title of many, and with
 * the recording's own. */
void webm_front_tags(
    struct bytes *, const struct webm_front *, const struct ebml_child *tags);
/* Chapters of a file that was finished before: what is on air has none. Those
 * of more than a view are not looked at. False: there are none. */
bool webm_front_chapters(struct view *, struct finish_facts *);
/* False: the head makes no sense. */
bool webm_front_put(struct bytes *, const struct webm_front *) MUST_CHECK;

#endif
