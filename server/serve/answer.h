/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * answer - heads of answers to who reads a recording. Pure.
 */
#ifndef SERVE_ANSWER_H
#define SERVE_ANSWER_H

#include "base/bytes.h"
#include "http/range.h"
#include "loop/messages.h"

#define ANSWER_ETAG_BYTES  36
#define ANSWER_BREAK_BYTES 40 /* what parts multipart/byteranges */

/* "" for one that has none yet. */
void answer_etag(const struct found_msg *, char etag[ANSWER_ETAG_BYTES]);

struct answer {
	unsigned status;
	const struct found_msg *found;
	bool is_growing;    /* no length, no validators */
	bool is_rest;       /* its headers, then from some point on: a length,
			     * no validators */
	bool is_attachment; /* to be kept, not played */
	const struct range *ranges;
	unsigned count;
	const char *mark; /* between parts; NULL: one part */
};

/* With the empty line at its end. */
void answer_head(struct bytes *, const struct answer *);
/* What stands before each part, and after the last (range NULL). */
void answer_part(struct bytes *, const struct answer *, const struct range *);
/* Bytes of the body, with what stands between parts. */
uint64_t answer_length(const struct answer *);
/* "Lea - Night - 2026-11-22.mp3", without anything that could be a path, a
 * control or a mark that turns the direction of writing. */
void answer_file_name(struct bytes *, const struct found_msg *);

#endif
