/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "stream/rate_cap.h"

/* Seconds until a source of that rate is over a cap of 128; 0: never in a
 * day. */
static int
seconds_until_over(int kbps, size_t burst_bytes)
{
	struct rate_cap cap;

	rate_cap_open(&cap, 128, 5000);
	if (!rate_cap_take(&cap, burst_bytes, 5000))
		return 1;
	for (int second = 1; second < 86400; second++) {
		if (!rate_cap_take(
			&cap, (size_t)kbps * 125, 5000 + second * 1000))
			return second;
	}
	return 0;
}

static void
who_keeps_to_the_rate_is_never_over(void **state)
{
	(void)state;
	assert_int_equal(seconds_until_over(128, 0), 0);
	assert_int_equal(seconds_until_over(64, 0), 0);
	/* What a container adds, and a buffer sent at once. */
	assert_int_equal(seconds_until_over(140, 0), 0);
	assert_int_equal(seconds_until_over(128, 10 * 16000), 0);
}

static void
who_sends_more_is_over_after_a_while(void **state)
{
	int twice = seconds_until_over(256, 0);
	int more = seconds_until_over(192, 0);

	(void)state;
	assert_in_range(twice, 20, 60);
	assert_in_range(more, twice, 120);
	assert_in_range(seconds_until_over(1280, 0), 2, 5);
	assert_int_equal(seconds_until_over(128, 40 * 16000), 1);
}

static void
an_hour_of_silence_saves_nothing_up(void **state)
{
	struct rate_cap cap;

	(void)state;
	rate_cap_open(&cap, 128, 0);
	assert_true(rate_cap_take(&cap, 1000, 1000));
	assert_true(rate_cap_take(&cap, 1, INT64_C(1) << 50));
	assert_false(rate_cap_take(&cap, 30 * 16000, INT64_C(1) << 50));
}

static void
no_cap_and_a_cap_of_nothing(void **state)
{
	struct rate_cap cap = { 0 };

	(void)state;
	assert_true(rate_cap_take(&cap, 1 << 30, 1));
	rate_cap_open(&cap, -1, 0);
	assert_true(rate_cap_take(&cap, 1 << 30, 1));
	rate_cap_open(&cap, 0, 0);
	assert_true(rate_cap_take(&cap, 0, 1));
	assert_false(rate_cap_take(&cap, 1, 100000));
}

TEST_MAIN(TEST(who_keeps_to_the_rate_is_never_over),
    TEST(who_sends_more_is_over_after_a_while),
    TEST(an_hour_of_silence_saves_nothing_up),
    TEST(no_cap_and_a_cap_of_nothing))
