/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * purge - a member's end: its rows and its files are deleted, for good.
 *
 * What stays has the member's number only: that it was there, the totals of
 * what was sealed, what was invoiced; and the audit, which is a chain of hashes
 * and says who it was. All rows go in one transaction, and what they were is
 * overwritten in the store; files go before its commit, so that a purge that
 * was cut short can be done again. The clerk's thread.
 */
#ifndef LEDGER_PURGE_H
#define LEDGER_PURGE_H

#include "base/bytes.h"
#include "ledger/ledger.h"
#include "ledger/members.h"

struct purge_wish {
	const struct member_row *member;
	const char *person, *reference; /* reference: "" when none was given */
	bool is_forced;
};

enum purge_answer {
	PURGE_DONE,    /* out is the certificate */
	PURGE_REFUSED, /* out says why */
	PURGE_FAILED   /* store_reason(); files may be gone, rows are not */
};

/* After a flush. Whoever may be purged is decided here. */
enum purge_answer purge_member(
    struct ledger *, const struct purge_wish *, struct bytes *out) MUST_CHECK;

#endif
