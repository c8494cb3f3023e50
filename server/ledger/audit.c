/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/audit.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/text.h"

#include <openssl/evp.h>
#include <string.h>

#define HASH_BYTES 32

static const char
    read_last[] = "SELECT id, sha256 FROM audit ORDER BY id DESC LIMIT 1";

static const char write_row[] =
    "INSERT INTO audit(id, at_ms, who, what, member, slug, prev_sha256, sha256)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

static const char read_rows[] =
    "SELECT id, at_ms, who, what, member, slug, prev_sha256, sha256 "
    "FROM audit ORDER BY id";

static const char read_of[] =
    "SELECT id, at_ms, who, what, member, slug, lower(hex(sha256)) FROM audit "
    "WHERE ?1 = 0 OR member = ?1 ORDER BY id";

struct link {
	int64_t id, at_ms;
	struct audit_row row;
};

/* Lengths before texts, so that no two rows read the same. */
static void
hash_link(const uint8_t before[HASH_BYTES], const struct link *link,
    uint8_t hash[HASH_BYTES])
{
	struct bytes text = { 0 };

	bytes_append(&text, before, HASH_BYTES);
	bytes_format(&text, "%lld %lld %lld ", (long long)link->id,
	    (long long)link->at_ms, (long long)link->row.member);
	bytes_format(&text, "%zu:%s %zu:%s %zu:%s", strlen(link->row.who),
	    link->row.who, strlen(link->row.what), link->row.what,
	    strlen(link->row.slug), link->row.slug);
	CHECK(EVP_Digest(text.data, text.len, hash, NULL, EVP_sha256(), NULL));
	bytes_free(&text);
}

static void
copy_hash(sqlite3_stmt *prepared, int column, uint8_t hash[HASH_BYTES])
{
	const void *blob = sqlite3_column_blob(prepared, column);

	memset(hash, 0, HASH_BYTES);
	if (blob != NULL &&
	    sqlite3_column_bytes(prepared, column) == HASH_BYTES)
		memcpy(hash, blob, HASH_BYTES);
}

bool
audit_add(struct store *store, const struct audit_row *row)
{
	sqlite3_stmt *prepared = store_prepare(store, read_last);
	struct link link = { 1, clock_wall_ms(), *row };
	uint8_t before[HASH_BYTES] = { 0 }, hash[HASH_BYTES];
	int step = sqlite3_step(prepared);

	if (step == SQLITE_ROW) {
		link.id = sqlite3_column_int64(prepared, 0) + 1;
		copy_hash(prepared, 1, before);
		step = sqlite3_step(prepared);
	}
	if (!store_ended(prepared, step))
		return false;
	hash_link(before, &link, hash);
	prepared = store_prepare(store, write_row);
	sqlite3_bind_int64(prepared, 1, link.id);
	sqlite3_bind_int64(prepared, 2, link.at_ms);
	sqlite3_bind_text(prepared, 3, row->who, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 4, row->what, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 5, row->member);
	sqlite3_bind_text(prepared, 6, row->slug, -1, SQLITE_STATIC);
	sqlite3_bind_blob(prepared, 7, before, HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_blob(prepared, 8, hash, HASH_BYTES, SQLITE_STATIC);
	return store_run(prepared);
}

static bool
link_fits(sqlite3_stmt *prepared, uint8_t before[HASH_BYTES])
{
	struct link link = { sqlite3_column_int64(prepared, 0),
		sqlite3_column_int64(prepared, 1),
		{ store_text(prepared, 2), store_text(prepared, 3),
		    sqlite3_column_int64(prepared, 4),
		    store_text(prepared, 5) } };
	uint8_t hash[HASH_BYTES], stored[HASH_BYTES];
	bool is_next;

	copy_hash(prepared, 6, stored);
	is_next = memcmp(stored, before, HASH_BYTES) == 0;
	hash_link(before, &link, hash);
	copy_hash(prepared, 7, before);
	return is_next && memcmp(hash, before, HASH_BYTES) == 0;
}

bool
audit_is_whole(struct store *store, int64_t *bad)
{
	sqlite3_stmt *prepared = store_prepare(store, read_rows);
	uint8_t before[HASH_BYTES] = { 0 };
	int step;

	*bad = 0;
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		if (link_fits(prepared, before))
			continue;
		*bad = sqlite3_column_int64(prepared, 0);
		break;
	}
	return store_ended(prepared, step);
}

sqlite3_stmt *
audit_of(struct store *store, int64_t member)
{
	sqlite3_stmt *prepared = store_prepare(store, read_of);

	sqlite3_bind_int64(prepared, 1, member);
	return prepared;
}

bool
audit_next(sqlite3_stmt *prepared, struct audit_line *line, bool *failed)
{
	int step = sqlite3_step(prepared);

	if (step != SQLITE_ROW) {
		*failed = !store_ended(prepared, step);
		return false;
	}
	line->id = sqlite3_column_int64(prepared, 0);
	line->at_ms = sqlite3_column_int64(prepared, 1);
	line->row = (struct audit_row){ store_text(prepared, 2),
		store_text(prepared, 3), sqlite3_column_int64(prepared, 4),
		store_text(prepared, 5) };
	text_copy(line->sha256, sizeof(line->sha256), store_text(prepared, 6));
	return true;
}
