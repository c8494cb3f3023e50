/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger_help.h"

#include "base/zone.h"
#include "ledger/statements.h"
#include "reports/collect.h"
#include "reports/plain.h"

struct month {
	struct zones *zones;
	struct member_row member;
	struct collect_wish wish;
	struct model model;
};

static int64_t
at_day(const struct month *month, const char *date)
{
	int64_t day;

	assert_true(day_parse(date, &day));
	return zone_begin_ms(month->wish.zone, day);
}

static void
begin(struct help *help, struct month *month)
{
	const char *text;

	memset(month, 0, sizeof(*month));
	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	assert_int_equal(
	    members_find(help->ledger->store, "ana", &month->member),
	    MEMBERS_DONE);
	month->member.activated_ms = 0;
	month->zones = zones_new();
	month->wish.member = &month->member;
	month->wish.zone = zones_find(month->zones, "Europe/Brussels");
	assert_non_null(month->wish.zone);
	month->wish.period = "";
	month->wish.now_ms = INT64_C(1900000000000); /* all is over */
}

static void
look(struct help *help, struct month *month, const char *from, const char *to)
{
	assert_true(ledger_flush(help->ledger));
	model_free(&month->model);
	month->wish.from_ms = at_day(month, from);
	month->wish.to_ms = at_day(month, to);
	assert_true(collect(help->ledger->store, &month->wish, &month->model));
}

static void
end(struct month *month)
{
	model_free(&month->model);
	zones_free(month->zones);
}

static void
use(struct help *help, int64_t slot, uint64_t bytes)
{
	struct usage_delta delta = { .slot = slot,
		.member = 1,
		.kind = USAGE_LIVE,
		.payload_out = bytes,
		.wire_out = bytes,
		.listen_ms = bytes,
		.starts = 1 };

	strcpy(delta.mount, "/ana/a");
	usage_add(help->ledger->usage, &delta);
}

/* Every n-th slot has something, differently much. */
static uint64_t
use_all(struct help *help, int64_t from_ms, int64_t to_ms, int64_t n)
{
	uint64_t sum = 0, seed = 7;

	for (int64_t slot = from_ms / SLOT_MS; slot < to_ms / SLOT_MS; slot++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		if (slot % n != 0)
			continue;
		use(help, slot, 300 * (seed >> 44));
		sum += 300 * (seed >> 44);
	}
	return sum;
}

/* By another way: how many slots had as much or less. */
static bool
is_percentile(int64_t from_ms, int64_t to_ms, int64_t n, uint64_t bytes)
{
	uint64_t seed = 7;
	size_t below = 0, same = 0, all = 0;

	for (int64_t slot = from_ms / SLOT_MS; slot < to_ms / SLOT_MS; slot++) {
		uint64_t here;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		here = slot % n == 0 ? 300 * (seed >> 44) : 0;
		below += here < bytes;
		same += here == bytes;
		all++;
	}
	/* The smallest value with at least 95 of 100 at or below it. */
	return below * 100 < all * 95 && (below + same) * 100 >= all * 95;
}

static void
the_percentile_is_of_all_slots(void **state)
{
	struct help *help = *state;
	struct month month;
	int64_t from_ms, to_ms;

	begin(help, &month);
	from_ms = at_day(&month, "2026-11-01");
	to_ms = at_day(&month, "2026-12-01");
	(void)use_all(help, from_ms, to_ms, 3);
	look(help, &month, "2026-11-01", "2026-12-01");
	assert_int_equal(month.model.rates.slots, 8640);
	assert_true(is_percentile(
	    from_ms, to_ms, 3, month.model.rates.out95_bps * 300 / 8));
	assert_true(month.model.rates.out95_bps > 0);
	assert_int_equal(
	    month.model.rates.billable95_bps, month.model.rates.out95_bps);
	end(&month);
}

static void
a_month_that_is_mostly_idle_has_none(void **state)
{
	struct help *help = *state;
	struct month month;

	begin(help, &month);
	(void)use_all(help, at_day(&month, "2026-11-01"),
	    at_day(&month, "2026-12-01"), 25);
	look(help, &month, "2026-11-01", "2026-12-01");
	assert_int_equal(month.model.rates.out95_bps, 0);
	assert_true(month.model.rates.peak_bps > 0);
	end(&month);
}

static void
idle_time_before_the_first_day_is_left_out(void **state)
{
	struct help *help = *state;
	struct month month;

	begin(help, &month);
	month.member.activated_ms = at_day(&month, "2026-11-17");
	look(help, &month, "2026-11-01", "2026-12-01");
	assert_int_equal(month.model.rates.slots, 14 * 288);
	month.wish.now_ms = month.member.activated_ms + 1;
	look(help, &month, "2026-11-01", "2026-12-01");
	assert_int_equal(month.model.rates.slots, 1);
	end(&month);
}

