/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/plays.h"

static const char insert_row[] =
    "INSERT INTO play(member, mount, started_ms, title, listeners, ended_ms, "
    "peak, rev) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, rev())";

static const char update_row[] =
    "UPDATE play SET ended_ms = ?6, peak = ?7, rev = rev() WHERE id = ?8";

static const char close_open[] =
    "UPDATE play SET rev = rev(), ended_ms = max(started_ms, "
    "coalesce((SELECT CAST(v AS INTEGER) FROM meta WHERE k = 'written_ms'), "
    "0)) WHERE ended_ms IS NULL";

static bool
write_row(struct store *store, const struct entry *entry)
{
	const struct play_msg *told = entry->told;
	sqlite3_stmt *prepared = store_prepare(
	    store, entry->is_kept ? update_row : insert_row);

	if (entry->is_kept) {
		sqlite3_bind_int64(prepared, 8, entry->id);
	} else {
		sqlite3_bind_int64(prepared, 1, told->member);
		sqlite3_bind_text(prepared, 2, told->mount, -1, SQLITE_STATIC);
		sqlite3_bind_int64(prepared, 3, told->started_ms);
		sqlite3_bind_text(prepared, 4, told->title, -1, SQLITE_STATIC);
		sqlite3_bind_int64(prepared, 5, told->listeners);
	}
	if (told->ended_ms != 0)
		sqlite3_bind_int64(prepared, 6, told->ended_ms);
	sqlite3_bind_int64(prepared, 7, told->peak);
	return store_run(prepared);
}

struct entries *
plays_new(struct store *store)
{
	return entries_new(store, "plays", write_row);
}

void
plays_add(struct entries *entries, const struct play_msg *told)
{
	entries_add(
	    entries, told->number, told, sizeof(*told), told->ended_ms != 0);
}

bool
plays_close_open(struct store *store)
{
	return store_run(store_prepare(store, close_open));
}
