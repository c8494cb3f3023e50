/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "stream/ring.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_SLOTS 64
#define MOST_SLOTS  16384

void
ring_init(struct ring *ring, const struct ring_limits *limits)
{
	memset(ring, 0, sizeof(*ring));
	ring->limits = *limits;
	ring->first = ring->next = 1;
}

struct block *
ring_at(const struct ring *ring, uint64_t seq)
{
	if (seq < ring->first || seq >= ring->next)
		return NULL;
	return ring->slots[seq & (ring->size - 1)];
}

static void
forget_oldest(struct ring *ring)
{
	struct block *block = ring_at(ring, ring->first);

	ring->first++;
	ring->bytes -= block->len;
	if (block->flags & BLOCK_SYNC)
		ring->syncs--;
	block_unref(block);
}

void
ring_clear(struct ring *ring)
{
	while (ring->first < ring->next)
		forget_oldest(ring);
	free(ring->slots);
	ring->slots = NULL;
	ring->size = 0;
}

static void
make_room(struct ring *ring)
{
	size_t size = ring->size > 0 ? ring->size * 2 : LEAST_SLOTS;
	struct block **slots;

	if (ring->next - ring->first < ring->size)
		return;
	if (size > MOST_SLOTS) {
		forget_oldest(ring);
		return;
	}
	slots = mem_new(size * sizeof(*slots));
	for (uint64_t seq = ring->first; seq < ring->next; seq++)
		slots[seq & (size - 1)] = ring_at(ring, seq);
	free(ring->slots);
	ring->slots = slots;
	ring->size = size;
}

/* The oldest block is not needed for what the ring promises to keep. */
static bool
has_spare(const struct ring *ring)
{
	const struct block *oldest = ring_at(ring, ring->first);
	const struct block *newest = ring_at(ring, ring->next - 1);
	unsigned syncs = ring->syncs - (oldest->flags & BLOCK_SYNC ? 1 : 0);

	if (oldest == newest)
		return false;
	if (ring->bytes > ring->limits.most_bytes)
		return true;
	return syncs >= 2 &&
	    (ring->limits.keep_seq == 0 ||
		ring->first < ring->limits.keep_seq) &&
	    ring->bytes - oldest->len >= ring->limits.keep_bytes &&
	    newest->time_ms - ring_at(ring, ring->first + 1)->time_ms >=
	    ring->limits.keep_ms;
}

void
ring_push(struct ring *ring, struct block *block)
{
	make_room(ring);
	if (block->flags & BLOCK_CUT)
		ring->cut = ring->next;
	ring->slots[ring->next++ & (ring->size - 1)] = block;
	ring->bytes += block->len;
	if (block->flags & BLOCK_SYNC)
		ring->syncs++;
	while (has_spare(ring))
		forget_oldest(ring);
}

uint64_t
ring_start(const struct ring *ring, size_t burst_bytes, int64_t burst_ms)
{
	const struct block *block;
	uint64_t start = 0;
	size_t back = 0;
	int64_t end_ms;

	if (ring->next == ring->first)
		return 0;
	end_ms = ring_at(ring, ring->next - 1)->time_ms;
	for (uint64_t seq = ring->next; seq > ring->first;) {
		block = ring_at(ring, --seq);
		back += block->len;
		if (block->flags & BLOCK_SYNC) {
			start = seq;
			if (back >= burst_bytes &&
			    end_ms - block->time_ms >= burst_ms)
				break;
		}
		/* Nothing from before a cut fits what came after it. */
		if (block->flags & BLOCK_CUT)
			break;
	}
	return start;
}

uint64_t
ring_newest_sync(const struct ring *ring)
{
	for (uint64_t seq = ring->next; seq > ring->first;) {
		if (ring_at(ring, --seq)->flags & BLOCK_SYNC)
			return seq;
	}
	return 0;
}

bool
cursor_valid(const struct cursor *cursor, const struct ring *ring)
{
	return cursor->held != NULL || cursor->seq >= ring->first;
}

bool
cursor_at_end(const struct cursor *cursor, const struct ring *ring)
{
	return cursor->held == NULL && cursor->seq >= ring->next;
}

void
cursor_set(struct cursor *cursor, uint64_t seq)
{
	cursor_clear(cursor);
	cursor->seq = seq;
}

static size_t
add_piece(struct iovec *iov, const uint8_t *bytes, size_t len, size_t most)
{
	iov->iov_base = (void *)bytes;
	iov->iov_len = len < most ? len : most;
	return iov->iov_len;
}

int
cursor_iov(const struct cursor *cursor, const struct ring *ring,
    struct iovec *iov, int count, size_t most_bytes)
{
	const struct block *block;
	uint64_t seq = cursor->seq;
	int n = 0;

	if (cursor->held != NULL) {
		most_bytes -= add_piece(&iov[n++],
		    cursor->held->bytes + cursor->sent,
		    cursor->held->len - cursor->sent, most_bytes);
		seq++;
	}
	for (; n < count && most_bytes > 0; seq++) {
		block = ring_at(ring, seq);
		if (block == NULL || (n > 0 && (block->flags & BLOCK_CUT)))
			break;
		most_bytes -= add_piece(
		    &iov[n++], block->bytes, block->len, most_bytes);
	}
	return n;
}

void
cursor_advance(struct cursor *cursor, const struct ring *ring, size_t sent)
{
	struct block *block;

	while (sent > 0) {
		block = cursor->held != NULL ? cursor->held
					     : ring_at(ring, cursor->seq);
		CHECK(block != NULL);
		if (sent < block->len - cursor->sent) {
			cursor->sent += sent;
			if (cursor->held == NULL)
				cursor->held = block_ref(block);
			return;
		}
		sent -= block->len - cursor->sent;
		cursor_clear(cursor);
		cursor->seq++;
	}
}

void
cursor_clear(struct cursor *cursor)
{
	block_unref(cursor->held);
	cursor->held = NULL;
	cursor->sent = 0;
}
