/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "custody_help.h"

#include "ledger/custody.h"
#include "ledger/purge_priv.h"
#include "life_help.h"

#define PURGE(...)                                                             \
	"member", "purge", "ana", "--confirm", "ana", "--person", "Tess",      \
	    ##__VA_ARGS__

static void
due(struct help *help)
{
	custody_fill(help);
	custody_sql(help, "UPDATE member SET state = 'due' WHERE slug = 'ana'");
}

/* Asked of the store, so that a table of tomorrow is looked at as well. */
static void
check_gone(const struct help *help)
{
	static const char *const kept[] = { "member", "audit", "statement",
		"invoice" };
	struct custody_table *tables;
	unsigned count;
	char sql[128];

	tables = custody_tables(help->ledger->store, &count);
	assert_non_null(tables);
	assert_true(count >= 15);
	for (unsigned i = 0; i < count; i++) {
		bool is_kept = false;

		for (unsigned k = 0; k < 4; k++)
			is_kept |= strcmp(kept[k], tables[i].name) == 0;
		snprintf(sql, sizeof(sql),
		    "SELECT count(*) FROM \"%s\" WHERE \"%s\" = 1",
		    tables[i].name, custody_member_column(&tables[i]));
		if ((help_number(help, sql) > 0) != is_kept)
			fail_msg("%s", tables[i].name);
	}
	free(tables);
}

static void
nothing_is_left_but_totals_by_number(void **state)
{
	struct help *help = *state;

	due(help);
	EXPECT(help, 0, "CERTIFICATE OF DELETION", PURGE());
	check_gone(help);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM member WHERE id = 1 AND "
			     "slug = 'deleted-1' AND name = '' AND email = '' "
			     "AND key_hash = '' AND state = 'deleted'"),
	    1);
	assert_int_equal(
	    help_number(help, "SELECT count(*) FROM usage WHERE member = 2"),
	    1);
	assert_int_equal(
	    help_number(help, "SELECT sum(cents) FROM invoice"), 12000);
	assert_int_equal(
	    help_number(help,
		"SELECT count(*) FROM invoice WHERE reference = 'purged 1'"),
	    1);
	assert_int_equal(
	    help_number(help,
		"SELECT count(*) FROM statement WHERE member = 1 "
		"AND period = '2026-10' AND length(csv_sha256) = 64 "
		"AND from_ms = 1000 AND to_ms = 2000"),
	    1);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM statement WHERE csv LIKE "
			     "'%ana%' OR json LIKE '%ana%'"),
	    0);
	assert_int_equal(help_number(help,
			     "SELECT json_extract(json, "
			     "'$.lines[0].payload_out') FROM statement"),
	    1234);
	assert_int_equal(
	    help_number(
		help, "SELECT count(*) FROM mount WHERE path LIKE '/ana%'"),
	    0);
}

static void
files_and_folders_of_that_member_go(void **state)
{
	struct help *help = *state;

	due(help);
	assert_int_equal(mkdir(custody_path(help, "archive/ana2"), 0755), 0);
	custody_put(help, "archive/ana2/x", "of another");
	EXPECT(help, 0, "files deleted: 2, 8 bytes", PURGE());
	assert_int_equal(access(custody_path(help, "archive/ana"), F_OK), -1);
	assert_int_equal(access(custody_path(help, "archive/ana2/x"), F_OK), 0);
}

static void
what_is_held_keeps_all_of_it(void **state)
{
	struct help *help = *state;
	const char *text;

	due(help);
	custody_sql(help,
	    "UPDATE recording SET hold_reason = 'court', hold_reference = "
	    "'\"PV 7\"', hold_until_ms = 0 WHERE member = 1");
	assert_int_equal(COMMAND(help, &text, PURGE()), 1);
	assert_non_null(strstr(text, "recordings that are held"));
	assert_non_null(strstr(text, "\\\"PV 7\\\""));
	assert_int_equal(
	    COMMAND(help, &text, PURGE("--force", "--reference", "x")), 1);
	assert_int_equal(
	    access(custody_path(help, "archive/" MEDIA_PATH), F_OK), 0);
	custody_sql(help, "UPDATE recording SET hold_until_ms = 1");
	EXPECT(help, 0, "recordings deleted: 2, ", PURGE());
}

/* Their ids only are kept, until they are gone there too. */
static void
objects_are_told_and_forgotten(void **state)
{
	struct help *help = *state;
	const char *text;

	due(help);
	custody_sql(help,
	    "UPDATE recording SET object = 'radios/ana/\x1b[1mx' WHERE "
	    "member = 1");
	assert_int_equal(COMMAND(help, &text, PURGE()), 0);
	assert_non_null(strstr(text, "objects, deleted in their store"));
	assert_non_null(strstr(text, "\"radios/ana/\\u001b[1mx\""));
	assert_int_equal(help_number(help, "SELECT count(*) FROM forget"), 2);
}

