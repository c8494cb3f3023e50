/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * block - a run of stream bytes that never changes once it is sealed.
 *
 * What an encoder sent within one pace tick becomes one block, and every
 * listener of the mount is sent from that same memory. Blocks cross threads, so
 * the count is atomic; nothing guards the rest because nobody may write it
 * after block_new's caller has passed the block on.
 *
 * A block holds a reference on the two blocks a newcomer may need with it: the
 * head (stream headers) and the title (an ICY metadata block, its length byte
 * first) in force at its first byte.
 */
#ifndef BASE_BLOCK_H
#define BASE_BLOCK_H

#include "base/check.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum block_flag {
	BLOCK_SYNC = 1 << 0, /* after its head, a decoder may start here */
	BLOCK_CUT = 1 << 1,  /* who drank what came before must stop here */
};

struct block {
	atomic_uint refs;
	unsigned flags;      /* enum block_flag */
	int64_t time_ms;     /* clock_mono_ms() when its first byte came in */
	int64_t step_ms;     /* until the next one; 0: not known, do not wait */
	struct block *head;  /* what a newcomer gets first; may be NULL */
	struct block *title; /* ICY metadata in force; may be NULL */
	size_t len;
	uint8_t bytes[];
};

/* The count is 1. bytes may be NULL: the caller fills block->bytes itself. */
struct block *block_new(const void *bytes, size_t len, unsigned flags);
struct block *block_text(const char *text); /* without its NUL */
struct block *block_ref(struct block *);    /* NULL stays NULL */
void block_unref(struct block *);           /* NULL is fine */

#endif
