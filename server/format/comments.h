/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * comments - what is in a block of Vorbis comments, as Ogg codecs and FLAC
 * carry them (Vorbis I section 5.2). Pure; any bytes may come in.
 */
#ifndef FORMAT_COMMENTS_H
#define FORMAT_COMMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMMENTS_TITLE_BYTES 1024

/* What of a block has not been read. */
struct comments {
	const uint8_t *at;
	size_t left;
	uint32_t count;
};

/* bytes begin with the vendor string's length; a text has no NUL at its end.
 * False: damaged. */
bool comments_begin(struct comments *, const uint8_t *bytes, size_t len,
    const char **vendor, size_t *vendor_len);
/* The next field, "NAME=value" as a rule; false: no more. */
bool comments_next(struct comments *, const char **text, size_t *len);

/* Clean UTF-8: "Artist - Title",
 * or whichever of the two there is; false: neither. */
bool comments_title(
    const uint8_t *bytes, size_t len, char title[COMMENTS_TITLE_BYTES]);

#endif
