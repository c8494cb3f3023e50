/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/archive_commands.h"

#include "archive/archivist_priv.h"
#include "archive/item.h"
#include "archive/remote.h"
#include "base/clock.h"
#include "base/text.h"
#include "ledger/audit.h"
#include "ledger/recordings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_LETTERS 6 /* of an id */

static struct archivist *
archivist_of(const struct call *call)
{
	return call->owner;
}

int
archive_find(struct call *call, struct recording_msg *row)
{
	struct archivist *archivist = archivist_of(call);
	const char *asked = call->words[0];
	char id[40], name[NAME_BYTES];
	unsigned count;
	bool failed;

	if (strlen(asked) < LEAST_LETTERS) {
		bytes_format(call->out, "an id has at least %d letters\n",
		    LEAST_LETTERS);
		return CALL_REFUSED;
	}
	if (!recordings_resolve(archivist->store, asked, id, &count))
		return call_refuse_store(call, archivist->store);
	if (count != 1) {
		bytes_text(call->out,
		    count == 0 ? "there is no such recording\n"
			       : "more than one recording begins so\n");
		return CALL_REFUSED;
	}
	if (recordings_find(archivist->store, id, "", row, name, &failed))
		return CALL_DONE;
	return call_refuse_store(call, archivist->store);
}

static int
find_finished(
    struct call *call, struct recording_msg *row, struct sidecar *sidecar)
{
	int status = archive_find(call, row);

	if (status != CALL_DONE)
		return status;
	if (row->state == RECORDING_ACTIVE ||
	    row->state == RECORDING_FINISHING) {
		bytes_text(call->out, "it is still being written\n");
		return CALL_REFUSED;
	}
	sidecar->row = *row;
	if (item_read(
		archivist_of(call)->finishing.archive, row->path, sidecar))
		return CALL_DONE;
	bytes_format(
	    call->out, "its sidecar cannot be read: %s\n", strerror(errno));
	return CALL_REFUSED;
}

/* The call's options, but for how to show it: what a person said. */
static void
list_options(const struct call *call, struct bytes *detail)
{
	for (unsigned i = 0; i < call->option_count; i++) {
		if (strcmp(call->names[i], "--format") == 0)
			continue;
		bytes_format(detail, " %s=", call->names[i] + 2);
		text_json(detail, call->values[i]);
	}
	bytes_append(detail, "", 1);
}

static void
audit(
    const struct call *call, const char *what, const struct recording_msg *row)
{
	struct bytes detail = { 0 };

	list_options(call, &detail);
	archivist_audit(archivist_of(call), AUDIT_SOCKET, what, row,
	    (const char *)detail.data);
	bytes_free(&detail);
}

static void
say_done(
    const struct call *call, const char *what, const struct recording_msg *row)
{
	if (call->format == LISTING_JSON)
		bytes_format(call->out,
		    "{\"schema\":1,\"id\":\"%s\",\"done\":\"%s\"}\n", row->id,
		    what);
	else
		bytes_format(call->out, "%s %s\n", what, row->id);
}

static int
keep(struct call *call, struct sidecar *sidecar, const char *what)
{
	struct archivist *archivist = archivist_of(call);
	struct recording_msg *row = &sidecar->row;
	int status = CALL_DONE;

	if (item_write(archivist->finishing.archive, row->path, sidecar)) {
		audit(call, what, row);
		archivist_tell(archivist, row);
		say_done(call, what, row);
	} else {
		bytes_format(call->out, "its sidecar cannot be written: %s\n",
		    strerror(errno));
		status = CALL_REFUSED;
	}
	sidecar_clear(sidecar);
	return status;
}

static int
publish(struct call *call)
{
	struct sidecar sidecar = { 0 };
	struct recording_msg row = { 0 };
	int status = find_finished(call, &row, &sidecar);

	if (status != CALL_DONE)
		return status;
	if (sidecar.row.trashed_ms != 0) {
		sidecar_clear(&sidecar);
		bytes_text(call->out, "it is in the trash\n");
		return CALL_REFUSED;
	}
	sidecar.row.is_public = true;
	if (sidecar.row.published_ms == 0)
		sidecar.row.published_ms = clock_wall_ms();
	return keep(call, &sidecar, "recording published");
}

static int
hide(struct call *call)
{
	struct sidecar sidecar = { 0 };
	struct recording_msg row = { 0 };
	int status = find_finished(call, &row, &sidecar);

	if (status != CALL_DONE)
		return status;
	sidecar.row.is_public = false;
	return keep(call, &sidecar, "recording hidden");
}

