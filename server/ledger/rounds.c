/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/rounds.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "ledger/audit.h"
#include "ledger/invoices.h"
#include "ledger/quota.h"
#include "ledger/reminders.h"

#include <stdlib.h>
#include <string.h>

const struct zone *
rounds_zone(struct ledger *ledger, const struct member_row *row)
{
	const struct zone *zone = zones_find(ledger->zones, row->zone);

	return zone != NULL ? zone : zones_utc(ledger->zones);
}

int64_t
rounds_today(struct ledger *ledger, const struct member_row *row)
{
	return zone_day(rounds_zone(ledger, row), clock_wall_ms());
}

bool
rounds_life(
    struct ledger *ledger, const struct member_row *row, struct life *life)
{
	struct life_facts facts = { .state = row->member.state,
		.is_solidarity = row->plan.is_solidarity,
		.is_held = row->is_held,
		.is_blocked_otherwise = row->member.is_cut,
		.blocked_day = LIFE_NEVER };

	if (row->blocked_ms > 0)
		facts.blocked_day = zone_day(
		    rounds_zone(ledger, row), row->blocked_ms);
	if (!invoices_debt(ledger->store, row->member.id, &facts))
		return false;
	*life = life_of(&facts, &ledger->life_rules, rounds_today(ledger, row));
	return true;
}

bool
rounds_read(struct store *store, struct rows *all)
{
	sqlite3_stmt *prepared = members_all(store);
	struct member_row row;
	bool failed;

	while (members_next(prepared, &row, &failed)) {
		if ((all->count & (all->count - 1)) == 0)
			all->rows = mem_grow(all->rows,
			    (all->count == 0 ? 1 : 2 * all->count) *
				sizeof(row));
		all->rows[all->count++] = row;
	}
	return !failed;
}

void
rounds_forget(struct rows *all)
{
	free(all->rows);
}

static const char *
what_of(enum member_state state)
{
	static const char *const words[] = {
		[MEMBER_ORDERED] = "member ordered",
		[MEMBER_ACTIVE] = "member active",
		[MEMBER_OVERDUE] = "member overdue",
		[MEMBER_BLOCKED] = "member block reason=payment",
		[MEMBER_DUE] = "member due for deletion",
		[MEMBER_DELETED] = "member deleted",
	};

	return words[state];
}

static bool
move(struct ledger *ledger, const struct member_row *row,
    enum member_state state)
{
	const struct member_move wanted = { .state = state,
		.reason = REASON_PAYMENT,
		.who = AUDIT_CLOCK,
		.what = what_of(state) };

	return members_move(ledger->store, row, &wanted) &&
	    reminders_moved(ledger, row, state);
}

/* Turns the rows into those that must move, with the state they get. */
static bool
choose(struct ledger *ledger, struct rows *all, enum member_state *states)
{
	struct life life;
	unsigned count = 0;

	for (unsigned i = 0; i < all->count; i++) {
		if (!rounds_life(ledger, &all->rows[i], &life))
			return false;
		if (life.state == all->rows[i].member.state)
			continue;
		states[count] = life.state;
		all->rows[count++] = all->rows[i];
	}
	all->count = count;
	return true;
}

static bool
move_all(struct ledger *ledger, const struct rows *moves,
    const enum member_state *states)
{
	struct store *store = ledger->store;
	bool is_done = store_begin(store);

	for (unsigned i = 0; is_done && i < moves->count; i++)
		is_done = move(ledger, &moves->rows[i], states[i]);
	if (!is_done || !store_commit(store)) {
		store_rollback(store);
		return false;
	}
	ledger->members_changed = true;
	for (unsigned i = 0; i < moves->count; i++)
		log_info("member %s was %s, is %s", moves->rows[i].member.slug,
		    members_state_word(moves->rows[i].member.state),
		    members_state_word(states[i]));
	return true;
}

static bool
look_at_lives(struct ledger *ledger)
{
	struct rows all = { 0 };
	enum member_state *states = NULL;
	bool is_done = rounds_read(ledger->store, &all);

	if (is_done && all.count > 0) {
		states = mem_new(all.count * sizeof(*states));
		is_done = choose(ledger, &all, states);
	}
	if (is_done && all.count > 0)
		is_done = move_all(ledger, &all, states);
	free(states);
	rounds_forget(&all);
	return is_done;
}

static bool
look_at_quotas(struct ledger *ledger)
{
	struct rows all = { 0 };
	bool changed = false;
	bool is_done = ledger_flush(ledger) && rounds_read(ledger->store, &all);

	for (unsigned i = 0; is_done && i < all.count; i++)
		is_done = quotas_look(ledger->quotas, &all.rows[i],
			      rounds_zone(ledger, &all.rows[i]), &changed) &&
		    storages_look(ledger->storages, &all.rows[i],
			rounds_zone(ledger, &all.rows[i]), &changed);
	ledger->members_changed |= changed;
	rounds_forget(&all);
	return is_done;
}

bool
rounds_run(struct ledger *ledger)
{
	bool is_done = look_at_lives(ledger);

	is_done = is_done && reminders_look(ledger);
	is_done = look_at_quotas(ledger) && is_done;
	if (!is_done && !ledger->is_round_failing)
		log_error("store: members cannot be looked at: %s",
		    store_reason(ledger->store));
	ledger->is_round_failing = !is_done;
	return is_done;
}
