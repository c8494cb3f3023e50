/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The store itself: who may open it, what is refused, what it keeps. */
#include "ledger_help.h"

#include "ledger/audit.h"
#include "ledger/members.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

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
		help_add(help, NOON_SLOT, junk, 1);
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
block(struct store *store, const char *slug)
{
	static const struct member_move move = { .state = MEMBER_BLOCKED,
		.reason = "legal-decision",
		.reference = "R",
		.person = "P",
		.who = AUDIT_SOCKET,
		.what = "member block" };
	struct member_row row;

	assert_int_equal(members_find(store, slug, &row), MEMBERS_DONE);
	assert_true(store_begin(store));
	assert_true(members_move(store, &row, &move));
	assert_true(store_commit(store));
}

static void
a_change_of_the_audit_shows(void **state)
{
	struct help *help = *state;
	struct store *store = help->ledger->store;
	int64_t bad;

	assert_int_equal(members_add(store, "ana", "Ana", "h"), MEMBERS_DONE);
	block(store, "ana");
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
	block(store, "m07");
	members = members_snapshot(store);
	assert_int_equal(members->count, 37);
	assert_int_equal(members->rows[7].state, MEMBER_BLOCKED);
	assert_true(members->rows[7].is_cut);
	assert_int_equal(members->rows[7].max_listeners, NO_LIMIT);
	assert_int_equal(members->rows[8].state, MEMBER_ACTIVE);
	assert_false(members->rows[8].is_cut);
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

TEST_MAIN(HELP_TEST(a_second_server_is_refused),
    HELP_TEST(a_file_of_something_else_is_refused),
    HELP_TEST(a_damaged_page_is_refused_and_kept),
    HELP_TEST(another_programs_database_is_refused),
    HELP_TEST(a_newer_store_is_refused),
    HELP_TEST(only_the_owner_may_read_the_store),
    HELP_TEST(a_change_of_the_audit_shows),
    HELP_TEST(a_member_and_its_audit_row_are_one),
    HELP_TEST(a_snapshot_has_all_members),
    HELP_TEST(a_recording_without_an_end_is_broken_at_start))