static void
what_is_not_a_recording_stays_and_is_told(void **state)
{
	struct help *help = *state;
	const char *text;

	due(help);
	custody_put(help, "secret", "of another");
	assert_int_equal(symlink("../../../secret",
			     custody_path(help, "archive/ana/2026/link")),
	    0);
	assert_int_equal(
	    COMMAND(help, &text, PURGE("--reference", "letter 7")), 0);
	assert_non_null(strstr(text, "NOT deleted"));
	assert_non_null(strstr(text, "\"link\": not of the archive"));
	assert_non_null(strstr(text, "reference: letter 7"));
	assert_int_equal(access(custody_path(help, "secret"), F_OK), 0);
	assert_int_equal(
	    access(custody_path(help, "archive/" MEDIA_PATH), F_OK), -1);
	unlink(custody_path(help, "secret"));
}

static void
a_folder_that_is_a_link_is_not_followed(void **state)
{
	struct help *help = *state;
	char command[256];

	due(help);
	snprintf(command, sizeof(command),
	    "cd '%s' && mv archive/ana out/ && ln -s ../out/ana archive/ana",
	    help->folder);
	assert_int_equal(system(command), 0);
	EXPECT(help, 0, "files deleted: 0", PURGE());
	assert_int_equal(
	    access(custody_path(help, "out/" MEDIA_PATH), F_OK), 0);
}

/* The bytes, not only the rows. */
static void
no_byte_is_left_in_the_store(void **state)
{
	static const char *const ends[] = { "", "-wal" };
	struct help *help = *state;
	struct bytes all = { 0 };
	char path[128];
	size_t n;

	due(help);
	custody_sql(help, "UPDATE play SET title = 'Unmistakable song'");
	EXPECT(help, 0, "overwritten, its log is empty", PURGE());
	for (unsigned i = 0; i < 2; i++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s%s", help->path, ends[i]);
		file = fopen(path, "r");
		assert_non_null(file);
		while ((n = fread(bytes_room(&all, 65536), 1, 65536, file)) > 0)
			bytes_added(&all, n);
		fclose(file);
	}
	assert_true(all.len > 16384);
	assert_non_null(memmem(all.data, all.len, "/bo/b", 5));
	assert_null(memmem(all.data, all.len, "Unmistakable", 12));
	assert_null(memmem(all.data, all.len, "ana@example.org", 15));
	assert_null(memmem(all.data, all.len, "Ana Brun", 8));
	assert_null(memmem(all.data, all.len, "/ana/a", 6));
	bytes_free(&all);
}

static void
who_may_not_be_purged(void **state)
{
	struct help *help = *state;

	custody_fill(help);
	EXPECT(help, 1, "ana is active", PURGE());
	EXPECT(help, 1, "--force needs --reference", PURGE("--force"));
	EXPECT(help, 2, "usage:", "member", "purge", "ana", "--person", "T");
	EXPECT(help, 2, "usage:", "member", "purge", "ana", "--confirm", "ana");
	EXPECT(help, 1, "must be the same slug", "member", "purge", "ana",
	    "--confirm", "bo", "--person", "Tess");
	EXPECT(help, 1, "there is no member", "member", "purge", "eve",
	    "--confirm", "eve", "--person", "Tess");
	custody_sql(help, "UPDATE member SET state = 'due', is_held = 1");
	EXPECT(help, 1, "ana is held", PURGE());
	EXPECT(
	    help, 1, "ana is held", PURGE("--force", "--reference", "letter"));
	custody_sql(help, "UPDATE member SET is_held = 0");
	custody_sql(help, "UPDATE broadcast SET ended_ms = NULL");
	EXPECT(help, 1, "ana is on air", PURGE());
	custody_sql(help, "UPDATE broadcast SET ended_ms = 5");
	custody_sql(
	    help, "UPDATE recording SET state = 'active' WHERE id = 'BBBB'");
	EXPECT(help, 1, "ana is on air", PURGE());
	assert_int_equal(
	    help_number(help, "SELECT count(*) FROM usage WHERE member = 1"),
	    2);
	assert_int_equal(
	    access(custody_path(help, "archive/" MEDIA_PATH), F_OK), 0);
}

static void
who_asks_to_leave_may(void **state)
{
	struct help *help = *state;

	custody_fill(help);
	EXPECT(
	    help, 0, "CERTIFICATE", PURGE("--force", "--reference", "letter"));
	EXPECT(help, 1, "there is no member", PURGE());
	EXPECT(help, 1, "is deleted", "member", "purge", "deleted-1",
	    "--confirm", "deleted-1", "--person", "Tess");
	EXPECT(help, 1, "who are deleted", "member", "add", "deleted-3");
	EXPECT(help, 0, "key: ", "member", "add", "ana");
}

