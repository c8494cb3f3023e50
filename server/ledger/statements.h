/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * statements - what a member used in a period, sealed: kept as it was shown,
 * with the SHA-256 of its CSV, and never changed again. The clerk's thread.
 */
#ifndef LEDGER_STATEMENTS_H
#define LEDGER_STATEMENTS_H

#include "base/bytes.h"
#include "ledger/store.h"
#include "loop/messages.h"

enum statements_answer {
	STATEMENTS_DONE,
	STATEMENTS_REFUSED, /* out says why */
	STATEMENTS_FAILED   /* store_reason() */
};

/* The message and all behind it, with their audit rows and letters, in one
 * transaction: all or none. One that is there already stays as it is, and out
 * says so; one that overlaps another of its member is refused. */
enum statements_answer statements_seal(
    struct store *, const struct statement_msg *, struct bytes *out) MUST_CHECK;

#endif
