/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/statements.h"

#include "base/clock.h"
#include "ledger/audit.h"
#include "ledger/members.h"
#include "ledger/statement_letters.h"

#include <stdio.h>

static const char insert_statement[] =
    "INSERT INTO statement(member, from_ms, to_ms, period, csv, json, "
    "csv_sha256, sealed_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

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

/* Who did it, and who is told of it. */
static bool
tell(struct store *store, const struct statement_msg *told, const char *who)
{
	struct member_row row;
	char what[256];
	bool is_there;

	snprintf(what, sizeof(what), "statement close %s sha256=%s",
	    told->period, told->csv_sha256);
	return members_find(store, told->slug, &row) == MEMBERS_DONE &&
	    members_audit(store, &row, who, what) &&
	    statement_letters_add(store, &row, told->period, &is_there);
}

static const char select_overlap[] =
    "SELECT period, from_ms = ?2 AND to_ms = ?3 FROM statement "
    "WHERE member = ?1 AND from_ms < ?3 AND to_ms > ?2 LIMIT 1";

enum overlap {
	OVERLAP_NONE,
	OVERLAP_SAME, /* sealed already */
	OVERLAP_OTHER,
	OVERLAP_FAILED
};

static enum overlap
look_for_overlap(
    struct store *store, const struct statement_msg *told, struct bytes *out)
{
	sqlite3_stmt *prepared = store_prepare(store, select_overlap);
	enum overlap overlap = OVERLAP_NONE;
	int step;

	sqlite3_bind_int64(prepared, 1, told->member);
	sqlite3_bind_int64(prepared, 2, told->from_ms);
	sqlite3_bind_int64(prepared, 3, told->to_ms);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		overlap = sqlite3_column_int(prepared, 1) ? OVERLAP_SAME
							  : OVERLAP_OTHER;
		if (overlap == OVERLAP_SAME)
			bytes_format(out, "%s %s was sealed already\n",
			    told->slug, told->period);
		else
			bytes_format(out,
			    "%s %s overlaps %s, which is sealed\n", told->slug,
			    told->period, store_text(prepared, 0));
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step) ? overlap : OVERLAP_FAILED;
}

static enum statements_answer
seal_one(struct store *store, const struct statement_msg *told, const char *who,
    struct bytes *out)
{
	switch (look_for_overlap(store, told, out)) {
	case OVERLAP_SAME:
		return STATEMENTS_DONE;
	case OVERLAP_OTHER:
		return STATEMENTS_REFUSED;
	case OVERLAP_FAILED:
		return STATEMENTS_FAILED;
	default:
		break;
	}
	if (!insert(store, told) || !tell(store, told, who))
		return STATEMENTS_FAILED;
	bytes_format(out, "%s %s is sealed: SHA-256 %s\n", told->slug,
	    told->period, told->csv_sha256);
	return STATEMENTS_DONE;
}

enum statements_answer
statements_seal(
    struct store *store, const struct statement_msg *told, struct bytes *out)
{
	const char *who = told->reply_to != 0 ? AUDIT_SOCKET : AUDIT_CLOCK;
	enum statements_answer answer = STATEMENTS_DONE;

	if (!store_begin(store))
		return STATEMENTS_FAILED;
	for (; told != NULL && answer == STATEMENTS_DONE; told = told->next)
		answer = seal_one(store, told, who, out);
	if (answer == STATEMENTS_DONE && !store_commit(store))
		answer = STATEMENTS_FAILED;
	if (answer != STATEMENTS_DONE)
		store_rollback(store);
	if (answer == STATEMENTS_REFUSED)
		bytes_text(out, "nothing was sealed\n");
	return answer;
}
