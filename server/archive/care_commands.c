/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/care_commands.h"

#include "archive/archivist_priv.h"
#include "archive/rescan.h"

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

static const struct command commands[] = {
	{ { "archive", "rescan" }, 0,
	    " --format= ", "archive rescan" CALL_FORMATS, rescan },
};

const struct command_table care_commands = { commands, COUNT_OF(commands) };
