/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "custody_help.h"

#include "ledger/keys.h"
#include "life_help.h"

#include <openssl/evp.h>

#define MOST 64

static struct custody_file files[MOST];
static unsigned file_count;

/* Extracts ana, reads what came, and deletes her. */
static void
take_out(struct help *help)
{
	const char *text;

	custody_fill(help);
	if (!custody_extract(help, "ana", true, &text))
		fail_msg("%s", text);
	file_count = custody_read(
	    custody_path(help, "out/ana-20261121T120000Z.tar.gz"), files, MOST);
	custody_sql(help, "UPDATE member SET state = 'due' WHERE id = 1");
	EXPECT(help, 0, "CERTIFICATE", "member", "purge", "ana", "--confirm",
	    "ana", "--person", "Tess");
}

static struct custody_file *
find(const char *name)
{
	for (unsigned i = 0; i < file_count; i++) {
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	}
	fail_msg("%s is not there", name);
	return NULL;
}

/* Makes all sums right again, as somebody would who means harm. */
static void
sum_again(void)
{
	struct custody_file *sums = &files[file_count - 1];
	uint8_t hash[32];
	size_t len = 0;

	for (unsigned i = 0; i + 1 < file_count; i++) {
		EVP_Digest(files[i].text, strlen(files[i].text), hash, NULL,
		    EVP_sha256(), NULL);
		for (unsigned n = 0; n < 32; n++)
			len += (size_t)snprintf(sums->text + len,
			    sizeof(sums->text) - len, "%02x", hash[n]);
		len += (size_t)snprintf(sums->text + len,
		    sizeof(sums->text) - len, "  %s\n", files[i].name);
	}
}

static void
write_files(const struct help *help, const char *link_to)
{
	struct archive *tar = archive_write_new();
	struct archive_entry *entry;

	archive_write_add_filter_gzip(tar);
	archive_write_set_format_pax_restricted(tar);
	assert_int_equal(archive_write_open_filename(
			     tar, custody_path(help, "out/again.tar.gz")),
	    ARCHIVE_OK);
	for (unsigned i = 0; i < file_count; i++) {
		bool is_link = link_to != NULL && i == 0;

		entry = archive_entry_new();
		archive_entry_set_pathname(entry, files[i].name);
		archive_entry_set_filetype(
		    entry, is_link ? AE_IFLNK : AE_IFREG);
		if (is_link)
			archive_entry_set_symlink(entry, link_to);
		archive_entry_set_size(
		    entry, is_link ? 0 : (la_int64_t)strlen(files[i].text));
		archive_write_header(tar, entry);
		if (!is_link)
			archive_write_data(
			    tar, files[i].text, strlen(files[i].text));
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_free(tar), ARCHIVE_OK);
}

static const char *
again(const struct help *help)
{
	static char path[400];

	snprintf(
	    path, sizeof(path), "%s", custody_path(help, "out/again.tar.gz"));
	return path;
}

static void
expect_nothing(struct help *help, const char *why, int line)
{
	const char *text;
	int64_t rows = help_number(help, "SELECT count(*) FROM usage");
	int status = COMMAND(help, &text, "member", "import", again(help));

	if (status != 1 || strstr(text, why) == NULL ||
	    strstr(text, "key: ") != NULL)
		fail_msg("line %d: %d <%s>", line, status, text);
	assert_int_equal(
	    help_number(help, "SELECT count(*) FROM member WHERE slug = 'ana'"),
	    0);
	assert_int_equal(help_number(help, "SELECT count(*) FROM usage"), rows);
	assert_int_equal(
	    access(custody_path(help, "archive/" MEDIA_PATH), F_OK), -1);
	assert_true(
	    sqlite3_get_autocommit(store_connection(help->ledger->store)));
}

#define EXPECT_NOTHING(help, why) expect_nothing(help, why, __LINE__)

