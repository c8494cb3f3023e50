/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/extract_command.h"

#include "reports/extract.h"
#include "reports/reporter.h"
#include "reports/subject.h"

static int
extract_member(struct call *call)
{
	struct reporter *reporter = call->owner;
	struct member_row member;
	const struct extract_wish wish = { .member = &member,
		.folder = call_option(call, "--to"),
		.has_media = call_has(call, "--with-media") };
	int status;

	if (wish.folder == NULL)
		return CALL_WRONG_USE;
	status = subject_find(call, call->words[0], &member);
	if (status != CALL_DONE)
		return status;
	return extract_make(reporter->store, &wish, call->out) ? CALL_DONE
							       : CALL_REFUSED;
}

static const struct command commands[] = {
	{ { "member", "extract" }, 1, " --to= --with-media ",
	    "member extract SLUG --to FOLDER [--with-media]", extract_member },
};

const struct command_table extract_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
