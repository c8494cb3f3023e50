/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/custody_commands.h"

#include "ledger/life_commands.h"
#include "ledger/purge.h"

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

static const struct command commands[] = {
	{ { "member", "purge" }, 1,
	    " --confirm= --person= --reference= --force ",
	    "member purge SLUG --confirm SLUG --person NAME "
	    "[--reference TEXT] [--force]",
	    purge },
};

const struct command_table custody_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
