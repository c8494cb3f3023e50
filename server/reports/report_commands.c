/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/report_commands.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/backup.h"
#include "ledger/report.h"
#include "reports/collect.h"
#include "reports/plain.h"
#include "reports/reporter.h"
#include "reports/show.h"

#include <stdio.h>
#include <string.h>

#define SETTLE_MS  120000 /* after its end, until a period may be sealed */
#define LONGEST_MS (INT64_C(400) * DAY_MS)

/* What a report is about. */
struct subject {
	struct member_row member;
	struct collect_wish wish;
	char period[64];
};

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
find_member(struct call *call, struct member_row *member)
{
	const char *slug = call_option(call, "--member");

	if (slug == NULL)
		return CALL_WRONG_USE;
	switch (members_find(reporter_of(call)->store, slug, member)) {
	case MEMBERS_DONE:
		return CALL_DONE;
	case MEMBERS_FAILED:
		return refuse_store(call);
	default:
		bytes_text(call->out, "there is no member ");
		text_json(call->out, slug);
		bytes_text(call->out, "\n");
		return CALL_REFUSED;
	}
}

/* "2026-11" or "2026", a month or a year of the member's zone. */
static bool
named_period(
    const struct zone *zone, const char *word, int64_t *from_ms, int64_t *to_ms)
{
	bool is_year = strlen(word) == 4;
	char first[DAY_BYTES] = "0000-01-01";
	int64_t day, end;

	if (strlen(word) != 7 && !is_year)
		return false;
	memcpy(first, word, strlen(word));
	if (!day_parse(first, &day))
		return false;
	end = day;
	for (int i = 0; i < (is_year ? 12 : 1); i++)
		end = day_next_month(end);
	*from_ms = zone_begin_ms(zone, day);
	*to_ms = zone_begin_ms(zone, end);
	return true;
}

/* A day without an hour is one of the member's zone. */
static bool
read_moment(struct call *call, const struct zone *zone, const char *option,
    int64_t *wall_ms)
{
	const char *word = call_option(call, option);
	int64_t day;

	if (word != NULL && day_parse(word, &day)) {
		*wall_ms = zone_begin_ms(zone, day);
		return true;
	}
	return call_time(call, option, wall_ms);
}

static int
read_period(struct call *call, struct subject *subject)
{
	const char *word = call_option(call, "--period");
	struct collect_wish *wish = &subject->wish;

	wish->period = subject->period;
	wish->now_ms = clock_wall_ms();
	if (word != NULL) {
		if (!named_period(
			wish->zone, word, &wish->from_ms, &wish->to_ms)) {
			bytes_text(call->out,
			    "a period is a month or a year: "
			    "2026-11 or 2026\n");
			return CALL_WRONG_USE;
		}
		text_copy(subject->period, sizeof(subject->period), word);
		return CALL_DONE;
	}
	if (call_option(call, "--from") == NULL ||
	    call_option(call, "--to") == NULL)
		return CALL_WRONG_USE;
	if (!read_moment(call, wish->zone, "--from", &wish->from_ms) ||
	    !read_moment(call, wish->zone, "--to", &wish->to_ms))
		return CALL_WRONG_USE;
	snprintf(subject->period, sizeof(subject->period), "%.29s to %.29s",
	    call_option(call, "--from"), call_option(call, "--to"));
	return CALL_DONE;
}

static int
read_subject(struct call *call, struct subject *subject)
{
	struct collect_wish *wish = &subject->wish;
	int status = find_member(call, &subject->member);

	if (status != CALL_DONE)
		return status;
	wish->member = &subject->member;
	wish->zone = zones_find(reporter_of(call)->zones, subject->member.zone);
	if (wish->zone == NULL) {
		bytes_format(call->out,
		    "this system has no time zone %s: is tzdata installed?\n",
		    subject->member.zone);
		return CALL_REFUSED;
	}
	status = read_period(call, subject);
	if (status != CALL_DONE)
		return status;
	if (wish->to_ms <= wish->from_ms ||
	    wish->to_ms - wish->from_ms > LONGEST_MS) {
		bytes_text(call->out,
		    "a period ends after it begins, and "
		    "has at most 400 days\n");
		return CALL_REFUSED;
	}
	return CALL_DONE;
}

static const char
    select_sealed[] = "SELECT csv_sha256 FROM statement "
		      "WHERE member = ?1 AND from_ms = ?2 AND to_ms = ?3";

/* Sealed only as long as it says what was sealed. */
static bool
look_for_seal(
    struct store *store, const struct subject *subject, struct model *model)
{
	sqlite3_stmt *prepared = store_prepare(store, select_sealed);
	int step;

