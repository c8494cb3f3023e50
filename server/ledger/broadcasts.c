/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/broadcasts.h"

static const char insert_row[] =
    "INSERT INTO broadcast(member, mount, started_ms, ended_ms, reason, "
    "encoder, media_type, codecs, bitrate_kbps, rev) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, rev())";

static const char update_row[] =
    "UPDATE broadcast SET ended_ms = ?4, reason = ?5, encoder = ?6, "
    "media_type = ?7, codecs = ?8, bitrate_kbps = ?9, rev = rev() "
    "WHERE id = ?10";

static const char close_open[] =
    "UPDATE broadcast SET reason = 'crashed', rev = rev(), ended_ms = max(started_ms, "
    "coalesce((SELECT CAST(v AS INTEGER) FROM meta WHERE k = 'written_ms'), "
    "0)) WHERE ended_ms IS NULL";

static bool
write_row(struct store *store, const struct entry *entry)
{
	const struct broadcast_msg *told = entry->told;
	sqlite3_stmt *prepared = store_prepare(
	    store, entry->is_kept ? update_row : insert_row);
	const char *texts[] = { told->reason, told->encoder, told->media_type,
		told->codecs };

	if (entry->is_kept) {
		sqlite3_bind_int64(prepared, 10, entry->id);
	} else {
		sqlite3_bind_int64(prepared, 1, told->member);
		sqlite3_bind_text(prepared, 2, told->mount, -1, SQLITE_STATIC);
		sqlite3_bind_int64(prepared, 3, told->started_ms);
	}
	if (told->ended_ms != 0)
		sqlite3_bind_int64(prepared, 4, told->ended_ms);
	for (int i = 0; i < 4; i++)
		sqlite3_bind_text(prepared, 5 + i, texts[i], -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 9, told->bitrate_kbps);
	return store_run(prepared);
}

struct entries *
broadcasts_new(struct store *store)
{
	return entries_new(store, "broadcasts", write_row);
}

void
broadcasts_add(struct entries *entries, const struct broadcast_msg *told)
{
	entries_add(
	    entries, told->number, told, sizeof(*told), told->ended_ms != 0);
}

bool
broadcasts_close_open(struct store *store)
{
	return store_run(store_prepare(store, close_open));
}
