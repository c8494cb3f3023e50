/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "share/fetch.h"

#include "base/mem.h"
#include "share/tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBER_NUMBER 20 /* its parameter in share_table.keep */

static const char *const copies[] = {
	"INSERT INTO meta SELECT * FROM local.meta",
	"INSERT INTO plan SELECT * FROM local.plan",
	"INSERT INTO member SELECT * FROM local.member WHERE id = ?1",
	"INSERT INTO adjustment SELECT * FROM local.adjustment "
	"WHERE member = ?1",
	"INSERT INTO recording SELECT * FROM local.recording WHERE member = ?1",
};

struct period {
	struct store *store;
	struct link *link;
	int64_t member;
	const char *const *values; /* slug, from, to */
};

static bool
copy_local(const struct period *period)
{
	for (unsigned i = 0; i < sizeof(copies) / sizeof(*copies); i++) {
		sqlite3_stmt *prepared = store_prepare(
		    period->store, copies[i]);

		sqlite3_bind_int64(prepared, 1, period->member);
		if (!store_run(prepared))
			return false;
	}
	return true;
}

static void
bind(sqlite3_stmt *prepared, const struct share_table *table,
    const PGresult *result, int row, int column)
{
	const char *text = PQgetvalue(result, row, column);

	if (PQgetisnull(result, row, column))
		sqlite3_bind_null(prepared, column + 1);
	else if (table->fetched[column] == 'n')
		sqlite3_bind_int64(
		    prepared, column + 1, strtoll(text, NULL, 10));
	else
		sqlite3_bind_text(
		    prepared, column + 1, text, -1, SQLITE_STATIC);
}

static bool
name(struct store *store, const char *sql, const char *text)
{
	sqlite3_stmt *prepared = store_prepare(store, sql);

	sqlite3_bind_text(prepared, 1, text, -1, SQLITE_STATIC);
	return store_run(prepared);
}

/* Those of slots and days begin with a relay, and have a mount in column 3. */
static bool
name_both(struct store *store, const PGresult *result, int row)
{
	return name(store,
		   "INSERT INTO relay(uuid) VALUES(?1) ON CONFLICT DO NOTHING",
		   PQgetvalue(result, row, 0)) &&
	    name(store,
		"INSERT INTO mount(path) VALUES(?1) ON CONFLICT DO NOTHING",
		PQgetvalue(result, row, 3));
}

static bool
keep_row(const struct period *period, const struct share_table *table,
    const PGresult *result, int row)
{
	sqlite3_stmt *prepared;

	if (table->fetched[0] == 't' && !name_both(period->store, result, row))
		return false;
	prepared = store_prepare(period->store, table->keep);
	for (int i = 0; table->fetched[i] != '\0'; i++)
		bind(prepared, table, result, row, i);
	sqlite3_bind_int64(prepared, MEMBER_NUMBER, period->member);
	return store_run(prepared);
}

/* False with *error: the link; without: the store. */
static bool
fetch_table(
    const struct period *period, const struct share_table *table, char **error)
{
	PGresult *result = link_ask(
	    period->link, table->fetch, 3, period->values);
	bool is_kept = true;

	if (result == NULL) {
		*error = mem_text(link_reason(period->link));
		return false;
	}
	for (int row = 0; is_kept && row < PQntuples(result); row++)
		is_kept = keep_row(period, table, result, row);
	PQclear(result);
	return is_kept;
}

static bool
fill(const struct period *period, char **error)
{
	if (!link_open(period->link)) {
		*error = mem_text(link_reason(period->link));
		return false;
	}
	if (!store_begin(period->store) || !copy_local(period))
		return false;
	for (unsigned i = 0; i < SHARE_TABLES; i++) {
		if (!fetch_table(period, &share_tables[i], error))
			return false;
	}
	return store_commit(period->store);
}

struct store *
fetch_period(struct link *link, const char *path, int64_t member,
    const char *slug, int64_t from_ms, int64_t to_ms, char **error)
{
	char from[24], to[24];
	const char *const values[] = { slug, from, to };
	struct period period = {
		.link = link, .member = member, .values = values
	};

	snprintf(from, sizeof(from), "%" PRId64, from_ms);
	snprintf(to, sizeof(to), "%" PRId64, to_ms);
	*error = NULL;
	period.store = store_open_memory(path, error);
	if (period.store == NULL || fill(&period, error))
		return period.store;
	if (*error == NULL)
		*error = mem_text(store_reason(period.store));
	store_close(period.store);
	return NULL;
}
