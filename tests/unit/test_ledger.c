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
add(struct help *help, int64_t slot, const char *mount, uint64_t bytes)
{
	struct usage_delta delta = { .slot = slot,
		.member = 1,
		.kind = USAGE_LIVE,
		.payload_out = bytes,
		.tcp_out = bytes + 1,
		.wire_out = bytes + 2,
		.payload_in = bytes + 3,
		.wire_in = bytes + 4,
		.tls_out = bytes + 5,
		.listen_ms = bytes + 6,
		.listen60_ms = bytes + 7,
		.starts = 1 };

	strcpy(delta.mount, mount);
	usage_add(help->ledger->usage, &delta);
}

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

	add(help, NOON_SLOT, "/a.ogg", 100);
	add(help, NOON_SLOT, "/a.ogg", 1000);
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

	add(help, NOON_SLOT, "/a.ogg", 100);
	assert_true(ledger_flush(help->ledger));
	/* Again the same total, as after a commit nobody heard of. */
	assert_true(ledger_flush(help->ledger));
	add(help, NOON_SLOT, "/a.ogg", 0);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 100);
	assert_int_equal(help_number(help, "SELECT starts FROM usage"), 2);
}

static void
a_smaller_total_never_replaces_a_greater_one(void **state)
{
	struct help *help = *state;

	add(help, NOON_SLOT, "/a.ogg", 100);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(
	    help_sql(help, "UPDATE usage SET payload_out = 5000"), SQLITE_OK);
	add(help, NOON_SLOT, "/a.ogg", 1);
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
		add(help, NOON_SLOT + round % 3, mount, 10 + (uint64_t)round);
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

	add(help, NOON_SLOT, "/a.ogg", 100);
	assert_true(ledger_flush(help->ledger));
	clock_set(2000, NOON + 4 * SLOT_MS);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(usage_held(help->ledger->usage), 0);
	add(help, NOON_SLOT, "/a.ogg", 23);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 123);
	assert_int_equal(usage_held(help->ledger->usage), 0);
}

static void
a_late_delta_survives_a_rollback_too(void **state)
{
	struct help *help = *state;

	add(help, NOON_SLOT, "/a.ogg", 100);
	clock_set(2000, NOON + 4 * SLOT_MS);
	assert_true(ledger_flush(help->ledger));
	add(help, NOON_SLOT, "/a.ogg", 23);
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
	add(help, (NOON - 1) / SLOT_MS, "/a.ogg", 1);
	add(help, NOON / SLOT_MS, "/a.ogg", 2);
	add(help, (NOON + SLOT_MS - 1) / SLOT_MS, "/a.ogg", 4);
	add(help, (NOON + SLOT_MS) / SLOT_MS, "/a.ogg", 8);
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

	add(help, NOON_SLOT, "/a.ogg", 1);
	assert_true(ledger_flush(help->ledger));
	clock_set(2000, NOON + 3600000);
	add(help, NOON_SLOT + 12, "/a.ogg", 2);
	assert_true(ledger_flush(help->ledger));
	clock_set(3000, NOON);
	add(help, NOON_SLOT, "/a.ogg", 4);
	assert_true(ledger_flush(help->ledger));
	clock_set(4000, NOON + 3600000);
	add(help, NOON_SLOT + 12, "/a.ogg", 8);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, SUM), 15);
	assert_int_equal(help_number(help, "SELECT count(*) FROM usage"), 2);
}

static void
two_boots_in_one_slot_add_up(void **state)
{
	struct help *help = *state;

	add(help, NOON_SLOT, "/a.ogg", 100);
	assert_true(ledger_flush(help->ledger));
	help_reopen(help);
	add(help, NOON_SLOT, "/a.ogg", 30);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(help_number(help, "SELECT count(*) FROM usage"), 2);
	assert_int_equal(help_number(help, SUM), 130);
	assert_int_equal(help_number(help, "SELECT count(*) FROM relay"), 1);
}

