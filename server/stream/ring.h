/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * ring - the newest blocks of one mount, as one worker sees them.
 *
 * Blocks are numbered from 1 in the order they arrive. The ring keeps the last
 * ones and forgets the oldest first. It belongs to one thread, so it has no
 * lock; the bytes of a block exist once for all threads.
 *
 *        first          cursor.seq             next
 *          v                v                    v
 *   ...gone|[n][n+1][n+2] ... [ ][ ][ ]          (not here yet)
 *
 * A listener owns a cursor: the number of the block it is in, and how many of
 * its bytes are already sent. It holds no reference, except while a block is
 * half sent, so that a slow listener can always finish what it began.
 */
#ifndef STREAM_RING_H
#define STREAM_RING_H

#include "base/block.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* Kept: at least keep_bytes and keep_ms, two places to start and all from
 * keep_seq on (0: no such), but never more than most_bytes. */
struct ring_limits {
	size_t keep_bytes, most_bytes;
	int64_t keep_ms;
	uint64_t keep_seq;
};

struct ring {
	struct block **slots;
	size_t size;    /* of slots, a power of two or 0 */
	uint64_t first; /* oldest block still here */
	uint64_t next;  /* number the next block will get */
	size_t bytes;   /* in all the blocks here */
	unsigned syncs; /* blocks here that have BLOCK_SYNC */
	uint64_t cut;   /* newest block that had BLOCK_CUT, 0: none */
	struct ring_limits limits;
};

struct cursor {
	uint64_t seq;
	size_t sent;        /* bytes of block seq already sent */
	struct block *held; /* block seq, when 0 < sent < len */
};

void ring_init(struct ring *, const struct ring_limits *);
void ring_clear(struct ring *);
void ring_push(struct ring *, struct block *); /* takes the reference */
/* NULL when it is forgotten or not here yet. */
struct block *ring_at(const struct ring *, uint64_t seq);

/* Where a new listener starts: the newest sync block that has at least
 * burst_bytes and burst_ms before the end, or else the oldest one; 0 when there
 * is none. */
uint64_t ring_start(const struct ring *, size_t burst_bytes, int64_t burst_ms);
/* The newest sync block, 0 when there is none. */
uint64_t ring_newest_sync(const struct ring *);

/* False when the cursor's block is already forgotten: it fell behind. */
bool cursor_valid(const struct cursor *, const struct ring *);
bool cursor_at_end(const struct cursor *, const struct ring *);
void cursor_set(struct cursor *, uint64_t seq);
/* Fills iov with what comes next, at most most_bytes, never past the next
 * BLOCK_CUT. Returns how many entries are used. */
int cursor_iov(const struct cursor *, const struct ring *, struct iovec *,
    int count, size_t most_bytes);
void cursor_advance(struct cursor *, const struct ring *, size_t sent);
void cursor_clear(struct cursor *);

#endif
