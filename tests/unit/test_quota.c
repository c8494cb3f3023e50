/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "life_help.h"

#include "ledger/quota.h"

static void
use_bytes(struct help *help, int64_t slot, uint64_t bytes, enum usage_kind kind)
{
	struct usage_delta delta = {
		.slot = slot, .member = 1, .kind = kind, .payload_out = bytes
	};

	strcpy(delta.mount, "/ana/a");
	usage_add(help->ledger->usage, &delta);
	quotas_count(help->ledger->quotas, &delta);
}

/* A member since long ago, with the whole quota of each month. */
static void
add_old_ana(struct help *help)
{
	add_ana(help);
	assert_int_equal(
	    help_sql(help, "UPDATE member SET activated_ms = 1"), SQLITE_OK);
}

static int64_t
notices(struct help *help, const char *what, const char *period)
{
	char sql[160];

	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM notice WHERE member = 1 AND what = '%s' AND "
	    "subject = '%s'",
	    what, period);
	return help_number(help, sql);
}

static void
a_quota_is_noticed_once_at_each_step(void **state)
{
	struct help *help = *state;

	add_old_ana(help);
	EXPECT(help, 0, "", "plan", "set", "small", "--quota", "1000");
	EXPECT(help, 0, "", "member", "plan", "ana", "small");
	use_bytes(help, NOON_SLOT, 799, USAGE_LIVE);
	use_bytes(help, NOON_SLOT, 5000, USAGE_SOURCE_IN);
	use_bytes(help, NOON_SLOT, 5000, USAGE_WASTE);
	use_bytes(help, NOON_SLOT - 22 * 288, 5000, USAGE_LIVE); /* October */
	assert_true(rounds_run(help->ledger));
	assert_int_equal(help_number(help, "SELECT count(*) FROM notice"), 0);
	use_bytes(help, NOON_SLOT, 1, USAGE_PAGES);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(notices(help, "quota-80", "2026-11"), 1);
	use_bytes(help, NOON_SLOT, 149, USAGE_LIVE);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(help_number(help, "SELECT count(*) FROM notice"), 1);
	use_bytes(help, NOON_SLOT, 60, USAGE_LIVE);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(notices(help, "quota-100", "2026-11"), 1);
	/* Not also 95: one letter is enough. */
	assert_int_equal(help_number(help, "SELECT count(*) FROM notice"), 2);
	help_reopen(help);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(help_number(help, "SELECT count(*) FROM notice"), 2);
	assert_false(quotas_is_capped(help->ledger->quotas, 1));
	at_day(10); /* December */
	assert_true(rounds_run(help->ledger));
	use_bytes(help, clock_wall_ms() / SLOT_MS, 950, USAGE_LIVE);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(notices(help, "quota-95", "2026-12"), 1);
	assert_int_equal(help_number(help, "SELECT count(*) FROM notice"), 3);
}

static void
a_plan_may_cap_at_its_quota(void **state)
{
	struct help *help = *state;

	add_old_ana(help);
	EXPECT(help, 0, "", "plan", "set", "small", "--quota", "1000",
	    "--at-quota", "cap");
	EXPECT(help, 0, "", "member", "plan", "ana", "small");
	use_bytes(help, NOON_SLOT, 999, USAGE_LIVE);
	assert_true(rounds_run(help->ledger));
	assert_false(quotas_is_capped(help->ledger->quotas, 1));
	help->ledger->members_changed = false;
	use_bytes(help, NOON_SLOT, 1, USAGE_LIVE);
	assert_true(rounds_run(help->ledger));
	assert_true(quotas_is_capped(help->ledger->quotas, 1));
	assert_true(help->ledger->members_changed);
	help->ledger->members_changed = false;
	assert_true(rounds_run(help->ledger));
	assert_false(help->ledger->members_changed);
	EXPECT(help, 0, "", "plan", "set", "small", "--quota", "2000");
	assert_false(quotas_is_capped(help->ledger->quotas, 1));
	EXPECT(help, 0, "", "plan", "set", "small", "--quota", "1000");
	assert_true(quotas_is_capped(help->ledger->quotas, 1));
	at_day(10);
	assert_true(rounds_run(help->ledger));
	assert_false(quotas_is_capped(help->ledger->quotas, 1));
}

