/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/commands.h"

#include "base/text.h"
#include "ledger/keys.h"
#include "ledger/listing.h"
#include "ledger/members.h"
#include "ledger/report.h"

#include <string.h>

enum {
	DONE = 0,
	REFUSED = 1,
	WRONG_USE = 2
}; /* exit statuses */

#define FORMATS " [--format text|csv|json]"

/* A command line taken apart. */
struct call {
	struct ledger *ledger;
	struct bytes *out;
	const char *slug;
	const char *name, *from, *to; /* NULL: not given */
	const char *format_word;
	enum listing_format format;
	bool wants_new;
};

typedef int command_run(struct call *);

struct command {
	const char *words[2]; /* the second may be NULL */
	bool needs_slug;
	const char *options; /* each with a space before and after */
	const char *usage;
	command_run *run;
};

static int
refuse_for_store(struct call *call)
{
	bytes_format(call->out, "the store cannot be used now: %s\n",
	    store_reason(call->ledger->store));
	return REFUSED;
}

static int
answer_member(struct call *call, enum members_answer answer)
{
	switch (answer) {
	case MEMBERS_DONE:
		return DONE;
	case MEMBERS_EXISTS:
		bytes_format(
		    call->out, "there is a member %s already\n", call->slug);
		return REFUSED;
	case MEMBERS_UNKNOWN:
		bytes_text(call->out, "there is no member ");
		text_json(call->out, call->slug);
		bytes_text(call->out, "\n");
		return REFUSED;
	case MEMBERS_FAILED:
		break;
	}
	return refuse_for_store(call);
}

/* The only time a key is seen. */
static int
answer_key(struct call *call, enum members_answer answer, const char *key)
{
	if (answer != MEMBERS_DONE)
		return answer_member(call, answer);
	call->ledger->members_changed = true;
	bytes_format(call->out, "key: %s\n", key);
	return DONE;
}

static bool
make_key(struct call *call, char key[KEY_LETTERS + 1], char hash[KEY_BYTES])
{
	key_make(key);
	if (key_hash(key, hash))
		return true;
	bytes_text(call->out, "this system's libcrypt cannot make a key\n");
	return false;
}

static int
add_member(struct call *call)
{
	char key[KEY_LETTERS + 1], hash[KEY_BYTES], name[NAME_BYTES];
	const char *bad = members_bad_slug(call->slug);
	int status = REFUSED;

	if (bad != NULL) {
		text_json(call->out, call->slug);
		bytes_format(call->out, " cannot be a member: %s\n", bad);
		return REFUSED;
	}
	if (call->name != NULL && strlen(call->name) >= NAME_BYTES) {
		bytes_format(
		    call->out, "a name has at most %d bytes\n", NAME_BYTES - 1);
		return REFUSED;
	}
	text_copy(name, sizeof(name), call->slug);
	if (call->name != NULL)
		text_clean(name, sizeof(name), call->name, strlen(call->name));
	if (make_key(call, key, hash))
		status = answer_key(call,
		    members_add(call->ledger->store, call->slug, name, hash),
		    key);
	explicit_bzero(key, sizeof(key));
	return status;
}

static int
renew_key(struct call *call)
{
	char key[KEY_LETTERS + 1], hash[KEY_BYTES];
	int status = REFUSED;

	if (!call->wants_new) {
		bytes_text(call->out,
		    "a key is kept as a hash and cannot be "
		    "shown again: use --new for another\n");
		return REFUSED;
	}
	if (make_key(call, key, hash))
		status = answer_key(call,
		    members_set_key(call->ledger->store, call->slug, hash),
		    key);
	explicit_bzero(key, sizeof(key));
	return status;
}

static int
set_state(struct call *call, enum member_state state)
{
	int status = answer_member(
	    call, members_set_state(call->ledger->store, call->slug, state));

	if (status != DONE)
		return status;
	call->ledger->members_changed = true;
	bytes_format(
	    call->out, "%s is %s\n", call->slug, members_state_word(state));
	return DONE;
}

static int
block_member(struct call *call)
{
	return set_state(call, MEMBER_BLOCKED);
}

static int
unblock_member(struct call *call)
{
	return set_state(call, MEMBER_ACTIVE);
}

