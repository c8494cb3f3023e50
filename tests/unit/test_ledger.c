/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger_help.h"

#include "ledger/audit.h"
#include "ledger/members.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define SUM "SELECT coalesce(sum(payload_out), 0) FROM usage"

static void
add_peak(struct help *help, uint64_t peak, int64_t at_ms)
{
	struct peak_row row = { .slot = NOON_SLOT,
		.member = 1,
		.peak = peak,
		.peak_at_ms = at_ms };

	usage_add_peak(help->ledger->usage, &row);
}

static void
every_counter_arrives_in_its_own_column(void **state)
{
	struct help *help = *state;

	help_add(help, NOON_SLOT, "/a.ogg", 100);
	help_add(help, NOON_SLOT, "/a.ogg", 1000);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, "SELECT count(*) FROM usage"), 1);
	assert_int_equal(
	    help_number(help,
		"SELECT payload_out = 1100 AND tcp_out = 1102 AND wire_out = 1104 "
		"AND payload_in = 1106 AND wire_in = 1108 AND tls_out = 1110 AND "
		"listen_ms = 1112 AND listen60_ms = 1114 AND starts = 2 "
		"AND kind = 'live' AND member = 1 FROM usage"),
	    1);
	assert_int_equal(
	    help_number(help,
		"SELECT path = '/a.ogg' FROM usage JOIN mount ON id = mount"),
	    1);
}

static void
writing_twice_changes_nothing(void **state)
{
	struct help *help = *state;

	help_add(help, NOON_SLOT, "/a.ogg", 100);
	assert_true(ledger_flush(help->ledger));
	/* Again the same total, as after a commit nobody heard of. */
	assert_true(ledger_flush(help->ledger));
	help_add(help, NOON_SLOT, "/a.ogg", 0);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 100);
	assert_int_equal(help_number(help, "SELECT starts FROM usage"), 2);
}

static void
a_smaller_total_never_replaces_a_greater_one(void **state)
{
	struct help *help = *state;

	help_add(help, NOON_SLOT, "/a.ogg", 100);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(
	    help_sql(help, "UPDATE usage SET payload_out = 5000"), SQLITE_OK);
	help_add(help, NOON_SLOT, "/a.ogg", 1);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 5000);
}

static void
a_rollback_at_any_row_loses_and_doubles_nothing(void **state)
{
	struct help *help = *state;
	char sql[160];
	int64_t want = 0;

	for (int round = 0; round < 40; round++) {
		char mount[16];

		snprintf(mount, sizeof(mount), "/%d.ogg", round % 7);
		help_add(
		    help, NOON_SLOT + round % 3, mount, 10 + (uint64_t)round);
		want += 10 + round;
		snprintf(sql, sizeof(sql),
		    "CREATE TEMP TRIGGER odd BEFORE INSERT ON main.usage "
		    "WHEN new.payload_out %% 5 = %d "
		    "BEGIN SELECT RAISE(ROLLBACK, 'test'); END",
		    round % 5);
		assert_int_equal(help_sql(help, sql), SQLITE_OK);
		ledger_flush(help->ledger);
		assert_int_equal(help_sql(help, "DROP TRIGGER odd"), SQLITE_OK);
	}
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), want);
}

static void
a_late_delta_for_a_forgotten_slot_is_exact(void **state)
{
	struct help *help = *state;

	help_add(help, NOON_SLOT, "/a.ogg", 100);
	assert_true(ledger_flush(help->ledger));
	clock_set(2000, NOON + 4 * SLOT_MS);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(usage_held(help->ledger->usage), 0);
	help_add(help, NOON_SLOT, "/a.ogg", 23);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 123);
	assert_int_equal(usage_held(help->ledger->usage), 0);
}

static void
a_late_delta_survives_a_rollback_too(void **state)
{
	struct help *help = *state;

	help_add(help, NOON_SLOT, "/a.ogg", 100);
	clock_set(2000, NOON + 4 * SLOT_MS);
	assert_true(ledger_flush(help->ledger));
	help_add(help, NOON_SLOT, "/a.ogg", 23);
	assert_int_equal(
	    help_sql(help,
		"CREATE TEMP TRIGGER odd BEFORE INSERT ON main.usage "
		"BEGIN SELECT RAISE(ABORT, 'test'); END"),
	    SQLITE_OK);
	assert_false(ledger_flush(help->ledger));
	assert_false(ledger_flush(help->ledger));
	assert_int_equal(help_sql(help, "DROP TRIGGER odd"), SQLITE_OK);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 123);
}

static void
slots_begin_at_whole_five_minutes(void **state)
{
	struct help *help = *state;

	assert_int_equal(NOON % SLOT_MS, 0);
	help_add(help, (NOON - 1) / SLOT_MS, "/a.ogg", 1);
	help_add(help, NOON / SLOT_MS, "/a.ogg", 2);
	help_add(help, (NOON + SLOT_MS - 1) / SLOT_MS, "/a.ogg", 4);
	help_add(help, (NOON + SLOT_MS) / SLOT_MS, "/a.ogg", 8);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help,
			     "SELECT group_concat(payload_out, '') FROM "
			     "(SELECT payload_out FROM usage ORDER BY slot)"),
	    168);
}