static void
all_of_a_member_comes_back(void **state)
{
	struct help *help = *state;
	char key[KEY_LETTERS + 1];
	struct member_row row;
	const char *text, *at;
	struct stat st;

	take_out(help);
	assert_int_equal(
	    COMMAND(help, &text, "member", "import",
		custody_path(help, "out/ana-20261121T120000Z.tar.gz")),
	    0);
	at = strstr(text, "key: ");
	assert_non_null(at);
	snprintf(key, sizeof(key), "%.26s", at + 5);
	assert_non_null(strstr(text, "files: 2, 8 bytes"));
	assert_int_equal(
	    members_find(help->ledger->store, "ana", &row), MEMBERS_DONE);
	assert_int_equal(row.member.id, 3);
	assert_int_equal(row.member.state, MEMBER_ORDERED);
	assert_string_equal(row.member.name, "Ana Brun");
	assert_string_equal(row.email, "ana@example.org");
	assert_true(key_matches(key, row.member.key_hash));
	assert_int_equal(
	    help_number(
		help, "SELECT sum(payload_out) FROM usage WHERE member = 3"),
	    100);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM recording WHERE member = 3"),
	    1);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM usage JOIN mount ON "
			     "mount.id = usage.mount WHERE member = 3 AND "
			     "path = '/ana/a'"),
	    2);
	assert_int_equal(
	    stat(custody_path(help, "archive/" MEDIA_PATH), &st), 0);
	assert_int_equal(st.st_size, 5);
	assert_int_equal(
	    access(custody_path(help, "archive/" SIDECAR_PATH), F_OK), 0);
	EXPECT(help, 1, "there is such a member already", "member", "import",
	    custody_path(help, "out/ana-20261121T120000Z.tar.gz"));
}

/* Twice around, and every table but for the numbers of rows is as it was. */
static void
what_is_extracted_again_is_the_same(void **state)
{
	static const char *const tables[] = { "usage", "peak", "session",
		"audience", "broadcast", "play", "invoice", "notice",
		"adjustment", "letter", "mandate", "statement" };
	static struct custody_file before[MOST];
	struct help *help = *state;
	const char *text;

	take_out(help);
	memcpy(before, files, sizeof(before));
	EXPECT(help, 0, "key: ", "member", "import",
	    custody_path(help, "out/ana-20261121T120000Z.tar.gz"));
	clock_set(1000, NOON + 5000);
	assert_true(custody_extract(help, "ana", true, &text));
	file_count = custody_read(
	    custody_path(help, "out/ana-20261121T120005Z.tar.gz"), files, MOST);
	for (unsigned i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		char name[64], *one, *other, *at;

		snprintf(name, sizeof(name), "tables/%s.jsonl", tables[i]);
		other = find(name)->text;
		one = NULL;
		for (unsigned n = 0; n < MOST; n++) {
			if (strcmp(before[n].name, name) == 0)
				one = before[n].text;
		}
		assert_non_null(one);
		assert_true(strlen(one) > 0);
		while ((at = strstr(other, "\"member\":3")) != NULL)
			at[9] = '1';
		for (char *rev = other; (rev = strstr(rev, "\"rev\":"));)
			*(rev += 6) = '?';
		for (char *rev = one; (rev = strstr(rev, "\"rev\":"));)
			*(rev += 6) = '?';
		assert_string_equal(one, other);
	}
}

static void
a_sum_that_is_wrong_or_missing_stops_it(void **state)
{
	struct help *help = *state;
	struct custody_file last;

	take_out(help);
	find("tables/usage.jsonl")->text[9] ^= 1;
	write_files(help, NULL);
	EXPECT_NOTHING(help, "\"tables/usage.jsonl\": its SHA-256 is not");
	find("tables/usage.jsonl")->text[9] ^= 1;
	last = files[--file_count];
	write_files(help, NULL);
	EXPECT_NOTHING(help, "\"SHA256SUMS\": it is not in the archive");
	snprintf(files[file_count].name, 256, "tables/extra.jsonl");
	files[file_count++].text[0] = '\0';
	files[file_count++] = last;
	write_files(help, NULL);
	EXPECT_NOTHING(help, "\"tables/extra.jsonl\": it has no sum");
	file_count -= 2;
	files[file_count - 1] = last; /* one file less */
	write_files(help, NULL);
	EXPECT_NOTHING(help, "it is not in the archive");
}

