/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * m4a_boxes - all of an MPEG-4 file that stands before its sound.
 *
 * Numbers have 64 bits where 32 do not hold them, and 32 otherwise, which every
 * player reads. Pure but for the sink.
 */
#ifndef FINISH_M4A_BOXES_H
#define FINISH_M4A_BOXES_H

#include "finish/finish_priv.h"
#include "finish/m4a.h"

#define M4A_FRAME_SAMPLES 1024
#define M4A_CHUNK_FRAMES  64
#define M4A_MOST_CHAPTERS 255 /* their number is a byte */

/* What is the same in the heads of all frames. */
struct m4a_kind {
	unsigned object; /* audio object type: 1 Main, 2 LC, 3 SSR, 4 LTP */
	unsigned rate_index, channel_index;
	unsigned sample_rate, channels;
};

struct m4a_track {
	struct m4a_kind kind;
	uint16_t *sizes; /* of the frames, without their heads */
	uint32_t count;  /* at least 1 */
	uint64_t bytes;  /* their sum */
};

/* What comes next in the sink is the first frame. */
void m4a_front(struct sink *, const struct m4a_track *, const struct m4a_job *);

#endif
