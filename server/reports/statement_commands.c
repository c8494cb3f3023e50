/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/statement_commands.h"

#include "base/clock.h"
#include "ledger/life.h"
#include "reports/closing.h"
#include "reports/reporter.h"
#include "reports/subject.h"

#include <string.h>

static struct reporter *
reporter_of(const struct call *call)
{
	return call->owner;
}

static int
refuse_store(struct call *call)
{
	return call_refuse_store(call, reporter_of(call)->store);
}

static int
close_one(struct call *call, const struct member_row *member,
    struct statement_msg **chain)
{
	struct subject subject;
	int status;

	memset(&subject, 0, sizeof(subject));
	status = subject_read_of(call, member, &subject);
	if (status != CALL_DONE)
		return status;
	switch (closing_add(reporter_of(call)->store, &subject, chain)) {
	case CLOSING_ADDED:
		return CALL_DONE;
	case CLOSING_EARLY:
		bytes_format(call->out, "%s: this period is not over yet\n",
		    member->member.slug);
		return CALL_REFUSED;
	default:
		return refuse_store(call);
	}
}

/* Whoever was a member by its end, whatever became of it. */
static bool
has_period(const struct subject *subject)
{
	return subject->member.activated_ms != 0 &&
	    subject->member.activated_ms < subject->wish.to_ms;
}

static int
close_all(struct call *call, struct statement_msg **chain)
{
	sqlite3_stmt *prepared = members_all(reporter_of(call)->store);
	struct member_row member;
	struct subject subject;
	int status = CALL_DONE;
	bool failed = false;

	while (members_next(prepared, &member, &failed)) {
		if (status != CALL_DONE)
			continue; /* the statement must come to its end */
		memset(&subject, 0, sizeof(subject));
		status = subject_read_of(call, &member, &subject);
		if (status == CALL_DONE && has_period(&subject))
			status = close_one(call, &member, chain);
	}
	return failed ? refuse_store(call) : status;
}

static const char select_sealed[] = "SELECT 1 FROM statement WHERE member = ?1 "
				    "AND from_ms < ?3 AND to_ms > ?2 LIMIT 1";

/* Also a part of it. */
static bool
look_for_sealed(
    struct store *store, const struct subject *subject, bool *is_sealed)
{
	sqlite3_stmt *prepared = store_prepare(store, select_sealed);
	int step;

	sqlite3_bind_int64(prepared, 1, subject->member.member.id);
	sqlite3_bind_int64(prepared, 2, subject->wish.from_ms);
	sqlite3_bind_int64(prepared, 3, subject->wish.to_ms);
	step = sqlite3_step(prepared);
	*is_sealed = step == SQLITE_ROW;
	if (*is_sealed)
		step = sqlite3_step(prepared);
	return store_ended(prepared, step);
}

/* The month before the running one, as "2026-10"; false: it is not the day
 * yet on which it is closed. */
static bool
last_month(
    struct call *call, const struct member_row *member, char period[DAY_BYTES])
{
	const struct reporter *reporter = reporter_of(call);
	const struct zone *zone = zones_find(reporter->zones, member->zone);
	int64_t today, first;

	if (zone == NULL)
		zone = zones_utc(reporter->zones);
	today = zone_day(zone, clock_wall_ms());
	first = day_month(today);
	day_text(day_month(first - 1), period);
	period[7] = '\0';
	return today - first + 1 >= reporter->statement_day;
}

/* As if the operator had asked for that month. */
static int
close_last_month(struct call *call, const struct member_row *member,
    struct statement_msg **chain)
{
	struct store *store = reporter_of(call)->store;
	struct call own = *call;
	struct subject subject;
	char period[DAY_BYTES];
	bool is_sealed;
	int status;

	if (!life_is_open(member->member.state) ||
	    !last_month(call, member, period))
		return CALL_DONE;
	own.names[0] = "--period";
	own.values[0] = period;
	own.option_count = 1;
	memset(&subject, 0, sizeof(subject));
	status = subject_read_of(&own, member, &subject);
	if (status != CALL_DONE || !has_period(&subject))
		return status;
	if (!look_for_sealed(store, &subject, &is_sealed))
		return refuse_store(call);
	if (!is_sealed && closing_add(store, &subject, chain) == CLOSING_FAILED)
		return refuse_store(call);
	return CALL_DONE;
}

