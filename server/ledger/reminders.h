/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * reminders - letters about invoices, blocks and quotas.
 *
 * Who owes is told on the day from which days without payment are counted, and
 * 7, 21 and 28 days after it: once each, and only the newest of those that were
 * missed. Then of the block, and when it is listed for deletion, each once for
 * each day that was missed. The clerk's thread; false: the store cannot be read
 * or written.
 */
#ifndef LEDGER_REMINDERS_H
#define LEDGER_REMINDERS_H

#include "ledger/ledger.h"
#include "ledger/members.h"

/* To all who owe; in a transaction of its own. */
bool reminders_look(struct ledger *) MUST_CHECK;

/* The others in one that is open. For payment: to blocked or due. */
bool reminders_moved(
    struct ledger *, const struct member_row *, enum member_state) MUST_CHECK;
/* For another reason. */
bool reminders_cut(struct ledger *, const struct member_row *,
    const struct member_move *) MUST_CHECK;
struct quota_use {
	const char *period; /* "2026-11" */
	unsigned percent;   /* 80, 95 or 100 */
	int64_t used_bytes, quota_bytes;
};
bool reminders_quota(struct store *, const struct member_row *,
    const struct quota_use *) MUST_CHECK;

#endif
