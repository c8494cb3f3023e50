/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "custody_help.h"

#include "ledger/custody.h"

#include <openssl/evp.h>

#define MOST 64

static struct custody_file files[MOST];
static unsigned file_count;

static void
extract(struct help *help, bool has_media)
{
	const char *text;

	if (!custody_extract(help, "ana", has_media, &text))
		fail_msg("%s", text);
	file_count = custody_read(
	    custody_path(help, "out/ana-20261121T120000Z.tar.gz"), files, MOST);
}

static const char *
find(const char *name)
{
	for (unsigned i = 0; i < file_count; i++) {
		if (strcmp(files[i].name, name) == 0)
			return files[i].text;
	}
	return NULL;
}

static unsigned
lines_of(const char *name)
{
	const char *text = find(name);
	unsigned count = 0;

	if (text == NULL)
		fail_msg("%s is not there", name);
	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

static void
check_table(const struct help *help, const char *table, const char *column)
{
	char name[96], sql[160];
	int64_t rows;

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s WHERE %s = 1",
	    table, column);
	rows = help_number(help, sql);
	assert_true(rows > 0); /* or this test says nothing of it */
	snprintf(name, sizeof(name), "tables/%s.jsonl", table);
	assert_int_equal(lines_of(name), rows);
	snprintf(name, sizeof(name), "tables/%s.csv", table);
	/* A sealed CSV has lines of its own within a cell. */
	assert_true(lines_of(name) >= rows + 1);
}

/* A table that is made one day is looked for here by itself. */
static void
every_table_of_a_member_is_there(void **state)
{
	struct help *help = *state;
	sqlite3_stmt *prepared;
	unsigned tables = 0;

	custody_fill(help);
	custody_sql(help,
	    "CREATE TABLE later(id INTEGER PRIMARY KEY, member INTEGER, "
	    "what TEXT) STRICT; INSERT INTO later VALUES(1, 1, 'new')");
	extract(help, false);
	assert_int_equal(
	    sqlite3_prepare_v2(store_connection(help->ledger->store),
		"SELECT name FROM sqlite_master WHERE type = 'table' AND "
		"sql LIKE '%member INTEGER%'",
		-1, &prepared, NULL),
	    SQLITE_OK);
	for (; sqlite3_step(prepared) == SQLITE_ROW; tables++)
		check_table(help,
		    (const char *)sqlite3_column_text(prepared, 0), "member");
	sqlite3_finalize(prepared);
	assert_true(tables >= 15);
	check_table(help, "member", "id");
	assert_non_null(strstr(find("tables/later.jsonl"), "\"what\":\"new\""));
}

static void
no_column_is_left_out_but_the_hash_of_a_key(void **state)
{
	struct help *help = *state;
	struct custody_table *tables;
	unsigned count;

	custody_fill(help);
	custody_sql(help, "ALTER TABLE play ADD COLUMN later INTEGER");
	extract(help, true);
	tables = custody_tables(help->ledger->store, &count);
	assert_non_null(tables);
	for (unsigned i = 0; i < count; i++) {
		char name[96], key[64];

		snprintf(name, sizeof(name), "tables/%s.jsonl", tables[i].name);
		for (unsigned c = 0; c < tables[i].count; c++) {
			snprintf(key, sizeof(key),
			    "\"%s\":", tables[i].columns[c].name);
			if (strcmp(key, "\"key_hash\":") != 0)
				assert_non_null(strstr(find(name), key));
		}
	}
	free(tables);
	for (unsigned i = 0; i < file_count; i++) {
		assert_null(strstr(files[i].text, "secrethash"));
		assert_null(strstr(files[i].text, "otherhash"));
	}
	assert_non_null(strstr(find("tables/play.csv"), ",later\r\n"));
}

static void
rows_name_what_they_point_to_and_are_of_one_member(void **state)
{
	struct help *help = *state;

	custody_fill(help);
	extract(help, false);
	assert_non_null(
	    strstr(find("tables/usage.jsonl"), "\"mount\":\"/ana/a\""));
	assert_null(strstr(find("tables/usage.jsonl"), "/bo/b"));
	assert_null(strstr(find("tables/member.csv"), "bo"));
	assert_int_equal(
	    strlen(strstr(find("tables/usage.jsonl"), "\"relay\":\"")) > 46, 1);
	assert_non_null(strstr(find("tables/recording.csv"), "'=Night"));
	assert_non_null(
	    strstr(find("tables/recording.jsonl"), "\"title\":\"=Night\""));
	assert_non_null(strstr(find("tables/adjustment.csv"), ",-7,"));
	assert_non_null(strstr(
	    find("statements/2026-10.csv"), "Europe/Brussels,a,b,total,,1234"));
	assert_string_equal(
	    find("statements/2026-10.json"), "{\"member\":\"ana\"}");
	assert_non_null(find("README.txt"));
	assert_non_null(strstr(find("extract.json"), "\"slug\":\"ana\""));
}

