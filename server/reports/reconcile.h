/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * reconcile - do the books agree with themselves, and with the line?
 *
 * Of each start of a server: sessions begun, as slots have them, against those
 * that ended, as sessions have them; a start that is over and has more begun
 * than ended was cut off. Of this start: wire bytes of all kinds against what
 * each interface carried since, others' traffic included. Reads only.
 */
#ifndef REPORTS_RECONCILE_H
#define REPORTS_RECONCILE_H

#include "base/check.h"
#include "ledger/store.h"
#include "reports/interfaces.h"

#include <stdbool.h>
#include <stdint.h>

enum reconcile_verdict {
	RECONCILE_EQUAL,
	RECONCILE_LISTENING, /* begun in this start, and not ended yet */
	RECONCILE_CUT,       /* begun, and the server was gone */
	RECONCILE_LINE,      /* an interface carries more than ours */
	RECONCILE_WRONG      /* ended, and never begun */
};

struct reconcile_line {
	char check[16];
	char about[48];
	int64_t ours, theirs;
	enum reconcile_verdict verdict;
};

struct reconcile {
	struct reconcile_line *lines;
	unsigned count;
};

/* This start of this server. */
struct reconcile_start {
	int64_t boot, slot;
	struct interfaces interfaces; /* as they were then */
};

/* False: the store cannot be read. reconcile_free() in both cases. */
bool reconcile_collect(struct store *, const struct reconcile_start *,
    struct reconcile *) MUST_CHECK;
void reconcile_free(struct reconcile *); /* what it holds, not itself */

#endif
