/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * plays - what was played on a mount: each title with its beginning and end,
 * how many listened when it began, and the most while it played.
 *
 * entries_*() do the rest.
 */
#ifndef LEDGER_PLAYS_H
#define LEDGER_PLAYS_H

#include "ledger/entries.h"
#include "loop/messages.h"

struct entries *plays_new(struct store *);
void plays_add(struct entries *, const struct play_msg *);
/* As in ledger/broadcasts.h. */
bool plays_close_open(struct store *) MUST_CHECK;

#endif