static void
names_that_leave_are_refused(void **state)
{
	static const struct {
		const char *name, *why;
	} rows[] = { { "../../escape", "not one of an extract" },
		{ "/tmp/escape", "not one of an extract" },
		{ "media/../../escape.mp3", "not one of an extract" },
		{ "media/bo/2026/11/21/a.mp3", "no recording is called so" },
		{ "media/ana/2026/11/21/a.mp3", "no recording is called so" },
		{ "media/ana/a.mp3", "no recording is called so" },
		{ "tables/nothing.jsonl", "a table that is not known here" },
		{ "tables/usage.jsonl", "in the archive twice" } };
	struct help *help = *state;
	struct custody_file sums;

	take_out(help);
	sums = files[file_count - 1];
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(files[file_count - 1].name, 256, "%s", rows[i].name);
		strcpy(files[file_count - 1].text, "x");
		files[file_count++] = sums;
		sum_again();
		write_files(help, NULL);
		EXPECT_NOTHING(help, rows[i].why);
		file_count--;
	}
	files[file_count - 1] = sums;
	write_files(help, "/etc/passwd");
	EXPECT_NOTHING(help, "it is no plain file");
}

static void
change(const char *name, const char *from, const char *to)
{
	struct custody_file *file = find(name);
	char *at = strstr(file->text, from), rest[16384];

	if (at == NULL)
		fail_msg("%s has no %s", name, from);
	snprintf(rest, sizeof(rest), "%s", at + strlen(from));
	snprintf(at, sizeof(file->text) - (size_t)(at - file->text), "%s%s", to,
	    rest);
	sum_again();
}

static void
what_makes_no_sense_is_refused_with_right_sums_too(void **state)
{
	static const struct {
		const char *file, *from, *to, *why;
	} rows[] = {
		{ "extract.json", "\"format\":1", "\"format\":2",
		    "made by a newer all2all" },
		{ "extract.json", "\"schema\":3", "\"schema\":99",
		    "made by a newer all2all" },
		{ "extract.json", "\"format\":1", "\"format\":\"x\"",
		    "it is not of an extract" },
		{ "extract.json", "{", "[", "it is not of an extract" },
		{ "extract.json", "\"slug\":\"ana\"", "\"slug\":\"../ana\"",
		    "a slug is" },
		{ "extract.json", "\"slug\":\"ana\"", "\"slug\":\"eve\"",
		    "it is another member" },
		{ "tables/usage.jsonl", "\"slot\":", "\"slat\":",
		    "a column that is not known here" },
		{ "tables/usage.jsonl",
		    "\"slot\":", "\"slot\":\"x\",\"starts\":", "line 1" },
		{ "tables/usage.jsonl", "{", "{{", "line 1" },
		{ "tables/usage.jsonl", "\"starts\":1", "\"starts\":null",
		    "line 1" },
		{ "tables/member.jsonl",
		    "\"slug\":", "\"key_hash\":\"x\",\"slug\":",
		    "a column that is not known here" },
		{ "tables/statement.jsonl", "total,,1234", "total,,9999",
		    "not what was sealed" },
	};
	static struct custody_file whole[MOST];
	struct help *help = *state;

	take_out(help);
	memcpy(whole, files, sizeof(whole));
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memcpy(files, whole, sizeof(files));
		change(rows[i].file, rows[i].from, rows[i].to);
		write_files(help, NULL);
		EXPECT_NOTHING(help, rows[i].why);
	}
	memcpy(files, whole, sizeof(files));
	sum_again();
	write_files(help, NULL);
	EXPECT(help, 0, "key: ", "member", "import", again(help));
}

static void
a_broken_file_is_told(void **state)
{
	struct help *help = *state;
	char command[512];

	take_out(help);
	EXPECT(help, 1, "whole path", "member", "import", "x.tar.gz");
	EXPECT(help, 1, "No such file", "member", "import", "/nowhere/x");
	EXPECT(help, 1, "no plain file", "member", "import", "/dev/null");
	custody_put(help, "out/again.tar.gz", "this is no archive at all");
	EXPECT_NOTHING(help, "nothing is imported");
	snprintf(command, sizeof(command),
	    "cd '%s/out' && head -c 900 ana-2026*.gz > again.tar.gz",
	    help->folder);
	assert_int_equal(system(command), 0);
	EXPECT_NOTHING(help, "nothing is imported");
}