static bool
is_capped_at(struct help *help, int64_t bytes)
{
	char quota[24];

	snprintf(quota, sizeof(quota), "%lld", (long long)bytes);
	EXPECT(help, 0, "", "plan", "set", "small", "--quota", quota);
	return quotas_is_capped(help->ledger->quotas, 1);
}

/* Their months begin and end at other hours, before and after. */
static void
each_zone_has_its_own_sum(void **state)
{
	static const struct {
		const char *zone;
		int64_t more_slots;
	} zones[] = { { "Europe/Brussels", 0 }, { "Asia/Tokyo", 0 },
		/* Summer time ends on the first of November. */
		{ "America/New_York", 12 }, { "UTC", 0 },
		{ "Pacific/Kiritimati", 0 }, { "Pacific/Pago_Pago", 0 } };
	struct help *help = *state;
	int64_t want;

	add_old_ana(help);
	EXPECT(help, 0, "", "plan", "set", "small", "--at-quota", "cap");
	EXPECT(help, 0, "", "member", "plan", "ana", "small");
	/* A byte in every slot of 80 days around. */
	for (int64_t slot = -40 * 288; slot < 40 * 288; slot++)
		use_bytes(help, NOON_SLOT + slot, 1, USAGE_LIVE);
	for (unsigned i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		want = 30 * 288 + zones[i].more_slots;
		EXPECT(help, 0, "", "member", "set", "ana", "--zone",
		    zones[i].zone);
		if (!is_capped_at(help, want) || is_capped_at(help, want + 1))
			fail_msg("%s", zones[i].zone);
		use_bytes(help, NOON_SLOT - 60 * 288, 1, USAGE_LIVE);
	}
}

static void
a_month_ends_in_the_members_zone(void **state)
{
	struct help *help = *state;
	int64_t december = NOON + 9 * DAY_MS + 11 * 3600000; /* 23:00 UTC */

	add_old_ana(help);
	EXPECT(help, 0, "", "plan", "set", "small", "--quota", "1000");
	EXPECT(help, 0, "", "member", "plan", "ana", "small");
	use_bytes(help, december / SLOT_MS - 1, 700, USAGE_LIVE);
	use_bytes(help, december / SLOT_MS, 700, USAGE_LIVE);
	clock_set(1000, december - 1);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(help_number(help, "SELECT count(*) FROM notice"), 0);
	clock_set(1000, december);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(help_number(help, "SELECT count(*) FROM notice"), 0);
	EXPECT(help, 0, "", "member", "set", "ana", "--zone", "UTC");
	assert_int_equal(notices(help, "quota-100", "2026-11"), 1);
}

/* Ana came on 21 November at 13:00 of Brussels. */
static void
the_first_month_has_its_part_of_the_quota(void **state)
{
	struct help *help = *state;
	const int64_t part = INT64_C(9) * 288 + 11 * 12;

	add_ana(help);
	EXPECT(help, 0, "", "plan", "set", "small", "--quota", "864000",
	    "--at-quota", "cap");
	EXPECT(help, 0, "", "member", "plan", "ana", "small");
	use_bytes(help, NOON_SLOT, (uint64_t)part * 100 - 1, USAGE_LIVE);
	assert_true(rounds_run(help->ledger));
	assert_false(quotas_is_capped(help->ledger->quotas, 1));
	use_bytes(help, NOON_SLOT, 1, USAGE_LIVE);
	assert_true(rounds_run(help->ledger));
	assert_true(quotas_is_capped(help->ledger->quotas, 1));
	at_day(10); /* December, a whole one */
	assert_true(rounds_run(help->ledger));
	use_bytes(help, clock_wall_ms() / SLOT_MS, 863999, USAGE_LIVE);
	assert_true(rounds_run(help->ledger));
	assert_false(quotas_is_capped(help->ledger->quotas, 1));
	assert_int_equal(
	    quota_of_month(INT64_C(9999999999999999), 0, 300000, 150000), 0);
}

