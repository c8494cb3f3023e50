/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "ledger/life.h"

#define D     INT64_C(20000) /* the day the invoice is due */
#define SENT  (D - 14)
#define NEVER LIFE_NEVER

static const char *const words[] = { "ordered", "active", "overdue", "blocked",
	"due", "deleted" };

enum {
	PLAIN = 0,
	SOLIDARITY = 1,
	HELD = 2,
	OTHERWISE = 4, /* blocked for another reason */
	BY_HAND = 8,
	FROM_SENT = 16,
	HAS_PAID = 32
};

struct row {
	const char *name;
	enum member_state state;
	int64_t sent, due, blocked, today;
	unsigned flags;
	enum member_state want;
};

static struct life
ask(const struct row *row)
{
	struct life_rules rules = life_usual_rules();
	const struct life_facts facts = { .state = row->state,
		.is_solidarity = (row->flags & SOLIDARITY) != 0,
		.is_held = (row->flags & HELD) != 0,
		.is_blocked_otherwise = (row->flags & OTHERWISE) != 0,
		.has_paid = (row->flags & HAS_PAID) != 0,
		.sent_day = row->sent,
		.due_day = row->due,
		.blocked_day = row->blocked };

	rules.is_automatic = (row->flags & BY_HAND) == 0;
	rules.counts_from_sent = (row->flags & FROM_SENT) != 0;
	return life_of(&facts, &rules, row->today);
}

/* clang-format off */
static const struct row rows[] = {
#define ORDERED MEMBER_ORDERED
#define ACTIVE  MEMBER_ACTIVE
#define OVERDUE MEMBER_OVERDUE
#define BLOCKED MEMBER_BLOCKED
#define DUE     MEMBER_DUE
#define DELETED MEMBER_DELETED
	{ "sent today", ACTIVE, SENT, D, NEVER, SENT, 0, ACTIVE },
	{ "D-1", ACTIVE, SENT, D, NEVER, D - 1, 0, ACTIVE },
	{ "D: all of the day is left", ACTIVE, SENT, D, NEVER, D, 0, ACTIVE },
	{ "D+1", ACTIVE, SENT, D, NEVER, D + 1, 0, OVERDUE },
	{ "D+29", OVERDUE, SENT, D, NEVER, D + 29, 0, OVERDUE },
	{ "D+30", OVERDUE, SENT, D, NEVER, D + 30, 0, BLOCKED },
	{ "D+30, nobody looked before", ACTIVE, SENT, D, NEVER, D + 30, 0,
	    BLOCKED },
	{ "D+59", BLOCKED, SENT, D, D + 30, D + 59, 0, BLOCKED },
	{ "D+60", BLOCKED, SENT, D, D + 30, D + 60, 0, DUE },
	{ "D+61", DUE, SENT, D, D + 30, D + 61, 0, DUE },
	{ "D+6000: a person deletes, or nobody", DUE, SENT, D, D + 30, D + 6000,
	    0, DUE },

	{ "blocked late, D+60", BLOCKED, SENT, D, D + 45, D + 60, 0, BLOCKED },
	{ "blocked late, D+74", BLOCKED, SENT, D, D + 45, D + 74, 0, BLOCKED },
	{ "blocked late, D+75", BLOCKED, SENT, D, D + 45, D + 75, 0, DUE },
	{ "D+90, nobody looked before: not deleted unheard", ACTIVE, SENT, D,
	    NEVER, D + 90, 0, BLOCKED },

	{ "paid when overdue", OVERDUE, NEVER, NEVER, NEVER, D + 29, HAS_PAID,
	    ACTIVE },
	{ "paid when blocked", BLOCKED, NEVER, NEVER, D + 30, D + 31, HAS_PAID,
	    ACTIVE },
	{ "paid when due for deletion", DUE, NEVER, NEVER, D + 30, D + 70,
	    HAS_PAID, ACTIVE },
	{ "the next one is overdue", BLOCKED, D + 50, D + 64, D + 30, D + 70,
	    HAS_PAID, OVERDUE },
	{ "given more time", BLOCKED, SENT, D + 20, D + 30, D + 40, 0,
	    OVERDUE },
	{ "given more time, not over yet", DUE, SENT, D + 90, D + 30, D + 61, 0,
	    ACTIVE },

	{ "solidarity, D+30", ACTIVE, SENT, D, NEVER, D + 30, SOLIDARITY,
	    ACTIVE },
	{ "solidarity, D+6000", ACTIVE, SENT, D, NEVER, D + 6000, SOLIDARITY,
	    ACTIVE },
	{ "solidarity for one who was blocked", BLOCKED, SENT, D, D + 30,
	    D + 40, SOLIDARITY, ACTIVE },
	{ "solidarity for one who ordered", ORDERED, NEVER, NEVER, NEVER, D,
	    SOLIDARITY, ACTIVE },
	{ "solidarity does not undo a decision", BLOCKED, NEVER, NEVER, D - 1,
	    D, SOLIDARITY | OTHERWISE, BLOCKED },

	{ "held, D+60", BLOCKED, SENT, D, D + 30, D + 60, HELD, BLOCKED },
	{ "held, D+6000", BLOCKED, SENT, D, D + 30, D + 6000, HELD, BLOCKED },
	{ "held when listed already", DUE, SENT, D, D + 30, D + 70, HELD,
	    BLOCKED },
	{ "held and not blocked", OVERDUE, SENT, D, NEVER, D + 30, HELD,
	    BLOCKED },

	{ "a decision holds when all is paid", BLOCKED, NEVER, NEVER, D, D + 9,
	    OTHERWISE | HAS_PAID, BLOCKED },
	{ "a decision is never a reason to delete", BLOCKED, SENT, D, D - 9,
	    D + 600, OTHERWISE, BLOCKED },

	{ "by hand, D+30", OVERDUE, SENT, D, NEVER, D + 30, BY_HAND, OVERDUE },
	{ "by hand, D+600", OVERDUE, SENT, D, NEVER, D + 600, BY_HAND,
	    OVERDUE },
	{ "by hand, blocked", BLOCKED, SENT, D, D + 40, D + 41, BY_HAND,
	    BLOCKED },
	{ "by hand, D+70", BLOCKED, SENT, D, D + 40, D + 70, BY_HAND, DUE },
	{ "by hand, paid", BLOCKED, NEVER, NEVER, D + 40, D + 41,
	    BY_HAND | HAS_PAID, ACTIVE },

	{ "from sending, day 29", OVERDUE, SENT, D, NEVER, SENT + 29, FROM_SENT,
	    OVERDUE },
	{ "from sending, day 30", OVERDUE, SENT, D, NEVER, SENT + 30, FROM_SENT,
	    BLOCKED },
	{ "from sending, day 60", BLOCKED, SENT, D, SENT + 30, SENT + 60,
	    FROM_SENT, DUE },
	{ "from sending, but due much later", ACTIVE, D - 90, D, NEVER, D,
	    FROM_SENT, ACTIVE },
	{ "from sending, the day after it was due", ACTIVE, D - 90, D, NEVER,
	    D + 1, FROM_SENT, BLOCKED },

	{ "ordered, not paid", ORDERED, SENT, D, NEVER, D + 600, 0, ORDERED },
	{ "ordered and paid", ORDERED, NEVER, NEVER, NEVER, D, HAS_PAID,
	    ACTIVE },
	{ "deleted", DELETED, NEVER, NEVER, NEVER, D, HAS_PAID, DELETED },
	{ "deleted, solidarity", DELETED, SENT, D, D + 30, D, SOLIDARITY,
	    DELETED },

	{ "clock back by a minute over midnight", BLOCKED, SENT, D, D + 30,
	    D + 29, 0, BLOCKED },
	{ "clock back by two days", BLOCKED, SENT, D, D + 30, D + 28, 0,
	    OVERDUE },
	{ "clock was years ahead when it blocked", BLOCKED, SENT, D, D + 9000,
	    D - 3, 0, ACTIVE },
	{ "clock at 1970", BLOCKED, SENT, D, D + 30, 0, 0, ACTIVE },
	{ "clock back, paid", BLOCKED, NEVER, NEVER, D + 30, D + 29, HAS_PAID,
	    ACTIVE },
};
/* clang-format on */

