/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/recordings.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct waiting {
	struct waiting *next;
	struct recording_msg recording;
};

struct recordings {
	struct store *store;
	struct waiting *first; /* oldest last */
	unsigned count;
};

static const char write_recording[] =
    "INSERT INTO recording(id, member, mount, path, media_type, title, state, "
    "started_ms, ended_ms, bytes, gap_bytes, is_recovered, sha256, note) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
    "ON CONFLICT DO UPDATE SET path = ?4, media_type = ?5, title = ?6, "
    "state = ?7, ended_ms = ?9, bytes = ?10, gap_bytes = ?11, "
    "is_recovered = ?12, sha256 = ?13, note = ?14";

static const char break_active[] =
    "UPDATE recording SET state = 'broken', "
    "note = 'the server ended before the recording' WHERE state = 'active'";

static const char select_of[] =
    "SELECT recording.id, coalesce(member.slug, ''), mount, path, "
    "recording.state, media_type, note, started_ms, ended_ms, bytes "
    "FROM recording LEFT JOIN member ON member.id = recording.member "
    "WHERE ?1 = 0 OR recording.member = ?1 ORDER BY started_ms, recording.id";

static const char *const state_words[] = {
	[RECORDING_ACTIVE] = "active",
	[RECORDING_DONE] = "done",
	[RECORDING_BROKEN] = "broken",
};

struct recordings *
recordings_new(struct store *store)
{
	struct recordings *recordings = mem_new(sizeof(*recordings));

	recordings->store = store;
	return recordings;
}

void
recordings_written(struct recordings *recordings)
{
	struct waiting *next;

	for (; recordings->first != NULL; recordings->first = next) {
		next = recordings->first->next;
		free(recordings->first);
	}
	recordings->count = 0;
}

void
recordings_free(struct recordings *recordings)
{
	if (recordings == NULL)
		return;
	recordings_written(recordings);
	free(recordings);
}

void
recordings_add(
    struct recordings *recordings, const struct recording_msg *recording)
{
	struct waiting *waiting = recordings->first;

	while (waiting != NULL &&
	    strcmp(waiting->recording.id, recording->id) != 0)
		waiting = waiting->next;
	if (waiting == NULL) {
		waiting = mem_new(sizeof(*waiting));
		waiting->next = recordings->first;
		recordings->first = waiting;
		recordings->count++;
	}
	waiting->recording = *recording;
}

unsigned
recordings_unwritten(const struct recordings *recordings)
{
	return recordings->count;
}

static bool
write_one(struct store *store, const struct recording_msg *recording)
{
	sqlite3_stmt *prepared = store_prepare(store, write_recording);
	const char *texts[] = { recording->mount, recording->path,
		recording->media_type, recording->title,
		state_words[recording->state] };

	sqlite3_bind_text(prepared, 1, recording->id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 2, recording->member);
	for (int i = 0; i < 5; i++)
		sqlite3_bind_text(prepared, 3 + i, texts[i], -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 8, recording->started_ms);
	if (recording->ended_ms != 0)
		sqlite3_bind_int64(prepared, 9, recording->ended_ms);
	sqlite3_bind_int64(prepared, 10, (sqlite3_int64)recording->bytes);
	sqlite3_bind_int64(prepared, 11, (sqlite3_int64)recording->gap_bytes);
	sqlite3_bind_int64(prepared, 12, recording->is_recovered);
	if (*recording->sha256 != '\0')
		sqlite3_bind_text(
		    prepared, 13, recording->sha256, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 14, recording->note, -1, SQLITE_STATIC);
	return store_run(prepared);
}

bool
recordings_write(struct recordings *recordings)
{
	for (struct waiting *waiting = recordings->first; waiting != NULL;
	     waiting = waiting->next) {
		if (!write_one(recordings->store, &waiting->recording))
			return false;
	}
	return true;
}

bool
recordings_break_active(struct store *store)
{
	return store_run(store_prepare(store, break_active));
}

sqlite3_stmt *
recordings_of(struct store *store, int64_t member)
{
	sqlite3_stmt *prepared = store_prepare(store, select_of);

	sqlite3_bind_int64(prepared, 1, member);
	return prepared;
}

bool
recordings_next(sqlite3_stmt *prepared, struct recording_row *row, bool *failed)
{
	int step = sqlite3_step(prepared);
	const char **texts[] = { &row->id, &row->slug, &row->mount, &row->path,
		&row->state, &row->media_type, &row->note };

	if (step != SQLITE_ROW) {
		*failed = !store_ended(prepared, step);
		return false;
	}
	for (int i = 0; i < 7; i++)
		*texts[i] = store_text(prepared, i);
	row->started_ms = sqlite3_column_int64(prepared, 7);
	row->ended_ms = sqlite3_column_int64(prepared, 8);
	row->bytes = sqlite3_column_int64(prepared, 9);
	return true;
}