static void
record(struct help *help, long long bytes)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
	    "INSERT INTO recording(id, member, mount, path, media_type, title, state, "
	    "started_ms, ended_ms, bytes, gap_bytes, is_recovered, sha256, note) VALUES(hex(randomblob(8)), 1, '/ana/a', "
	    "'p', 'audio/mpeg', '', 'done', 1, 2, %lld, 0, 0, NULL, '')",
	    bytes);
	assert_int_equal(help_sql(help, sql), SQLITE_OK);
}

static void
who_has_no_storage_left_is_told_and_not_recorded(void **state)
{
	struct help *help = *state;

	add_old_ana(help);
	record(help, 900);
	assert_true(rounds_run(help->ledger));
	assert_false(storages_is_full(help->ledger->storages, 1));
	EXPECT(help, 0, "", "plan", "set", "small", "--storage", "1000");
	EXPECT(help, 0, "", "member", "plan", "ana", "small");
	assert_int_equal(notices(help, "storage-80", "2026-11"), 1);
	record(help, 99);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(notices(help, "storage-95", "2026-11"), 1);
	assert_false(storages_is_full(help->ledger->storages, 1));
	record(help, 1);
	help->ledger->members_changed = false;
	assert_true(rounds_run(help->ledger));
	assert_true(storages_is_full(help->ledger->storages, 1));
	assert_true(help->ledger->members_changed);
	assert_int_equal(
	    help_sql(help, "DELETE FROM recording WHERE bytes = 99"),
	    SQLITE_OK);
	assert_true(rounds_run(help->ledger));
	assert_false(storages_is_full(help->ledger->storages, 1));
	/* 80 again, after 100 was told: nobody hears of it this month. */
	assert_int_equal(help_number(help, "SELECT count(*) FROM notice"), 3);
}

static void
a_plan_says_what_a_full_storage_means(void **state)
{
	struct help *help = *state;

	add_old_ana(help);
	record(help, 2000);
	EXPECT(help, 0, "", "plan", "set", "small", "--storage", "1000",
	    "--at-storage", "allow");
	EXPECT(help, 0, "", "member", "plan", "ana", "small");
	assert_false(storages_is_full(help->ledger->storages, 1));
	assert_int_equal(notices(help, "storage-100", "2026-11"), 1);
	EXPECT(help, 0, "", "plan", "set", "small", "--at-storage", "rotate");
	assert_true(storages_is_full(help->ledger->storages, 1));
}

static void
without_storage_nothing_is_recorded(void **state)
{
	struct help *help = *state;

	add_old_ana(help);
	EXPECT(help, 0, "", "plan", "set", "small", "--storage", "0",
	    "--at-storage", "allow");
	EXPECT(help, 0, "", "member", "plan", "ana", "small");
	assert_true(rounds_run(help->ledger));
	assert_true(storages_is_full(help->ledger->storages, 1));
	assert_int_equal(help_number(help, "SELECT count(*) FROM notice"), 0);
}

TEST_MAIN(HELP_TEST(a_quota_is_noticed_once_at_each_step),
    HELP_TEST(a_plan_may_cap_at_its_quota),
    HELP_TEST(each_zone_has_its_own_sum),
    HELP_TEST(a_month_ends_in_the_members_zone),
    HELP_TEST(the_first_month_has_its_part_of_the_quota),
    HELP_TEST(who_has_no_storage_left_is_told_and_not_recorded),
    HELP_TEST(a_plan_says_what_a_full_storage_means),
    HELP_TEST(without_storage_nothing_is_recorded))
