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

/* In the order of bind_all(). */
static const char write_recording[] =
    "INSERT INTO recording(id, member, mount, path, media_type, title, state, "
    "profile, extension, codecs, description, hold_reason, hold_reference, "
    "hold_person, object, note, sha256, started_ms, ended_ms, duration_ms, "
    "bytes, gap_bytes, is_recovered, is_public, is_pinned, published_ms, "
    "trashed_ms, hold_until_ms, verified_ms, is_remote) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
    "?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, "
    "?30) ON CONFLICT DO UPDATE SET path = ?4, media_type = ?5, title = ?6, "
    "state = ?7, profile = ?8, extension = ?9, codecs = ?10, "
    "description = ?11, hold_reason = ?12, hold_reference = ?13, "
    "hold_person = ?14, object = ?15, note = ?16, sha256 = ?17, "
    "started_ms = ?18, ended_ms = ?19, duration_ms = ?20, bytes = ?21, "
    "gap_bytes = ?22, is_recovered = ?23, is_public = ?24, is_pinned = ?25, "
    "published_ms = ?26, trashed_ms = ?27, hold_until_ms = ?28, "
    "verified_ms = ?29, is_remote = ?30";

static const char delete_recording[] = "DELETE FROM recording WHERE id = ?1";

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
	[RECORDING_FINISHING] = "finishing",
	[RECORDING_DONE] = "done",
	[RECORDING_BROKEN] = "broken",
};

static const char *const profile_words[] = {
	[PROFILE_PROGRAMME] = "programme",
	[PROFILE_LOG] = "log",
	[PROFILE_MANUAL] = "manual",
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

static void
bind_all(sqlite3_stmt *prepared, const struct recording_msg *row)
{
	const struct recording_hold *hold = &row->hold;
	const char *sha256 = *row->sha256 != '\0' ? row->sha256 : NULL;
	const char *texts[] = { row->mount, row->path, row->media_type,
		row->title, state_words[row->state],
		profile_words[row->profile], row->extension, row->codecs,
		row->description, hold->reason, hold->reference, hold->person,
		row->object, row->note, sha256 };
	const int64_t numbers[] = { row->started_ms, row->ended_ms,
		row->duration_ms, (int64_t)row->bytes, (int64_t)row->gap_bytes,
		row->is_recovered, row->is_public, row->is_pinned,
		row->published_ms, row->trashed_ms, hold->until_ms,
		row->verified_ms, row->is_remote };
	int at = 1;

	sqlite3_bind_text(prepared, at++, row->id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, at++, row->member);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		sqlite3_bind_text(prepared, at++, texts[i], -1, SQLITE_STATIC);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sqlite3_bind_int64(prepared, at++, numbers[i]);
	if (row->ended_ms == 0)
		sqlite3_bind_null(prepared, 19);
}

static bool
write_one(struct store *store, const struct recording_msg *recording)
{
	sqlite3_stmt *prepared;

	if (recording->is_purged) {
		prepared = store_prepare(store, delete_recording);
		sqlite3_bind_text(
		    prepared, 1, recording->id, -1, SQLITE_STATIC);
		return store_run(prepared);
	}
	prepared = store_prepare(store, write_recording);
	bind_all(prepared, recording);
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