	plain_digest(model, model->csv_sha256);
	sqlite3_bind_int64(prepared, 1, subject->member.member.id);
	sqlite3_bind_int64(prepared, 2, subject->wish.from_ms);
	sqlite3_bind_int64(prepared, 3, subject->wish.to_ms);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		model->is_sealed = strcmp(store_text(prepared, 0),
				       model->csv_sha256) == 0;
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

static bool
make_model(
    struct call *call, const struct subject *subject, struct model *model)
{
	struct store *store = reporter_of(call)->store;

	return collect(store, &subject->wish, model) &&
	    look_for_seal(store, subject, model);
}

static int
show(struct call *call, const struct model *model)
{
	const char *format = call_option(call, "--format");
	bool is_shown = true;

	if (format == NULL || strcmp(format, "text") == 0)
		plain_text(model, call->out);
	else if (strcmp(format, "csv") == 0)
		plain_csv(model, call->out);
	else if (strcmp(format, "json") == 0)
		plain_json(model, call->out);
	else if (strcmp(format, "html") == 0)
		is_shown = show_html(model, call->out);
	else if (strcmp(format, "pdf") == 0)
		is_shown = show_pdf(model, call->out);
	else
		return CALL_WRONG_USE;
	if (is_shown)
		return CALL_DONE;
	bytes_text(call->out, "it cannot be made, the log says why\n");
	return CALL_REFUSED;
}

static int
show_report(struct call *call)
{
	struct subject subject;
	struct model model;
	int status;

	memset(&subject, 0, sizeof(subject));
	status = read_subject(call, &subject);
	if (status != CALL_DONE)
		return status;
	if (make_model(call, &subject, &model))
		status = show(call, &model);
	else
		status = refuse_store(call);
	model_free(&model);
	return status;
}

static char *
text_of(const struct model *model,
    void (*face)(const struct model *, struct bytes *))
{
	struct bytes out = { 0 };
	char *text;

	face(model, &out);
	bytes_append(&out, "", 1);
	text = mem_text((const char *)out.data);
	bytes_free(&out);
	return text;
}

static int
close_statement(struct call *call)
{
	struct statement_msg *statement;
	struct subject subject;
	struct model model;
	int status;

	memset(&subject, 0, sizeof(subject));
	status = read_subject(call, &subject);
	if (status != CALL_DONE)
		return status;
	if (subject.wish.now_ms < subject.wish.to_ms + SETTLE_MS) {
		bytes_text(call->out, "this period is not over yet\n");
		return CALL_REFUSED;
	}
	if (!make_model(call, &subject, &model)) {
		model_free(&model);
		return refuse_store(call);
	}
	model.is_sealed = true;
	statement = message_new(MSG_STATEMENT, sizeof(*statement));
	statement->member = subject.member.member.id;
	text_copy(statement->slug, sizeof(statement->slug), model.slug);
	text_copy(statement->period, sizeof(statement->period), model.period);
	text_copy(statement->csv_sha256, sizeof(statement->csv_sha256),
	    model.csv_sha256);
	statement->from_ms = model.from_ms;
	statement->to_ms = model.to_ms;
	statement->csv = text_of(&model, plain_csv);
	statement->json = text_of(&model, plain_json);
	reporter_of(call)->passed = &statement->message;
	model_free(&model);
	return CALL_DONE;
}

static const struct column statement_columns[] = { { "period", false },
	{ "from", false }, { "to", false }, { "sealed", false },
	{ "csv_sha256", false } };

static const char select_statements[] =
    "SELECT period, from_ms, to_ms, sealed_ms, csv_sha256 FROM statement "
    "WHERE member = ?1 ORDER BY from_ms";

static int
show_listing(
    struct call *call, struct listing *listing, bool is_read, const char *name)
{
	if (is_read) {
		call_begin_json(call, name);
		listing_show(listing, call->format, call->out);
		call_end_json(call);
	}
	listing_free(listing);
	return is_read ? CALL_DONE : refuse_store(call);
}

static int
list_statements(struct call *call)
{
	struct listing *listing;
	struct member_row member;
	sqlite3_stmt *prepared;
	int status = find_member(call, &member), step;

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
	return show_listing(
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
	int status = find_member(call, &member), step;

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

static const struct column play_columns[] = { { "started", false },
	{ "ended", false }, { "mount", false }, { "title", false },
	{ "listeners", true }, { "peak", true } };

static const char select_plays[] =
    "SELECT started_ms, coalesce(ended_ms, 0), mount, title, listeners, peak "
    "FROM play WHERE member = ?1 AND started_ms >= ?2 AND started_ms < ?3 "
    "ORDER BY started_ms, id";

static int
list_plays(struct call *call)
{
	struct subject subject;
	struct listing *listing;
	sqlite3_stmt *prepared;
	int status, step;

	memset(&subject, 0, sizeof(subject));
	status = read_subject(call, &subject);
	if (status != CALL_DONE)
		return status;
	listing = listing_new(play_columns, 6);
	prepared = store_prepare(reporter_of(call)->store, select_plays);
	sqlite3_bind_int64(prepared, 1, subject.member.member.id);
	sqlite3_bind_int64(prepared, 2, subject.wish.from_ms);
	sqlite3_bind_int64(prepared, 3, subject.wish.to_ms);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		for (int i = 0; i < 2; i++)
			listing_add_time(
			    listing, sqlite3_column_int64(prepared, i));
		for (int i = 2; i < 4; i++)
			listing_add(listing, store_text(prepared, i));
		for (int i = 4; i < 6; i++)
			listing_add_number(
			    listing, sqlite3_column_int64(prepared, i));
	}
	return show_listing(
	    call, listing, store_ended(prepared, step), "plays");
}

static const struct column attest_columns[] = { { "member", false },
	{ "name", false }, { "zone", false }, { "from", false },
	{ "to", false }, { "peak_listeners", true }, { "peak_at", false },
	{ "cap_listeners", true }, { "listening_hours", true },
	{ "sessions60", true }, { "csv_sha256", false } };

/* What societies of authors and performers ask of who serves a station. */
static int
attest(struct call *call)
{
	struct listing *listing;
	struct subject subject;
	struct model model;
	int64_t cap;
	int status;

	memset(&subject, 0, sizeof(subject));
	status = read_subject(call, &subject);
	if (status != CALL_DONE)
		return status;
	if (!make_model(call, &subject, &model)) {
		model_free(&model);
		return refuse_store(call);
	}
	listing = listing_new(attest_columns, 11);
	listing_add(listing, model.slug);
	listing_add(listing, model.name);
	listing_add(listing, model.zone);
	listing_add_time(listing, model.from_ms);
	listing_add_time(listing, model.to_ms);
	listing_add_number(listing, (int64_t)model.total.peak);
	listing_add_time(listing, model.total.peak_at_ms);
	cap = subject.member.plan.id != 0 ? subject.member.plan.max_listeners
					  : NO_LIMIT;
	if (cap == NO_LIMIT)
		listing_add(listing, NULL);
	else
		listing_add_number(listing, cap);
	listing_add_number(
	    listing, (int64_t)(model.total.listen60_ms / 3600000));
	listing_add_number(listing, (int64_t)model.sessions60);
	listing_add(listing, model.csv_sha256);
	model_free(&model);
	call_begin_json(call, "attestation");
	listing_show_row(listing, 0, call->format, call->out);
	call_end_json(call);
	listing_free(listing);
	return CALL_DONE;
}

static int
back_up(struct call *call)
{
	const char *folder = call_option(call, "--to");

	if (folder == NULL)
		folder = reporter_of(call)->backup_folder;
	if (folder == NULL) {
		bytes_text(call->out, "where to? backup-folder is not set\n");
		return CALL_WRONG_USE;
	}
	return backup_make(reporter_of(call)->store, folder, call->out)
	    ? CALL_DONE
	    : CALL_REFUSED;
}

#define PERIOD "--member SLUG (--period MONTH|YEAR | --from TIME --to TIME)"

static const struct command commands[] = {
	{ { "report" }, 0, " --member= --period= --from= --to= --format=. ",
	    "report " PERIOD " [--format text|csv|json|html|pdf]",
	    show_report },
	{ { "statement", "close" }, 0, " --member= --period= ",
	    "statement close --member SLUG --period MONTH|YEAR",
	    close_statement },
	{ { "statement", "list" }, 0, " --member= --format= ",
	    "statement list --member SLUG" CALL_FORMATS, list_statements },
	{ { "statement", "show" }, 0, " --member= --period= --format= ",
	    "statement show --member SLUG --period MONTH|YEAR "
	    "--format csv|json",
	    show_statement },
	{ { "playlog" }, 0, " --member= --period= --from= --to= --format= ",
	    "playlog " PERIOD CALL_FORMATS, list_plays },
	{ { "backup" }, 0, " --to= ", "backup [--to FOLDER]", back_up },
	{ { "attest" }, 0, " --member= --period= --from= --to= --format= ",
	    "attest " PERIOD CALL_FORMATS, attest },
};

const struct command_table report_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
