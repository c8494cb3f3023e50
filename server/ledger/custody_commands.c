/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/custody_commands.h"

#include "ledger/import.h"
#include "ledger/key_commands.h"
#include "ledger/keys.h"
#include "ledger/life_commands.h"
#include "ledger/purge.h"
#include "ledger/rounds.h"

#include <string.h>

static struct ledger *
ledger_of(const struct call *call)
{
	return call->owner;
}

static int
check_words(struct call *call, const char *person, const char *reference)
{
	const char *confirmed = call_option(call, "--confirm");

	if (confirmed == NULL || person[0] == '\0')
		return CALL_WRONG_USE;
	if (strcmp(confirmed, call->words[0]) != 0) {
		bytes_text(call->out,
		    "--confirm must be the same slug: this cannot be undone\n");
		return CALL_REFUSED;
	}
	if (call_has(call, "--force") && reference[0] == '\0') {
		bytes_text(call->out,
		    "--force needs --reference, where the member's wish is "
		    "found\n");
		return CALL_REFUSED;
	}
	return CALL_DONE;
}

/* A key has a name and an address in it. */
static void
say_key(struct call *call, const char *fingerprint)
{
	bytes_text(call->out,
	    key_forget(ledger_of(call), fingerprint)
		? "OpenPGP key: removed, unless another member has the same; "
		  "gpg keeps its bytes in pubring.kbx until it tidies that\n"
		: "OpenPGP key: NOT removed, the log says why\n");
}

static int
purge(struct call *call)
{
	char reference[NAME_BYTES], person[NAME_BYTES];
	struct member_row member;
	const struct purge_wish wish = { .member = &member,
		.person = person,
		.reference = reference,
		.is_forced = call_has(call, "--force") };
	int status;

	if (!life_text(call, "--person", person, sizeof(person)) ||
	    !life_text(call, "--reference", reference, sizeof(reference)))
		return CALL_REFUSED;
	status = check_words(call, person, reference);
	if (status == CALL_DONE && !ledger_flush(ledger_of(call)))
		return call_refuse_store(call, ledger_of(call)->store);
	if (status == CALL_DONE)
		status = life_find(call, &member);
	if (status != CALL_DONE)
		return status;
	switch (purge_member(ledger_of(call), &wish, call->out)) {
	case PURGE_DONE:
		if (member.fingerprint[0] != '\0')
			say_key(call, member.fingerprint);
		ledger_of(call)->members_changed = true;
		return CALL_DONE;
	case PURGE_REFUSED:
		return CALL_REFUSED;
	default:
		bytes_text(call->out,
		    "its rows are still there; files may be gone: do it again "
		    "when the store can be written\n");
		return call_refuse_store(call, ledger_of(call)->store);
	}
}

/* Made before the transaction: a hash takes its time. The key is shown once. */
static int
import(struct call *call)
{
	char key[KEY_LETTERS + 1], hash[KEY_BYTES], slug[SLUG_BYTES];
	const struct import_wish wish = { .path = call->words[0],
		.key_hash = hash };
	struct ledger *ledger = ledger_of(call);
	int status = CALL_REFUSED;

	key_make(key);
	if (!key_hash(key, hash)) {
		bytes_text(
		    call->out, "this system's libcrypt cannot make a key\n");
	} else if (!ledger_flush(ledger)) {
		status = call_refuse_store(call, ledger->store);
	} else if (import_member(ledger, &wish, slug, call->out)) {
		bytes_format(call->out, "key: %s\n", key);
		ledger->members_changed = true;
		rounds_run(ledger);
		status = CALL_DONE;
	}
	explicit_bzero(key, sizeof(key));
	return status;
}

static const struct command commands[] = {
	{ { "member", "purge" }, 1,
	    " --confirm= --person= --reference= --force ",
	    "member purge SLUG --confirm SLUG --person NAME "
	    "[--reference TEXT] [--force]",
	    purge },
	{ { "member", "import" }, 1, "", "member import FILE", import },
};

const struct command_table custody_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