static const struct column member_columns[] = { { "id", true },
	{ "slug", false }, { "name", false }, { "state", false },
	{ "created", false }, { "key_made", false }, { "blocked", false } };

#define MEMBER_COLUMNS (sizeof(member_columns) / sizeof(*member_columns))

static void
add_member_row(struct listing *listing, const struct member_row *row)
{
	listing_add_number(listing, row->member.id);
	listing_add(listing, row->member.slug);
	listing_add(listing, row->member.name);
	listing_add(listing, members_state_word(row->member.state));
	listing_add_time(listing, row->created_ms);
	listing_add_time(listing, row->key_ms);
	listing_add_time(listing, row->blocked_ms);
}

/* JSON in an object, so that it may grow. */
static void
begin_json(struct call *call, const char *name)
{
	if (call->format == LISTING_JSON)
		bytes_format(
		    call->out, "{\"schema\":%d,\n\"%s\":", REPORT_SCHEMA, name);
}

static void
end_json(struct call *call)
{
	if (call->format == LISTING_JSON)
		bytes_text(call->out, "}\n");
}

static int
list_members(struct call *call)
{
	struct listing *listing = listing_new(member_columns, MEMBER_COLUMNS);
	sqlite3_stmt *prepared = members_all(call->ledger->store);
	struct member_row row;
	bool failed;

	while (members_next(prepared, &row, &failed))
		add_member_row(listing, &row);
	if (!failed) {
		begin_json(call, "members");
		listing_show(listing, call->format, call->out);
		end_json(call);
	}
	listing_free(listing);
	return failed ? refuse_for_store(call) : DONE;
}

static int
show_member(struct call *call)
{
	struct listing *listing;
	struct member_row row;
	enum members_answer answer = members_find(
	    call->ledger->store, call->slug, &row);

	if (answer != MEMBERS_DONE)
		return answer_member(call, answer);
	listing = listing_new(member_columns, MEMBER_COLUMNS);
	add_member_row(listing, &row);
	begin_json(call, "member");
	listing_show_row(listing, 0, call->format, call->out);
	end_json(call);
	listing_free(listing);
	return DONE;
}

/* Of --member; 0 when it was not given. */
static int
find_chosen(struct call *call, int64_t *member)
{
	struct member_row row = { 0 };
	int status = call->slug == NULL
	    ? DONE
	    : answer_member(
		  call, members_find(call->ledger->store, call->slug, &row));

	*member = row.member.id;
	return status;
}

static bool
read_time(
    struct call *call, const char *option, const char *word, int64_t *wall_ms)
{
	if (word == NULL || report_time(word, wall_ms))
		return true;
	bytes_format(call->out,
	    "%s needs a day or a time with its zone: 2026-11-22 (UTC), "
	    "2026-11-22T21:00Z or 2026-11-22T22:00+01:00\n",
	    option);
	return false;
}

/* What is still in memory counts too. */
static int
show_usage(struct call *call)
{
	struct period period = { INT64_MIN, INT64_MAX };
	int64_t member;
	int status;

	if (!read_time(call, "--from", call->from, &period.from_ms) ||
	    !read_time(call, "--to", call->to, &period.to_ms))
		return WRONG_USE;
	status = find_chosen(call, &member);
	if (status != DONE)
		return status;
	if (!ledger_flush(call->ledger) ||
	    !report_usage(
		call->ledger->store, member, &period, call->format, call->out))
		return refuse_for_store(call);
	return DONE;
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
	struct store *store = call->ledger->store;
	struct recording_row row;
	struct listing *listing;
	sqlite3_stmt *prepared;
	int64_t member;
	bool failed;
	int status = find_chosen(call, &member);

	if (status != DONE)
		return status;
	if (!ledger_flush(call->ledger))
		return refuse_for_store(call);
	listing = listing_new(recording_columns, RECORDING_COLUMNS);
	prepared = recordings_of(store, member);
	while (recordings_next(prepared, &row, &failed))
		add_recording_row(listing, &row);
	if (!failed) {
		begin_json(call, "recordings");
		listing_show(listing, call->format, call->out);
		end_json(call);
	}
	listing_free(listing);
	return failed ? refuse_for_store(call) : DONE;
}

