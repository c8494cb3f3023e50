/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/delegate_commands.h"

#include "base/clock.h"
#include "base/text.h"
#include "ledger/delegates.h"
#include "ledger/key_commands.h"
#include "ledger/keys.h"
#include "ledger/ledger.h"
#include "ledger/life_commands.h"
#include "ledger/member_commands.h"

#include <stdlib.h>
#include <string.h>

#define OLDEST_MS  (14 * DAY_MS)  /* of a signature */
#define AHEAD_MS   300000         /* a member's clock may be */
#define LONGEST_MS (366 * DAY_MS) /* from now to until */

static const char replayed[] =
    "this message was used before: sign another one, with a new nonce";

/* A signed message, and whose it is. */
struct order {
	const char *message;
	struct openpgp_signed seen;
	struct mandate mandate;
	struct member_row row;
};

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

static int
check_signer(struct call *call, struct order *order)
{
	const char *slug = order->mandate.slug;
	int64_t age_ms = clock_wall_ms() - order->seen.signed_ms;
	int status = member_answer(call, slug,
	    members_find(ledger_of(call)->store, slug, &order->row));

	if (status != CALL_DONE)
		return status;
	if (order->row.member.state == MEMBER_DELETED)
		return refuse(call, "this member is deleted");
	if (order->row.fingerprint[0] == '\0')
		return refuse(call,
		    "this member has no OpenPGP key here: see \"member key\"");
	if (strcmp(order->row.fingerprint, order->seen.fingerprint) != 0)
		return refuse(
		    call, "the message is not signed with this member's key");
	if (age_ms > OLDEST_MS)
		return refuse(call, "the signature is older than 14 days");
	if (age_ms < -AHEAD_MS)
		return refuse(call, "the signature is from the future");
	return CALL_DONE;
}

static int
check_nonce(struct call *call, const struct order *order)
{
	struct store *store = ledger_of(call)->store;
	bool is_known;

	if (!delegates_nonce_is_known(
		store, order->row.member.id, order->mandate.nonce, &is_known))
		return call_refuse_store(call, store);
	return is_known ? refuse(call, replayed) : CALL_DONE;
}

static int
read_order(struct call *call, struct order *order)
{
	char *error = NULL;
	struct openpgp *openpgp = ledger_openpgp(ledger_of(call), &error);
	int status;

	order->message = call->words[0];
	if (openpgp == NULL ||
	    !openpgp_verify(openpgp, order->message, &order->seen, &error) ||
	    !mandate_read(order->seen.text, &order->mandate, &error))
		return key_refuse(call, error);
	status = check_signer(call, order);
	return status == CALL_DONE ? check_nonce(call, order) : status;
}

static int
check_room(struct call *call, const struct order *order)
{
	struct store *store = ledger_of(call)->store;
	int64_t until_ms = order->mandate.until_ms, same, all;

	if (until_ms <= clock_wall_ms())
		return refuse(call, "until: is over");
	if (until_ms - clock_wall_ms() > LONGEST_MS)
		return refuse(call, "until: is at most a year from now");
	if (!delegates_count(
		store, order->row.member.id, order->mandate.name, &same) ||
	    !delegates_count(store, order->row.member.id, NULL, &all))
		return call_refuse_store(call, store);
	if (same > 0)
		return refuse(
		    call, "there is a delegate of this name: revoke it first");
	if (all >= DELEGATES_MOST)
		return refuse(call,
		    "this member has 8 delegates already: revoke one first");
	return CALL_DONE;
}

/* The member did it, not who handed the message on. */
static bool
audit_order(struct call *call, const struct order *order)
{
	const struct mandate *mandate = &order->mandate;
	char from[CLOCK_ISO_BYTES], until[CLOCK_ISO_BYTES];
	struct bytes what = { 0 }, signer = { 0 };
	bool is_done;

	bytes_format(&what, "member %s %s",
	    mandate->is_revocation ? "revoke" : "delegate", mandate->name);
	if (!mandate->is_revocation) {
		clock_iso(mandate->from_ms, from);
		clock_iso(mandate->until_ms, until);
		bytes_format(&what, " from=%s until=%s mounts=", from, until);
		text_json(&what, mandate->mounts);
	}
	bytes_format(&what, " nonce=%s", mandate->nonce);
	bytes_append(&what, "", 1);
	bytes_format(&signer, "OpenPGP %s", order->seen.fingerprint);
	bytes_append(&signer, "", 1);
	is_done = members_audit(ledger_of(call)->store, &order->row,
	    (const char *)signer.data, (const char *)what.data);
	bytes_free(&signer);
	bytes_free(&what);
	return is_done;
}