static void
a_kill_loses_only_what_was_not_flushed(void **state)
{
	struct help *help = *state;

	add(help, NOON_SLOT, "/a.ogg", 100);
	assert_true(ledger_flush(help->ledger));
	add(help, NOON_SLOT, "/a.ogg", 30);
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
		add(help, NOON_SLOT + i / 1000, mount, 10);
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

	add(help, NOON_SLOT, "/a.ogg", 1);
	assert_true(ledger_flush(help->ledger));
	assert_int_equal(
	    help_sql(help, "PRAGMA max_page_count = 1"), SQLITE_OK);
	for (int i = 0; i < 300; i++) {
		snprintf(mount, sizeof(mount), "/%0150d", i);
		add(help, NOON_SLOT, mount, 10);
	}
	assert_false(ledger_flush(help->ledger));
	assert_non_null(strstr(store_reason(help->ledger->store), "full"));
	add(help, NOON_SLOT, "/a.ogg", 1);
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
	add(help, NOON_SLOT, "/a.ogg", 7);
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
	add(help, NOON_SLOT, "/a.ogg", 7);
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
		add(help, NOON_SLOT, mount, 1);
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
			add(help, NOON_SLOT, mount, 1);
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

static void
a_second_server_is_refused(void **state)
{
	struct help *help = *state;
	char *error = NULL;

	assert_null(ledger_open(help->path, &error));
	assert_non_null(strstr(error, "another server"));
	free(error);
}

static void
spoil(struct help *help, off_t at, const char *bytes, size_t len)
{
	int fd = open(help->path, O_WRONLY);

	assert_int_equal(pwrite(fd, bytes, len, at), (ssize_t)len);
	close(fd);
}

static void
assert_refused(struct help *help, const char *why)
{
	char *error = NULL;

	assert_null(ledger_open(help->path, &error));
	if (strstr(error, why) == NULL)
		fail_msg("%s", error);
	free(error);
}

static void
a_file_of_something_else_is_refused(void **state)
{
	struct help *help = *state;
	static const char text[] = "this was never a database of any kind.....";

	ledger_close(help->ledger);
	help->ledger = NULL;
	spoil(help, 0, text, sizeof(text));
	assert_refused(help, "is damaged (file is not a database)");
}

static void
a_damaged_page_is_refused_and_kept(void **state)
{
	struct help *help = *state;
	char junk[600];

	for (int i = 0; i < 400; i++) {
		snprintf(junk, sizeof(junk), "/%0100d", i);
		add(help, NOON_SLOT, junk, 1);
	}
	assert_true(ledger_flush(help->ledger));
	ledger_close(help->ledger);
	help->ledger = NULL;
	memset(junk, 0xa5, sizeof(junk));
	for (off_t page = 4; page < 20; page++)
		spoil(help, 4096 * page, junk, sizeof(junk));
	assert_refused(help, "is damaged");
	assert_int_equal(access(help->path, R_OK), 0);
}

static void
another_programs_database_is_refused(void **state)
{
	struct help *help = *state;

	assert_int_equal(
	    help_sql(help, "PRAGMA application_id = 7"), SQLITE_OK);
	ledger_close(help->ledger);
	help->ledger = NULL;
	assert_refused(help, "is not an all2all store");
}

static void
a_newer_store_is_refused(void **state)
{
	struct help *help = *state;

	assert_int_equal(help_sql(help, "PRAGMA user_version = 99"), SQLITE_OK);
	ledger_close(help->ledger);
	help->ledger = NULL;
	assert_refused(help, "newer all2all");
}

static void
only_the_owner_may_read_the_store(void **state)
{
	struct help *help = *state;
	struct stat facts;

	assert_int_equal(stat(help->path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0600);
}

static void
a_change_of_the_audit_shows(void **state)
{
	struct help *help = *state;
	struct store *store = help->ledger->store;
	int64_t bad;

	assert_int_equal(members_add(store, "ana", "Ana", "h"), MEMBERS_DONE);
	assert_int_equal(
	    members_set_state(store, "ana", MEMBER_BLOCKED), MEMBERS_DONE);
	assert_int_equal(members_set_key(store, "ana", "i"), MEMBERS_DONE);
	assert_int_equal(members_set_key(store, "bob", "i"), MEMBERS_UNKNOWN);
	assert_int_equal(help_number(help, "SELECT count(*) FROM audit"), 3);
	assert_true(audit_is_whole(store, &bad));
	assert_int_not_equal(
	    help_sql(help, "UPDATE audit SET slug = 'eve'"), SQLITE_OK);
	assert_int_not_equal(help_sql(help, "DELETE FROM audit"), SQLITE_OK);
	assert_int_equal(help_sql(help,
			     "DROP TRIGGER audit_no_update;"
			     "UPDATE audit SET slug = 'eve' WHERE id = 2"),
	    SQLITE_OK);
	assert_false(audit_is_whole(store, &bad));
	assert_int_equal(bad, 2);
}

static void
a_member_and_its_audit_row_are_one(void **state)
{
	struct help *help = *state;
	struct store *store = help->ledger->store;

	assert_int_equal(
	    help_sql(help,
		"CREATE TEMP TRIGGER odd BEFORE INSERT ON main.audit "
		"BEGIN SELECT RAISE(ABORT, 'no room'); END"),
	    SQLITE_OK);
	assert_int_equal(members_add(store, "ana", "Ana", "h"), MEMBERS_FAILED);
	assert_string_equal(store_reason(store), "no room");
	assert_int_equal(help_number(help, "SELECT count(*) FROM member"), 0);
}

static void
a_snapshot_has_all_members(void **state)
{
	struct help *help = *state;
	struct store *store = help->ledger->store;
	struct members_msg *members;
	char slug[16];

	for (int i = 0; i < 37; i++) {
		snprintf(slug, sizeof(slug), "m%02d", i);
		assert_int_equal(
		    members_add(store, slug, "Name", "hash"), MEMBERS_DONE);
	}
	assert_int_equal(
	    members_set_state(store, "m07", MEMBER_BLOCKED), MEMBERS_DONE);
	members = members_snapshot(store);
	assert_int_equal(members->count, 37);
	assert_int_equal(members->rows[7].state, MEMBER_BLOCKED);
	assert_int_equal(members->rows[8].state, MEMBER_ACTIVE);
	assert_int_equal(members->rows[8].id, 9);
	assert_string_equal(members->rows[36].slug, "m36");
	assert_string_equal(members->rows[36].key_hash, "hash");
	message_free(&members->message);
}

static void
a_recording_without_an_end_is_broken_at_start(void **state)
{
	struct help *help = *state;
	struct recording_msg recording = { .id = "r1",
		.mount = "/a.ogg",
		.path = "ana/r1.ogg",
		.state = RECORDING_ACTIVE,
		.started_ms = NOON };

	recordings_add(help->ledger->recordings, &recording);
	assert_true(ledger_flush(help->ledger));
	strcpy(recording.id, "r2");
	recordings_add(help->ledger->recordings, &recording);
	recording.state = RECORDING_DONE;
	recording.ended_ms = NOON + 5000;
	recording.bytes = 77;
	recordings_add(help->ledger->recordings, &recording);
	assert_int_equal(recordings_unwritten(help->ledger->recordings), 1);
	assert_true(ledger_flush(help->ledger));
	help_reopen(help);
	assert_int_equal(
	    help_number(help,
		"SELECT state = 'broken' AND ended_ms IS NULL AND note != '' "
		"FROM recording WHERE id = 'r1'"),
	    1);
	assert_int_equal(
	    help_number(help,
		"SELECT state = 'done' AND bytes = 77 AND sha256 IS NULL "
		"FROM recording WHERE id = 'r2'"),
	    1);
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
    HELP_TEST(a_second_server_is_refused),
    HELP_TEST(a_file_of_something_else_is_refused),
    HELP_TEST(a_damaged_page_is_refused_and_kept),
    HELP_TEST(another_programs_database_is_refused),
    HELP_TEST(a_newer_store_is_refused),
    HELP_TEST(only_the_owner_may_read_the_store),
    HELP_TEST(a_change_of_the_audit_shows),
    HELP_TEST(a_member_and_its_audit_row_are_one),
    HELP_TEST(a_snapshot_has_all_members),
    HELP_TEST(a_recording_without_an_end_is_broken_at_start))
