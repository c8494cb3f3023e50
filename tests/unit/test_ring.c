/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "stream/ring.h"

#include "test.h"

#include <string.h>

static const struct ring_limits small = {
	.keep_bytes = 10, .most_bytes = 100, .keep_ms = 1000
};

static void
push(struct ring *ring, const char *text, unsigned flags, int64_t time_ms)
{
	struct block *block = block_new(text, strlen(text), flags);

	block->time_ms = time_ms;
	ring_push(ring, block);
}

static void
a_newcomer_starts_at_a_sync_block_that_leaves_the_burst(void **state)
{
	struct ring ring;

	(void)state;
	ring_init(&ring, &small);
	assert_int_equal(ring_start(&ring, 4, 0), 0);
	push(&ring, "aaaa", BLOCK_SYNC, 0);
	push(&ring, "bbbb", 0, 100);
	push(&ring, "cccc", BLOCK_SYNC, 200);
	push(&ring, "dddd", 0, 300);
	assert_int_equal(ring_start(&ring, 8, 0), 3);
	assert_int_equal(ring_start(&ring, 9, 0), 1);
	assert_int_equal(ring_start(&ring, 1, 100), 3);
	assert_int_equal(ring_start(&ring, 1, 101), 1);
	assert_int_equal(ring_start(&ring, 1000, 9999), 1);
	assert_int_equal(ring_newest_sync(&ring), 3);
	ring_clear(&ring);
}

static void
a_newcomer_never_starts_before_a_cut(void **state)
{
	struct ring ring;

	(void)state;
	ring_init(&ring, &small);
	push(&ring, "old", BLOCK_SYNC, 0);
	push(&ring, "new", BLOCK_SYNC | BLOCK_CUT, 10);
	push(&ring, "new", BLOCK_SYNC, 20);
	assert_int_equal(ring_start(&ring, 1000, 1000), 2);
	ring_clear(&ring);
}

static void
the_newest_cut_is_known_after_its_block_is_gone(void **state)
{
	struct ring ring;

	(void)state;
	ring_init(&ring, &small);
	push(&ring, "old", BLOCK_SYNC, 0);
	assert_int_equal(ring.cut, 0);
	push(&ring, "new", BLOCK_SYNC | BLOCK_CUT, 10);
	for (int i = 0; i < 40; i++)
		push(&ring, "12345", BLOCK_SYNC, i * 100);
	assert_true(ring.first > 2);
	assert_int_equal(ring.cut, 2);
	ring_clear(&ring);
}

static void
the_oldest_goes_when_it_is_not_needed(void **state)
{
	struct ring ring;

	(void)state;
	ring_init(&ring, &small);
	for (int i = 0; i < 40; i++)
		push(&ring, "12345", BLOCK_SYNC, i * 100);
	assert_true(ring.bytes <= 60 && ring.bytes >= 50);
	assert_int_equal(ring.next, 41);
	ring_clear(&ring);
}

static void
two_places_to_start_are_kept_when_they_are_rare(void **state)
{
	struct ring ring;

	(void)state;
	ring_init(&ring, &small);
	for (int i = 0; i < 20; i++)
		push(&ring, "1234", i % 8 == 0 ? BLOCK_SYNC : 0, i * 1000);
	assert_true(ring.syncs >= 2);
	assert_true(ring.bytes <= small.most_bytes);
	ring_clear(&ring);
}

static void
memory_has_the_last_word(void **state)
{
	struct ring ring;

	(void)state;
	ring_init(&ring, &small);
	push(&ring, "1234567890", BLOCK_SYNC, 0);
	for (int i = 0; i < 30; i++)
		push(&ring, "1234567890", 0, 0);
	assert_int_equal(ring.bytes, 100);
	assert_int_equal(ring.syncs, 0);
	ring_clear(&ring);
}

