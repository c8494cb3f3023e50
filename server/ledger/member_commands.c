/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/member_commands.h"

#include "base/text.h"
#include "ledger/keys.h"
#include "ledger/rounds.h"

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

static enum members_answer
add(struct call *call, const char *name, const char *hash)
{
	struct store *store = ledger_of(call)->store;

	return call_has(call, "--ordered")
	    ? members_order(store, slug_of(call), name, hash)
	    : members_add(store, slug_of(call), name, hash);
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
		status = answer_key(call, add(call, name, hash), key);
	explicit_bzero(key, sizeof(key));
	return status;
}

int
member_renew_key(struct call *call)
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

static const struct column list_columns[] = { { "id", true }, { "slug", false },
	{ "name", false }, { "state", false }, { "plan", false },
	{ "created", false }, { "key_made", false }, { "blocked", false } };

static const struct column more_columns[] = { { "activated", false },
	{ "kind", false }, { "email", false }, { "publisher", false },
	{ "zone", false }, { "language", false }, { "dossier", false },
	{ "held", false }, { "block_reason", false },
	{ "block_reference", false }, { "block_person", false },
	{ "overdue_from", false }, { "blocked_from", false },
	{ "deleted_from", false }, { "openpgp_key", false } };

#define LIST_COLUMNS (sizeof(list_columns) / sizeof(*list_columns))
#define MORE_COLUMNS (sizeof(more_columns) / sizeof(*more_columns))

static void
add_text(struct listing *listing, const char *text)
{
	listing_add(listing, text[0] != '\0' ? text : NULL);
}

static void
add_member_row(struct listing *listing, const struct member_row *row)
{
	listing_add_number(listing, row->member.id);
	listing_add(listing, row->member.slug);
	listing_add(listing, row->member.name);
	listing_add(listing, members_state_word(row->member.state));
	add_text(listing, row->plan.name);
	listing_add_time(listing, row->created_ms);
	listing_add_time(listing, row->key_ms);
	listing_add_time(listing, row->blocked_ms);
}

static void
add_day(struct listing *listing, int64_t day)
{
	char text[DAY_BYTES];

	if (day == LIFE_NEVER) {
		listing_add(listing, NULL);
		return;
	}
	day_text(day, text);
	listing_add(listing, text);
}

static void
add_more(struct listing *listing, const struct member_row *row,
    const struct life *life)
{
	const char *texts[] = { row->kind, row->email, row->publisher,
		row->zone, row->language, row->dossier };

	listing_add_time(listing, row->activated_ms);
	for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		add_text(listing, texts[i]);
	listing_add(listing, row->is_held ? "yes" : "no");
	add_text(listing, row->block_reason);
	add_text(listing, row->block_reference);
	add_text(listing, row->block_person);
	add_day(listing, life->overdue_day);
	add_day(listing, life->block_day);
	add_day(listing, life->delete_day);
	add_text(listing, row->fingerprint);
}

static int
list_members(struct call *call)
{
	struct listing *listing = listing_new(list_columns, LIST_COLUMNS);
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
	struct column columns[LIST_COLUMNS + MORE_COLUMNS];
	struct listing *listing;
	struct member_row row;
	struct life life;
	enum members_answer answer = members_find(
	    ledger_of(call)->store, slug_of(call), &row);

	if (answer == MEMBERS_DONE &&
	    !rounds_life(ledger_of(call), &row, &life))
		answer = MEMBERS_FAILED;
	if (answer != MEMBERS_DONE)
		return member_answer(call, slug_of(call), answer);
	memcpy(columns, list_columns, sizeof(list_columns));
	memcpy(columns + LIST_COLUMNS, more_columns, sizeof(more_columns));
	listing = listing_new(columns, LIST_COLUMNS + MORE_COLUMNS);
	add_member_row(listing, &row);
	add_more(listing, &row, &life);
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
	{ { "member", "add" }, 1, " --name= --ordered ",
	    "member add SLUG [--name NAME] [--ordered]", add_member },
	{ { "member", "list" }, 0, " --format= ", "member list" CALL_FORMATS,
	    list_members },
	{ { "member", "show" }, 1,
	    " --format= ", "member show SLUG" CALL_FORMATS, show_member },
};

const struct command_table member_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
