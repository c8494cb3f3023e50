/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * plans - what members may use: "plan set" and "plan list", answered by the
 * clerk. A call's owner is the struct ledger.
 */
#ifndef LEDGER_PLANS_H
#define LEDGER_PLANS_H

#include "ledger/call.h"
#include "ledger/members.h"

extern const struct command_table plan_commands;

enum members_answer plans_find(struct store *, const char *name, struct plan *);
/* "500", "250MB", "2TB" of 10^12 bytes, or "none"; false for anything else. */
bool plan_bytes(const char *text, int64_t *bytes) MUST_CHECK;

#endif
