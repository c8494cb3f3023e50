/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/statements.h"

#include "base/clock.h"
#include "ledger/members.h"

#include <stdio.h>

static const char insert_statement[] =
    "INSERT INTO statement(member, from_ms, to_ms, period, csv, json, "
    "csv_sha256, sealed_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
    "ON CONFLICT DO NOTHING";

static bool
insert(struct store *store, const struct statement_msg *told)
{
	sqlite3_stmt *prepared = store_prepare(store, insert_statement);

	sqlite3_bind_int64(prepared, 1, told->member);
	sqlite3_bind_int64(prepared, 2, told->from_ms);
	sqlite3_bind_int64(prepared, 3, told->to_ms);
	sqlite3_bind_text(prepared, 4, told->period, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 5, told->csv, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 6, told->json, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 7, told->csv_sha256, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 8, clock_wall_ms());
	return store_run(prepared);
}

static bool
audit(struct store *store, const struct statement_msg *told)
{
	struct member_row row;
	char what[256];

	snprintf(what, sizeof(what), "statement close %s sha256=%s",
	    told->period, told->csv_sha256);
	return members_find(store, told->slug, &row) == MEMBERS_DONE &&
	    members_audit(store, &row, "control socket", what);
}

bool
statements_seal(
    struct store *store, const struct statement_msg *told, struct bytes *out)
{
	bool is_done, is_new;

	if (!store_begin(store))
		return false;
	is_done = insert(store, told);
	is_new = is_done && store_changed(store) > 0;
	is_done = is_done && (!is_new || audit(store, told)) &&
	    store_commit(store);
	if (!is_done) {
		store_rollback(store);
		return false;
	}
	if (is_new)
		bytes_format(out, "%s %s is sealed: SHA-256 %s\n", told->slug,
		    told->period, told->csv_sha256);
	else
		bytes_format(out, "%s %s was sealed already\n", told->slug,
		    told->period);
	return true;
}