static void
a_cursor_reads_every_byte_once(void **state)
{
	struct cursor cursor = { 0 };
	struct ring ring;
	struct iovec iov[4];
	char got[64] = "";
	size_t len = 0, take;
	int count;

	(void)state;
	ring_init(&ring, &small);
	push(&ring, "hello ", BLOCK_SYNC, 0);
	push(&ring, "wide ", 0, 0);
	push(&ring, "world", 0, 0);
	cursor_set(&cursor, 1);
	while (!cursor_at_end(&cursor, &ring)) {
		count = cursor_iov(&cursor, &ring, iov, 4, 7);
		assert_true(count > 0);
		take = iov[0].iov_len > 3 ? 3 : iov[0].iov_len;
		memcpy(got + len, iov[0].iov_base, take);
		cursor_advance(&cursor, &ring, take);
		len += take;
	}
	assert_string_equal(got, "hello wide world");
	cursor_clear(&cursor);
	ring_clear(&ring);
}

static void
no_more_is_offered_than_was_asked_for(void **state)
{
	struct cursor cursor = { .seq = 1 };
	struct ring ring;
	struct iovec iov[4];

	(void)state;
	ring_init(&ring, &small);
	push(&ring, "12345", BLOCK_SYNC, 0);
	push(&ring, "67890", 0, 0);
	assert_int_equal(cursor_iov(&cursor, &ring, iov, 4, 7), 2);
	assert_int_equal(iov[0].iov_len + iov[1].iov_len, 7);
	assert_int_equal(cursor_iov(&cursor, &ring, iov, 1, 7), 1);
	ring_clear(&ring);
}

static void
nothing_is_offered_past_a_cut(void **state)
{
	struct cursor cursor = { .seq = 1 };
	struct ring ring;
	struct iovec iov[4];

	(void)state;
	ring_init(&ring, &small);
	push(&ring, "old", BLOCK_SYNC, 0);
	push(&ring, "new", BLOCK_SYNC | BLOCK_CUT, 0);
	assert_int_equal(cursor_iov(&cursor, &ring, iov, 4, 99), 1);
	cursor_advance(&cursor, &ring, 3);
	assert_int_equal(cursor_iov(&cursor, &ring, iov, 4, 99), 1);
	ring_clear(&ring);
}

static void
a_slow_listener_finishes_its_block_then_is_behind(void **state)
{
	struct cursor cursor = { .seq = 1 };
	struct ring ring;
	struct iovec iov[4];

	(void)state;
	ring_init(&ring, &small);
	push(&ring, "123456", BLOCK_SYNC, 0);
	cursor_advance(&cursor, &ring, 2);
	for (int i = 0; i < 40; i++)
		push(&ring, "1234567890", BLOCK_SYNC, i * 1000);
	assert_true(cursor_valid(&cursor, &ring));
	assert_int_equal(cursor_iov(&cursor, &ring, iov, 4, 99), 1);
	assert_memory_equal(iov[0].iov_base, "3456", 4);
	cursor_advance(&cursor, &ring, 4);
	assert_false(cursor_valid(&cursor, &ring));
	ring_clear(&ring);
}

static void
slots_grow_with_many_small_blocks(void **state)
{
	const struct ring_limits wide = { .keep_bytes = 1 << 20,
		.most_bytes = 1 << 20 };
	struct ring ring;

	(void)state;
	ring_init(&ring, &wide);
	for (int i = 0; i < 20000; i++)
		push(&ring, "x", BLOCK_SYNC, i);
	assert_int_equal(ring.next - ring.first, 16384);
	assert_int_equal(ring.bytes, 16384);
	ring_clear(&ring);
}

TEST_MAIN(TEST(a_newcomer_starts_at_a_sync_block_that_leaves_the_burst),
    TEST(a_newcomer_never_starts_before_a_cut),
    TEST(the_newest_cut_is_known_after_its_block_is_gone),
    TEST(the_oldest_goes_when_it_is_not_needed),
    TEST(two_places_to_start_are_kept_when_they_are_rare),
    TEST(memory_has_the_last_word), TEST(a_cursor_reads_every_byte_once),
    TEST(no_more_is_offered_than_was_asked_for),
    TEST(nothing_is_offered_past_a_cut),
    TEST(a_slow_listener_finishes_its_block_then_is_behind),
    TEST(slots_grow_with_many_small_blocks))
