/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/token_commands.h"

#include "base/text.h"
#include "ledger/audit.h"
#include "ledger/ledger.h"
#include "ledger/life_commands.h"
#include "ledger/member_commands.h"
#include "ledger/tokens.h"

#include <string.h>

static struct ledger *
ledger_of(const struct call *call)
{
	return call->owner;
}

static int
refuse(struct call *call, const char *why)
{
	bytes_format(call->out, "%s\n", why);
	return CALL_REFUSED;
}

static bool
audit(struct call *call, const struct token *token, const char *what)
{
	struct bytes text = { 0 };
	struct audit_row row = { .who = AUDIT_SOCKET,
		.member = token->member,
		.slug = token->slug };
	bool is_done;

	bytes_format(&text, "%s %s%s", what, token->name,
	    token->may_write ? " write" : "");
	bytes_append(&text, "", 1);
	row.what = (const char *)text.data;
	is_done = audit_add(ledger_of(call)->store, &row);
	bytes_free(&text);
	return is_done;
}

/* The slug of the member it is for, when it is one's. */
static int
read_member(struct call *call, struct token *token)
{
	const char *slug = call_option(call, "--member");
	struct member_row row;
	int status;

	if (slug == NULL)
		return CALL_DONE;
	status = member_answer(
	    call, slug, members_find(ledger_of(call)->store, slug, &row));
	if (status != CALL_DONE)
		return status;
	if (row.member.state == MEMBER_DELETED)
		return refuse(call, "this member is deleted");
	token->member = row.member.id;
	text_copy(token->slug, sizeof(token->slug), slug);
	return CALL_DONE;
}

static int
read_token(struct call *call, struct token *token)
{
	if (members_bad_slug(call->words[0]) != NULL)
		return refuse(call,
		    "a token's name is 1 to 63 of a-z, 0-9 and -, as a "
		    "member's slug");
	text_copy(token->name, sizeof(token->name), call->words[0]);
	token->may_write = call_has(call, "--write");
	if (!call_time(call, "--until", &token->until_ms))
		return CALL_WRONG_USE;
	return read_member(call, token);
}

/* Its only time to be seen. */
static int
add_token(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	struct token token = { 0 };
	char word[TOKEN_BYTES];
	int status = read_token(call, &token);

	if (status != CALL_DONE)
		return status;
	token_make(word);
	if (!store_begin(store))
		return call_refuse_store(call, store);
	if (!tokens_add(store, &token, word)) {
		status = sqlite3_extended_errcode(store_connection(store)) ==
			SQLITE_CONSTRAINT_UNIQUE
		    ? refuse(call, "there is a token of this name already")
		    : call_refuse_store(call, store);
		store_rollback(store);
		return status;
	}
	status = life_commit(call, audit(call, &token, "token add"));
	if (status == CALL_DONE)
		bytes_format(call->out, "token: %s\n", word);
	explicit_bzero(word, sizeof(word));
	return status;
}

static int
revoke_token(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	struct token token = { 0 };
	bool is_done;
	int status;

	text_copy(token.name, sizeof(token.name), call->words[0]);
	is_done = store_begin(store) && tokens_revoke(store, token.name);
	if (is_done && store_changed(store) == 0) {
		store_rollback(store);
		return refuse(call, "there is no token of this name");
	}
	status = life_commit(
	    call, is_done && audit(call, &token, "token revoke"));
	if (status == CALL_DONE)
		bytes_format(
		    call->out, "%s lets nobody in any more\n", token.name);
	return status;
}

static const struct column columns[] = { { "name", false }, { "member", false },
	{ "may", false }, { "made", false }, { "until", false },
	{ "revoked", false } };

static int
list_tokens(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	struct listing *listing;
	sqlite3_stmt *prepared;
	struct token row;
	int64_t member;
	bool failed;
	int status = member_chosen(call, &member);

	if (status != CALL_DONE)
		return status;
	listing = listing_new(columns, sizeof(columns) / sizeof(*columns));
	prepared = tokens_all(store);
	while (tokens_next(prepared, &row, &failed)) {
		if (member != 0 && row.member != member)
			continue;
		listing_add(listing, row.name);
		listing_add(listing, row.member != 0 ? row.slug : NULL);
		listing_add(listing, row.may_write ? "write" : "read");
		listing_add_time(listing, row.made_ms);
		listing_add_time(listing, row.until_ms);
		listing_add_time(listing, row.revoked_ms);
	}
	if (!failed) {
		call_begin_json(call, "tokens");
		listing_show(listing, call->format, call->out);
		call_end_json(call);
	}
	listing_free(listing);
	return failed ? call_refuse_store(call, store) : CALL_DONE;
}

/* The relay's own address goes before it. */
static int
make_link(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	struct member_row row;
	struct bytes what = { 0 };
	char word[TOKEN_BYTES];
	int status = life_find(call, &row);

	if (status != CALL_DONE)
		return status;
	token_make(word);
	bytes_append(&what, "member link", sizeof("member link"));
	status = life_commit(call,
	    store_begin(store) && links_add(store, row.member.id, word) &&
		members_audit(
		    store, &row, AUDIT_SOCKET, (const char *)what.data));
	bytes_free(&what);
	if (status == CALL_DONE)
		bytes_format(call->out, "/login/link?word=%s\n", word);
	explicit_bzero(word, sizeof(word));
	return status;
}

static int
take_link(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	char slug[SLUG_BYTES];
	int status = life_commit(call,
	    store_begin(store) && links_take(store, call->words[0], slug));

	if (status != CALL_DONE)
		return status;
	if (slug[0] == '\0')
		return refuse(call,
		    "this link was used already, or is over: please ask for "
		    "another one");
	bytes_format(call->out, "{\"member\":\"%s\"}\n", slug);
	return CALL_DONE;
}

static const struct command commands[] = {
	{ { "token", "add" }, 1, " --member= --write --until= ",
	    "token add NAME [--member SLUG] [--write] [--until TIME]",
	    add_token },
	{ { "token", "revoke" }, 1, "", "token revoke NAME", revoke_token },
	{ { "token", "list" }, 0, " --member= --format= ",
	    "token list [--member SLUG]" CALL_FORMATS, list_tokens },
	{ { "member", "link" }, 1, "", "member link SLUG", make_link },
	{ { "member", "link", "take" }, 1, "", "member link take WORD",
	    take_link },
};

const struct command_table token_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
