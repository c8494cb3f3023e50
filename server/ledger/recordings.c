/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/recordings.h"

#include "base/mem.h"
#include "base/text.h"

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
    "trashed_ms, hold_until_ms, verified_ms, is_remote, scrubbed_ms, "
    "chapters, twin_bytes, twin_sha256) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
    "?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, "
    "?30, ?31, ?32, ?33, ?34) ON CONFLICT DO UPDATE SET member = ?2, mount = ?3, "
    "path = ?4, media_type = ?5, title = ?6, "
    "state = ?7, profile = ?8, extension = ?9, codecs = ?10, "
    "description = ?11, hold_reason = ?12, hold_reference = ?13, "
    "hold_person = ?14, object = ?15, note = ?16, sha256 = ?17, "
    "started_ms = ?18, ended_ms = ?19, duration_ms = ?20, bytes = ?21, "
    "gap_bytes = ?22, is_recovered = ?23, is_public = ?24, is_pinned = ?25, "
    "published_ms = ?26, trashed_ms = ?27, hold_until_ms = ?28, "
    "verified_ms = ?29, is_remote = ?30, "
    "scrubbed_ms = max(scrubbed_ms, ?31), chapters = ?32, "
    "twin_bytes = ?33, twin_sha256 = ?34";

static const char delete_recording[] = "DELETE FROM recording WHERE id = ?1";

/* Its object is not needed any more. */
static const char forget_object[] =
    "INSERT INTO forget SELECT ?1 WHERE ?2 <> '' OR EXISTS(SELECT 1 FROM "
    "recording WHERE id = ?1 AND object <> '') ON CONFLICT DO NOTHING";

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
		row->verified_ms, row->is_remote, row->scrubbed_ms,
		row->chapters, (int64_t)row->twin_bytes };
	int at = 1;

	sqlite3_bind_text(prepared, at++, row->id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, at++, row->member);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		sqlite3_bind_text(prepared, at++, texts[i], -1, SQLITE_STATIC);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sqlite3_bind_int64(prepared, at++, numbers[i]);
	sqlite3_bind_text(prepared, at, row->twin_sha256, -1, SQLITE_STATIC);
	if (row->ended_ms == 0)
		sqlite3_bind_null(prepared, 19);
}

