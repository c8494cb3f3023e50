/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * broadcasts - when a source was on air, with what, and why it ended.
 *
 * One row from the first sound of a source until it is gone. Its reason is
 * left (it said end), lost (nothing came any more, or the connection broke),
 * bad (what it sent made no sense), kicked, blocked (with its member), stopped
 * (the server was), or crashed (the server was gone without a word); "" while
 * it is on air. entries_*() do the rest.
 */
#ifndef LEDGER_BROADCASTS_H
#define LEDGER_BROADCASTS_H

#include "ledger/entries.h"
#include "loop/messages.h"

struct entries *broadcasts_new(struct store *);
void broadcasts_add(struct entries *, const struct broadcast_msg *);
/* At start: what was on air when the server ended is over since the store was
 * last written. */
bool broadcasts_close_open(struct store *) MUST_CHECK;

#endif
