/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "front/when.h"

#define NOW_MS INT64_C(1795467600000) /* 2026-11-23T21:00:00Z */

static void
times_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ago_secs;
	} cases[] = { { "-90", 90 }, { "-90s", 90 }, { "-10m", 600 },
		{ "-1h02m", 3720 }, { "-1h2m3", 3723 }, { "-1d", 86400 },
		{ "-0", 0 }, { "2026-11-23T19:00Z", 7200 },
		{ "2026-11-23T20:59:59Z", 1 }, { "2026-11-23T21:01Z", -60 } };
	int64_t wall_ms;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(when_parse(cases[i].text, NOW_MS, &wall_ms));
		assert_int_equal(wall_ms, NOW_MS - cases[i].ago_secs * 1000);
	}
}

static void
what_is_no_time_is_none(void **state)
{
	static const char *const cases[] = { "", "-", "--5", "10", "soon",
		"-5x", "-m", "-5 ", "-999999999999999999999", "2026-11-23",
		"2026-11-23T21:00", "2026-11-23T21:00Zx", "2026-13-45T99:99Z" };
	int64_t wall_ms;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_false(when_parse(cases[i], NOW_MS, &wall_ms));
}

static void
lengths_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = { { "90", 90000 }, { "1h02m", 3720000 }, { "5s", 5000 },
		{ "0", 0 } };
	static const char *const none[] = { "", "-5", "1:30", "5x", " 5" };
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(when_length(cases[i].text, &ms));
		assert_int_equal(ms, cases[i].ms);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(when_length(none[i], &ms));
}

TEST_MAIN(
    TEST(times_are_read), TEST(what_is_no_time_is_none), TEST(lengths_are_read))