/* Who has none is tried again at the next look. */
static int
close_due(struct call *call)
{
	struct reporter *reporter = reporter_of(call);
	sqlite3_stmt *prepared = members_all(reporter->store);
	struct statement_msg *chain = NULL;
	struct member_row member;
	int status = CALL_DONE, one;
	bool failed = false;

	while (members_next(prepared, &member, &failed)) {
		one = close_last_month(call, &member, &chain);
		status = one != CALL_DONE ? one : status;
	}
	if (failed)
		status = refuse_store(call);
	if (chain != NULL)
		reporter->passed = &chain->message;
	else if (status == CALL_DONE)
		bytes_text(call->out, "all are closed\n");
	return status;
}

static int
close_statements(struct call *call)
{
	struct statement_msg *chain = NULL;
	struct member_row member;
	int status;

	if (call_has(call, "--all") == call_has(call, "--member") ||
	    !call_has(call, "--period"))
		return CALL_WRONG_USE;
	if (call_has(call, "--all")) {
		status = close_all(call, &chain);
	} else {
		status = subject_member(call, &member);
		if (status == CALL_DONE)
			status = close_one(call, &member, &chain);
	}
	if (status == CALL_DONE && chain != NULL)
		reporter_of(call)->passed = &chain->message;
	else if (status == CALL_DONE)
		bytes_text(call->out, "nobody was a member then\n");
	else if (chain != NULL)
		message_free(&chain->message);
	return status;
}

static const struct column statement_columns[] = { { "period", false },
	{ "from", false }, { "to", false }, { "sealed", false },
	{ "csv_sha256", false } };

static const char select_statements[] =
    "SELECT period, from_ms, to_ms, sealed_ms, csv_sha256 FROM statement "
    "WHERE member = ?1 ORDER BY from_ms";

static int
list_statements(struct call *call)
{
	struct listing *listing;
	struct member_row member;
	sqlite3_stmt *prepared;
	int status = subject_member(call, &member), step;

	if (status != CALL_DONE)
		return status;
	listing = listing_new(statement_columns, 5);
	prepared = store_prepare(reporter_of(call)->store, select_statements);
	sqlite3_bind_int64(prepared, 1, member.member.id);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		listing_add(listing, store_text(prepared, 0));
		for (int i = 1; i < 4; i++)
			listing_add_time(
			    listing, sqlite3_column_int64(prepared, i));
		listing_add(listing, store_text(prepared, 4));
	}
	return reporter_show(
	    call, listing, store_ended(prepared, step), "statements");
}

static const char select_statement[] =
    "SELECT csv, json FROM statement WHERE member = ?1 AND period = ?2";

/* As it was sealed. */
static int
show_statement(struct call *call)
{
	const char *period = call_option(call, "--period");
	struct member_row member;
	sqlite3_stmt *prepared;
	int status = subject_member(call, &member), step;

	if (status != CALL_DONE)
		return status;
	if (period == NULL || call->format == LISTING_TEXT)
		return CALL_WRONG_USE;
	prepared = store_prepare(reporter_of(call)->store, select_statement);
	sqlite3_bind_int64(prepared, 1, member.member.id);
	sqlite3_bind_text(prepared, 2, period, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	if (step == SQLITE_DONE) {
		bytes_text(call->out, "this period is not sealed\n");
		status = CALL_REFUSED;
	}
	if (step == SQLITE_ROW) {
		bytes_text(call->out,
		    store_text(prepared, call->format == LISTING_JSON));
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step) ? status : refuse_store(call);
}

static const struct command commands[] = {
	{ { "statement", "close" }, 0, " --member= --all --period= ",
	    "statement close (--member SLUG | --all) --period MONTH|YEAR",
	    close_statements },
	{ { "statement", "due" }, 0, "", "statement due", close_due },
	{ { "statement", "list" }, 0, " --member= --format= ",
	    "statement list --member SLUG" CALL_FORMATS, list_statements },
	{ { "statement", "show" }, 0, " --member= --period= --format= ",
	    "statement show --member SLUG --period MONTH|YEAR "
	    "--format csv|json",
	    show_statement },
};

const struct command_table statement_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
