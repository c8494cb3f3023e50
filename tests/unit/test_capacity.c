/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger_help.h"

#include "reports/capacity.h"
#include "reports/rates.h"

#define LATE_MS INT64_C(1900000000000)

struct year {
	struct zones *zones;
	const struct zone *zone;
	int64_t first_day;
	struct capacity capacity;
};

static void
begin(struct help *help, struct year *year)
{
	const char *text;

	memset(year, 0, sizeof(*year));
	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	assert_int_equal(COMMAND(help, &text, "member", "add", "bob"), 0);
	year->zones = zones_new();
	year->zone = zones_find(year->zones, "Europe/Brussels");
	assert_non_null(year->zone);
	assert_true(day_parse("2026-01-01", &year->first_day));
}

static void
look(struct help *help, struct year *year, int64_t now_ms)
{
	assert_true(ledger_flush(help->ledger));
	capacity_free(&year->capacity);
	assert_true(capacity_collect(help->ledger->store, year->zone,
	    year->first_day, now_ms, &year->capacity));
}

static void
end(struct year *year)
{
	capacity_free(&year->capacity);
	zones_free(year->zones);
}

static int64_t
slot_at(const struct year *year, const char *date, int64_t slots)
{
	int64_t day;

	assert_true(day_parse(date, &day));
	return zone_begin_ms(year->zone, day) / SLOT_MS + slots;
}

static void
use(struct help *help, int64_t member, const char *mount, int64_t slot,
    uint64_t bytes)
{
	struct usage_delta delta = { .slot = slot,
		.member = member,
		.kind = USAGE_LIVE,
		.wire_out = bytes,
		.wire_in = bytes / 10,
		.listen_ms = bytes };

	strcpy(delta.mount, mount);
	usage_add(help->ledger->usage, &delta);
}

static void
months_are_those_of_the_zone(void **state)
{
	struct help *help = *state;
	struct year year;

	begin(help, &year);
	use(help, 1, "/ana/a", slot_at(&year, "2026-01-01", -1), 7);
	use(help, 1, "/ana/a", slot_at(&year, "2026-01-01", 0), 1000);
	use(help, 1, "/ana/a", slot_at(&year, "2026-02-01", -1), 200);
	use(help, 2, "/bob/b", slot_at(&year, "2026-02-01", 0), 30);
	use(help, 2, "/bob/b", slot_at(&year, "2027-01-01", -1), 4);
	use(help, 2, "/bob/b", slot_at(&year, "2027-01-01", 0), 7);
	look(help, &year, LATE_MS);
	assert_string_equal(year.capacity.year.sum.name, "2026");
	assert_int_equal(year.capacity.year.sum.wire_out, 1234);
	assert_string_equal(year.capacity.months[0].sum.name, "2026-01");
	assert_int_equal(year.capacity.months[0].sum.wire_out, 1200);
	assert_int_equal(year.capacity.months[1].sum.wire_out, 30);
	assert_int_equal(year.capacity.months[11].sum.wire_out, 4);
	assert_int_equal(year.capacity.member_count, 3);
	assert_string_equal(year.capacity.members[1].name, "ana");
	assert_int_equal(year.capacity.members[1].wire_out, 1200);
	assert_int_equal(year.capacity.members[2].wire_out, 34);
	end(&year);
}

/* Of two members at the same time it is of what they take together. */
static void
rates_are_of_all_members_together(void **state)
{
	struct help *help = *state;
	int64_t first, slots = INT64_C(31) * 288;
	struct year year;

	begin(help, &year);
	first = slot_at(&year, "2026-01-01", 0);
	/* 94 of 100 slots are idle for ana, and bob fills some of them. */
	for (int64_t i = 0; i < slots; i++) {
		if (i % 100 < 6)
			use(help, 1, "/ana/a", first + i, 30000);
		if (i % 100 < 4)
			use(help, 2, "/bob/b", first + i, 60000);
	}
	look(help, &year, LATE_MS);
	assert_int_equal(year.capacity.months[0].out95_bps, 30000 * 8 / 300);
	assert_int_equal(year.capacity.months[0].peak_bps, 90000 * 8 / 300);
	assert_int_equal(year.capacity.months[0].peak_at_ms, first * SLOT_MS);
	assert_int_equal(year.capacity.months[1].out95_bps, 0);
	assert_int_equal(year.capacity.months[1].peak_at_ms, 0);
	/* In the middle of the month only what has passed counts. */
	look(help, &year, (first + slots / 2) * SLOT_MS);
	assert_int_equal(year.capacity.months[0].average_bps,
	    year.capacity.months[0].sum.wire_out * 8 / 300 /
		(uint64_t)(slots / 2 + 1));
	assert_int_equal(year.capacity.months[1].average_bps, 0);
	end(&year);
}

static void
broadcast(struct help *help, uint64_t number, const char *mount,
    const char *codecs, int64_t from_slot, int64_t to_slot)
{
	struct broadcast_msg told = { .number = number,
		.member = 1,
		.started_ms = from_slot * SLOT_MS,
		.ended_ms = to_slot * SLOT_MS };

	strcpy(told.mount, mount);
	strcpy(told.codecs, codecs);
	strcpy(told.reason, "left");
	broadcasts_add(help->ledger->broadcasts, &told);
}

static uint64_t
codec(const struct year *year, const char *name)
{
	for (unsigned i = 0; i < year->capacity.codec_count; i++) {
		if (strcmp(year->capacity.codecs[i].name, name) == 0)
			return year->capacity.codecs[i].wire_out;
	}
	return 0;
}

static void
codecs_are_those_on_air(void **state)
{
	struct help *help = *state;
	struct year year;
	int64_t noon;

	begin(help, &year);
	noon = slot_at(&year, "2026-06-01", 144);
	broadcast(help, 1, "/ana/a", "mp3", noon, noon + 2);
	broadcast(help, 2, "/ana/b", "vorbis", noon, noon + 4);
	broadcast(help, 3, "/ana/a", "opus", noon + 3, noon + 5);
	for (int64_t i = -1; i < 6; i++)
		use(help, 1, "/ana/a", noon + i, 1);
	use(help, 1, "/ana/b", noon + 3, 100);
	look(help, &year, LATE_MS);
	assert_int_equal(codec(&year, "mp3"), 2);
	assert_int_equal(codec(&year, "opus"), 2);
	assert_int_equal(codec(&year, "vorbis"), 100);
	assert_int_equal(codec(&year, ""), 3);
	end(&year);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HELP_TEST(months_are_those_of_the_zone),
		HELP_TEST(rates_are_of_all_members_together),
		HELP_TEST(codecs_are_those_on_air),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