static int
trash(struct call *call)
{
	struct sidecar sidecar = { 0 };
	struct recording_msg row = { 0 };
	int status = find_finished(call, &row, &sidecar);

	if (status != CALL_DONE)
		return status;
	if (item_is_held(&sidecar.row, clock_wall_ms())) {
		bytes_format(
		    call->out, "it is held: %s\n", sidecar.row.hold.reason);
		sidecar_clear(&sidecar);
		return CALL_REFUSED;
	}
	if (sidecar.row.trashed_ms == 0)
		sidecar.row.trashed_ms = clock_wall_ms();
	return keep(call, &sidecar, "recording trashed");
}

/* Its file, from the object store. */
static int
bring_back(struct call *call)
{
	struct recording_msg row = { 0 };
	int status = archive_find(call, &row);
	char *error = NULL;

	if (status != CALL_DONE)
		return status;
	if (!row.is_remote) {
		bytes_text(call->out, "its file is here\n");
		return CALL_REFUSED;
	}
	if (!remote_fetch(archivist_of(call), &row, &error)) {
		bytes_format(call->out, "it stays where it is: %s\n", error);
		free(error);
		return CALL_REFUSED;
	}
	audit(call, "recording fetched", &row);
	say_done(call, "recording fetched", &row);
	return CALL_DONE;
}

static int
restore(struct call *call)
{
	struct sidecar sidecar = { 0 };
	struct recording_msg row = { 0 };
	int status;

	if (call_has(call, "--local"))
		return bring_back(call);
	status = find_finished(call, &row, &sidecar);

	if (status != CALL_DONE)
		return status;
	sidecar.row.trashed_ms = 0;
	return keep(call, &sidecar, "recording restored");
}

static int
drop(struct call *call)
{
	struct recording_msg row = { 0 };
	char *error = NULL;
	int status;

	if (!call_has(call, "--drop"))
		return CALL_WRONG_USE;
	status = archive_find(call, &row);
	if (status != CALL_DONE)
		return status;
	if (!remote_drop(archivist_of(call), &row, &error)) {
		bytes_format(call->out, "its file stays: %s\n", error);
		free(error);
		return CALL_REFUSED;
	}
	audit(call, "recording dropped here", &row);
	say_done(call, "recording dropped here", &row);
	return CALL_DONE;
}

static int
pin(struct call *call)
{
	struct sidecar sidecar = { 0 };
	struct recording_msg row = { 0 };
	int status = find_finished(call, &row, &sidecar);

	if (status != CALL_DONE)
		return status;
	sidecar.row.is_pinned = true;
	return keep(call, &sidecar, "recording pinned");
}

static int
unpin(struct call *call)
{
	struct sidecar sidecar = { 0 };
	struct recording_msg row = { 0 };
	int status = find_finished(call, &row, &sidecar);

	if (status != CALL_DONE)
		return status;
	sidecar.row.is_pinned = false;
	return keep(call, &sidecar, "recording unpinned");
}

/* Clean; false after having said that it is too long. */
static bool
take_text(struct call *call, const char *option, char *to, size_t size)
{
	const char *given = call_option(call, option);

	if (given == NULL)
		return true;
	if (strlen(given) >= size) {
		bytes_format(
		    call->out, "%s has at most %zu bytes\n", option, size - 1);
		return false;
	}
	text_clean(to, size, given, strlen(given));
	return true;
}

static int
hold(struct call *call)
{
	struct sidecar sidecar = { 0 };
	struct recording_msg row = { 0 };
	struct recording_hold held = { 0 };
	int status;

	if (!call_has(call, "--reason") || !call_has(call, "--reference") ||
	    !call_has(call, "--person") ||
	    !call_time(call, "--until", &held.until_ms))
		return CALL_WRONG_USE;
	if (!take_text(call, "--reason", held.reason, sizeof(held.reason)) ||
	    !take_text(
		call, "--reference", held.reference, sizeof(held.reference)) ||
	    !take_text(call, "--person", held.person, sizeof(held.person)))
		return CALL_REFUSED;
	status = find_finished(call, &row, &sidecar);
	if (status != CALL_DONE)
		return status;
	sidecar.row.hold = held;
	sidecar.row.trashed_ms = 0;
	return keep(call, &sidecar, "recording held");
}

