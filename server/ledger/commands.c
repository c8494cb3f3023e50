/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/commands.h"

#include "base/text.h"
#include "ledger/adjust_command.h"
#include "ledger/audit.h"
#include "ledger/call.h"
#include "ledger/custody_commands.h"
#include "ledger/delegate_commands.h"
#include "ledger/invoice_commands.h"
#include "ledger/key_commands.h"
#include "ledger/letter_commands.h"
#include "ledger/life_commands.h"
#include "ledger/member_commands.h"
#include "ledger/plans.h"
#include "ledger/report.h"
#include "ledger/statement_letters.h"
#include "ledger/token_commands.h"

#include <string.h>

static struct ledger *
ledger_of(const struct call *call)
{
	return call->owner;
}

static int
refuse_for_store(struct call *call)
{
	return call_refuse_store(call, ledger_of(call)->store);
}

/* What is still in memory counts too. */
static int
show_usage(struct call *call)
{
	struct period period = { INT64_MIN, INT64_MAX };
	int64_t member;
	int status;

	if (!call_time(call, "--from", &period.from_ms) ||
	    !call_time(call, "--to", &period.to_ms))
		return CALL_WRONG_USE;
	status = member_chosen(call, &member);
	if (status != CALL_DONE)
		return status;
	if (!ledger_flush(ledger_of(call)) ||
	    !report_usage(ledger_of(call)->store, member, &period, call->format,
		call->out))
		return refuse_for_store(call);
	return CALL_DONE;
}

static const struct column recording_columns[] = { { "id", false },
	{ "member", false }, { "mount", false }, { "path", false },
	{ "state", false }, { "started", false }, { "seconds", true },
	{ "bytes", true }, { "media_type", false }, { "note", false } };

#define RECORDING_COLUMNS                                                      \
	(sizeof(recording_columns) / sizeof(*recording_columns))

static void
add_recording_row(struct listing *listing, const struct recording_row *row)
{
	const char *texts[] = { row->id, row->slug, row->mount, row->path,
		row->state };

	for (unsigned i = 0; i < 5; i++)
		listing_add(listing, texts[i]);
	listing_add_time(listing, row->started_ms);
	if (row->ended_ms == 0)
		listing_add(listing, NULL);
	else
		listing_add_number(
		    listing, (row->ended_ms - row->started_ms) / 1000);
	listing_add_number(listing, row->bytes);
	listing_add(listing, row->media_type);
	listing_add(listing, row->note);
}

static int
list_recordings(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	struct recording_row row;
	struct listing *listing;
	sqlite3_stmt *prepared;
	int64_t member;
	bool failed;
	int status = member_chosen(call, &member);

	if (status != CALL_DONE)
		return status;
	if (!ledger_flush(ledger_of(call)))
		return refuse_for_store(call);
	listing = listing_new(recording_columns, RECORDING_COLUMNS);
	prepared = recordings_of(store, member);
	while (recordings_next(prepared, &row, &failed))
		add_recording_row(listing, &row);
	if (!failed) {
		call_begin_json(call, "recordings");
		listing_show(listing, call->format, call->out);
		call_end_json(call);
	}
	listing_free(listing);
	return failed ? refuse_for_store(call) : CALL_DONE;
}

static const struct column audit_columns[] = { { "row", true }, { "at", false },
	{ "who", false }, { "member", false }, { "what", false },
	{ "sha256", false } };

#define AUDIT_COLUMNS (sizeof(audit_columns) / sizeof(*audit_columns))

static void
add_audit_line(struct listing *listing, const struct audit_line *line)
{
	listing_add_number(listing, line->id);
	listing_add_time(listing, line->at_ms);
	listing_add(listing, line->row.who);
	listing_add(listing, line->row.slug);
	listing_add(listing, line->row.what);
	listing_add(listing, line->sha256);
}

/* A chain that was tampered with is no answer. */
static int
check_chain(struct call *call)
{
	int64_t bad;

	if (audit_is_whole(ledger_of(call)->store, &bad))
		return CALL_DONE;
	if (bad == 0)
		return refuse_for_store(call);
	bytes_format(call->out,
	    "the audit is broken: row %lld is not what was written\n",
	    (long long)bad);
	return CALL_REFUSED;
}

static int
show_audit(struct call *call)
{
	struct audit_line line;
	struct listing *listing;
	sqlite3_stmt *prepared;
	int64_t member;
	bool failed;
	int status = member_chosen(call, &member);

	if (status == CALL_DONE)
		status = check_chain(call);
	if (status != CALL_DONE)
		return status;
	listing = listing_new(audit_columns, AUDIT_COLUMNS);
	prepared = audit_of(ledger_of(call)->store, member);
	while (audit_next(prepared, &line, &failed))
		add_audit_line(listing, &line);
	if (!failed) {
		call_begin_json(call, "audit");
		listing_show(listing, call->format, call->out);
		call_end_json(call);
	}
	listing_free(listing);
	return failed ? refuse_for_store(call) : CALL_DONE;
}

static const struct command commands[] = {
	{ { "usage" }, 0, " --member= --from= --to= --format= ",
	    "usage [--member SLUG] [--from TIME] [--to TIME]" CALL_FORMATS,
	    show_usage },
	{ { "recordings" }, 0, " --member= --format= ",
	    "recordings [--member SLUG]" CALL_FORMATS, list_recordings },
	{ { "audit" }, 0, " --member= --format= ",
	    "audit [--member SLUG]" CALL_FORMATS, show_audit },
};

int
ledger_command(
    struct ledger *ledger, unsigned argc, char **argv, struct bytes *out)
{
	const struct command_table tables[] = {
		member_commands,
		key_commands,
		delegate_commands,
		life_commands,
		invoice_commands,
		plan_commands,
		adjust_commands,
		custody_commands,
		letter_commands,
		statement_letter_commands,
		token_commands,
		{ commands, sizeof(commands) / sizeof(*commands) },
	};

	return call_run(
	    tables, sizeof(tables) / sizeof(*tables), ledger, argc, argv, out);
}
