/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/care_commands.h"

#include "archive/archive_commands.h"
#include "archive/archivist_priv.h"
#include "archive/remote.h"
#include "archive/rescan.h"
#include "archive/scrubbing.h"
#include "archive/upkeep.h"
#include "base/clock.h"
#include "base/log.h"
#include "ledger/recordings.h"

#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct column rescan_columns[] = { { "path", false },
	{ "what", false } };

static void
say_to_listing(void *arg, const char *path, const char *what)
{
	struct listing *listing = arg;

	listing_add(listing, path);
	listing_add(listing, what);
}

static void
show_listing(struct call *call, struct listing *listing, const char *name)
{
	call_begin_json(call, name);
	listing_show(listing, call->format, call->out);
	call_end_json(call);
	listing_free(listing);
}

static int
rescan(struct call *call)
{
	struct archivist *archivist = call->owner;
	struct listing *listing = listing_new(
	    rescan_columns, COUNT_OF(rescan_columns));
	const struct rescan rescan = { .finishing = &archivist->finishing,
		.store = archivist->store,
		.say = say_to_listing,
		.arg = listing };

	if (!rescan_run(&rescan)) {
		listing_free(listing);
		return call_refuse_store(call, archivist->store);
	}
	show_listing(call, listing, "rescan");
	return CALL_DONE;
}

/* What does not exist here, or is still being written, cannot be compared. */
static bool
is_scrubbed(const struct recording_msg *row)
{
	return row->state >= RECORDING_DONE && !row->is_remote &&
	    row->sha256[0] != '\0';
}

static int
begin_scrub(struct call *call)
{
	struct archivist *archivist = call->owner;

	if (!scrubbing_ask(
		archivist->scrubbing, archivist->asking, call->format)) {
		bytes_text(call->out, "somebody's scrub is still running\n");
		return CALL_REFUSED;
	}
	archivist->asking = 0;
	return CALL_DONE;
}

static int
scrub_one(struct call *call)
{
	struct archivist *archivist = call->owner;
	struct recording_msg row = { 0 };
	int status = archive_find(call, &row);

	if (status != CALL_DONE)
		return status;
	if (!is_scrubbed(&row)) {
		bytes_text(call->out, "its file is not here\n");
		return CALL_REFUSED;
	}
	status = begin_scrub(call);
	if (status == CALL_DONE)
		scrubbing_add(archivist->scrubbing, row.id);
	return status;
}

static int
scrub_all(struct call *call)
{
	struct archivist *archivist = call->owner;
	const char *slug = call_option(call, "--member");
	struct recording_msg row;
	sqlite3_stmt *prepared;
	int status = begin_scrub(call);
	bool failed;

	if (status != CALL_DONE)
		return status;
	prepared = recordings_kept(archivist->store, slug != NULL ? slug : "");
	while (recordings_next_kept(prepared, &row, &failed)) {
		if (is_scrubbed(&row))
			scrubbing_add(archivist->scrubbing, row.id);
	}
	if (failed)
		log_error("archive: not all is scrubbed: %s",
		    store_reason(archivist->store));
	return CALL_DONE;
}

static const struct column retention_columns[] = { { "id", false },
	{ "member", false }, { "mount", false }, { "kind", false },
	{ "started", false }, { "bytes", true }, { "why", false } };

static void
list_due(void *arg, const struct recording_msg *row, const char *why)
{
	struct listing *listing = arg;

	listing_add(listing, row->id);
	listing_add(listing, row->slug);
	listing_add(listing, row->mount);
	listing_add(listing, row->profile == PROFILE_LOG ? "log" : "programme");
	listing_add_time(listing, row->started_ms);
	listing_add_number(listing, (int64_t)row->bytes);
	listing_add(listing, why);
}

/* The same list, whether it is only shown or done. */
static int
retention(struct call *call)
{
	struct archivist *archivist = call->owner;
	struct listing *listing = listing_new(
	    retention_columns, COUNT_OF(retention_columns));
	const struct retention retention = { .store = archivist->store,
		.conf = archivist->conf,
		.now_ms = clock_wall_ms(),
		.due = list_due,
		.arg = listing };
	bool is_done = retention_find(&retention);

	if (is_done && !call_has(call, "--dry-run"))
		is_done = upkeep_retention(archivist) >= 0;
	if (!is_done) {
		listing_free(listing);
		return call_refuse_store(call, archivist->store);
	}
	show_listing(call, listing, "retention");
	return CALL_DONE;
}

static const struct column offload_columns[] = { { "id", false },
	{ "state", false }, { "bytes", true }, { "sent", true },
	{ "verified", false }, { "object", false }, { "words", false } };

static bool
list_item(void *arg, const struct ask_item *item)
{
	struct listing *listing = arg;

	listing_add(listing, item->id);
	listing_add(listing, ask_state_name(item->state));
	listing_add_number(listing, (int64_t)item->bytes);
	listing_add_number(listing, (int64_t)item->sent);
	listing_add_time(listing, item->verified_ms);
	listing_add(listing, item->key);
	listing_add(listing, item->words);
	return true;
}

static int
offload(struct call *call)
{
	struct listing *listing = listing_new(
	    offload_columns, COUNT_OF(offload_columns));
	char *error = NULL;

	if (!remote_list(call->owner, list_item, listing, &error)) {
		bytes_format(
		    call->out, "all2all-archived does not answer: %s\n", error);
		free(error);
		listing_free(listing);
		return CALL_REFUSED;
	}
	show_listing(call, listing, "objects");
	return CALL_DONE;
}

static const struct command commands[] = {
	{ { "archive", "rescan" }, 0,
	    " --format= ", "archive rescan" CALL_FORMATS, rescan },
	{ { "archive", "scrub" }, 1,
	    " --format= ", "archive scrub ID" CALL_FORMATS, scrub_one },
	{ { "archive", "scrub" }, 0, " --member= --format= ",
	    "archive scrub [--member SLUG]" CALL_FORMATS, scrub_all },
	{ { "archive", "retention" }, 0, " --dry-run --format= ",
	    "archive retention [--dry-run]" CALL_FORMATS, retention },
	{ { "archive", "offload" }, 0,
	    " --format= ", "archive offload" CALL_FORMATS, offload },
};

const struct command_table care_commands = { commands, COUNT_OF(commands) };