/* key_hash NULL: a revocation. */
static int
carry_out(struct call *call, const struct order *order, const char *key_hash)
{
	struct store *store = ledger_of(call)->store;
	int64_t member = order->row.member.id;
	bool is_done = store_begin(store) &&
	    delegates_keep_message(store, member, order->mandate.nonce,
		&order->seen, order->message) &&
	    audit_order(call, order);

	if (is_done && key_hash != NULL)
		is_done = delegates_add(
		    store, member, &order->mandate, key_hash);
	else if (is_done)
		is_done = delegates_revoke(store, member, order->mandate.name);
	if (is_done && store_changed(store) == 0) {
		store_rollback(store);
		return refuse(call, "there is no delegate of this name");
	}
	return life_commit(call, is_done);
}

static int
revoke(struct call *call, const struct order *order)
{
	int status = carry_out(call, order, NULL);

	if (status == CALL_DONE)
		bytes_format(call->out, "%s may not feed for %s any more\n",
		    order->mandate.name, order->mandate.slug);
	return status;
}

/* The key begins with whose it is, so that one hash is checked and not all.
 * This is the only time it is seen. */
static int
delegate(struct call *call, const struct order *order)
{
	char secret[KEY_LETTERS + 1], key[KEY_BYTES], hash[KEY_BYTES];
	int status = check_room(call, order);
	size_t len = strlen(order->mandate.name);

	if (status != CALL_DONE)
		return status;
	key_make(secret);
	memcpy(key, order->mandate.name, len);
	key[len] = DELEGATE_KEY_SIGN;
	memcpy(key + len + 1, secret, sizeof(secret));
	if (key_hash(key, hash)) {
		status = carry_out(call, order, hash);
		if (status == CALL_DONE)
			bytes_format(call->out, "key: %s\n", key);
	} else {
		status = refuse(
		    call, "this system's libcrypt cannot make a key");
	}
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(key, sizeof(key));
	return status;
}

static int
take_order(struct call *call)
{
	struct order order = { 0 };
	int status = read_order(call, &order);

	if (status == CALL_DONE)
		status = order.mandate.is_revocation ? revoke(call, &order)
						     : delegate(call, &order);
	free(order.seen.text);
	return status;
}

static const struct column columns[] = { { "name", false }, { "state", false },
	{ "mounts", false }, { "from", false }, { "until", false },
	{ "made", false }, { "revoked", false } };

static const char *
state_of(const struct delegate_row *row)
{
	if (row->revoked_ms != 0)
		return "revoked";
	if (row->delegate.until_ms <= clock_wall_ms())
		return "over";
	return row->delegate.from_ms > clock_wall_ms() ? "later" : "now";
}

static int
list_delegates(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	struct listing *listing;
	struct member_row member;
	struct delegate_row row;
	sqlite3_stmt *prepared;
	int status = life_find(call, &member);
	bool failed;

	if (status != CALL_DONE)
		return status;
	listing = listing_new(columns, sizeof(columns) / sizeof(*columns));
	prepared = delegates_of(store, member.member.id);
	while (delegates_next(prepared, &row, &failed)) {
		listing_add(listing, row.delegate.name);
		listing_add(listing, state_of(&row));
		listing_add(listing, row.delegate.mounts);
		listing_add_time(listing, row.delegate.from_ms);
		listing_add_time(listing, row.delegate.until_ms);
		listing_add_time(listing, row.made_ms);
		listing_add_time(listing, row.revoked_ms);
	}
	if (!failed) {
		call_begin_json(call, "delegates");
		listing_show(listing, call->format, call->out);
		call_end_json(call);
	}
	listing_free(listing);
	return failed ? call_refuse_store(call, store) : CALL_DONE;
}

static int
undelegate(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	const char *name = call->words[1];
	struct bytes what = { 0 };
	struct member_row row;
	int status = life_find(call, &row);
	bool is_done;

	if (status == CALL_DONE)
		status = key_needs_person(call);
	if (status != CALL_DONE)
		return status;
	is_done = store_begin(store) &&
	    delegates_revoke(store, row.member.id, name);
	if (is_done && store_changed(store) == 0) {
		store_rollback(store);
		return refuse(call, "there is no delegate of this name");
	}
	bytes_format(&what, "member undelegate %s", name);
	status = life_commit(call, is_done && key_audit(call, &row, &what));
	bytes_free(&what);
	if (status == CALL_DONE)
		bytes_format(call->out, "%s may not feed for %s any more\n",
		    name, row.member.slug);
	return status;
}

static const struct command commands[] = {
	/* all2allctl puts the file's text in the place of its name. */
	{ { "member", "delegate" }, 1, "", "member delegate FILE|-",
	    take_order },
	{ { "member", "delegates" }, 1, " --format= ",
	    "member delegates SLUG" CALL_FORMATS, list_delegates },
	{ { "member", "undelegate" }, 2, " --person= ",
	    "member undelegate SLUG NAME --person NAME", undelegate },
};

const struct command_table delegate_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
