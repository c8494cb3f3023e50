/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * frames - heads of MPEG audio and ADTS frames, and the frames of a file.
 *
 * ISO/IEC 11172-3 section 2.4.2.3 and 13818-3 (layers I to III), 13818-7
 * section 6.2 (ADTS). Pure but for the file that a walk reads; any thread.
 */
#ifndef FORMAT_FRAMES_H
#define FORMAT_FRAMES_H

#include "base/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame_kind {
	size_t header_bytes; /* what length() looks at, at most 10 */
	uint32_t mask;       /* of the first 32 bits: what never changes */
	/* Of the whole frame that begins here; 0: no frame begins here. */
	size_t (*length)(const uint8_t *header);
};

extern const struct frame_kind mp3_frames, adts_frames;

uint32_t frame_header(const uint8_t *bytes); /* 32 bits, big endian */

struct frame_head {
	unsigned layer; /* 1 to 3; of ADTS 0 */
	bool is_first;  /* MPEG-1; else MPEG-2 or 2.5 */
	bool is_mono;
	unsigned channels; /* 0: it does not tell */
	unsigned bitrate;  /* bits per second; of ADTS 0 */
	unsigned sample_rate;
	unsigned samples; /* in this frame */
	size_t length;    /* bytes, with the head */
};

/* Of header_bytes bytes. False: no frame begins here. */
bool mp3_head(const uint8_t *bytes, struct frame_head *) MUST_CHECK;
bool adts_head(const uint8_t *bytes, struct frame_head *) MUST_CHECK;

/* From the first whole frame of a file to the last; what is between them is
 * passed over. A frame counts when another of its kind, or the end, follows,
 * or when it follows one that counts. */
struct frame_walk {
	struct view *view;
	const struct frame_kind *kind;
	int64_t next; /* where it looks next */
	int64_t at;   /* of the frame found */
	size_t len;
	uint64_t passed_over_bytes;
	bool is_locked;
};

/* False: there is none any more, or the view has an error. */
bool frame_walk_next(struct frame_walk *) MUST_CHECK;

#endif
