/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/key_commands.h"

#include "base/log.h"
#include "base/text.h"
#include "ledger/audit.h"
#include "ledger/ledger.h"
#include "ledger/life_commands.h"
#include "ledger/member_commands.h"

#include <stdlib.h>
#include <string.h>

static const char
    count_owners[] = "SELECT count(*) FROM member WHERE fingerprint = ?1";

static struct ledger *
ledger_of(const struct call *call)
{
	return call->owner;
}

int
key_refuse(struct call *call, char *error)
{
	bytes_format(call->out, "%s\n", error);
	free(error);
	return CALL_REFUSED;
}

int
key_needs_person(struct call *call)
{
	char person[NAME_BYTES];

	if (!life_text(call, "--person", person, sizeof(person)))
		return CALL_REFUSED;
	if (person[0] != '\0')
		return CALL_DONE;
	bytes_text(call->out, "this needs --person, who answers for it\n");
	return CALL_REFUSED;
}

bool
key_audit(struct call *call, const struct member_row *row, struct bytes *what)
{
	const char *given = call_option(call, "--person");
	char person[NAME_BYTES];
	bool is_done;

	if (given != NULL) {
		text_clean(person, sizeof(person), given, strlen(given));
		bytes_text(what, " person=");
		text_json(what, person);
	}
	bytes_append(what, "", 1);
	is_done = members_audit(ledger_of(call)->store, row, AUDIT_SOCKET,
	    (const char *)what->data);
	bytes_free(what);
	return is_done;
}

bool
key_forget(struct ledger *ledger, const char *fingerprint)
{
	sqlite3_stmt *prepared = store_prepare(ledger->store, count_owners);
	int64_t owners = 1;
	struct openpgp *openpgp;
	char *error = NULL;
	int step;

	sqlite3_bind_text(prepared, 1, fingerprint, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		owners = sqlite3_column_int64(prepared, 0);
		step = sqlite3_step(prepared);
	}
	if (!store_ended(prepared, step))
		return false;
	if (owners > 0)
		return true;
	openpgp = ledger_openpgp(ledger, &error);
	if (openpgp != NULL && openpgp_remove_key(openpgp, fingerprint, &error))
		return true;
	log_warn("key %s is still kept: %s", fingerprint, error);
	free(error);
	return false;
}

/* NULL takes it away. */
static int
set_fingerprint(
    struct call *call, const struct member_row *row, const char *fingerprint)
{
	struct store *store = ledger_of(call)->store;
	struct bytes what = { 0 };
	bool is_done;

	bytes_format(&what, "member key openpgp=%s",
	    fingerprint != NULL ? fingerprint : "none");
	is_done = store_begin(store) &&
	    members_set_fingerprint(store, row, fingerprint) &&
	    key_audit(call, row, &what);
	bytes_free(&what);
	return life_commit(call, is_done);
}

static int
check_change(
    struct call *call, const struct member_row *row, const char *fingerprint)
{
	if (row->fingerprint[0] == '\0' ||
	    strcmp(row->fingerprint, fingerprint) == 0)
		return CALL_DONE;
	if (call_has(call, "--replace"))
		return key_needs_person(call);
	bytes_format(call->out,
	    "%s has the key %s already: another one takes its place with "
	    "--replace and --person\n",
	    row->member.slug, row->fingerprint);
	return CALL_REFUSED;
}

static int
pin_key(struct call *call, const struct member_row *row)
{
	struct ledger *ledger = ledger_of(call);
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *error = NULL;
	struct openpgp *openpgp = ledger_openpgp(ledger, &error);
	int status;

	if (openpgp == NULL ||
	    !openpgp_add_key(openpgp, call->words[1], fingerprint, &error))
		return key_refuse(call, error);
	status = check_change(call, row, fingerprint);
	if (status == CALL_DONE)
		status = set_fingerprint(call, row, fingerprint);
	key_forget(ledger, fingerprint);
	if (status != CALL_DONE)
		return status;
	if (row->fingerprint[0] != '\0')
		key_forget(ledger, row->fingerprint);
	bytes_format(call->out, "%s has the OpenPGP key %s\n", row->member.slug,
	    fingerprint);
	return CALL_DONE;
}

static int
remove_key(struct call *call, const struct member_row *row)
{
	int status = key_needs_person(call);

	if (status != CALL_DONE)
		return status;
	if (row->fingerprint[0] == '\0') {
		bytes_format(
		    call->out, "%s has no OpenPGP key\n", row->member.slug);
		return CALL_REFUSED;
	}
	status = set_fingerprint(call, row, NULL);
	if (status != CALL_DONE)
		return status;
	key_forget(ledger_of(call), row->fingerprint);
	bytes_format(
	    call->out, "%s has no OpenPGP key any more\n", row->member.slug);
	return CALL_DONE;
}

static int
change_key(
    struct call *call, int (*change)(struct call *, const struct member_row *))
{
	struct member_row row;
	int status = life_find(call, &row);

	return status == CALL_DONE ? change(call, &row) : status;
}

static int
take_key(struct call *call)
{
	return change_key(call, pin_key);
}

static int
new_or_no_key(struct call *call)
{
	if (!call_has(call, "--remove"))
		return call_has(call, "--person") ? CALL_WRONG_USE
						  : member_renew_key(call);
	return call_has(call, "--new") ? CALL_WRONG_USE
				       : change_key(call, remove_key);
}

static const struct command commands[] = {
	{ { "member", "key" }, 1, " --new --remove --person= ",
	    "member key SLUG --new | --remove --person NAME", new_or_no_key },
	/* all2allctl puts the file's text in the place of its name. */
	{ { "member", "key" }, 2, " --replace --person= ",
	    "member key SLUG FILE|- [--replace --person NAME]", take_key },
};

const struct command_table key_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
