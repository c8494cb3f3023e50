/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * chunked - takes the chunk framing off a body (RFC 9112 section 7.1).
 *
 * Zeroed is ready. Works on any cut of the input; extensions and trailers are
 * read over, within limits. No memory of its own.
 */
#ifndef HTTP_CHUNKED_H
#define HTTP_CHUNKED_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum chunked_answer {
	CHUNKED_MORE, /* all input used, body goes on */
	CHUNKED_DATA, /* *data, *data_len is a run of body; call again */
	CHUNKED_END,  /* the last chunk and its trailer are read */
	CHUNKED_BAD,
};

struct chunked {
	unsigned state;
	uint64_t left;       /* of the present chunk */
	unsigned line_bytes; /* of the present size line or trailer */
};

/* Eats from *bytes and *len. */
enum chunked_answer chunked_read(struct chunked *, const uint8_t **bytes,
    size_t *len, const uint8_t **data, size_t *data_len) MUST_CHECK;

#endif
