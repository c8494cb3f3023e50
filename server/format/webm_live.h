/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * webm_live - the state of the WebM format, and what it gives to listeners.
 *
 * webm.c walks through the encoder's elements and keeps no more than the one it
 * is in; webm_live.c makes heads, clusters and units of what is of use.
 */
#ifndef FORMAT_WEBM_LIVE_H
#define FORMAT_WEBM_LIVE_H

#include "format/webm_priv.h"
#include "format/webm_time.h"

enum webm_place {
	AT_TOP,
	IN_SEGMENT,
	IN_CLUSTER
};

struct webm {
	struct bytes held;
	uint64_t skip; /* bytes of an element that nobody needs */
	enum webm_place place;
	uint64_t segment_left, cluster_left; /* bytes, or EBML_UNKNOWN */
	size_t head_bytes;                   /* before the first cluster */
	bool has_ebml, has_segment, has_tracks, has_cluster;
	struct webm_head heads[2];
	struct webm_head *running; /* listeners have it; NULL: none yet */
	struct webm_head *coming;  /* of an encoding that waits for its first
				    * place to start, or NULL */
	struct webm_time time;
	bool is_open;          /* our cluster */
	bool is_fresh;         /* the encoder's cluster: without a block yet */
	bool is_cut;           /* the next unit does not continue the last */
	int64_t cluster_first; /* time of the first block in our cluster */
	struct bytes head;     /* as last given */
	struct bytes unit, block;
	char title[WEBM_TITLE_BYTES];
	const struct format_out *out; /* during read() */
	const char *why;
};

/* webm_live.c */
/* A whole SimpleBlock or BlockGroup, whose memory stays the caller's. */
void webm_give(struct webm *, struct bytes whole);
/* A whole Tags element. */
void webm_give_tags(struct webm *, const uint8_t *whole, size_t len);

#endif
