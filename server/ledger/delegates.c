/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/delegates.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define TOLD_MS 3600000 /* how long the desk is told of a revocation */

static const char select_count[] =
    "SELECT count(*) FROM delegate WHERE member = ?1 AND "
    "(?2 IS NULL OR name = ?2) AND revoked_ms IS NULL AND until_ms > ?3";

static const char insert_delegate[] =
    "INSERT INTO delegate(member, name, key_hash, mounts, from_ms, until_ms, "
    "made_ms, nonce) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

static const char
    update_revoked[] = "UPDATE delegate SET revoked_ms = ?3 WHERE member = ?1 "
		       "AND name = ?2 AND revoked_ms IS NULL";

static const char
    select_nonce[] = "SELECT 1 FROM mandate WHERE member = ?1 AND nonce = ?2";

static const char insert_mandate[] =
    "INSERT INTO mandate(member, nonce, fingerprint, signed_ms, taken_ms, "
    "message) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";

#define SELECT                                                                 \
	"SELECT id, member, name, key_hash, mounts, from_ms, until_ms, "       \
	"made_ms, revoked_ms FROM delegate WHERE "
static const char select_of[] = SELECT "member = ?1 ORDER BY id DESC";
static const char select_told[] = SELECT
    "(revoked_ms IS NULL AND until_ms > ?1) OR revoked_ms > ?2 ORDER BY id";

/* The only number of the only row. */
static bool
read_number(sqlite3_stmt *prepared, int64_t *number)
{
	int step = sqlite3_step(prepared);

	*number = 0;
	if (step == SQLITE_ROW) {
		*number = sqlite3_column_int64(prepared, 0);
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

bool
delegates_count(
    struct store *store, int64_t member, const char *name, int64_t *count)
{
	sqlite3_stmt *prepared = store_prepare(store, select_count);

	sqlite3_bind_int64(prepared, 1, member);
	sqlite3_bind_text(prepared, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 3, clock_wall_ms());
	return read_number(prepared, count);
}

bool
delegates_add(struct store *store, int64_t member,
    const struct mandate *mandate, const char *key_hash)
{
	sqlite3_stmt *prepared = store_prepare(store, insert_delegate);

	sqlite3_bind_int64(prepared, 1, member);
	sqlite3_bind_text(prepared, 2, mandate->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 3, key_hash, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 4, mandate->mounts, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 5, mandate->from_ms);
	sqlite3_bind_int64(prepared, 6, mandate->until_ms);
	sqlite3_bind_int64(prepared, 7, clock_wall_ms());
	sqlite3_bind_text(prepared, 8, mandate->nonce, -1, SQLITE_STATIC);
	return store_run(prepared);
}

bool
delegates_revoke(struct store *store, int64_t member, const char *name)
{
	sqlite3_stmt *prepared = store_prepare(store, update_revoked);

	sqlite3_bind_int64(prepared, 1, member);
	sqlite3_bind_text(prepared, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 3, clock_wall_ms());
	return store_run(prepared);
}

bool
delegates_nonce_is_known(
    struct store *store, int64_t member, const char *nonce, bool *is_known)
{
	sqlite3_stmt *prepared = store_prepare(store, select_nonce);
	int64_t number;
	bool is_read;

	sqlite3_bind_int64(prepared, 1, member);
	sqlite3_bind_text(prepared, 2, nonce, -1, SQLITE_STATIC);
	is_read = read_number(prepared, &number);
	*is_known = number != 0;
	return is_read;
}

bool
delegates_keep_message(struct store *store, int64_t member, const char *nonce,
    const struct openpgp_signed *seen, const char *message)
{
	sqlite3_stmt *prepared = store_prepare(store, insert_mandate);

	sqlite3_bind_int64(prepared, 1, member);
	sqlite3_bind_text(prepared, 2, nonce, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 3, seen->fingerprint, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 4, seen->signed_ms);
	sqlite3_bind_int64(prepared, 5, clock_wall_ms());
	sqlite3_bind_text(prepared, 6, message, -1, SQLITE_STATIC);
	return store_run(prepared);
}

sqlite3_stmt *
delegates_of(struct store *store, int64_t member)
{
	sqlite3_stmt *prepared = store_prepare(store, select_of);

	sqlite3_bind_int64(prepared, 1, member);
	return prepared;
}

bool
delegates_next(sqlite3_stmt *prepared, struct delegate_row *row, bool *failed)
{
	struct delegate *delegate = &row->delegate;
	int step = sqlite3_step(prepared);

	if (step != SQLITE_ROW) {
		*failed = !store_ended(prepared, step);
		return false;
	}
	memset(row, 0, sizeof(*row));
	delegate->id = sqlite3_column_int64(prepared, 0);
	delegate->member = sqlite3_column_int64(prepared, 1);
	text_copy(delegate->name, SLUG_BYTES, store_text(prepared, 2));
	text_copy(delegate->key_hash, KEY_BYTES, store_text(prepared, 3));
	text_copy(
	    delegate->mounts, DELEGATE_MOUNTS_BYTES, store_text(prepared, 4));
	delegate->from_ms = sqlite3_column_int64(prepared, 5);
	delegate->until_ms = sqlite3_column_int64(prepared, 6);
	row->made_ms = sqlite3_column_int64(prepared, 7);
	row->revoked_ms = sqlite3_column_int64(prepared, 8);
	delegate->is_revoked = row->revoked_ms != 0;
	return true;
}

struct delegates_msg *
delegates_snapshot(struct store *store)
{
	sqlite3_stmt *prepared = store_prepare(store, select_told);
	struct delegate *rows = NULL;
	struct delegates_msg *snapshot = NULL;
	struct delegate_row row;
	unsigned count = 0;
	bool failed;

	sqlite3_bind_int64(prepared, 1, clock_wall_ms());
	sqlite3_bind_int64(prepared, 2, clock_wall_ms() - TOLD_MS);
	while (delegates_next(prepared, &row, &failed)) {
		if ((count & (count - 1)) == 0)
			rows = mem_grow(
			    rows, (count == 0 ? 1 : 2 * count) * sizeof(*rows));
		rows[count++] = row.delegate;
	}
	if (!failed) {
		snapshot = message_new(
		    MSG_DELEGATES, sizeof(*snapshot) + count * sizeof(*rows));
		snapshot->count = count;
		if (count > 0)
			memcpy(snapshot->rows, rows, count * sizeof(*rows));
	}
	free(rows);
	return snapshot;
}
