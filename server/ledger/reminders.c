/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/reminders.h"

#include "base/clock.h"
#include "base/text.h"
#include "ledger/invoices.h"
#include "ledger/letters.h"
#include "ledger/rounds.h"

#include <stdio.h>
#include <string.h>

#define NO_STEP (-1)
#define MB      1000000

static const char select_debt[] =
    "SELECT reference, due_ms, cents, currency FROM invoice "
    "WHERE member = ?1 AND paid_ms IS NULL ORDER BY due_ms, reference LIMIT 1";

/* The first invoice that is not paid. */
struct debt {
	bool is_there;
	char reference[REFERENCE_BYTES];
	char due[DAY_BYTES];
	char amount[48]; /* "120.00 EUR" */
};

static void
read_debt(sqlite3_stmt *prepared, struct debt *debt)
{
	char amount[32];

	debt->is_there = true;
	text_copy(debt->reference, REFERENCE_BYTES, store_text(prepared, 0));
	day_text(sqlite3_column_int64(prepared, 1) / DAY_MS, debt->due);
	invoice_amount_text(sqlite3_column_int64(prepared, 2), amount);
	snprintf(debt->amount, sizeof(debt->amount), "%s %.3s", amount,
	    store_text(prepared, 3));
}

static bool
find_debt(struct store *store, int64_t member, struct debt *debt)
{
	sqlite3_stmt *prepared = store_prepare(store, select_debt);
	int step;

	memset(debt, 0, sizeof(*debt));
	sqlite3_bind_int64(prepared, 1, member);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		read_debt(prepared, debt);
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

static const char *
day_or_none(const struct member_row *row, int64_t day, char text[DAY_BYTES])
{
	if (day == LIFE_NEVER)
		return letters_phrase(row, PHRASE_no_day);
	day_text(day, text);
	return text;
}

/* One letter about what is owed; days as life has them. */
static bool
add_debt_letter(struct store *store, const struct member_row *row,
    const struct life *life, enum letter_text text, const char *kind)
{
	char block[DAY_BYTES], delete[DAY_BYTES], anchor[DAY_BYTES];
	struct debt debt;

	if (!find_debt(store, row->member.id, &debt))
		return false;
	if (!debt.is_there || life->anchor_day == LIFE_NEVER)
		return true;
	day_text(life->anchor_day, anchor);
	const struct letter_fact facts[] = { { "{invoice}", debt.reference },
		{ "{amount}", debt.amount }, { "{due}", debt.due },
		{ "{block}", day_or_none(row, life->block_day, block) },
		{ "{delete}", day_or_none(row, life->delete_day, delete) } };
	const struct letter_wish wish = { text, kind, anchor, facts, 5 };

	return letters_add(store, row, &wish);
}

bool
reminders_moved(struct ledger *ledger, const struct member_row *row,
    enum member_state state)
{
	bool is_due = state == MEMBER_DUE;
	struct member_row moved = *row;
	struct life life;

	if (state != MEMBER_BLOCKED && !is_due)
		return true;
	moved.member.state = state;
	if (moved.blocked_ms == 0)
		moved.blocked_ms = clock_wall_ms();
	if (!rounds_life(ledger, &moved, &life))
		return false;
	/* The day it was blocked, not the one it could have been. */
	life.block_day = zone_day(rounds_zone(ledger, row), moved.blocked_ms);
	return add_debt_letter(ledger->store, row, &life,
	    is_due ? LETTER_due : LETTER_blocked, is_due ? "due" : "blocked");
}

static int
step_of(int64_t days)
{
	static const int steps[] = { 28, 21, 7, 0 };

	for (unsigned i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (days >= steps[i])
			return steps[i];
	}
	return NO_STEP;
}

/* *kind is "" when there is nothing to say today that was not said. */
static bool
choose_step(struct ledger *ledger, const struct member_row *row,
    const struct life *life, char kind[16])
{
	char anchor[DAY_BYTES];
	bool is_there;
	int step;

	kind[0] = '\0';
	if (life->anchor_day == LIFE_NEVER || !life_is_open(life->state) ||
	    row->email[0] == '\0')
		return true;
	step = step_of(rounds_today(ledger, row) - life->anchor_day);
	if (step == NO_STEP)
		return true;
	day_text(life->anchor_day, anchor);
	snprintf(kind, 16, "overdue-%d", step);
	if (!letters_has(
		ledger->store, row->member.id, kind, anchor, &is_there))
		return false;
	if (is_there)
		kind[0] = '\0';
	return true;
}

static bool
remind(struct ledger *ledger, const struct member_row *row)
{
	struct store *store = ledger->store;
	struct life life;
	char kind[16];

	if (!rounds_life(ledger, row, &life) ||
	    !choose_step(ledger, row, &life, kind))
		return false;
	if (kind[0] == '\0')
		return true;
	if (store_begin(store) &&
	    add_debt_letter(store, row, &life, LETTER_overdue, kind) &&
	    store_commit(store))
		return true;
	store_rollback(store);
	return false;
}

bool
reminders_look(struct ledger *ledger)
{
	struct rows all = { 0 };
	bool is_done = rounds_read(ledger->store, &all);

	for (unsigned i = 0; is_done && i < all.count; i++)
		is_done = remind(ledger, &all.rows[i]);
	rounds_forget(&all);
	return is_done;
}

bool
reminders_cut(struct ledger *ledger, const struct member_row *row,
    const struct member_move *move)
{
	char subject[REASON_BYTES + NAME_BYTES + DAY_BYTES], today[DAY_BYTES];
	const struct letter_fact facts[] = { { "{block}", today },
		{ "{reason}", move->reason },
		{ "{reference}", move->reference } };
	const struct letter_wish wish = { LETTER_cut, "cut", subject, facts,
		3 };

	day_text(rounds_today(ledger, row), today);
	snprintf(subject, sizeof(subject), "%s %s %s", today, move->reason,
	    move->reference);
	return letters_add(ledger->store, row, &wish);
}

bool
reminders_quota(struct store *store, const struct member_row *row,
    const struct quota_use *use)
{
	char kind[16], level[16], used[32], quota[32];
	const struct letter_fact facts[] = { { "{percent}", level },
		{ "{period}", use->period }, { "{used}", used },
		{ "{quota}", quota }, { "{zone}", row->zone },
		{ "{then}",
		    letters_phrase(
			row, row->plan.caps ? PHRASE_caps : PHRASE_goes_on) } };
	const struct letter_wish wish = { LETTER_quota, kind, use->period,
		facts, 6 };

	snprintf(kind, sizeof(kind), "quota-%u", use->percent);
	snprintf(level, sizeof(level), "%u", use->percent);
	snprintf(used, sizeof(used), "%.3f", (double)use->used_bytes / MB);
	snprintf(quota, sizeof(quota), "%.3f", (double)use->quota_bytes / MB);
	return letters_add(store, row, &wish);
}
