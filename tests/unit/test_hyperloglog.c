/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/distinct.h"
#include "base/hyperloglog.h"

#include <stdlib.h>
#include <string.h>

#define RUNS 40

/* Numbers as a hash gives them: splitmix64. */
static uint64_t
spread(uint64_t number)
{
	number += 0x9e3779b97f4a7c15u;
	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;
	number = (number ^ number >> 27) * 0x94d049bb133111ebu;
	return number ^ number >> 31;
}

static uint64_t
count_of(uint64_t from, uint64_t numbers)
{
	struct hyperloglog sketch = { 0 };

	for (uint64_t i = 0; i < numbers; i++)
		hyperloglog_add(&sketch, spread(from + i));
	return hyperloglog_count(&sketch);
}

/* In parts of a million. */
static int64_t
error_of(uint64_t counted, uint64_t numbers)
{
	return ((int64_t)counted - (int64_t)numbers) * 1000000 /
	    (int64_t)numbers;
}

/* The standard error is 1.04 / 64 = 16250 ppm: of 40 runs the mean square may
 * be a quarter off, the mean three of its own errors, no run five. */
static void
check_error(uint64_t numbers)
{
	int64_t sum = 0, squares = 0, ppm;

	for (unsigned run = 0; run < RUNS; run++) {
		ppm = error_of(
		    count_of((uint64_t)(run + 1) << 32, numbers), numbers);
		sum += ppm;
		squares += ppm * ppm;
		assert_in_range(ppm + 81250, 0, 162500);
	}
	assert_in_range(sum / RUNS + 7700, 0, 15400);
	assert_true(squares / RUNS < 20300LL * 20300);
}

static void
the_error_is_small_for_few_and_for_many(void **state)
{
	static const uint64_t sizes[] = { 1000, 4097, 6000, 10240, 15000, 20480,
		100000 };

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		check_error(sizes[i]);
}

static void
a_million_fits(void **state)
{
	(void)state;
	assert_in_range(
	    error_of(count_of(7, 1000000), 1000000) + 50000, 0, 100000);
}

static void
none_and_one_are_exact(void **state)
{
	(void)state;
	assert_int_equal(count_of(0, 0), 0);
	assert_int_equal(count_of(0, 1), 1);
}

static void
the_same_again_changes_nothing(void **state)
{
	struct hyperloglog once = { 0 }, twice = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 20000; i++) {
		hyperloglog_add(&once, spread(i));
		hyperloglog_add(&twice, spread(i));
		hyperloglog_add(&twice, spread(i / 2));
	}
	assert_memory_equal(&once, &twice, sizeof(once));
}

static void
the_extremes_are_numbers_too(void **state)
{
	struct hyperloglog sketch = { 0 };

	(void)state;
	hyperloglog_add(&sketch, 0);
	hyperloglog_add(&sketch, UINT64_MAX);
	assert_int_equal(hyperloglog_count(&sketch), 2);
}

static void
up_to_its_limit_a_set_is_exact(void **state)
{
	struct distinct set = { 0 };

	(void)state;
	assert_int_equal(distinct_count(&set), 0);
	for (uint64_t i = 0; i < DISTINCT_EXACT; i++) {
		distinct_add(&set, spread(i));
		distinct_add(&set, spread(i / 3));
		assert_int_equal(distinct_count(&set), i + 1);
	}
	assert_null(set.sketch);
	distinct_free(&set);
	assert_int_equal(distinct_count(&set), 0);
}

static void
beyond_its_limit_a_set_is_about_right(void **state)
{
	struct distinct set = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 50000; i++)
		distinct_add(&set, spread(i));
	assert_non_null(set.sketch);
	assert_null(set.numbers);
	assert_int_equal(distinct_count(&set), count_of(0, 50000));
	distinct_free(&set);
}

static void
zero_is_counted(void **state)
{
	struct distinct set = { 0 };

	(void)state;
	distinct_add(&set, 0);
	distinct_add(&set, 0);
	assert_int_equal(distinct_count(&set), 1);
	distinct_free(&set);
}

TEST_MAIN(TEST(the_error_is_small_for_few_and_for_many), TEST(a_million_fits),
    TEST(none_and_one_are_exact), TEST(the_same_again_changes_nothing),
    TEST(the_extremes_are_numbers_too), TEST(up_to_its_limit_a_set_is_exact),
    TEST(beyond_its_limit_a_set_is_about_right), TEST(zero_is_counted))
