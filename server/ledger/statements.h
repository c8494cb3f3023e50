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

/* With its audit row, in one transaction. One that is there already stays as
 * it is, and out says so. False: the store cannot be written. */
bool statements_seal(
    struct store *, const struct statement_msg *, struct bytes *out) MUST_CHECK;

#endif