/* Brussels: 23 hours on 29 March, 25 on 25 October. */
static void
days_of_23_and_25_hours_add_up(void **state)
{
	static const struct {
		const char *from, *to;
		unsigned day, slots;
	} rows[] = {
		{ "2026-03-01", "2026-04-01", 28, 276 },
		{ "2026-10-01", "2026-11-01", 24, 300 },
	};
	struct help *help = *state;
	struct month month;

	begin(help, &month);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t bytes = use_all(help, at_day(&month, rows[i].from),
		    at_day(&month, rows[i].to), 1);
		uint64_t sum = 0;
		unsigned slots = 0;

		look(help, &month, rows[i].from, rows[i].to);
		assert_int_equal(month.model.day_count, 31);
		assert_int_equal(
		    month.model.days[rows[i].day].slots, rows[i].slots);
		for (unsigned day = 0; day < 31; day++) {
			sum += month.model.days[day].counts.payload_out;
			slots += month.model.days[day].slots;
		}
		assert_int_equal(sum, bytes);
		assert_int_equal(month.model.total.payload_out, bytes);
		assert_int_equal(slots, month.model.rates.slots);
	}
	end(&month);
}

static void
periods_that_touch_add_up(void **state)
{
	struct help *help = *state;
	struct month month;
	uint64_t sum = 0, heat = 0;

	begin(help, &month);
	(void)use_all(help, at_day(&month, "2026-10-20"),
	    at_day(&month, "2026-11-10"), 2);
	look(help, &month, "2026-10-01", "2026-11-01");
	sum = month.model.total.payload_out;
	look(help, &month, "2026-11-01", "2026-12-01");
	sum += month.model.total.payload_out;
	look(help, &month, "2026-10-01", "2026-12-01");
	assert_int_equal(month.model.total.payload_out, sum);
	assert_int_equal(month.model.used_bytes, sum);
	for (unsigned day = 0; day < 7; day++) {
		for (unsigned hour = 0; hour < 24; hour++)
			heat += month.model.heat_ms[day][hour];
	}
	assert_int_equal(heat, month.model.total.listen_ms);
	end(&month);
}

static void
an_hour_is_the_members_own(void **state)
{
	struct help *help = *state;
	struct month month;

	begin(help, &month);
	/* Sunday the 22nd, 23:30 UTC, is Monday 0:30 in Brussels. */
	use(help, INT64_C(1795390200000) / SLOT_MS, 77);
	look(help, &month, "2026-11-01", "2026-12-01");
	assert_int_equal(month.model.heat_ms[0][0], 77);
	assert_int_equal(month.model.days[22].counts.payload_out, 77);
	end(&month);
}

static void
what_a_codec_used_is_told_by_the_broadcast(void **state)
{
	struct help *help = *state;
	struct month month;
	char sql[256];
	int64_t at_ms;

	begin(help, &month);
	at_ms = at_day(&month, "2026-11-02");
	snprintf(sql, sizeof(sql),
	    "INSERT INTO broadcast(member, mount, started_ms, ended_ms, reason,"
	    " encoder, media_type, codecs, bitrate_kbps, rev) VALUES"
	    "(1, '/ana/a', %lld, %lld, 'lost', 'butt', 'audio/mpeg', 'mp3', 1,"
	    " 1)",
	    (long long)at_ms, (long long)at_ms + 3600000);
	assert_int_equal(help_sql(help, sql), SQLITE_OK);
	use(help, at_ms / SLOT_MS + 3, 5);
	use(help, at_ms / SLOT_MS + 99, 6);
	look(help, &month, "2026-11-01", "2026-12-01");
	assert_int_equal(month.model.codec_count, 2);
	assert_string_equal(month.model.codecs[0].name, "mp3");
	assert_int_equal(month.model.codecs[0].counts.payload_out, 5);
	assert_string_equal(month.model.codecs[1].name, "");
	assert_int_equal(month.model.source_count, 1);
	assert_int_equal(month.model.sources[0].on_air_ms, 3600000);
	assert_int_equal(month.model.sources[0].cuts, 1);
	end(&month);
}

static void
what_is_sealed_stays(void **state)
{
	struct statement_msg told = { .member = 1,
		.slug = "ana",
		.period = "2026-10",
		.from_ms = 1,
		.to_ms = 2,
		.csv = (char *)"csv",
		.json = (char *)"{}",
		.csv_sha256 = "abc" };
	struct help *help = *state;
	struct bytes out = { 0 };
	const char *text;

	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	assert_int_equal(
	    statements_seal(help->ledger->store, &told, &out), STATEMENTS_DONE);
	told.csv = (char *)"other";
	assert_int_equal(
	    statements_seal(help->ledger->store, &told, &out), STATEMENTS_DONE);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM statement "
			     "WHERE csv = 'csv'"),
	    1);
	assert_int_not_equal(
	    help_sql(help, "UPDATE statement SET csv = 'x'"), SQLITE_OK);
	assert_int_equal(
	    help_number(help,
		"SELECT count(*) FROM audit WHERE what LIKE 'statement%'"),
	    1);
	bytes_free(&out);
}

