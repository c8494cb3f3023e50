/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/member_commands.h"

#include "base/text.h"
#include "ledger/keys.h"
#include "ledger/ledger.h"

#include <string.h>

static struct ledger *
ledger_of(const struct call *call)
{
	return call->owner;
}

static const char *
slug_of(const struct call *call)
{
	return call->words[0];
}

int
member_answer(struct call *call, const char *slug, enum members_answer answer)
{
	switch (answer) {
	case MEMBERS_DONE:
		return CALL_DONE;
	case MEMBERS_EXISTS:
		bytes_format(call->out, "there is a member %s already\n", slug);
		return CALL_REFUSED;
	case MEMBERS_UNKNOWN:
		bytes_text(call->out, "there is no member ");
		text_json(call->out, slug);
		bytes_text(call->out, "\n");
		return CALL_REFUSED;
	case MEMBERS_FAILED:
		break;
	}
	return call_refuse_store(call, ledger_of(call)->store);
}

/* The only time a key is seen. */
static int
answer_key(struct call *call, enum members_answer answer, const char *key)
{
	if (answer != MEMBERS_DONE)
		return member_answer(call, slug_of(call), answer);
	ledger_of(call)->members_changed = true;
	bytes_format(call->out, "key: %s\n", key);
	return CALL_DONE;
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
	const char *bad = members_bad_slug(slug_of(call));
	const char *name_given = call_option(call, "--name");
	int status = CALL_REFUSED;

	if (bad != NULL) {
		text_json(call->out, slug_of(call));
		bytes_format(call->out, " cannot be a member: %s\n", bad);
		return CALL_REFUSED;
	}
	if (name_given != NULL && strlen(name_given) >= NAME_BYTES) {
		bytes_format(
		    call->out, "a name has at most %d bytes\n", NAME_BYTES - 1);
		return CALL_REFUSED;
	}
	text_copy(name, sizeof(name), slug_of(call));
	if (name_given != NULL)
		text_clean(name, sizeof(name), name_given, strlen(name_given));
	if (make_key(call, key, hash))
		status = answer_key(call,
		    members_add(
			ledger_of(call)->store, slug_of(call), name, hash),
		    key);
	explicit_bzero(key, sizeof(key));
	return status;
}

static int
renew_key(struct call *call)
{
	char key[KEY_LETTERS + 1], hash[KEY_BYTES];
	int status = CALL_REFUSED;

	if (!call_has(call, "--new")) {
		bytes_text(call->out,
		    "a key is kept as a hash and cannot be "
		    "shown again: use --new for another\n");
		return CALL_REFUSED;
	}
	if (make_key(call, key, hash))
		status = answer_key(call,
		    members_set_key(
			ledger_of(call)->store, slug_of(call), hash),
		    key);
	explicit_bzero(key, sizeof(key));
	return status;
}

static int
set_state(struct call *call, enum member_state state)
{
	int status = member_answer(call, slug_of(call),
	    members_set_state(ledger_of(call)->store, slug_of(call), state));

	if (status != CALL_DONE)
		return status;
	ledger_of(call)->members_changed = true;
	bytes_format(
	    call->out, "%s is %s\n", slug_of(call), members_state_word(state));
	return CALL_DONE;
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

static int
list_members(struct call *call)
{
	struct listing *listing = listing_new(member_columns, MEMBER_COLUMNS);
	sqlite3_stmt *prepared = members_all(ledger_of(call)->store);
	struct member_row row;
	bool failed;

	while (members_next(prepared, &row, &failed))
		add_member_row(listing, &row);
	if (!failed) {
		call_begin_json(call, "members");
		listing_show(listing, call->format, call->out);
		call_end_json(call);
	}
	listing_free(listing);
	return failed ? call_refuse_store(call, ledger_of(call)->store)
		      : CALL_DONE;
}

static int
show_member(struct call *call)
{
	struct listing *listing;
	struct member_row row;
	enum members_answer answer = members_find(
	    ledger_of(call)->store, slug_of(call), &row);

	if (answer != MEMBERS_DONE)
		return member_answer(call, slug_of(call), answer);
	listing = listing_new(member_columns, MEMBER_COLUMNS);
	add_member_row(listing, &row);
	call_begin_json(call, "member");
	listing_show_row(listing, 0, call->format, call->out);
	call_end_json(call);
	listing_free(listing);
	return CALL_DONE;
}

int
member_chosen(struct call *call, int64_t *member)
{
	struct member_row row = { 0 };
	const char *slug = call_option(call, "--member");
	int status = slug == NULL
	    ? CALL_DONE
	    : member_answer(
		  call, slug, members_find(ledger_of(call)->store, slug, &row));

	*member = row.member.id;
	return status;
}

static const struct command commands[] = {
	{ { "member", "add" }, 1, " --name= ", "member add SLUG [--name NAME]",
	    add_member },
	{ { "member", "list" }, 0, " --format= ", "member list" CALL_FORMATS,
	    list_members },
	{ { "member", "show" }, 1,
	    " --format= ", "member show SLUG" CALL_FORMATS, show_member },
	{ { "member", "key" }, 1, " --new ", "member key SLUG --new",
	    renew_key },
	{ { "member", "block" }, 1, "", "member block SLUG", block_member },
	{ { "member", "unblock" }, 1, "", "member unblock SLUG",
	    unblock_member },
};

const struct command_table member_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
