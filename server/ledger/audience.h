/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * audience - how many different listeners a mount had on a day, and a member on
 * all its mounts.
 *
 * Numbers that stand for listeners (stream/uniques.h) stay in memory until
 * their day is over everywhere; only how many there were is written. Exact up
 * to 4096 (base/distinct.h), with an error of 1.6 % beyond. A new start knows
 * nobody: whoever listens again is counted again, in a row of its own boot.
 *
 * The clerk's thread only. At most 64 KiB a day, member and mount.
 */
#ifndef LEDGER_AUDIENCE_H
#define LEDGER_AUDIENCE_H

#include "ledger/store.h"
#include "loop/messages.h"

struct audience;

struct audience *audience_new(struct store *);
void audience_free(struct audience *);

void audience_add(struct audience *, const struct audience_msg *);
unsigned audience_unwritten(const struct audience *); /* rows */
/* As in ledger/usage.h: inside a transaction, and after its commit. */
bool audience_write(struct audience *) MUST_CHECK;
void audience_written(struct audience *);

#endif
