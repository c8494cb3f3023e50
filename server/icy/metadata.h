/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * metadata - ICY titles as they stand between the bytes of a stream.
 *
 * A metadata block is one length byte n, then n * 16 bytes of
 * "StreamTitle='...';StreamUrl='...';" padded with NUL; at most 4,080. Pure.
 */
#ifndef ICY_METADATA_H
#define ICY_METADATA_H

#include "base/block.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICY_METADATA_MOST_BYTES (255 * 16)

/* A sealed block that begins with its length byte. title and url are clean
 * UTF-8; both are cut at a character so that they fit, "';" inside becomes
 * "’;". url may be "" or NULL. */
struct block *icy_metadata(const char *title, const char *url);

/* The title in such a block, "" when there is none in it or no block. */
void icy_metadata_title(const struct block *, char *to, size_t size);

/* The reverse, for sources that weave titles in: zeroed, then set interval. */
struct icy_strip {
	size_t interval_bytes;
	size_t until; /* audio bytes until the next length byte */
	size_t left;  /* metadata bytes still to come, after the length byte */
	size_t have;
	bool in_block;
	char text[ICY_METADATA_MOST_BYTES + 1];
};

void icy_strip_open(struct icy_strip *, size_t interval_bytes);
/* Finds the next run of audio in *bytes, *len and eats it; returns its length
 * (0: all used). *has_title is set when a whole metadata block with a
 * StreamTitle was read before that run; it is in title (raw bytes). */
size_t icy_strip_read(struct icy_strip *, const uint8_t **bytes, size_t *len,
    const uint8_t **audio, bool *has_title, char *title, size_t title_size);

#endif
