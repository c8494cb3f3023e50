/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/tap.h"

#define START_US INT64_C(5000000)
#define PIECE    16384

/* Bytes that so many takers get in that time, each asking as it was told. */
static uint64_t
taken_in(struct tap *tap, unsigned takers, int64_t us, int64_t *now_us)
{
	int64_t due_us[8] = { 0 }, end_us = *now_us + us, ms;
	size_t piece = tap_piece(tap, 8 * PIECE, PIECE);
	uint64_t sum = 0;

	for (; *now_us < end_us; *now_us += 1000) {
		for (unsigned i = 0; i < takers; i++) {
			if (due_us[i] > *now_us)
				continue;
			ms = tap_wait_ms(tap, *now_us);
			due_us[i] = *now_us + ms * 1000;
			if (ms != 0)
				continue;
			tap_take(tap, piece);
			sum += piece;
		}
	}
	return sum;
}

static void
so_much_flows_whoever_takes_it(void **state)
{
	static const uint64_t rates[] = { 64000, 1000000, 300000000 };
	int64_t now_us;
	uint64_t sum, due;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned takers = 1; takers <= 8; takers++) {
			struct tap tap = { 0 };

			now_us = START_US;
			tap_set(&tap, rates[i], now_us);
			sum = taken_in(&tap, takers, 20000000, &now_us);
			due = rates[i] / 8 * 20;
			assert_in_range(sum, due > 8 * PIECE ? due * 9 / 10 : 0,
			    due + due / 50 + 8 * PIECE);
		}
	}
}

static void
one_without_a_rate_gives_all(void **state)
{
	struct tap tap = { 0 };

	(void)state;
	tap_take(&tap, SIZE_MAX / 2);
	assert_int_equal(tap_wait_ms(&tap, START_US), 0);
	assert_int_equal(tap_piece(&tap, 1 << 20, PIECE), 1 << 20);
}

static void
what_nobody_took_is_soon_lost(void **state)
{
	struct tap tap = { 0 };
	int64_t now_us = START_US;
	uint64_t sum;

	(void)state;
	tap_set(&tap, 8000000, now_us);
	now_us += 3600 * INT64_C(1000000);
	sum = taken_in(&tap, 4, 1000000, &now_us);
	assert_in_range(sum, 1000000, 1000000 + 1000000 / 4 + 8 * PIECE);
}

static void
it_is_opened_and_closed_at_any_time(void **state)
{
	struct tap tap = { 0 };
	int64_t now_us = START_US;
	uint64_t sum;

	(void)state;
	tap_set(&tap, 8000000, now_us);
	(void)taken_in(&tap, 4, 1000000, &now_us);
	tap_set(&tap, 80000, now_us);
	sum = taken_in(&tap, 4, 10000000, &now_us);
	assert_in_range(sum, 100000 - 2 * PIECE, 100000 + 2 * PIECE);
	tap_set(&tap, 0, now_us);
	assert_int_equal(tap_wait_ms(&tap, now_us), 0);
	tap_set(&tap, 8000000, now_us);
	sum = taken_in(&tap, 4, 1000000, &now_us);
	assert_in_range(sum, 900000, 1000000 + 2 * PIECE);
}

static void
what_was_not_needed_goes_back(void **state)
{
	struct tap tap = { 0 };

	(void)state;
	tap_set(&tap, 8000000, START_US);
	assert_int_equal(tap_wait_ms(&tap, START_US + 10000), 0);
	tap_take(&tap, 1000000);
	assert_int_not_equal(tap_wait_ms(&tap, START_US + 10000), 0);
	tap_give(&tap, 1000000);
	assert_int_equal(tap_wait_ms(&tap, START_US + 10000), 0);
}

static void
the_clock_never_goes_back_here_but_nothing_breaks(void **state)
{
	struct tap tap = { 0 };

	(void)state;
	tap_set(&tap, 8000000, START_US);
	assert_int_equal(tap_wait_ms(&tap, START_US + 1000), 0);
	assert_int_equal(tap_wait_ms(&tap, START_US), 0);
	tap_take(&tap, 1000000);
	assert_in_range(tap_wait_ms(&tap, START_US), 5, 500);
}

static void
pieces_are_small_where_little_flows(void **state)
{
	struct tap tap = { 0 };

	(void)state;
	tap_set(&tap, 64000, START_US);
	assert_int_equal(tap_piece(&tap, 100000, PIECE), PIECE);
	assert_int_equal(tap_piece(&tap, 100, PIECE), 100);
	tap_set(&tap, 3200000, START_US);
	assert_int_equal(tap_piece(&tap, 100000, PIECE), 50000);
	tap_set(&tap, 64000000, START_US);
	assert_int_equal(tap_piece(&tap, 100000, PIECE), 100000);
}

TEST_MAIN(TEST(so_much_flows_whoever_takes_it),
    TEST(one_without_a_rate_gives_all), TEST(what_nobody_took_is_soon_lost),
    TEST(it_is_opened_and_closed_at_any_time),
    TEST(what_was_not_needed_goes_back),
    TEST(the_clock_never_goes_back_here_but_nothing_breaks),
    TEST(pieces_are_small_where_little_flows))
