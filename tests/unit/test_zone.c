/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/zone.h"

#include <stdlib.h>
#include <time.h>

#define HOUR_MS INT64_C(3600000)

static int64_t
day(const char *text)
{
	int64_t number;

	if (!day_parse(text, &number))
		fail_msg("%s", text);
	return number;
}

static void
dates_are_numbers_and_back(void **state)
{
	char text[DAY_BYTES];
	int64_t got;

	(void)state;
	assert_int_equal(day("1970-01-01"), 0);
	assert_int_equal(day("2026-11-21"), 20778);
	assert_int_equal(day("2024-02-29") + 1, day("2024-03-01"));
	for (int64_t number = 0; number < 60000; number++) {
		day_text(number, text);
		assert_true(day_parse(text, &got));
		assert_int_equal(got, number);
	}
}

static void
what_is_no_date_is_refused(void **state)
{
	static const char *const texts[] = { "", "2026", "2026-11", "2026-11-",
		"2026-11-2", "2026-11-222", "2026-02-29", "2026-13-01",
		"2026-00-10", "2026-11-00", "2026-11-31", "1969-12-31",
		"26-11-2026", "2026/11/22", " 2026-11-22", "2026-11-22 ",
		"2026-11-22T00:00Z", "-026-11-22" };
	int64_t got;

	(void)state;
	for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (day_parse(texts[i], &got))
			fail_msg("%s", texts[i]);
	}
}

static void
months_begin_where_they_begin(void **state)
{
	(void)state;
	assert_int_equal(day_month(day("2026-02-28")), day("2026-02-01"));
	assert_int_equal(day_month(day("2026-02-01")), day("2026-02-01"));
	assert_int_equal(day_next_month(day("2026-01-31")), day("2026-02-01"));
	assert_int_equal(day_next_month(day("2026-02-01")), day("2026-03-01"));
	assert_int_equal(day_next_month(day("2026-12-31")), day("2027-01-01"));
}

static void
days_in_brussels_have_23_24_and_25_hours(void **state)
{
	static const struct {
		const char *text;
		int64_t hours;
	} days[] = { { "2026-03-28", 24 }, { "2026-03-29", 23 },
		{ "2026-03-30", 24 }, { "2026-10-25", 25 },
		{ "2026-11-21", 24 }, { "2045-03-26", 23 },
		{ "2045-10-29", 25 } };
	struct zones *zones = zones_new();
	const struct zone *zone = zones_find(zones, "Europe/Brussels");

	(void)state;
	assert_non_null(zone);
	for (unsigned i = 0; i < sizeof(days) / sizeof(*days); i++) {
		int64_t number = day(days[i].text);
		int64_t from = zone_begin_ms(zone, number);
		int64_t to = zone_begin_ms(zone, number + 1);

		assert_int_equal(to - from, days[i].hours * HOUR_MS);
		assert_int_equal(zone_day(zone, from), number);
		assert_int_equal(zone_day(zone, from - 1), number - 1);
	}
	assert_ptr_equal(zones_find(zones, "Europe/Brussels"), zone);
	zones_free(zones);
}

/* The C library reads the same files; in 2030 to 2100 most zones go by the rule
 * at the end of theirs. */
static void
every_offset_is_the_c_librarys(void **state)
{
	static const char *const names[] = { "Europe/Brussels", "Africa/Tunis",
		"America/New_York", "America/Nuuk", "America/St_Johns",
		"America/Santiago", "Asia/Kathmandu", "Asia/Gaza",
		"Australia/Lord_Howe", "Africa/Casablanca", "Europe/Dublin",
		"Pacific/Apia", "Pacific/Chatham", "Antarctica/Troll", "UTC" };
	struct zones *zones = zones_new();

	(void)state;
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct zone *zone = zones_find(zones, names[i]);

		assert_non_null(zone);
		setenv("TZ", names[i], 1);
		tzset();
		for (int64_t secs = 0; secs < INT64_C(4102444800);
		     secs += 40000) {
			time_t at = (time_t)secs;
			struct tm tm;

			assert_non_null(localtime_r(&at, &tm));
			if (zone_offset_ms(zone, secs * 1000) !=
			    tm.tm_gmtoff * INT64_C(1000))
				fail_msg("%s at %lld: %lld, not %ld", names[i],
				    (long long)secs,
				    (long long)zone_offset_ms(
					zone, secs * 1000),
				    tm.tm_gmtoff);
		}
	}
	unsetenv("TZ");
	zones_free(zones);
}

static void
what_is_no_zone_is_refused(void **state)
{
	static const char *const names[] = { "", "Europe", "Europe/Bruxelles",
		"../../../etc/passwd", "/etc/localtime", "zone.tab",
		"Europe/Brussels ", "tzdata.zi",
		"a123456789a123456789a123456789a123456789a123456789a123456789a"
		"123" };
	struct zones *zones = zones_new();

	(void)state;
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (zones_find(zones, names[i]) != NULL)
			fail_msg("%s", names[i]);
	}
	assert_int_equal(zone_offset_ms(zones_utc(zones), 1), 0);
	assert_int_equal(zone_day(zones_utc(zones), -1), -1);
	zones_free(zones);
}

TEST_MAIN(TEST(dates_are_numbers_and_back), TEST(what_is_no_date_is_refused),
    TEST(months_begin_where_they_begin),
    TEST(days_in_brussels_have_23_24_and_25_hours),
    TEST(every_offset_is_the_c_librarys), TEST(what_is_no_zone_is_refused))