static void
a_clock_that_steps_back_an_hour_loses_nothing(void **state)
{
	struct help *help = *state;

	help_add(help, NOON_SLOT, "/a.ogg", 1);
	assert_true(ledger_flush(help->ledger));
	clock_set(2000, NOON + 3600000);
	help_add(help, NOON_SLOT + 12, "/a.ogg", 2);
	assert_true(ledger_flush(help->ledger));
	clock_set(3000, NOON);
	help_add(help, NOON_SLOT, "/a.ogg", 4);
	assert_true(ledger_flush(help->ledger));
	clock_set(4000, NOON + 3600000);
	help_add(help, NOON_SLOT + 12, "/a.ogg", 8);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 15);
	assert_int_equal(help_number(help, "SELECT count(*) FROM usage"), 2);
}

static void
two_boots_in_one_slot_add_up(void **state)
{
	struct help *help = *state;

	help_add(help, NOON_SLOT, "/a.ogg", 100);
	assert_true(ledger_flush(help->ledger));
	help_reopen(help);
	help_add(help, NOON_SLOT, "/a.ogg", 30);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, "SELECT count(*) FROM usage"), 2);
	assert_int_equal(help_number(help, SUM), 130);
	assert_int_equal(help_number(help, "SELECT count(*) FROM relay"), 1);
}

static void
a_kill_loses_only_what_was_not_flushed(void **state)
{
	struct help *help = *state;

	help_add(help, NOON_SLOT, "/a.ogg", 100);
	assert_true(ledger_flush(help->ledger));
	help_add(help, NOON_SLOT, "/a.ogg", 30);
	help_reopen(help);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 100);
}

struct seen {
	_Atomic uint64_t added, flushed;
};

static void
count_until_killed(struct help *help, struct seen *seen)
{
	char mount[16];

	help_open(help);
	for (unsigned i = 0;; i++) {
		snprintf(mount, sizeof(mount), "/%u", i % 50);
		seen->added += 10;
		help_add(help, NOON_SLOT + i / 1000, mount, 10);
		if (i % 20 == 0 && ledger_flush(help->ledger))
			seen->flushed = seen->added;
	}
}

static void
a_killed_server_has_all_that_was_flushed_and_no_more(void **state)
{
	struct help *help = *state;
	struct seen *seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t before = 0, now;

	ledger_close(help->ledger);
	help->ledger = NULL;
	for (int round = 0; round < 20; round++) {
		pid_t child;

		seen->added = seen->flushed = 0;
		child = fork();
		if (child == 0)
			count_until_killed(help, seen);
		usleep(10000 + 1700 * (useconds_t)round);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		help_open(help);
		now = help_number(help, SUM);
		assert_in_range(now - before, seen->flushed, seen->added);
		before = now;
		ledger_close(help->ledger);
		help->ledger = NULL;
	}
	assert_true(before > 0);
	munmap(seen, sizeof(*seen));
}

static void
a_full_disk_keeps_totals_in_memory(void **state)
{
	struct help *help = *state;
	char mount[200];

	help_add(help, NOON_SLOT, "/a.ogg", 1);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(
	    help_sql(help, "PRAGMA max_page_count = 1"), SQLITE_OK);
	for (int i = 0; i < 300; i++) {
		snprintf(mount, sizeof(mount), "/%0150d", i);
		help_add(help, NOON_SLOT, mount, 10);
	}
	assert_false(ledger_flush(help->ledger));
	assert_non_null(strstr(store_reason(help->ledger->store), "full"));
	help_add(help, NOON_SLOT, "/a.ogg", 1);
	clock_set(60000, NOON + 10 * SLOT_MS);
	assert_false(ledger_flush(help->ledger));
	assert_int_equal(usage_held(help->ledger->usage), 301);
	assert_int_equal(help_number(help, SUM), 1);
	assert_int_equal(
	    help_sql(help, "PRAGMA max_page_count = 100000"), SQLITE_OK);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 3002);
	assert_int_equal(usage_held(help->ledger->usage), 0);
}

static void
a_read_only_store_keeps_totals_in_memory(void **state)
{
	struct help *help = *state;

	assert_int_equal(help_sql(help, "PRAGMA query_only = ON"), SQLITE_OK);
	help_add(help, NOON_SLOT, "/a.ogg", 7);
	assert_false(ledger_flush(help->ledger));
	assert_int_equal(help_sql(help, "PRAGMA query_only = OFF"), SQLITE_OK);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 7);
}

static void
a_locked_store_keeps_totals_in_memory(void **state)
{
	struct help *help = *state;
	sqlite3 *other;

	assert_int_equal(sqlite3_open(help->path, &other), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
	    SQLITE_OK);
	help_add(help, NOON_SLOT, "/a.ogg", 7);
	assert_false(ledger_flush(help->ledger));
	sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(other);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 7);
}

