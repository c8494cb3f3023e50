/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * life_commands - what changes a member: "member activate", "block", "unblock",
 * "hold", "release", "set" and "plan", answered by the clerk.
 *
 * Each is one transaction with its audit row; then a round looks at what
 * follows from it (ledger/rounds.h). A call's owner is the struct ledger.
 */
#ifndef LEDGER_LIFE_COMMANDS_H
#define LEDGER_LIFE_COMMANDS_H

#include "ledger/call.h"
#include "ledger/members.h"

struct ledger;

extern const struct command_table life_commands;

/* The member of the call's first word; CALL_DONE, or says why not. */
int life_find(struct call *, struct member_row *);
/* Commits what was done, or rolls it back, and makes a round. CALL_DONE, or
 * says why not. */
int life_commit(struct call *, bool is_done);
/* "ana is active" */
int life_show_state(struct call *);
/* A column of a member, as "member set" takes it: NULL, or what is wrong. */
const char *life_bad_setting(
    struct ledger *, const char *column, const char *value);
/* An option's value as clean text that fits; false after having said why not.
 * "" when it was not given. */
bool life_text(struct call *, const char *option, char *to, size_t size);

#endif
