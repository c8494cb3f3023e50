/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * comments - the title in a block of Vorbis comments, as Ogg codecs and FLAC
 * carry them (Vorbis I section 5.2). Pure; any bytes may come in.
 */
#ifndef FORMAT_COMMENTS_H
#define FORMAT_COMMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMMENTS_TITLE_BYTES 1024

/* bytes begin with the vendor string's length. Clean UTF-8: "Artist - Title",
 * or whichever of the two there is; false: neither. */
bool comments_title(
    const uint8_t *bytes, size_t len, char title[COMMENTS_TITLE_BYTES]);

#endif