/* The good one before it is not sealed either. */
static void
periods_that_overlap_are_refused(void **state)
{
	struct statement_msg year = { .member = 1,
		.slug = "ana",
		.period = "2026",
		.from_ms = 1,
		.to_ms = 120,
		.csv = (char *)"csv",
		.json = (char *)"{}",
		.csv_sha256 = "abc" };
	struct statement_msg october = year, november = year;
	struct help *help = *state;
	struct store *store = help->ledger->store;
	struct bytes out = { 0 };
	const char *text;

	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	strcpy(october.period, "2026-10");
	october.to_ms = 100;
	november.from_ms = 100;
	strcpy(november.period, "2026-11");
	assert_int_equal(
	    statements_seal(store, &october, &out), STATEMENTS_DONE);
	november.next = &year;
	assert_int_equal(
	    statements_seal(store, &november, &out), STATEMENTS_REFUSED);
	bytes_append(&out, "", 1);
	assert_non_null(
	    strstr((const char *)out.data, "ana 2026 overlaps 2026-1"));
	assert_int_equal(
	    help_number(help, "SELECT count(*) FROM statement"), 1);
	november.next = NULL;
	assert_int_equal(
	    statements_seal(store, &november, &out), STATEMENTS_DONE);
	bytes_free(&out);
}

/* Two relays' peaks of a slot need not be of one moment: their sum is a bound
 * from above. Two starts of one relay are never at the same time. */
static void
peaks_of_relays_add_up_and_those_of_starts_do_not(void **state)
{
	static const char
	    rows[] = "INSERT INTO relay(id, uuid) VALUES(8, 'a'), (9, 'b');"
		     "INSERT INTO mount(id, path) VALUES(40, '');"
		     "INSERT INTO peak(slot, member, mount, relay, boot, peak, "
		     "peak_at_ms, rev) VALUES(%lld, 1, 40, 8, 1, 5, 77, 1), "
		     "(%lld, 1, 40, 8, 2, 7, 78, 1)%s";
	struct help *help = *state;
	struct month month;
	char sql[512], more[64];
	long long slot;

	begin(help, &month);
	slot = at_day(&month, "2026-11-03") / SLOT_MS;
	snprintf(sql, sizeof(sql), rows, slot, slot, "");
	assert_int_equal(help_sql(help, sql), SQLITE_OK);
	look(help, &month, "2026-11-01", "2026-12-01");
	assert_int_equal(month.model.total.peak, 7);
	assert_int_equal(month.model.total.peak_at_ms, 78);
	snprintf(more, sizeof(more), "%lld, 1, 40, 9, 3, 4, 79, 1)", slot);
	snprintf(sql, sizeof(sql),
	    "INSERT INTO peak(slot, member, mount, relay, boot, peak, "
	    "peak_at_ms, rev) VALUES(%s",
	    more);
	assert_int_equal(help_sql(help, sql), SQLITE_OK);
	look(help, &month, "2026-11-01", "2026-12-01");
	assert_int_equal(month.model.total.peak, 11);
	assert_int_equal(month.model.total.peak_at_ms, 0);
	end(&month);
}

static void
equal_figures_give_equal_bytes(void **state)
{
	struct help *help = *state;
	char one[65], other[65];
	struct month month;

	begin(help, &month);
	use(help, NOON_SLOT, 5);
	look(help, &month, "2026-11-01", "2026-12-01");
	plain_digest(&month.model, one);
	month.wish.now_ms += 1000000;
	look(help, &month, "2026-11-01", "2026-12-01");
	plain_digest(&month.model, other);
	assert_string_equal(one, other);
	use(help, NOON_SLOT, 1);
	look(help, &month, "2026-11-01", "2026-12-01");
	plain_digest(&month.model, other);
	assert_string_not_equal(one, other);
	end(&month);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HELP_TEST(the_percentile_is_of_all_slots),
		HELP_TEST(a_month_that_is_mostly_idle_has_none),
		HELP_TEST(idle_time_before_the_first_day_is_left_out),
		HELP_TEST(days_of_23_and_25_hours_add_up),
		HELP_TEST(periods_that_touch_add_up),
		HELP_TEST(an_hour_is_the_members_own),
		HELP_TEST(what_a_codec_used_is_told_by_the_broadcast),
		HELP_TEST(what_is_sealed_stays),
		HELP_TEST(periods_that_overlap_are_refused),
		HELP_TEST(peaks_of_relays_add_up_and_those_of_starts_do_not),
		HELP_TEST(equal_figures_give_equal_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