static void
the_highest_peak_stays_with_its_time(void **state)
{
	struct help *help = *state;

	add_peak(help, 5, NOON + 1);
	add_peak(help, 9, NOON + 2);
	add_peak(help, 9, NOON + 3);
	assert_true(ledger_flush(help->ledger));
	clock_set(2000, NOON + 4 * SLOT_MS);
	assert_true(ledger_flush(help->ledger));
	/* Late, and lower: the store knows better. */
	add_peak(help, 6, NOON + 4);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, "SELECT peak FROM peak"), 9);
	assert_int_equal(
	    help_number(help, "SELECT peak_at_ms FROM peak"), NOON + 2);
}

static void
many_totals_in_many_buckets_stay_apart(void **state)
{
	struct help *help = *state;
	char mount[32];

	for (int i = 0; i < 6000; i++) {
		snprintf(mount, sizeof(mount), "/%d.ogg", i % 3000);
		help_add(help, NOON_SLOT, mount, 1);
	}
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, "SELECT count(*) FROM usage"), 3000);
	assert_int_equal(
	    help_number(help, "SELECT max(payload_out) FROM usage"), 2);
}

static void
the_log_of_writes_stays_small(void **state)
{
	struct help *help = *state;
	char path[128], mount[200];
	int fd;

	for (int i = 0; i < 60; i++) {
		for (int j = 0; j < 400; j++) {
			snprintf(mount, sizeof(mount), "/%0100d", 400 * i + j);
			help_add(help, NOON_SLOT, mount, 1);
		}
		assert_true(ledger_flush(help->ledger));
	}
	snprintf(path, sizeof(path), "%s-wal", help->path);
	fd = open(path, O_RDONLY);
	assert_true(lseek(fd, 0, SEEK_END) < 6 << 20);
	close(fd);
	assert_int_equal(
	    help_number(help, "SELECT count(*) FROM usage"), 24000);
}

/* What changed after a moment has a higher one, and nothing else has. */
static void
revisions_tell_what_changed(void **state)
{
	struct help *help = *state;
	int64_t before;

	help_add(help, NOON_SLOT, "/a", 5);
	help_add(help, NOON_SLOT, "/b", 5);
	assert_true(ledger_flush(help->ledger));
	before = help_number(help, "SELECT max(rev) FROM usage");
	assert_int_equal(
	    help_number(help, "SELECT count(DISTINCT rev) FROM usage"), 1);
	help_add(help, NOON_SLOT, "/b", 5);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(
	    help_number(help, "SELECT min(rev) FROM usage"), before);
	assert_int_equal(help_number(help,
			     "SELECT path = '/b' FROM usage JOIN mount "
			     "ON mount.id = mount ORDER BY rev DESC LIMIT 1"),
	    1);
	before = help_number(help, "SELECT max(rev) FROM usage");
	assert_int_equal(help_sql(help,
			     "INSERT INTO play(member, mount, started_ms, "
			     "title, listeners, peak, rev) "
			     "VALUES(1, '/a', 1, 't', 1, 1, 1)"),
	    SQLITE_OK);
	help_reopen(help); /* ends that play */
	assert_true(help_number(help, "SELECT rev FROM play") > before);
	before = help_number(help, "SELECT rev FROM play");
	help_add(help, NOON_SLOT, "/a", 5);
	assert_true(ledger_flush(help->ledger));
	assert_true(help_number(help, "SELECT max(rev) FROM usage") > before);
}

TEST_MAIN(HELP_TEST(every_counter_arrives_in_its_own_column),
    HELP_TEST(writing_twice_changes_nothing),
    HELP_TEST(a_smaller_total_never_replaces_a_greater_one),
    HELP_TEST(a_rollback_at_any_row_loses_and_doubles_nothing),
    HELP_TEST(a_late_delta_for_a_forgotten_slot_is_exact),
    HELP_TEST(a_late_delta_survives_a_rollback_too),
    HELP_TEST(slots_begin_at_whole_five_minutes),
    HELP_TEST(a_clock_that_steps_back_an_hour_loses_nothing),
    HELP_TEST(two_boots_in_one_slot_add_up),
    HELP_TEST(a_kill_loses_only_what_was_not_flushed),
    HELP_TEST(a_killed_server_has_all_that_was_flushed_and_no_more),
    HELP_TEST(a_full_disk_keeps_totals_in_memory),
    HELP_TEST(a_read_only_store_keeps_totals_in_memory),
    HELP_TEST(a_locked_store_keeps_totals_in_memory),
    HELP_TEST(the_highest_peak_stays_with_its_time),
    HELP_TEST(many_totals_in_many_buckets_stay_apart),
    HELP_TEST(the_log_of_writes_stays_small),
    HELP_TEST(revisions_tell_what_changed))