/* It stays as it is; the same bytes are fine. */
static void
no_file_is_replaced(void **state)
{
	struct help *help = *state;
	char command[512];

	take_out(help);
	snprintf(command, sizeof(command), "mkdir -p '%s/archive/%s'",
	    help->folder, "ana/2026/11/21");
	assert_int_equal(system(command), 0);
	custody_put(help, "archive/" MEDIA_PATH, "other");
	EXPECT(help, 1, "File exists", "member", "import",
	    custody_path(help, "out/ana-20261121T120000Z.tar.gz"));
	assert_int_equal(
	    access(custody_path(help, "archive/" SIDECAR_PATH), F_OK), -1);
	assert_int_equal(
	    help_number(help, "SELECT count(*) FROM member WHERE slug = 'ana'"),
	    0);
	custody_put(help, "archive/" MEDIA_PATH, "sound");
	EXPECT(help, 0, "files: 1, ", "member", "import",
	    custody_path(help, "out/ana-20261121T120000Z.tar.gz"));
}

/* A block for another reason than payment is not washed off. */
static void
a_block_comes_back_with_its_member(void **state)
{
	struct help *help = *state;
	const char *text;

	custody_fill(help);
	EXPECT(help, 0, "ana is blocked", "member", "block", "ana", "--reason",
	    "legal-decision", "--reference", "court 7", "--person", "Tess");
	custody_sql(help, "UPDATE invoice SET paid_ms = 1");
	assert_true(custody_extract(help, "ana", false, &text));
	EXPECT(help, 0, "CERTIFICATE", "member", "purge", "ana", "--confirm",
	    "ana", "--person", "Tess");
	EXPECT(help, 0, "key: ", "member", "import",
	    custody_path(help, "out/ana-20261121T120000Z.tar.gz"));
	EXPECT(help, 0, "state: blocked", "member", "show", "ana");
	EXPECT(help, 0, "court 7", "member", "show", "ana");
}

/* Of what was on air nothing is open here, or it could never be deleted. */
static void
what_was_on_air_is_over(void **state)
{
	struct help *help = *state;
	const char *text;

	custody_fill(help);
	custody_sql(help,
	    "UPDATE broadcast SET ended_ms = NULL, reason = ''; "
	    "UPDATE play SET ended_ms = NULL");
	assert_true(custody_extract(help, "ana", false, &text));
	custody_sql(help,
	    "UPDATE broadcast SET ended_ms = 5; UPDATE play SET ended_ms = 5; "
	    "UPDATE member SET state = 'due' WHERE id = 1");
	EXPECT(help, 0, "CERTIFICATE", "member", "purge", "ana", "--confirm",
	    "ana", "--person", "Tess");
	EXPECT(help, 0, "key: ", "member", "import",
	    custody_path(help, "out/ana-20261121T120000Z.tar.gz"));
	assert_int_equal(
	    help_number(help, "SELECT ended_ms FROM broadcast"), NOON);
	assert_int_equal(help_number(help, "SELECT ended_ms FROM play"), NOON);
	EXPECT(help, 0, "CERTIFICATE", "member", "purge", "ana", "--confirm",
	    "ana", "--person", "Tess");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CUSTODY_TEST(all_of_a_member_comes_back),
		CUSTODY_TEST(what_is_extracted_again_is_the_same),
		CUSTODY_TEST(a_sum_that_is_wrong_or_missing_stops_it),
		CUSTODY_TEST(names_that_leave_are_refused),
		CUSTODY_TEST(
		    what_makes_no_sense_is_refused_with_right_sums_too),
		CUSTODY_TEST(a_broken_file_is_told),
		CUSTODY_TEST(no_file_is_replaced),
		CUSTODY_TEST(a_block_comes_back_with_its_member),
		CUSTODY_TEST(what_was_on_air_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
