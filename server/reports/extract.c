/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/extract.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/custody.h"
#include "ledger/schema.h"
#include "reports/extract_priv.h"

#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEMPORARY   "all2all-extract.part"
#define UNNAMED     "all2all-extract.table"
#define CHUNK_BYTES 65536
#define MOST_FOLDER 900

static const char readme[] =
    "This is all that the relay keeps of one member, as it was at the moment\n"
    "that extract.json tells.\n"
    "\n"
    "extract.json     of whom, from which relay, when\n"
    "tables/          each table of the store with the member's rows, twice:\n"
    "                 .csv for a spreadsheet, .jsonl (one JSON object a line)\n"
    "                 for programs; a table without rows is there as well\n"
    "statements/      periods that were sealed, as they were sealed\n"
    "recordings.csv   what was recorded; its column file tells where in this\n"
    "                 archive it is, or why it is not\n"
    "media/           the recordings, each with a JSON file about it, when\n"
    "                 they were asked for\n"
    "SHA256SUMS       of all the other files: sha256sum -c SHA256SUMS\n"
    "\n"
    "Times that end in _ms are milliseconds since 1970, UTC. A slot is 5\n"
    "minutes: seconds since 1970 divided by 300. Bytes are bytes. In a CSV a\n"
    "text that a spreadsheet would take for a formula begins with an\n"
    "apostrophe; the JSON has it as it is.\n"
    "\n"
    "Not in here: the hashes of keys (key_hash), which never leave the relay.\n"
    "No listener's address is in here, for none is kept.\n";

bool
extract_fail(struct extract *extract, const char *what, const char *why)
{
	if (!extract->is_told)
		bytes_format(
		    extract->out, "no extract was made: %s: %s\n", what, why);
	extract->is_told = true;
	return false;
}

