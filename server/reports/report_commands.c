/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/report_commands.h"

#include "ledger/backup.h"
#include "ledger/report.h"
#include "reports/plain.h"
#include "reports/reporter.h"
#include "reports/show.h"
#include "reports/subject.h"
#include "share/fetch.h"

#include <stdlib.h>
#include <string.h>

static struct reporter *
reporter_of(const struct call *call)
{
	return call->owner;
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

/* The store of this relay, or one made of what all relays share. NULL after
 * having said why. */
static struct store *
open_source(struct call *call, const struct subject *subject)
{
	struct reporter *reporter = reporter_of(call);
	struct store *store;
	char *error;

	if (!call_has(call, "--from-share"))
		return reporter->store;
	if (reporter->share == NULL) {
		bytes_text(call->out, "nothing is shared: share is not set\n");
		return NULL;
	}
	store = fetch_period(reporter->share, reporter->path,
	    subject->member.member.id, subject->member.member.slug,
	    subject->wish.from_ms, subject->wish.to_ms, &error);
	if (store == NULL) {
		bytes_format(call->out,
		    "what relays share cannot be read now: %s\n", error);
		free(error);
	}
	return store;
}

static void
close_source(struct call *call, struct store *store)
{
	if (store != reporter_of(call)->store)
		store_close(store);
}

/* Reads what the call is about, and collects it. The caller frees the model
 * when it is DONE. */
static int
collect_subject(struct call *call, struct subject *subject, struct model *model)
{
	struct store *store;
	int status;

	memset(subject, 0, sizeof(*subject));
	status = subject_read(call, subject);
	if (status != CALL_DONE)
		return status;
	store = open_source(call, subject);
	if (store == NULL)
		return CALL_REFUSED;
	if (!subject_collect(store, subject, model)) {
		status = call_refuse_store(call, store);
		model_free(model);
	}
	close_source(call, store);
	return status;
}

static int
show_report(struct call *call)
{
	struct subject subject;
	struct model model;
	int status = collect_subject(call, &subject, &model);

	if (status != CALL_DONE)
		return status;
	status = show(call, &model);
	model_free(&model);
	return status;
}

static const struct column play_columns[] = { { "started", false },
	{ "ended", false }, { "mount", false }, { "title", false },
	{ "listeners", true }, { "peak", true } };

static const char select_plays[] =
    "SELECT started_ms, coalesce(ended_ms, 0), mount, title, listeners, peak "
    "FROM play WHERE member = ?1 AND started_ms >= ?2 AND started_ms < ?3 "
    "ORDER BY started_ms, id";

static bool
read_plays(
    struct store *store, const struct subject *subject, struct listing *listing)
{
	sqlite3_stmt *prepared = store_prepare(store, select_plays);
	int step;

	sqlite3_bind_int64(prepared, 1, subject->member.member.id);
	sqlite3_bind_int64(prepared, 2, subject->wish.from_ms);
	sqlite3_bind_int64(prepared, 3, subject->wish.to_ms);
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
	return store_ended(prepared, step);
}

static int
list_plays(struct call *call)
{
	struct subject subject;
	struct listing *listing;
	struct store *store;
	bool is_read;
	int status;

	memset(&subject, 0, sizeof(subject));
	status = subject_read(call, &subject);
	if (status != CALL_DONE)
		return status;
	store = open_source(call, &subject);
	if (store == NULL)
		return CALL_REFUSED;
	listing = listing_new(play_columns, 6);
	is_read = read_plays(store, &subject, listing);
	close_source(call, store);
	return reporter_show(call, listing, is_read, "plays");
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
	int status = collect_subject(call, &subject, &model);

	if (status != CALL_DONE)
		return status;
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

#define PERIOD                                                                 \
	"--member SLUG (--period MONTH|YEAR | --from TIME --to TIME) "         \
	"[--from-share]"

static const struct command commands[] = {
	{ { "report" }, 0,
	    " --member= --period= --from= --to= --format=. --from-share ",
	    "report " PERIOD " [--format text|csv|json|html|pdf]",
	    show_report },
	{ { "playlog" }, 0,
	    " --member= --period= --from= --to= --format= --from-share ",
	    "playlog " PERIOD CALL_FORMATS, list_plays },
	{ { "backup" }, 0, " --to= ", "backup [--to FOLDER]", back_up },
	{ { "attest" }, 0,
	    " --member= --period= --from= --to= --format= --from-share ",
	    "attest " PERIOD CALL_FORMATS, attest },
};

const struct command_table report_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
