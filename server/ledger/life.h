/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * life - in which state a member should be, from its dates alone.
 *
 *   ordered -> active <-> overdue -> blocked -> due (for deletion) -> deleted
 *
 * Pure functions. A day is a number (base/zone.h), today is that of the
 * member's zone. Payment brings a member back from every state but deleted,
 * and time alone never deletes anybody. A clock that is set back by up to a day
 * undoes no block; by more, and it was wrong before: the dates decide again.
 */
#ifndef LEDGER_LIFE_H
#define LEDGER_LIFE_H

#include "loop/messages.h"

#define LIFE_NEVER     INT64_MAX
#define LIFE_TOLD_DAYS 30 /* from a block to deletion, at least */
#define LIFE_DUE_DAYS  14 /* from sending to due, when an invoice has no day */

struct life_facts {
	enum member_state state;
	bool is_solidarity;        /* a plan without a fee */
	bool is_held;              /* by law: nothing may be deleted */
	bool is_blocked_otherwise; /* for another reason than payment */
	bool has_paid;             /* any invoice; the first is the order's */
	/* The first of all unpaid invoices'; LIFE_NEVER: all are paid. */
	int64_t sent_day, due_day;
	int64_t blocked_day; /* LIFE_NEVER: is not blocked */
};

struct life {
	enum member_state state;
	/* As things are now; LIFE_NEVER: does not come. */
	int64_t overdue_day, block_day, delete_day;
	int64_t anchor_day; /* from where they count */
};

struct life life_of(
    const struct life_facts *, const struct life_rules *, int64_t today);
/* The usual rules: 30 and 60 days after the due day, by itself. */
struct life_rules life_usual_rules(void);
/* May feed mounts. */
bool life_is_open(enum member_state);

#endif
