/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * audit - who did what to which member: rows that only grow, each with the
 * SHA-256 of itself and the row before, so that a change shows.
 */
#ifndef LEDGER_AUDIT_H
#define LEDGER_AUDIT_H

#include "ledger/store.h"

/* Who: a person at the control socket of this machine, or the clock. */
#define AUDIT_SOCKET "control socket"
#define AUDIT_CLOCK  "clock"

struct audit_row {
	const char *who, *what;
	int64_t member;
	const char *slug;
};

/* Inside the transaction of what it tells about. */
bool audit_add(struct store *, const struct audit_row *) MUST_CHECK;
/* False: row *bad (0: none can be read) is not what was written. */
bool audit_is_whole(struct store *, int64_t *bad) MUST_CHECK;

/* The rows from the first on, of one member or of all (0). Ended by
 * audit_next() being false; *failed is set then. What row points to is good
 * until the next call. */
struct audit_line {
	int64_t id, at_ms;
	struct audit_row row;
	char sha256[65];
};
sqlite3_stmt *audit_of(struct store *, int64_t member);
bool audit_next(sqlite3_stmt *, struct audit_line *, bool *failed);

#endif
