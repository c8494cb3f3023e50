/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/grid.h"

#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY(days) ((days)*DAY_MS)
#define MONDAY    INT64_C(20780) /* 2026-11-23 */
#define SPRING    INT64_C(20541) /* 2026-03-29, 23 hours in Brussels */
#define AUTUMN    INT64_C(20751) /* 2026-10-25, 25 hours */

static struct zones *zones;

static const struct zone *
brussels(void)
{
	const struct zone *zone;

	if (zones == NULL)
		zones = zones_new();
	zone = zones_find(zones, "Europe/Brussels");
	assert_non_null(zone);
	return zone;
}

static void
moments_are_those_of_the_clock(void **state)
{
	const struct zone *zone = brussels();

	(void)state;
	assert_int_equal(
	    zone_moment_ms(zone, MONDAY, 0), zone_begin_ms(zone, MONDAY));
	assert_int_equal(zone_moment_ms(zone, MONDAY, 19 * HOUR_MS),
	    DAY(MONDAY) + 18 * HOUR_MS);
	/* 02:30 is not there: 03:00 is. */
	assert_int_equal(zone_moment_ms(zone, SPRING, 150 * MINUTE_MS),
	    DAY(SPRING) + 1 * HOUR_MS);
	assert_int_equal(
	    zone_moment_ms(zone, SPRING, 3 * HOUR_MS), DAY(SPRING) + HOUR_MS);
	assert_int_equal(zone_moment_ms(zone, SPRING, HOUR_MS), DAY(SPRING));
	assert_int_equal(zone_moment_ms(zone, SPRING, 23 * HOUR_MS),
	    DAY(SPRING) + 21 * HOUR_MS);
	/* 02:30 comes twice: the first one. */
	assert_int_equal(zone_moment_ms(zone, AUTUMN, 150 * MINUTE_MS),
	    DAY(AUTUMN) + 30 * MINUTE_MS);
	assert_int_equal(zone_moment_ms(zone, AUTUMN, 3 * HOUR_MS),
	    DAY(AUTUMN) + 2 * HOUR_MS);
	assert_int_equal(zone_moment_ms(zone, AUTUMN, 23 * HOUR_MS),
	    DAY(AUTUMN) + 22 * HOUR_MS);
	assert_int_equal(zone_moment_ms(zones_utc(zones), MONDAY, HOUR_MS),
	    DAY(MONDAY) + HOUR_MS);
}

/* From one border to the next: "19:00 Jazz; 21:00 ; ..." in UTC. */
static void
check_borders(const char *text, int64_t from_ms, const int64_t *borders,
    const char *const *names, unsigned count)
{
	struct grid grid;
	const struct grid_show *show;
	int64_t at = from_ms, next;

	assert_null(grid_parse(&grid, text));
	for (unsigned i = 0; i < count; i++) {
		show = grid_look(&grid, brussels(), at, &next);
		assert_int_equal(next, borders[i]);
		assert_string_equal(show != NULL ? show->name : "", names[i]);
		show = grid_look(&grid, brussels(), next - 1, &at);
		assert_string_equal(show != NULL ? show->name : "", names[i]);
		assert_int_equal(at, next);
	}
}

static void
shows_begin_and_end(void **state)
{
	const int64_t monday = DAY(MONDAY) - HOUR_MS;
	const int64_t borders[] = { monday + 19 * HOUR_MS,
		monday + 21 * HOUR_MS, monday + 23 * HOUR_MS,
		monday + 25 * HOUR_MS, monday + DAY_MS + 23 * HOUR_MS };
	const char *const names[] = { "",
		"Soir\xc3\xa9"
		"e, avec -",
		"", "Nuit", "" };

	(void)state;
	check_borders(" mon 19:00-21:00 Soir\xc3\xa9"
		      "e, avec - ;daily  23:00-01:00 Nuit;",
	    monday + 2 * HOUR_MS, borders, names, 5);
}