static void
the_audit_is_whole_and_its_hash_is_in_the_certificate(void **state)
{
	struct help *help = *state;
	char hash[65], *at;
	const char *text;

	due(help);
	assert_int_equal(COMMAND(help, &text, PURGE()), 0);
	at = strstr(text, "sha256: ");
	assert_non_null(at);
	snprintf(hash, sizeof(hash), "%.64s", at + 8);
	EXPECT(help, 0, hash, "audit");
	EXPECT(help, 0, "member purge rows=", "audit");
}

static void
a_statement_changes_once_and_only_of_who_is_deleted(void **state)
{
	static const char *const others[] = { "period = 'x'", "to_ms = 9",
		"from_ms = 9", "csv_sha256 = 'x'", "sealed_ms = 9",
		"member = 2" };
	struct help *help = *state;
	char sql[160];

	custody_fill(help);
	assert_int_not_equal(
	    help_sql(help, "UPDATE statement SET purged_ms = 1, csv = ''"),
	    SQLITE_OK);
	custody_sql(help, "UPDATE member SET state = 'deleted' WHERE id = 1");
	assert_int_not_equal(
	    help_sql(help, "UPDATE statement SET csv = ''"), SQLITE_OK);
	for (unsigned i = 0; i < sizeof(others) / sizeof(*others); i++) {
		snprintf(sql, sizeof(sql),
		    "UPDATE statement SET purged_ms = 1, %s", others[i]);
		assert_int_not_equal(help_sql(help, sql), SQLITE_OK);
	}
	custody_sql(help, "UPDATE statement SET purged_ms = 1, csv = ''");
	assert_int_not_equal(
	    help_sql(help, "UPDATE statement SET purged_ms = 2"), SQLITE_OK);
}

static void
totals_of_what_is_no_statement_are_none(void **state)
{
	static const char *const texts[] = { "", "a,b\r\n1,2\r\n",
		"member,line\r\n\"x\r\n", "member,line\r\nana\r\n" };
	struct bytes csv = { 0 }, json = { 0 };

	(void)state;
	for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(purge_totals(texts[i], 1, &csv, &json));
	bytes_free(&csv);
	bytes_free(&json);
}

/* Somebody else's traffic on a mount of that name keeps its figures. */
static void
anothers_rows_keep_their_mount_without_its_name(void **state)
{
	struct help *help = *state;

	due(help);
	custody_sql(help,
	    "UPDATE usage SET mount = (SELECT id FROM mount WHERE "
	    "path = '/ana/a') WHERE member = 2");
	EXPECT(help, 0, "CERTIFICATE", PURGE());
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM usage JOIN mount ON "
			     "mount.id = usage.mount WHERE member = 2 AND "
			     "path LIKE '/deleted-1/%'"),
	    1);
}

/* A mount that the configuration gives to a member has a name of its own. */
static void
a_mount_of_one_member_only_loses_its_name(void **state)
{
	struct help *help = *state;

	custody_fill(help);
	help_add(help, NOON_SLOT, "/radio-lumbroso", 5);
	help_add(help, NOON_SLOT, "/bo/b", 6);
	EXPECT(help, 0, "CERTIFICATE", PURGE("--force", "--reference", "x"));
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM mount WHERE "
			     "path = '/radio-lumbroso'"),
	    0);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM mount WHERE path = '/bo/b'"),
	    1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CUSTODY_TEST(nothing_is_left_but_totals_by_number),
		CUSTODY_TEST(files_and_folders_of_that_member_go),
		CUSTODY_TEST(what_is_held_keeps_all_of_it),
		CUSTODY_TEST(objects_are_told_and_forgotten),
		CUSTODY_TEST(what_is_not_a_recording_stays_and_is_told),
		CUSTODY_TEST(a_folder_that_is_a_link_is_not_followed),
		CUSTODY_TEST(no_byte_is_left_in_the_store),
		CUSTODY_TEST(who_may_not_be_purged),
		CUSTODY_TEST(who_asks_to_leave_may),
		CUSTODY_TEST(
		    the_audit_is_whole_and_its_hash_is_in_the_certificate),
		CUSTODY_TEST(
		    a_statement_changes_once_and_only_of_who_is_deleted),
		cmocka_unit_test(totals_of_what_is_no_statement_are_none),
		CUSTODY_TEST(a_mount_of_one_member_only_loses_its_name),
		CUSTODY_TEST(anothers_rows_keep_their_mount_without_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
