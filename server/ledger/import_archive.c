/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/mem.h"
#include "base/text.h"
#include "ledger/import_priv.h"
#include "ledger/members.h"
#include "ledger/schema.h"

#include <archive.h>
#include <archive_entry.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES 65536
#define SUMS        "SHA256SUMS"
#define FACTS       "extract.json"
#define MOST_FACTS  65536

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			    "XYZ0123456789_-.";

/* Parts of plain letters with a / between, none of them beginning with a dot.
 */
static bool
is_safe(const char *name)
{
	size_t len;

	for (;;) {
		len = strspn(name, plain);
		if (len == 0 || *name == '.')
			return false;
		name += len;
		if (*name == '\0')
			return true;
		if (*name++ != '/')
			return false;
	}
}

static bool
read_file(struct import *import, struct archive *tar,
    const struct import_sink *sink, EVP_MD_CTX *digest, const char *name)
{
	uint8_t chunk[CHUNK_BYTES], hash[EVP_MAX_MD_SIZE];
	char hex[IMPORT_HEX];
	la_ssize_t n;

	if (!sink->begin(import, name))
		return false;
	CHECK(EVP_DigestInit_ex(digest, EVP_sha256(), NULL));
	while ((n = archive_read_data(tar, chunk, sizeof(chunk))) > 0) {
		CHECK(EVP_DigestUpdate(digest, chunk, (size_t)n));
		if (!sink->data(import, chunk, (size_t)n))
			return false;
	}
	if (n < 0)
		return import_fail(import, name, archive_error_string(tar));
	CHECK(EVP_DigestFinal_ex(digest, hash, NULL));
	for (unsigned i = 0; i < 32; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", hash[i]);
	return sink->end(import, hex);
}

static bool
read_entry(struct import *import, struct archive *tar,
    struct archive_entry *entry, const struct import_sink *sink,
    EVP_MD_CTX *digest)
{
	const char *name = archive_entry_pathname(entry);
	char copy[600];

	if (name == NULL || strlen(name) >= sizeof(copy) || !is_safe(name))
		return import_fail(import, "a name in the archive",
		    "it is not one of an extract");
	if (archive_entry_filetype(entry) != AE_IFREG ||
	    archive_entry_hardlink(entry) != NULL)
		return import_fail(import, name, "it is no plain file");
	text_copy(copy, sizeof(copy), name);
	return read_file(import, tar, sink, digest, copy);
}

bool
import_walk(struct import *import, const struct import_sink *sink)
{
	struct archive *tar = archive_read_new();
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	struct archive_entry *entry;
	bool is_done;
	int status;

	CHECK(tar != NULL && digest != NULL);
	is_done = lseek(import->fd, 0, SEEK_SET) == 0 &&
	    archive_read_support_filter_gzip(tar) == ARCHIVE_OK &&
	    archive_read_support_format_tar(tar) == ARCHIVE_OK &&
	    archive_read_open_fd(tar, import->fd, CHUNK_BYTES) == ARCHIVE_OK;
	while (is_done) {
		status = archive_read_next_header(tar, &entry);
		if (status == ARCHIVE_EOF)
			break;
		if (status != ARCHIVE_OK)
			is_done = false;
		else if (!read_entry(import, tar, entry, sink, digest))
			is_done = false;
	}
	if (!is_done)
		import_fail(import, "the archive",
		    archive_error_string(tar) != NULL
			? archive_error_string(tar)
			: "it cannot be read");
	archive_read_free(tar);
	EVP_MD_CTX_free(digest);
	return is_done;
}

/* --- the first reading --- */

static bool
check_begin(struct import *import, const char *name)
{
	struct import_file *file;

	if (import->has_sums)
		return import_fail(import, name, "it is behind " SUMS);
	if ((import->file_count & (import->file_count - 1)) == 0)
		import->files = mem_grow(import->files,
		    (import->file_count == 0 ? 1 : 2 * import->file_count) *
			sizeof(*file));
	file = &import->files[import->file_count++];
	file->name = mem_text(name);
	file->sha256[0] = '\0';
	file->is_summed = false;
	import->has_sums = strcmp(name, SUMS) == 0;
	import->is_facts = strcmp(name, FACTS) == 0;
	return true;
}

static bool
check_data(struct import *import, const void *bytes, size_t len)
{
	struct bytes *text = import->has_sums ? &import->sums : &import->facts;
	size_t most = import->has_sums ? IMPORT_MOST_SUMMED : MOST_FACTS;

	if (!import->has_sums && !import->is_facts)
		return true;
	if (text->len + len > most)
		return import_fail(import,
		    import->files[import->file_count - 1].name,
		    "it is too long");
	bytes_append(text, bytes, len);
	return true;
}

static bool
check_end(struct import *import, const char sha256[IMPORT_HEX])
{
	text_copy(
	    import->files[import->file_count - 1].sha256, IMPORT_HEX, sha256);
	return true;
}

static int
by_name(const void *one, const void *other)
{
	return strcmp(((const struct import_file *)one)->name,
	    ((const struct import_file *)other)->name);
}

const struct import_file *
import_find(const struct import *import, const char *name)
{
	const struct import_file key = { .name = (char *)name };

	return bsearch(&key, import->files, import->file_count,
	    sizeof(*import->files), by_name);
}

static bool
sort_files(struct import *import)
{
	qsort(
	    import->files, import->file_count, sizeof(*import->files), by_name);
	for (unsigned i = 1; i < import->file_count; i++) {
		if (by_name(&import->files[i - 1], &import->files[i]) == 0)
			return import_fail(import, import->files[i].name,
			    "it is in the archive twice");
	}
	return true;
}

/* A line of SHA256SUMS. */
static bool
check_line(struct import *import, char *line)
{
	struct import_file *file;

	if (strlen(line) < 67 || line[64] != ' ' || line[65] != ' ')
		return import_fail(import, SUMS, "it has a line that is none");
	line[64] = '\0';
	file = (struct import_file *)import_find(import, line + 66);
	if (file == NULL)
		return import_fail(
		    import, line + 66, "it is not in the archive");
	if (file->is_summed)
		return import_fail(import, file->name, "it has two sums");
	if (strcmp(file->sha256, line) != 0)
		return import_fail(
		    import, file->name, "its SHA-256 is not what it was");
	file->is_summed = true;
	return true;
}

static bool
check_sums(struct import *import)
{
	char *at, *end;

	if (!import->has_sums)
		return import_fail(import, SUMS, "it is not in the archive");
	bytes_append(&import->sums, "", 1);
	for (at = (char *)import->sums.data; *at != '\0'; at = end + 1) {
		end = strchr(at, '\n');
		if (end == NULL)
			return import_fail(
			    import, SUMS, "its last line has no end");
		*end = '\0';
		if (!check_line(import, at))
			return false;
	}
	for (unsigned i = 0; i < import->file_count; i++) {
		const struct import_file *file = &import->files[i];

		if (strcmp(file->name, SUMS) == 0)
			text_copy(
			    import->sums_sha256, IMPORT_HEX, file->sha256);
		else if (!file->is_summed)
			return import_fail(import, file->name, "it has no sum");
	}
	return true;
}

static const char select_facts[] =
    "SELECT json_extract(?1, '$.format'), json_extract(?1, '$.schema'), "
    "json_extract(?1, '$.slug'), json_extract(?1, '$.relay'), "
    "json_extract(?1, '$.made_ms') WHERE json_valid(?1)";

static bool
take_facts(struct import *import, sqlite3_stmt *prepared)
{
	int64_t format = sqlite3_column_int64(prepared, 0);
	int64_t schema = sqlite3_column_int64(prepared, 1);

	if (format < 1 || schema < 1)
		return import_fail(import, FACTS, "it is not of an extract");
	if (format > CUSTODY_FORMAT || schema > (int64_t)schema_version())
		return import_fail(
		    import, FACTS, "it was made by a newer all2all");
	if (members_bad_slug(store_text(prepared, 2)) != NULL)
		return import_fail(
		    import, FACTS, members_bad_slug(store_text(prepared, 2)));
	text_copy(import->slug, sizeof(import->slug), store_text(prepared, 2));
	text_copy(
	    import->relay, sizeof(import->relay), store_text(prepared, 3));
	import->made_ms = sqlite3_column_int64(prepared, 4);
	return true;
}

static bool
check_facts(struct import *import)
{
	sqlite3_stmt *prepared = store_prepare(
	    import->ledger->store, select_facts);
	bool is_done;

	sqlite3_bind_text(prepared, 1,
	    import->facts.len > 0 ? (const char *)import->facts.data : "",
	    (int)import->facts.len, SQLITE_STATIC);
	is_done = sqlite3_step(prepared) == SQLITE_ROW
	    ? take_facts(import, prepared)
	    : import_fail(import, FACTS, "it is not of an extract");
	sqlite3_reset(prepared);
	sqlite3_clear_bindings(prepared);
	return is_done;
}

bool
import_check(struct import *import)
{
	static const struct import_sink sink = { check_begin, check_data,
		check_end };

	return import_walk(import, &sink) && sort_files(import) &&
	    check_sums(import) && check_facts(import);
}