static void
check_sum(const char *line, unsigned at)
{
	uint8_t hash[32];
	char hex[65];

	assert_true(EVP_Digest(files[at].text, strlen(files[at].text), hash,
	    NULL, EVP_sha256(), NULL));
	for (unsigned i = 0; i < 32; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", hash[i]);
	assert_memory_equal(line, hex, 64);
	assert_memory_equal(line + 64, "  ", 2);
	assert_memory_equal(line + 66, files[at].name, strlen(files[at].name));
}

static void
sums_are_last_and_of_all_others(void **state)
{
	struct help *help = *state;
	const char *line;
	unsigned at = 0;

	custody_fill(help);
	extract(help, true);
	assert_string_equal(files[file_count - 1].name, "SHA256SUMS");
	for (line = files[file_count - 1].text; *line != '\0'; at++) {
		check_sum(line, at);
		line = strchr(line, '\n') + 1;
	}
	assert_int_equal(at, file_count - 1);
}

static void
a_file_that_is_missing_is_told(void **state)
{
	struct help *help = *state;
	struct stat st;
	const char *text;

	custody_fill(help);
	assert_true(custody_extract(help, "ana", true, &text));
	assert_non_null(strstr(text, "missing: ana/2026/11/21/20261121T13"));
	assert_non_null(strstr(text, "2 files of 2 recordings, 8 bytes"));
	text = custody_path(help, "out/ana-20261121T120000Z.tar.gz");
	assert_int_equal(stat(text, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	file_count = custody_read(text, files, MOST);
	assert_string_equal(find("media/" MEDIA_PATH), "sound");
	assert_non_null(strstr(find("recordings.csv"), "media/" MEDIA_PATH));
	assert_non_null(strstr(find("recordings.csv"), ",missing\r\n"));
	assert_int_equal(
	    access(custody_path(help, "out/all2all-extract.part"), F_OK), -1);
	assert_false(custody_extract(help, "ana", true, &text));
	assert_non_null(strstr(text, "File exists"));
	assert_int_equal(
	    access(custody_path(help, "out/all2all-extract.part"), F_OK), -1);
}

static void
no_path_leaves_the_archive(void **state)
{
	static const struct {
		const char *path;
		bool is_one;
	} rows[] = { { MEDIA_PATH, true }, { "ana/2026/11/21/a.mp3", true },
		{ "", false }, { "/etc/passwd", false },
		{ "ana/../bo/21/a.mp3", false }, { "ana/2026/11/21/", false },
		{ "ana/2026/11/21/..", false },
		{ "ana/2026/11/21/.mp3", false }, { "ana/2026/11/21/a", false },
		{ "ana/2026/11/21/a.", false },
		{ "ana/2026/11/21/a.mp3/b", false },
		{ "ana/2026/11/21/../a.mp3", false },
		{ "ana/2026/11/a.mp3", false },
		{ "ana2/2026/11/21/a.mp3", false },
		{ "bo/2026/11/21/a.mp3", false },
		{ "ana//2026/11/21/a.mp3", false } };
	struct help *help = *state;
	const char *text;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(
		    custody_is_path("ana", rows[i].path), rows[i].is_one);
	custody_fill(help);
	custody_put(help, "secret", "not hers");
	custody_sql(help,
	    "UPDATE recording SET path = '../../secret' WHERE id = 'BBBB'");
	assert_true(custody_extract(help, "ana", true, &text));
	assert_non_null(strstr(text, "missing: ../../secret"));
	unlink(custody_path(help, "secret"));
	unlink(custody_path(help, "archive/" MEDIA_PATH));
	assert_int_equal(
	    symlink("/etc/passwd", custody_path(help, "archive/" MEDIA_PATH)),
	    0);
	clock_set(1000, NOON + 1000);
	assert_true(custody_extract(help, "ana", true, &text));
	assert_non_null(strstr(text, "missing: " MEDIA_PATH));
}

static void
what_cannot_be_is_told(void **state)
{
	static const char *const folders[] = { "", "out", "/nowhere/at/all",
		"/dev/null" };
	struct help *help = *state;
	struct member_row member;
	struct bytes out = { 0 };
	const char *text;

	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	assert_int_equal(
	    members_find(help->ledger->store, "ana", &member), MEMBERS_DONE);
	for (unsigned i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		const struct extract_wish wish = { &member, folders[i], true };

		assert_false(extract_make(help->ledger->store, &wish, &out));
		assert_true(out.len > 0);
		bytes_eat(&out, out.len);
	}
	bytes_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CUSTODY_TEST(every_table_of_a_member_is_there),
		CUSTODY_TEST(no_column_is_left_out_but_the_hash_of_a_key),
		CUSTODY_TEST(
		    rows_name_what_they_point_to_and_are_of_one_member),
		CUSTODY_TEST(sums_are_last_and_of_all_others),
		CUSTODY_TEST(a_file_that_is_missing_is_told),
		CUSTODY_TEST(no_path_leaves_the_archive),
		CUSTODY_TEST(what_cannot_be_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