static int
release(struct call *call)
{
	struct sidecar sidecar = { 0 };
	struct recording_msg row = { 0 };
	int status;

	if (!call_has(call, "--person"))
		return CALL_WRONG_USE;
	status = find_finished(call, &row, &sidecar);
	if (status != CALL_DONE)
		return status;
	memset(&sidecar.row.hold, 0, sizeof(sidecar.row.hold));
	return keep(call, &sidecar, "recording released");
}

static int
edit(struct call *call)
{
	struct sidecar sidecar = { 0 };
	struct recording_msg row = { 0 };
	int status;

	if (!call_has(call, "--title") && !call_has(call, "--description"))
		return CALL_WRONG_USE;
	status = find_finished(call, &row, &sidecar);
	if (status != CALL_DONE)
		return status;
	if (!take_text(call, "--title", sidecar.row.title,
		sizeof(sidecar.row.title)) ||
	    !take_text(call, "--description", sidecar.row.description,
		sizeof(sidecar.row.description))) {
		sidecar_clear(&sidecar);
		return CALL_REFUSED;
	}
	return keep(call, &sidecar, "recording edited");
}

static int
show(struct call *call)
{
	struct recording_msg row = { 0 };
	int status = archive_find(call, &row);
	char *text;

	if (status != CALL_DONE)
		return status;
	text = item_text(archivist_of(call)->finishing.archive, row.path);
	if (text == NULL) {
		bytes_format(call->out, "it has no sidecar yet, path=%s: %s\n",
		    row.path, strerror(errno));
		return CALL_REFUSED;
	}
	bytes_text(call->out, text);
	free(text);
	return CALL_DONE;
}

static const struct column columns[] = { { "id", false }, { "member", false },
	{ "mount", false }, { "kind", false }, { "state", false },
	{ "started", false }, { "duration_ms", true }, { "bytes", true },
	{ "public", true }, { "trashed", false }, { "held", true },
	{ "title", false } };

static int
list(struct call *call)
{
	struct store *store = archivist_of(call)->store;
	const char *slug = call_option(call, "--member");
	struct listing *listing = listing_new(
	    columns, sizeof(columns) / sizeof(*columns));
	sqlite3_stmt *prepared = recordings_list(
	    store, slug != NULL ? slug : "", call_has(call, "--trash"));
	int step;

	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		for (int i = 0; i < 5; i++)
			listing_add(listing, store_text(prepared, i));
		listing_add_time(listing, sqlite3_column_int64(prepared, 5));
		for (int i = 6; i < 9; i++)
			listing_add_number(
			    listing, sqlite3_column_int64(prepared, i));
		listing_add_time(listing, sqlite3_column_int64(prepared, 9));
		listing_add_number(listing, sqlite3_column_int64(prepared, 10));
		listing_add(listing, store_text(prepared, 11));
	}
	if (store_ended(prepared, step)) {
		call_begin_json(call, "recordings");
		listing_show(listing, call->format, call->out);
		call_end_json(call);
		listing_free(listing);
		return CALL_DONE;
	}
	listing_free(listing);
	return call_refuse_store(call, store);
}

#define FORMAT " --format= "

static const struct command commands[] = {
	{ { "archive", "list" }, 0, " --member= --trash --format= ",
	    "archive list [--member SLUG] [--trash]" CALL_FORMATS, list },
	{ { "archive", "show" }, 1, FORMAT, "archive show ID", show },
	{ { "archive", "publish" }, 1, FORMAT, "archive publish ID", publish },
	{ { "archive", "hide" }, 1, FORMAT, "archive hide ID", hide },
	{ { "archive", "edit" }, 1, " --title= --description= --format= ",
	    "archive edit ID [--title TEXT] [--description TEXT]", edit },
	{ { "archive", "trash" }, 1, FORMAT, "archive trash ID", trash },
	{ { "archive", "restore" }, 1,
	    " --local --format= ", "archive restore ID [--local]", restore },
	{ { "archive", "offload" }, 1,
	    " --drop --format= ", "archive offload ID --drop", drop },
	{ { "archive", "pin" }, 1, FORMAT, "archive pin ID", pin },
	{ { "archive", "unpin" }, 1, FORMAT, "archive unpin ID", unpin },
	{ { "archive", "hold" }, 1,
	    " --reason= --reference= --person= --until= --format= ",
	    "archive hold ID --reason TEXT --reference TEXT --person NAME "
	    "[--until TIME]",
	    hold },
	{ { "archive", "release" }, 1, " --person= --format= ",
	    "archive release ID --person NAME", release },
};

const struct command_table archive_commands = { commands,
	sizeof(commands) / sizeof(commands[0]) };