static bool
write_one(struct store *store, const struct recording_msg *recording)
{
	sqlite3_stmt *prepared;

	if (recording->is_purged) {
		prepared = store_prepare(store, forget_object);
		sqlite3_bind_text(
		    prepared, 1, recording->id, -1, SQLITE_STATIC);
		sqlite3_bind_text(
		    prepared, 2, recording->object, -1, SQLITE_STATIC);
		if (!store_run(prepared))
			return false;
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

#define TABLES                                                                 \
	" FROM recording LEFT JOIN member ON member.id = recording.member "

static const char
    select_one[] = "SELECT " RECORDINGS_COLUMNS TABLES
		   "WHERE CASE WHEN ?1 <> '' THEN recording.id = ?1 "
		   "ELSE mount = ?2 AND recording.state = 'active' END "
		   "ORDER BY recording.started_ms DESC LIMIT 1";

static const char select_kept[] =
    "SELECT " RECORDINGS_COLUMNS TABLES
    "WHERE recording.state IN ('done', 'broken') "
    "AND (?1 = '' OR member.slug = ?1) "
    "ORDER BY recording.member, mount, profile, started_ms DESC, recording.id";

static const char select_active[] =
    "SELECT 1 FROM recording WHERE id = ?1 AND state = 'active'";

static unsigned
find_word(const char *word, const char *const *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return 0;
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void
take_numbers(sqlite3_stmt *prepared, struct recording_msg *row)
{
	int64_t *const times[] = { &row->started_ms, &row->ended_ms,
		&row->duration_ms };
	int64_t *const later[] = { &row->published_ms, &row->trashed_ms,
		&row->hold.until_ms, &row->verified_ms };

	for (int i = 0; i < 3; i++)
		*times[i] = sqlite3_column_int64(prepared, 19 + i);
	row->bytes = (uint64_t)sqlite3_column_int64(prepared, 22);
	row->gap_bytes = (uint64_t)sqlite3_column_int64(prepared, 23);
	row->is_recovered = sqlite3_column_int(prepared, 24) != 0;
	row->is_public = sqlite3_column_int(prepared, 25) != 0;
	row->is_pinned = sqlite3_column_int(prepared, 26) != 0;
	for (int i = 0; i < 4; i++)
		*later[i] = sqlite3_column_int64(prepared, 27 + i);
	row->is_remote = sqlite3_column_int(prepared, 31) != 0;
	row->scrubbed_ms = sqlite3_column_int64(prepared, 32);
	row->chapters = (unsigned)sqlite3_column_int(prepared, 33);
	row->twin_bytes = (uint64_t)sqlite3_column_int64(prepared, 34);
}

void
recordings_take(sqlite3_stmt *prepared, struct recording_msg *row)
{
	const struct {
		int column;
		char *to;
		size_t size;
	} texts[] = {
		{ 0, row->id, sizeof(row->id) },
		{ 2, row->slug, sizeof(row->slug) },
		{ 3, row->mount, sizeof(row->mount) },
		{ 4, row->path, sizeof(row->path) },
		{ 5, row->media_type, sizeof(row->media_type) },
		{ 6, row->title, sizeof(row->title) },
		{ 9, row->extension, sizeof(row->extension) },
		{ 10, row->codecs, sizeof(row->codecs) },
		{ 11, row->description, sizeof(row->description) },
		{ 12, row->hold.reason, sizeof(row->hold.reason) },
		{ 13, row->hold.reference, sizeof(row->hold.reference) },
		{ 14, row->hold.person, sizeof(row->hold.person) },
		{ 15, row->object, sizeof(row->object) },
		{ 16, row->note, sizeof(row->note) },
		{ 17, row->sha256, sizeof(row->sha256) },
		{ 35, row->twin_sha256, sizeof(row->twin_sha256) },
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		text_copy(texts[i].to, texts[i].size,
		    store_text(prepared, texts[i].column));
	row->message.kind = MSG_RECORDING;
	row->member = sqlite3_column_int64(prepared, 1);
	row->state = find_word(
	    store_text(prepared, 7), state_words, COUNT_OF(state_words));
	row->profile = find_word(
	    store_text(prepared, 8), profile_words, COUNT_OF(profile_words));
	take_numbers(prepared, row);
}

bool
recordings_find(struct store *store, const char *id, const char *mount,
    struct recording_msg *row, char name[NAME_BYTES], bool *failed)
{
	sqlite3_stmt *prepared = store_prepare(store, select_one);
	bool is_there;
	int step;

	sqlite3_bind_text(prepared, 1, id, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 2, mount, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	is_there = step == SQLITE_ROW;
	if (is_there) {
		recordings_take(prepared, row);
		text_copy(
		    name, NAME_BYTES, store_text(prepared, RECORDINGS_NAME));
		step = sqlite3_step(prepared);
	}
	*failed = !store_ended(prepared, step);
	return is_there && !*failed;
}

bool
recordings_has_twin_room(struct store *store, const struct recording_msg *row)
{
	static const char select[] =
	    "SELECT 1 FROM member JOIN plan ON plan.id = member.plan "
	    "WHERE member.id = ?1 AND storage_bytes >= 0 "
	    "AND at_storage = 'stop' AND storage_bytes < ?2 + "
	    "(SELECT coalesce(sum(bytes + twin_bytes), 0) FROM recording "
	    "WHERE recording.member = ?1 AND recording.id <> ?3)";
	sqlite3_stmt *prepared = store_prepare(store, select);
	bool is_over;
	int step;

	sqlite3_bind_int64(prepared, 1, row->member);
	sqlite3_bind_int64(prepared, 2, 2 * (int64_t)row->bytes);
	sqlite3_bind_text(prepared, 3, row->id, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	is_over = step == SQLITE_ROW;
	if (is_over)
		step = sqlite3_step(prepared);
	return store_ended(prepared, step) && !is_over;
}

sqlite3_stmt *
recordings_kept(struct store *store, const char *slug)
{
	sqlite3_stmt *prepared = store_prepare(store, select_kept);

	sqlite3_bind_text(prepared, 1, slug, -1, SQLITE_TRANSIENT);
	return prepared;
}

bool
recordings_next_kept(
    sqlite3_stmt *prepared, struct recording_msg *row, bool *failed)
{
	int step = sqlite3_step(prepared);

	if (step != SQLITE_ROW) {
		*failed = !store_ended(prepared, step);
		return false;
	}
	memset(row, 0, sizeof(*row));
	recordings_take(prepared, row);
	return true;
}

bool
recordings_is_active(struct store *store, const char *id)
{
	sqlite3_stmt *prepared = store_prepare(store, select_active);
	bool is_active;
	int step;

	sqlite3_bind_text(prepared, 1, id, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	is_active = step == SQLITE_ROW;
	if (is_active)
		step = sqlite3_step(prepared);
	return !store_ended(prepared, step) || is_active;
}

static const char select_ids[] = "SELECT id FROM recording "
				 "WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2";

static const char select_list[] =
    "SELECT recording.id, coalesce(member.slug, ''), mount, profile, "
    "recording.state, started_ms, duration_ms, bytes, is_public, trashed_ms, "
    "hold_reason <> '', title FROM recording "
    "LEFT JOIN member ON member.id = recording.member "
    "WHERE (?1 = '' OR member.slug = ?1) AND (trashed_ms <> 0) = ?2 "
    "ORDER BY started_ms DESC, recording.id";

static const char
    select_due[] = "SELECT id FROM recording WHERE trashed_ms BETWEEN 1 AND ?1 "
		   "AND (hold_reason = '' OR hold_until_ms BETWEEN 1 AND ?2) "
		   "ORDER BY trashed_ms LIMIT ?3";

bool
recordings_resolve(
    struct store *store, const char *prefix, char id[40], unsigned *count)
{
	sqlite3_stmt *prepared = store_prepare(store, select_ids);
	int step;

	sqlite3_bind_text(prepared, 1, prefix, -1, SQLITE_STATIC);
	for (*count = 0; (step = sqlite3_step(prepared)) == SQLITE_ROW;
	     ++*count)
		text_copy(id, 40, store_text(prepared, 0));
	return store_ended(prepared, step);
}

sqlite3_stmt *
recordings_list(struct store *store, const char *slug, bool is_trashed)
{
	sqlite3_stmt *prepared = store_prepare(store, select_list);

	sqlite3_bind_text(prepared, 1, slug, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(prepared, 2, is_trashed);
	return prepared;
}

unsigned
recordings_due(struct store *store, int64_t trashed_before_ms, int64_t now_ms,
    char (*ids)[40], unsigned most)
{
	sqlite3_stmt *prepared = store_prepare(store, select_due);
	unsigned count = 0;
	int step;

	sqlite3_bind_int64(prepared, 1, trashed_before_ms);
	sqlite3_bind_int64(prepared, 2, now_ms);
	sqlite3_bind_int64(prepared, 3, most);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW && count < most)
		text_copy(ids[count++], 40, store_text(prepared, 0));
	return store_ended(prepared, step) ? count : 0;
}

/* Of a statement that gives at most one. */
static bool
take_id(sqlite3_stmt *prepared, char id[40])
{
	int step = sqlite3_step(prepared);
	bool is_there = step == SQLITE_ROW;

	if (is_there) {
		text_copy(id, 40, store_text(prepared, 0));
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step) && is_there;
}

bool
recordings_to_scrub(struct store *store, int64_t before_ms, char id[40])
{
	static const char select[] =
	    "SELECT id FROM recording WHERE state IN ('done', 'broken') "
	    "AND is_remote = 0 AND coalesce(sha256, '') <> '' "
	    "AND max(scrubbed_ms, coalesce(ended_ms, 0)) <= ?1 "
	    "ORDER BY max(scrubbed_ms, coalesce(ended_ms, 0)), id LIMIT 1";
	sqlite3_stmt *prepared = store_prepare(store, select);

	sqlite3_bind_int64(prepared, 1, before_ms);
	return take_id(prepared, id);
}

bool
recordings_to_forget(struct store *store, const char *after, char id[40])
{
	static const char select[] =
	    "SELECT id FROM forget WHERE id > ?1 ORDER BY id LIMIT 1";
	sqlite3_stmt *prepared = store_prepare(store, select);

	sqlite3_bind_text(prepared, 1, after, -1, SQLITE_TRANSIENT);
	return take_id(prepared, id);
}

bool
recordings_forgotten(struct store *store, const char *id)
{
	sqlite3_stmt *prepared = store_prepare(
	    store, "DELETE FROM forget WHERE id = ?1");

	sqlite3_bind_text(prepared, 1, id, -1, SQLITE_STATIC);
	return store_run(prepared);
}
