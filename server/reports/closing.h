/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * closing - periods that are over, collected to be sealed by the clerk.
 *
 * Statements of several members are a chain of one message. The reporter's
 * thread only.
 */
#ifndef REPORTS_CLOSING_H
#define REPORTS_CLOSING_H

#include "base/bytes.h"
#include "ledger/store.h"
#include "loop/messages.h"
#include "reports/subject.h"

enum closing_answer {
	CLOSING_ADDED,
	CLOSING_EARLY, /* it is not over, or has only just ended */
	CLOSING_FAILED /* the store cannot be read */
};

/* Puts one in front of the chain, which may be NULL. */
enum closing_answer closing_add(
    struct store *, const struct subject *, struct statement_msg **chain);

#endif
