/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/life.h"

static int64_t
later(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

bool
life_is_open(enum member_state state)
{
	return state == MEMBER_ACTIVE || state == MEMBER_OVERDUE;
}

struct life_rules
life_usual_rules(void)
{
	return (struct life_rules){ .is_automatic = true,
		.block_after_days = 30,
		.delete_after_days = 60 };
}

/* An invoice that is sent long before it is due blocks nobody before. */
static void
set_dates(struct life *life, const struct life_facts *facts,
    const struct life_rules *rules)
{
	int64_t anchor = rules->counts_from_sent ? facts->sent_day
						 : facts->due_day;
	int64_t blocked_day;

	life->anchor_day = anchor;
	life->overdue_day = facts->due_day + 1;
	life->block_day = later(
	    anchor + rules->block_after_days, life->overdue_day);
	blocked_day = facts->blocked_day != LIFE_NEVER ? facts->blocked_day
						       : life->block_day;
	if (!facts->is_held)
		life->delete_day = later(anchor + rules->delete_after_days,
		    blocked_day + LIFE_TOLD_DAYS);
}

static bool
is_blocked(enum member_state state)
{
	return state == MEMBER_BLOCKED || state == MEMBER_DUE;
}

static enum member_state
state_by_dates(const struct life *life, const struct life_facts *facts,
    const struct life_rules *rules, int64_t today)
{
	/* A block that was right a moment ago still is. */
	if (is_blocked(facts->state) && facts->blocked_day == today + 1)
		today++;
	if (today < life->overdue_day)
		return MEMBER_ACTIVE;
	if (today < life->block_day)
		return MEMBER_OVERDUE;
	if (!is_blocked(facts->state))
		return rules->is_automatic ? MEMBER_BLOCKED : MEMBER_OVERDUE;
	return today < life->delete_day ? MEMBER_BLOCKED : MEMBER_DUE;
}

struct life
life_of(const struct life_facts *facts, const struct life_rules *rules,
    int64_t today)
{
	struct life life = { facts->state, LIFE_NEVER, LIFE_NEVER, LIFE_NEVER,
		LIFE_NEVER };

	if (facts->state == MEMBER_DELETED)
		return life;
	if (facts->state == MEMBER_ORDERED && !facts->has_paid &&
	    !facts->is_solidarity)
		return life;
	if (facts->due_day != LIFE_NEVER && !facts->is_solidarity)
		set_dates(&life, facts, rules);
	if (facts->is_blocked_otherwise)
		life.state = MEMBER_BLOCKED;
	else
		life.state = state_by_dates(&life, facts, rules, today);
	return life;
}
