/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * audit - who did what to which member: rows that only grow, each with the
 * SHA-256 of itself and the row before, so that a change shows.
 */
#ifndef LEDGER_AUDIT_H
#define LEDGER_AUDIT_H

#include "ledger/store.h"

struct audit_row {
	const char *who, *what;
	int64_t member;
	const char *slug;
};

/* Inside the transaction of what it tells about. */
bool audit_add(struct store *, const struct audit_row *) MUST_CHECK;
/* False: row *bad (0: none can be read) is not what was written. */
bool audit_is_whole(struct store *, int64_t *bad) MUST_CHECK;

#endif
