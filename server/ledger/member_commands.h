/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * member_commands - "member ..." of all2allctl, answered by the clerk.
 *
 * A call's owner is the struct ledger.
 */
#ifndef LEDGER_MEMBER_COMMANDS_H
#define LEDGER_MEMBER_COMMANDS_H

#include "ledger/call.h"
#include "ledger/members.h"

extern const struct command_table member_commands;

/* CALL_DONE, or says why not. */
int member_answer(struct call *, const char *slug, enum members_answer);
/* "member key SLUG --new" */
int member_renew_key(struct call *);
/* Of --member; 0 when it was not given. */
int member_chosen(struct call *, int64_t *member);

#endif