static void
days_of_23_and_25_hours_have_each_show_once(void **state)
{
	const int64_t spring[] = { DAY(SPRING) + HOUR_MS,
		DAY(SPRING) + 3 * HOUR_MS, DAY(SPRING + 7) };
	const int64_t autumn[] = { DAY(AUTUMN) + 30 * MINUTE_MS,
		DAY(AUTUMN) + 4 * HOUR_MS };
	const char *const names[] = { "", "X", "" };

	(void)state;
	check_borders("sun 02:30-05:00 X", DAY(SPRING), spring, names, 2);
	check_borders("sun 02:30-05:00 X", DAY(AUTUMN), autumn, names, 2);
}

static void
the_first_of_two_holds_and_none_is_none(void **state)
{
	struct grid grid;
	const struct grid_show *show;
	int64_t next;

	(void)state;
	assert_null(
	    grid_parse(&grid, "weekend 00:00-24:00 A; daily 08:00-09:00 B"));
	show = grid_look(&grid, brussels(), DAY(AUTUMN) + 7 * HOUR_MS, &next);
	assert_string_equal(show->name, "A");
	assert_int_equal(next, DAY(AUTUMN) + 8 * HOUR_MS);
	assert_null(grid_parse(&grid, "  "));
	assert_null(grid_look(&grid, brussels(), DAY(MONDAY), &next));
	assert_true(next == INT64_MAX);
}

static void
what_is_no_grid_is_refused(void **state)
{
	static const char *const wrong[] = { "mon", "mon 19:00-21:00",
		"mon 19:00-21:00 ", "mon 9:00-21:00 A", "mon 19:60-21:00 A",
		"mon 19:00-24:01 A", "mon 24:00-01:00 A", "mon 19:00 21:00 A",
		"monday 19:00-21:00 A", "19:00-21:00 A", "mon 19:00-21:00 A; B",
		"; mon 19:00-21:00 A" };
	struct grid grid;
	char many[GRID_MOST * 24 + 30] = "";
	char name[2 * GRID_NAME_BYTES] = "mon 01:00-02:00 ";

	(void)state;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (grid_parse(&grid, wrong[i]) == NULL)
			fail_msg("%s", wrong[i]);
	}
	for (unsigned i = 0; i < GRID_MOST; i++)
		strcat(many, "mon 01:00-02:00 A;");
	assert_null(grid_parse(&grid, many));
	strcat(many, "mon 01:00-02:00 A;");
	assert_non_null(grid_parse(&grid, many));
	memset(name + strlen(name), 'x', GRID_NAME_BYTES - 1);
	assert_null(grid_parse(&grid, name));
	strcat(name, "x");
	assert_non_null(grid_parse(&grid, name));
}

static void
times_to_split_at(void **state)
{
	int64_t at;

	(void)state;
	assert_true(grid_split_at("never", &at));
	assert_int_equal(at, SPLIT_NEVER);
	assert_true(grid_split_at("hourly", &at));
	assert_int_equal(at, SPLIT_HOURLY);
	assert_true(grid_split_at("daily@06:30", &at));
	assert_int_equal(at, 390 * MINUTE_MS);
	assert_true(grid_split_at("daily@00:00", &at));
	assert_int_equal(at, 0);
	assert_false(grid_split_at("daily@24:00", &at));
	assert_false(grid_split_at("daily@6:00", &at));
	assert_false(grid_split_at("daily@06:00 ", &at));
	assert_false(grid_split_at("daily", &at));
	assert_false(grid_split_at("", &at));
}

TEST_MAIN(TEST(moments_are_those_of_the_clock), TEST(shows_begin_and_end),
    TEST(days_of_23_and_25_hours_have_each_show_once),
    TEST(the_first_of_two_holds_and_none_is_none),
    TEST(what_is_no_grid_is_refused), TEST(times_to_split_at))