static const struct command commands[] = {
	{ { "member", "add" }, true, " --name ",
	    "member add SLUG [--name NAME]", add_member },
	{ { "member", "list" }, false, " --format ", "member list" FORMATS,
	    list_members },
	{ { "member", "show" }, true, " --format ", "member show SLUG" FORMATS,
	    show_member },
	{ { "member", "key" }, true, " --new ", "member key SLUG --new",
	    renew_key },
	{ { "member", "block" }, true, "", "member block SLUG", block_member },
	{ { "member", "unblock" }, true, "", "member unblock SLUG",
	    unblock_member },
	{ { "usage", NULL }, false, " --member --from --to --format ",
	    "usage [--member SLUG] [--from TIME] [--to TIME]" FORMATS,
	    show_usage },
	{ { "recordings", NULL }, false, " --member --format ",
	    "recordings [--member SLUG]" FORMATS, list_recordings },
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static int
show_all_uses(struct bytes *out, const char *first)
{
	bool is_known = false;

	for (unsigned i = 0; i < COMMANDS; i++)
		is_known |= strcmp(commands[i].words[0], first) == 0;
	bytes_text(out, "no such command\n");
	for (unsigned i = 0; i < COMMANDS; i++) {
		if (!is_known || strcmp(commands[i].words[0], first) == 0)
			bytes_format(
			    out, "usage: all2allctl %s\n", commands[i].usage);
	}
	return WRONG_USE;
}

static const struct command *
find_command(unsigned argc, char **argv)
{
	for (unsigned i = 0; i < COMMANDS; i++) {
		const struct command *command = &commands[i];

		if (argc > 0 && strcmp(argv[0], command->words[0]) == 0 &&
		    (command->words[1] == NULL ||
			(argc > 1 && strcmp(argv[1], command->words[1]) == 0)))
			return command;
	}
	return NULL;
}

static bool
takes_option(const struct command *command, const char *option)
{
	size_t len = strlen(option);
	const char *at = command->options;

	if (strchr(option, ' ') != NULL)
		return false;
	while ((at = strstr(at, option)) != NULL) {
		if (at > command->options && at[-1] == ' ' && at[len] == ' ')
			return true;
		at += len;
	}
	return false;
}

/* Where an option's value goes; NULL for --new, which has none. */
static const char **
option_place(struct call *call, const char *option)
{
	if (strcmp(option, "--name") == 0)
		return &call->name;
	if (strcmp(option, "--from") == 0)
		return &call->from;
	if (strcmp(option, "--to") == 0)
		return &call->to;
	if (strcmp(option, "--member") == 0)
		return &call->slug;
	if (strcmp(option, "--format") == 0)
		return &call->format_word;
	return NULL;
}

/* Takes words after the command's own; false: wrong use. */
static bool
take_words(struct call *call, const struct command *command, unsigned count,
    char **words)
{
	for (unsigned i = 0; i < count; i++) {
		const char **place;

		if (strncmp(words[i], "--", 2) != 0) {
			if (!command->needs_slug || call->slug != NULL)
				return false;
			call->slug = words[i];
			continue;
		}
		if (!takes_option(command, words[i]))
			return false;
		place = option_place(call, words[i]);
		if (place == NULL) {
			call->wants_new = true;
			continue;
		}
		if (++i == count)
			return false;
		*place = words[i];
	}
	return !command->needs_slug || call->slug != NULL;
}

int
ledger_command(
    struct ledger *ledger, unsigned argc, char **argv, struct bytes *out)
{
	const struct command *command = find_command(argc, argv);
	struct call call = { .ledger = ledger, .out = out };
	unsigned taken;
	int status = WRONG_USE;

	if (command == NULL)
		return show_all_uses(out, argc > 0 ? argv[0] : "");
	taken = command->words[1] != NULL ? 2 : 1;
	if (take_words(&call, command, argc - taken, argv + taken) &&
	    (call.format_word == NULL ||
		listing_format_named(call.format_word, &call.format)))
		status = command->run(&call);
	if (status == WRONG_USE)
		bytes_format(out, "usage: all2allctl %s\n", command->usage);
	return status;
}
