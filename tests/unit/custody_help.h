/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * custody_help - a member with rows in every table that can have some, with
 * recordings in an archive beside the store, and a look into an extract. */
#ifndef CUSTODY_HELP_H
#define CUSTODY_HELP_H

#include "ledger_help.h"

#include "ledger/members.h"
#include "reports/extract.h"

#include <archive.h>
#include <archive_entry.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#define RECORDING_COLUMNS                                                      \
	"recording(id, member, mount, path, media_type, title, state, "        \
	"started_ms, ended_ms, bytes, gap_bytes, is_recovered, sha256, note)"
#define MEDIA_PATH   "ana/2026/11/21/20261121T120000Z_AAAAAAAAAAAAAAAA.mp3"
#define SIDECAR_PATH "ana/2026/11/21/20261121T120000Z_AAAAAAAAAAAAAAAA.json"

static inline void
custody_sql(const struct help *help, const char *sql)
{
	if (help_sql(help, sql) != SQLITE_OK)
		fail_msg("%s: %s", sql, store_reason(help->ledger->store));
}

/* Good until the next call. */
static inline const char *
custody_path(const struct help *help, const char *below)
{
	static char path[400];

	snprintf(path, sizeof(path), "%s/%s", help->folder, below);
	return path;
}

static inline void
custody_put(const struct help *help, const char *below, const char *text)
{
	FILE *file = fopen(custody_path(help, below), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static inline void
custody_folders(const struct help *help)
{
	static const char *const folders[] = { "out", "archive", "archive/ana",
		"archive/ana/2026", "archive/ana/2026/11",
		"archive/ana/2026/11/21" };

	for (unsigned i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		assert_int_equal(
		    mkdir(custody_path(help, folders[i]), 0755), 0);
}

static inline void
custody_media(const struct help *help)
{
	custody_put(help, "archive/" MEDIA_PATH, "sound");
	custody_put(help, "archive/" SIDECAR_PATH, "{}\n");
}

static inline void
custody_rows(const struct help *help)
{
	custody_sql(help,
	    "UPDATE member SET name = 'Ana Brun', email = 'ana@example.org', "
	    "key_hash = 'secrethash' WHERE slug = 'ana'");
	custody_sql(help,
	    "INSERT INTO " RECORDING_COLUMNS
	    " VALUES('AAAA', 1, '/ana/a', '" MEDIA_PATH
	    "', 'audio/mpeg', '=Night', 'done', 1, 2, 5, 0, 0, NULL, '')");
	custody_sql(help,
	    "INSERT INTO " RECORDING_COLUMNS " VALUES('BBBB', 1, '/ana/a', "
	    "'ana/2026/11/21/20261121T130000Z_BBBB.mp3', 'audio/mpeg', "
	    "'Gone', 'broken', 3, 4, 5, 0, 0, NULL, '')");
	custody_sql(help,
	    "INSERT INTO broadcast VALUES(1, 1, '/ana/a', 1, 2, 'left', "
	    "'enc', 'audio/mpeg', 'mp3', 128, 0)");
	custody_sql(help,
	    "INSERT INTO play VALUES(1, 1, '/ana/a', 1, 2, 'Song', 3, 4, 0)");
	custody_sql(help,
	    "INSERT INTO audience SELECT '2026-11-21', 1, mount.id, relay.id, "
	    "7, 9, 0 FROM mount, relay WHERE path = '/ana/a'");
	custody_sql(help,
	    "INSERT INTO invoice VALUES(1, 'R-1', 1, 2, NULL, 12000, 'EUR')");
	custody_sql(
	    help, "INSERT INTO notice VALUES(1, 'quota-80', '2026-11', 5)");
	custody_sql(help,
	    "INSERT INTO adjustment VALUES(1, 1, 5, 'payload_out', -7, "
	    "'wrong', 'Tess')");
	custody_sql(help,
	    "INSERT INTO letter VALUES(1, 1, 'quota', '80', 1, "
	    "'ana@example.org', 'Title', 'Dear Ana', 2, 1, NULL, NULL, "
	    "3, '')");
	custody_sql(help,
	    "INSERT INTO token(name, member, key_hash, may_write, made_ms, until_ms,"
	    " revoked_ms) VALUES('panel', 1, 'secrethash', 1, 5, 9, 7),"
	    " ('theirs', 2, 'otherhash', 0, 5, NULL, NULL);"
	    "INSERT INTO login_link VALUES('secrethash', 1, 5),"
	    " ('otherhash', 2, 5);"
	    "INSERT INTO delegate VALUES(1, 1, 'Bo', 'otherhash', '/ana/a', "
	    "1, 2, 1, NULL, 'nonce')");
	custody_sql(help,
	    "INSERT INTO mandate VALUES(1, 'nonce', 'F00', 1, 2, 'I, Ana')");
}

#define SEALED                                                                 \
	"schema,member,zone,from,to,line,name,payload_out,peak\r\n"            \
	"1,ana,Europe/Brussels,a,b,total,,1234,5\r\n"                          \
	"1,ana,Europe/Brussels,a,b,kind,live,1234,\r\n"                        \
	"1,ana,Europe/Brussels,a,b,mount,/ana/a,1234,\r\n"                     \
	"1,ana,Europe/Brussels,a,b,adjustment,wrong: Ana,1,\r\n"

static inline void
custody_seal(const struct help *help)
{
	uint8_t hash[32];
	char hex[65], sql[2048];

	assert_true(
	    EVP_Digest(SEALED, strlen(SEALED), hash, NULL, EVP_sha256(), NULL));
	for (unsigned i = 0; i < 32; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", hash[i]);
	snprintf(sql, sizeof(sql),
	    "INSERT INTO statement(member, from_ms, to_ms, period, csv, json, "
	    "csv_sha256, sealed_ms) VALUES(1, 1000, 2000, '2026-10', '%s', "
	    "'{\"member\":\"ana\"}', '%s', 3000)",
	    SEALED, hex);
	custody_sql(help, sql);
}

/* Member 1, ana, with rows everywhere, and member 2, bo, who has some too. */
static inline void
custody_fill(struct help *help)
{
	const char *text;
	struct usage_delta other = { .slot = NOON_SLOT,
		.member = 2,
		.mount = "/bo/b",
		.payload_out = 55,
		.starts = 2 };

	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	assert_int_equal(COMMAND(help, &text, "member", "add", "bo"), 0);
	help_add(help, NOON_SLOT, "/ana/a", 77);
	help_add(help, NOON_SLOT + 1, "/ana/a", 23);
	usage_add(help->ledger->usage, &other);
	usage_add_peak(help->ledger->usage,
	    &(struct peak_row){ NOON_SLOT, 1, "/ana/a", 4, NOON });
	assert_true(ledger_flush(help->ledger));
	custody_folders(help);
	custody_media(help);
	custody_rows(help);
	custody_seal(help);
	custody_sql(help,
	    "INSERT INTO session SELECT slot, member, mount, relay, boot, 3, 1, 0 "
	    "FROM usage WHERE member = 1");
}

static inline int
custody_end(void **state)
{
	struct help *help = *state;
	char command[256];

	snprintf(command, sizeof(command), "rm -rf '%s/out' '%s/archive'",
	    help->folder, help->folder);
	assert_int_equal(system(command), 0);
	return help_end(state);
}

#define CUSTODY_TEST(name)                                                     \
	cmocka_unit_test_setup_teardown(name, help_begin, custody_end)

/* The answer is good until the next call. */
static inline bool
custody_extract(const struct help *help, const char *slug, bool has_media,
    const char **text)
{
	static char answer[4096];
	struct bytes out = { 0 };
	struct member_row member;
	struct extract_wish wish = { .member = &member,
		.folder = custody_path(help, "out"),
		.has_media = has_media };
	bool is_done;

	assert_int_equal(
	    members_find(help->ledger->store, slug, &member), MEMBERS_DONE);
	is_done = extract_make(help->ledger->store, &wish, &out);
	snprintf(answer, sizeof(answer), "%.*s", (int)out.len,
	    (const char *)out.data);
	bytes_free(&out);
	*text = answer;
	return is_done;
}

struct custody_file {
	char name[256];
	char text[16384];
};

/* At most so many files; how many there are. */
static inline unsigned
custody_read(const char *path, struct custody_file *files, unsigned most)
{
	struct archive *tar = archive_read_new();
	struct archive_entry *entry;
	unsigned count = 0;
	la_ssize_t len;

	archive_read_support_filter_gzip(tar);
	archive_read_support_format_tar(tar);
	assert_int_equal(
	    archive_read_open_filename(tar, path, 16384), ARCHIVE_OK);
	while (archive_read_next_header(tar, &entry) == ARCHIVE_OK) {
		struct custody_file *file = &files[count++];

		assert_true(count <= most);
		snprintf(file->name, sizeof(file->name), "%s",
		    archive_entry_pathname(entry));
		len = archive_read_data(
		    tar, file->text, sizeof(file->text) - 1);
		assert_true(len >= 0);
		file->text[len] = '\0';
	}
	assert_int_equal(archive_read_free(tar), ARCHIVE_OK);
	return count;
}

#endif
