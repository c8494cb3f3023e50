/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/statement_letters.h"

#include "base/text.h"
#include "ledger/ledger.h"
#include "ledger/letters.h"
#include "ledger/member_commands.h"

#include <stdio.h>

#define KIND "statement"

/* Of what was sealed, not of what the slots say today. */
static const char select_figures[] =
    "SELECT csv_sha256, json ->> '$.used_bytes', json ->> '$.quota_bytes', "
    "json ->> '$.total.wire_out', json ->> '$.total.listen_s', "
    "json ->> '$.total.peak' FROM (SELECT csv_sha256, "
    "CASE WHEN json_valid(json) THEN json ELSE '{}' END AS json "
    "FROM statement WHERE member = ?1 AND period = ?2)";

struct figures {
	char sha256[65];
	char used[24], quota[32], wire[24], hours[32], peak[24];
};

static void
read_figures(sqlite3_stmt *prepared, const struct member_row *row,
    struct figures *figures)
{
	int64_t quota = sqlite3_column_int64(prepared, 2);

	text_copy(figures->sha256, 65, store_text(prepared, 0));
	text_copy(figures->used, 24, store_text(prepared, 1));
	if (quota > 0)
		snprintf(figures->quota, sizeof(figures->quota), "%lld %s",
		    (long long)quota, letters_phrase(row, PHRASE_bytes));
	else
		text_copy(figures->quota, sizeof(figures->quota),
		    letters_phrase(row, PHRASE_no_quota));
	text_copy(figures->wire, 24, store_text(prepared, 3));
	snprintf(figures->hours, sizeof(figures->hours), "%.2f",
	    (double)sqlite3_column_int64(prepared, 4) / 3600);
	text_copy(figures->peak, 24, store_text(prepared, 5));
}

bool
statement_letters_add(struct store *store, const struct member_row *row,
    const char *period, bool *is_there)
{
	sqlite3_stmt *prepared = store_prepare(store, select_figures);
	struct figures figures;
	const struct letter_fact facts[] = { { "{period}", period },
		{ "{used}", figures.used }, { "{quota}", figures.quota },
		{ "{wire}", figures.wire }, { "{hours}", figures.hours },
		{ "{peak}", figures.peak }, { "{sha256}", figures.sha256 } };
	const struct letter_wish wish = { LETTER_statement, KIND, period, facts,
		sizeof(facts) / sizeof(*facts) };
	int step;

	sqlite3_bind_int64(prepared, 1, row->member.id);
	sqlite3_bind_text(prepared, 2, period, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	*is_there = step == SQLITE_ROW;
	if (*is_there) {
		read_figures(prepared, row, &figures);
		/* The first: a name may be sealed for two spans of time. */
		sqlite3_reset(prepared);
		return letters_add(store, row, &wish);
	}
	return store_ended(prepared, step);
}

static int
find(struct call *call, struct member_row *row)
{
	struct ledger *ledger = call->owner;
	const char *slug = call_option(call, "--member");
	int status;

	if (slug == NULL || !call_has(call, "--period"))
		return CALL_WRONG_USE;
	status = member_answer(
	    call, slug, members_find(ledger->store, slug, row));
	if (status == CALL_DONE && row->email[0] == '\0') {
		bytes_format(call->out, "%s has no e-mail address\n", slug);
		return CALL_REFUSED;
	}
	return status;
}

/* The same letter once more when it was sent already. */
static int
mail_statement(struct call *call)
{
	struct store *store = ((struct ledger *)call->owner)->store;
	const char *period = call_option(call, "--period");
	struct member_row row;
	bool is_there = false;
	int status = find(call, &row);

	if (status != CALL_DONE)
		return status;
	if (!store_begin(store) ||
	    !statement_letters_add(store, &row, period, &is_there) ||
	    !letters_again(store, row.member.id, KIND, period) ||
	    !store_commit(store)) {
		store_rollback(store);
		return call_refuse_store(call, store);
	}
	if (!is_there) {
		bytes_text(call->out, "this period is not sealed\n");
		return CALL_REFUSED;
	}
	bytes_format(call->out, "the statement goes to %s\n", row.email);
	return CALL_DONE;
}

static const struct command commands[] = {
	{ { "statement", "mail" }, 0, " --member= --period= ",
	    "statement mail --member SLUG --period MONTH|YEAR",
	    mail_statement },
};

const struct command_table statement_letter_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