bool
part_begin(struct extract *extract, struct part *part)
{
	memset(part, 0, sizeof(*part));
	part->fd = -1;
	if (file_unlink_at(extract->dir, UNNAMED))
		part->fd = file_open_at(
		    extract->dir, UNNAMED, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (part->fd != -1 && file_unlink_at(extract->dir, UNNAMED))
		return true;
	part_drop(part);
	return extract_fail(extract, "folder", strerror(errno));
}

static void
write_part(struct part *part)
{
	size_t written;

	if (part->text.len == 0 || part->is_failed)
		return;
	part->is_failed = !file_write(
	    part->fd, part->text.data, part->text.len, &written);
	part->bytes += written;
	bytes_eat(&part->text, part->text.len);
}

void
part_grow(struct part *part)
{
	if (part->text.len >= CHUNK_BYTES)
		write_part(part);
}

void
part_drop(struct part *part)
{
	int error = errno;

	if (part->fd != -1)
		close(part->fd);
	part->fd = -1;
	bytes_free(&part->text);
	errno = error;
}

bool
part_end(struct extract *extract, struct part *part, const char *name)
{
	bool is_done = false;

	write_part(part);
	if (part->is_failed || lseek(part->fd, 0, SEEK_SET) == -1)
		extract_fail(extract, name, strerror(errno));
	else
		is_done = extract_copy(extract, part->fd, part->bytes, name);
	part_drop(part);
	return is_done;
}

static bool
begin_entry(struct extract *extract, uint64_t bytes, const char *name)
{
	struct archive_entry *entry = archive_entry_new();
	bool is_done;

	CHECK(entry != NULL);
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	archive_entry_set_size(entry, (la_int64_t)bytes);
	archive_entry_set_mtime(entry, extract->now_ms / 1000, 0);
	is_done = archive_write_header(extract->tar, entry) == ARCHIVE_OK;
	archive_entry_free(entry);
	return is_done;
}

static void
add_sum(struct extract *extract, const char *name)
{
	uint8_t hash[EVP_MAX_MD_SIZE];

	CHECK(EVP_DigestFinal_ex(extract->digest, hash, NULL));
	for (unsigned i = 0; i < 32; i++)
		bytes_format(&extract->sums, "%02x", hash[i]);
	bytes_format(&extract->sums, "  %s\n", name);
}

bool
extract_copy(struct extract *extract, int fd, uint64_t bytes, const char *name)
{
	uint8_t chunk[CHUNK_BYTES];
	ssize_t n;

	if (!begin_entry(extract, bytes, name))
		goto failed;
	CHECK(EVP_DigestInit_ex(extract->digest, EVP_sha256(), NULL));
	for (; bytes > 0; bytes -= (uint64_t)n) {
		n = read(fd, chunk,
		    bytes < sizeof(chunk) ? (size_t)bytes : sizeof(chunk));
		if (n == -1 && errno == EINTR) {
			n = 0;
			continue;
		}
		if (n <= 0)
			return extract_fail(extract, name,
			    n == 0 ? "it became shorter" : strerror(errno));
		CHECK(EVP_DigestUpdate(extract->digest, chunk, (size_t)n));
		if (archive_write_data(extract->tar, chunk, (size_t)n) != n)
			goto failed;
	}
	add_sum(extract, name);
	return true;
failed:
	return extract_fail(extract, name, archive_error_string(extract->tar));
}

static bool
add_text(struct extract *extract, const struct bytes *text, const char *name)
{
	struct part part;

	if (!part_begin(extract, &part))
		return false;
	bytes_append(&part.text, text->data, text->len);
	return part_end(extract, &part, name);
}

static const char select_relay[] = "SELECT v FROM meta WHERE k = 'relay_id'";

static bool
add_facts(struct extract *extract)
{
	const struct member_row *member = extract->wish->member;
	sqlite3_stmt *prepared = store_prepare(extract->store, select_relay);
	struct bytes text = { 0 };
	char iso[CLOCK_ISO_BYTES];
	bool is_done;
	int step;

	clock_iso(extract->now_ms, iso);
	bytes_format(&text,
	    "{\"format\":%d,\"schema\":%u,\"relay\":", CUSTODY_FORMAT,
	    schema_version());
	step = sqlite3_step(prepared);
	text_json(&text, step == SQLITE_ROW ? store_text(prepared, 0) : "");
	if (step == SQLITE_ROW)
		step = sqlite3_step(prepared);
	bytes_format(&text, ",\"made\":\"%s\",\"made_ms\":%lld,\"member\":%lld",
	    iso, (long long)extract->now_ms, (long long)member->member.id);
	bytes_text(&text, ",\"slug\":");
	text_json(&text, member->member.slug);
	bytes_text(&text, ",\"name\":");
	text_json(&text, member->member.name);
	bytes_format(&text, ",\"has_media\":%s}\n",
	    extract->wish->has_media ? "true" : "false");
	is_done = store_ended(prepared, step)
	    ? add_text(extract, &text, "extract.json")
	    : extract_fail(extract, "store", store_reason(extract->store));
	bytes_free(&text);
	return is_done;
}

static bool
add_readme(struct extract *extract)
{
	struct bytes text = { 0 };
	bool is_done;

	bytes_text(&text, readme);
	is_done = add_text(extract, &text, "README.txt");
	bytes_free(&text);
	return is_done;
}

static bool
run(struct extract *extract, const char *sql)
{
	return sqlite3_exec(store_connection(extract->store), sql, NULL, NULL,
		   NULL) == SQLITE_OK ||
	    extract_fail(extract, "store", store_reason(extract->store));
}

/* What is read of the store is of one moment. Media comes after it: a log that
 * is read for hours could not be moved into the file. */
static bool
fill(struct extract *extract)
{
	struct extract_media *media = NULL;
	struct bytes sums = { 0 };
	bool is_done;

	if (!run(extract, "BEGIN"))
		return false;
	is_done = add_readme(extract) && add_facts(extract) &&
	    extract_tables(extract) && extract_statements(extract) &&
	    (media = extract_media_list(extract)) != NULL;
	if (!run(extract, "ROLLBACK"))
		is_done = false;
	is_done = is_done && extract_media(extract, media);
	extract_media_free(media);
	if (!is_done)
		return false;
	sums = extract->sums;
	memset(&extract->sums, 0, sizeof(extract->sums));
	is_done = add_text(extract, &sums, "SHA256SUMS");
	bytes_free(&sums);
	return is_done;
}

static bool
write_tar(struct extract *extract, int fd)
{
	bool is_done;

	extract->tar = archive_write_new();
	extract->digest = EVP_MD_CTX_new();
	CHECK(extract->tar != NULL && extract->digest != NULL);
	is_done = archive_write_add_filter_gzip(extract->tar) == ARCHIVE_OK &&
	    archive_write_set_format_pax_restricted(extract->tar) ==
		ARCHIVE_OK &&
	    archive_write_open_fd(extract->tar, fd) == ARCHIVE_OK;
	if (!is_done)
		extract_fail(
		    extract, "archive", archive_error_string(extract->tar));
	is_done = is_done && fill(extract);
	if (is_done && archive_write_close(extract->tar) != ARCHIVE_OK)
		is_done = extract_fail(
		    extract, "archive", archive_error_string(extract->tar));
	/* One that is half written is not to be finished. */
	if (!is_done)
		archive_write_fail(extract->tar);
	archive_write_free(extract->tar);
	EVP_MD_CTX_free(extract->digest);
	bytes_free(&extract->sums);
	return is_done;
}

static void
name_of(const struct extract *extract, char *name, size_t size)
{
	time_t secs = (time_t)(extract->now_ms / 1000);
	char stamp[24];
	struct tm tm;

	gmtime_r(&secs, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(name, size, "%s-%s.tar.gz", extract->wish->member->member.slug,
	    stamp);
}

static bool
make(struct extract *extract)
{
	char name[SLUG_BYTES + 32];
	bool is_done = false;
	int fd = -1;

	name_of(extract, name, sizeof(name));
	if (file_unlink_at(extract->dir, TEMPORARY))
		fd = file_open_at(
		    extract->dir, TEMPORARY, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd == -1)
		return extract_fail(extract, TEMPORARY, strerror(errno));
	if (write_tar(extract, fd)) {
		is_done = file_sync(fd) &&
		    file_rename_at(extract->dir, TEMPORARY, name) &&
		    file_sync(extract->dir);
		if (!is_done)
			extract_fail(extract, name, strerror(errno));
	}
	close(fd);
	if (!is_done && !file_unlink_at(extract->dir, TEMPORARY))
		bytes_text(extract->out, TEMPORARY " stays behind\n");
	if (is_done)
		bytes_format(extract->out, "%s/%s is made\n",
		    extract->wish->folder, name);
	return is_done;
}

bool
extract_make(
    struct store *store, const struct extract_wish *wish, struct bytes *out)
{
	struct extract extract = { .store = store,
		.wish = wish,
		.out = out,
		.now_ms = clock_wall_ms() };
	bool is_done;

	if (wish->folder[0] != '/' || strlen(wish->folder) > MOST_FOLDER) {
		bytes_text(out,
		    "an extract goes to a folder of this machine, with its "
		    "whole path\n");
		return false;
	}
	extract.dir = open(wish->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (extract.dir == -1) {
		text_json(out, wish->folder);
		bytes_format(out, ": %s\n", strerror(errno));
		return false;
	}
	is_done = make(&extract);
	close(extract.dir);
	return is_done;
}
