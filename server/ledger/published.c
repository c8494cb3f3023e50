/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/published.h"

#include "base/text.h"
#include "ledger/recordings.h"

/* One that is broken is there as far as it goes; what was never finished has
 * no digest. */
#define IS_PUBLISHED                                                           \
	"is_public <> 0 AND trashed_ms = 0 AND bytes > 0 "                     \
	"AND sha256 IS NOT NULL AND recording.state IN ('done', 'broken') "
#define IN_SCOPE "recording.member = ?1 AND (?2 = '' OR mount = ?2) "

static const char select_facts[] =
    "SELECT (SELECT count(*) FROM recording WHERE " IS_PUBLISHED "AND " IN_SCOPE
    "), "
    "EXISTS(SELECT 1 FROM recording WHERE " IN_SCOPE "AND published_ms <> 0), "
    "(SELECT language FROM member WHERE id = ?1)";

static const char select_rows[] =
    "SELECT " RECORDINGS_COLUMNS " FROM recording "
    "LEFT JOIN member ON member.id = recording.member "
    "WHERE " IS_PUBLISHED "AND " IN_SCOPE
    "AND (?3 IS NULL OR (published_ms, recording.id) < (?4, ?3)) "
    "ORDER BY published_ms DESC, recording.id DESC LIMIT ?5 OFFSET ?6";

static sqlite3_stmt *
prepare(struct store *store, const char *sql, const struct published_scope *of)
{
	sqlite3_stmt *prepared = store_prepare(store, sql);

	sqlite3_bind_int64(prepared, 1, of->member);
	sqlite3_bind_text(prepared, 2, of->mount, -1, SQLITE_TRANSIENT);
	return prepared;
}

bool
published_facts(struct store *store, const struct published_scope *of,
    struct published_facts *facts)
{
	sqlite3_stmt *prepared = prepare(store, select_facts, of);
	int step = sqlite3_step(prepared);

	if (step == SQLITE_ROW) {
		facts->count = (unsigned)sqlite3_column_int(prepared, 0);
		facts->is_known = sqlite3_column_int(prepared, 1) != 0;
		text_copy(facts->language, sizeof(facts->language),
		    store_text(prepared, 2));
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

bool
published_rows(struct store *store, const struct published_scope *of,
    const struct published_place *place, struct recording_msg *rows,
    unsigned most, unsigned *count)
{
	sqlite3_stmt *prepared = prepare(store, select_rows, of);
	int step;

	if (place->below_id != NULL)
		sqlite3_bind_text(
		    prepared, 3, place->below_id, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(prepared, 4, place->before_ms);
	sqlite3_bind_int64(prepared, 5, most);
	sqlite3_bind_int64(prepared, 6, place->skip);
	*count = 0;
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW && *count < most)
		recordings_take(prepared, &rows[(*count)++]);
	return store_ended(prepared, step);
}