static void
every_day_has_its_state(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		enum member_state got = ask(&rows[i]).state;

		if (got != rows[i].want)
			fail_msg("%s: %s, not %s", rows[i].name, words[got],
			    words[rows[i].want]);
	}
}

static void
dates_are_told_before_they_come(void **state)
{
	struct row row = { "", ACTIVE, SENT, D, NEVER, SENT, 0, ACTIVE };
	struct life life = ask(&row);

	(void)state;
	assert_int_equal(life.overdue_day, D + 1);
	assert_int_equal(life.block_day, D + 30);
	assert_int_equal(life.delete_day, D + 60);
	row.flags = FROM_SENT;
	life = ask(&row);
	assert_int_equal(life.block_day, SENT + 30);
	assert_int_equal(life.delete_day, SENT + 60);
	row.flags = HELD;
	assert_int_equal(ask(&row).delete_day, NEVER);
	row.flags = SOLIDARITY;
	assert_int_equal(ask(&row).block_day, NEVER);
	assert_int_equal(ask(&row).delete_day, NEVER);
	row = (struct row){ "", BLOCKED, SENT, D, D + 45, D + 46, 0, BLOCKED };
	assert_int_equal(ask(&row).delete_day, D + 75);
	row = (struct row){ "", ACTIVE, NEVER, NEVER, NEVER, D, 0, ACTIVE };
	assert_int_equal(ask(&row).overdue_day, NEVER);
	assert_int_equal(ask(&row).block_day, NEVER);
}

/* Whatever came before, the answer is a place of rest: asked again on the same
 * day it stays, so that nothing flaps and no row is written twice. */
static void
asked_twice_a_day_nothing_changes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct row row = rows[i];

		row.state = ask(&row).state;
		if (row.state == BLOCKED && rows[i].blocked == NEVER)
			row.blocked = row.today;
		if (life_is_open(row.state))
			row.blocked = NEVER;
		if (ask(&row).state != row.state)
			fail_msg("%s", row.name);
	}
}

/* A year day by day: each state is entered once, in order. */
static void
a_year_without_payment_goes_through_all_states(void **state)
{
	struct row row = { "", ACTIVE, SENT, D, NEVER, 0, 0, ACTIVE };
	int64_t entered[6] = { 0 };

	(void)state;
	for (row.today = SENT; row.today < SENT + 365; row.today++) {
		enum member_state next = ask(&row).state;

		assert_true(next >= row.state);
		if (next != row.state)
			entered[next] = row.today;
		if (next == BLOCKED && row.blocked == NEVER)
			row.blocked = row.today;
		row.state = next;
	}
	assert_int_equal(entered[OVERDUE], D + 1);
	assert_int_equal(entered[BLOCKED], D + 30);
	assert_int_equal(entered[DUE], D + 60);
	assert_int_equal(entered[DELETED], 0);
}

TEST_MAIN(TEST(every_day_has_its_state), TEST(dates_are_told_before_they_come),
    TEST(asked_twice_a_day_nothing_changes),
    TEST(a_year_without_payment_goes_through_all_states))
