/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * frames - what is in a recording that is nothing but frames.
 *
 * The recording is walked twice: counted, then copied. Places are kept as if
 * the frames stood without a gap, for a table of contents.
 */
#ifndef FINISH_FRAMES_H
#define FINISH_FRAMES_H

#include "finish/finish_priv.h"
#include "format/frames.h"

#define FRAMES_PLACES 4096 /* at most; at least half of it, of a long one */

struct frames_place {
	int64_t at_us;
	uint64_t byte;
};

/* To be set up with kind and head, the rest zero. */
struct frames {
	const struct frame_kind *kind;
	bool (*head)(const uint8_t *bytes, struct frame_head *);
	struct frame_head first;
	uint64_t count, bytes;
	uint64_t samples; /* since the rate is rate */
	unsigned rate;
	int64_t before_us; /* with other rates */
	bool is_variable;  /* not all have the same bit rate */
	struct frames_place *places;
	unsigned place_count, step;
};

/* Fills facts and sets the marks. AS_IS, STOPPED, or FAILED when there is no
 * frame or it cannot be read. */
enum finish_result frames_count(struct frames *, const struct finish_job *,
    struct view *, struct finish_facts *) MUST_CHECK;
int64_t frames_time_us(const struct frames *); /* of all so far */
/* Of the last place kept that is not after it. */
uint64_t frames_byte_at(const struct frames *, int64_t at_us);
/* False: stopped, or it cannot be read any more. */
bool frames_copy(const struct frames *, const struct finish_job *,
    struct view *, struct sink *) MUST_CHECK;
void frames_free(struct frames *);

#endif
