/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/quota.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "ledger/reminders.h"
#include "ledger/usage.h"

#include <stdlib.h>
#include <string.h>

static const char add_up[] =
    "WITH " USAGE_MEMBERS
    "SELECT member, sum(payload_out) FROM usage WHERE slot >= ?1 AND slot < ?2 "
    "AND member IN (SELECT id FROM who) "
    "AND kind IN ('live', 'pages', 'archive') GROUP BY member";

/* "quota-80": the number begins at 7. */
static const char read_noticed[] =
    "SELECT coalesce(max(CAST(substr(what, 7) AS INTEGER)), 0) FROM notice "
    "WHERE member = ?1 AND subject = ?2 AND what LIKE 'quota-%'";

static const char write_notice[] =
    "INSERT INTO notice(member, what, subject, at_ms) "
    "VALUES(?1, 'quota-' || ?3, ?2, ?4) ON CONFLICT DO NOTHING";

struct used { /* by one member in one month */
	int64_t member;
	int64_t bytes;
	unsigned noticed; /* percent */
	bool is_noticed_known;
};

/* Zones have months of their own; most members share one. */
struct month {
	struct month *next;
	int64_t from_slot, to_slot;
	struct table used; /* member -> struct used */
};

struct quotas {
	struct store *store;
	struct month *months;
	struct table capped; /* members */
};

struct quotas *
quotas_new(struct store *store)
{
	struct quotas *quotas = mem_new(sizeof(*quotas));

	quotas->store = store;
	return quotas;
}

static void
free_month(struct month *month)
{
	void *used;
	size_t at = 0;

	while ((used = table_next(&month->used, &at)) != NULL)
		free(used);
	table_free(&month->used);
	free(month);
}

void
quotas_free(struct quotas *quotas)
{
	struct month *next;

	if (quotas == NULL)
		return;
	for (; quotas->months != NULL; quotas->months = next) {
		next = quotas->months->next;
		free_month(quotas->months);
	}
	table_free(&quotas->capped);
	free(quotas);
}

static struct used *
get_used(struct month *month, int64_t member)
{
	struct used *used = table_get(&month->used, (uint64_t)member);

	if (used == NULL) {
		used = mem_new(sizeof(*used));
		used->member = member;
		table_put(&month->used, (uint64_t)member, used);
	}
	return used;
}

void
quotas_count(struct quotas *quotas, const struct usage_delta *delta)
{
	struct month *month = quotas->months;

	if (delta->kind != USAGE_LIVE && delta->kind != USAGE_ARCHIVE &&
	    delta->kind != USAGE_PAGES)
		return;
	if (delta->member <= 0)
		return;
	for (; month != NULL; month = month->next) {
		if (delta->slot >= month->from_slot &&
		    delta->slot < month->to_slot)
			get_used(month, delta->member)
			    ->bytes += (int64_t)delta->payload_out;
	}
}

/* What the store has of these slots, times sign. */
static bool
add_slots(struct quotas *quotas, struct month *month, int64_t from, int64_t to,
    int sign)
{
	sqlite3_stmt *prepared;
	int64_t member;
	int step;

	if (from >= to)
		return true;
	prepared = store_prepare(quotas->store, add_up);
	sqlite3_bind_int64(prepared, 1, from);
	sqlite3_bind_int64(prepared, 2, to);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		member = sqlite3_column_int64(prepared, 0);
		if (member > 0)
			get_used(month, member)->bytes += sign *
			    sqlite3_column_int64(prepared, 1);
	}
	return store_ended(prepared, step);
}

static void
copy_used(struct month *month, const struct month *other)
{
	const struct used *used;
	size_t at = 0;

	while ((used = table_next(&other->used, &at)) != NULL)
		get_used(month, used->member)->bytes = used->bytes;
}

/* The same month of another zone, but for some hours at both ends. */
static const struct month *
find_twin(const struct quotas *quotas, const struct month *month)
{
	const struct month *other = quotas->months;

	while (other != NULL &&
	    llabs(other->from_slot - month->from_slot) > 2 * DAY_MS / SLOT_MS)
		other = other->next;
	return other;
}

/* A month of many members has millions of rows: they are read once. */
static bool
load(struct quotas *quotas, struct month *month)
{
	const struct month *twin = find_twin(quotas, month);

	if (twin == NULL)
		return add_slots(
		    quotas, month, month->from_slot, month->to_slot, 1);
	copy_used(month, twin);
	return add_slots(quotas, month, month->from_slot, twin->from_slot, 1) &&
	    add_slots(quotas, month, twin->from_slot, month->from_slot, -1) &&
	    add_slots(quotas, month, twin->to_slot, month->to_slot, 1) &&
	    add_slots(quotas, month, month->to_slot, twin->to_slot, -1);
}

/* Months that ended yesterday everywhere are not asked for again. */
static void
forget_old(struct quotas *quotas)
{
	int64_t old = (clock_wall_ms() - DAY_MS) / SLOT_MS;
	struct month **at = &quotas->months, *month;

	while ((month = *at) != NULL) {
		if (month->to_slot >= old) {
			at = &month->next;
			continue;
		}
		*at = month->next;
		free_month(month);
	}
}

static struct month *
get_month(struct quotas *quotas, const struct zone *zone, int64_t first_day)
{
	int64_t from = zone_begin_ms(zone, first_day) / SLOT_MS;
	int64_t to = zone_begin_ms(zone, day_next_month(first_day)) / SLOT_MS;
	struct month *month = quotas->months;

	while (
	    month != NULL && (month->from_slot != from || month->to_slot != to))
		month = month->next;
	if (month != NULL)
		return month;
	forget_old(quotas);
	month = mem_new(sizeof(*month));
	month->from_slot = from;
	month->to_slot = to;
	if (!load(quotas, month)) {
		free_month(month);
		return NULL;
	}
	month->next = quotas->months;
	quotas->months = month;
	return month;
}

/* A limit has at most 16 digits, so nothing overflows. */
unsigned
quota_level(int64_t used, int64_t limit)
{
	static const unsigned levels[] = { QUOTA_FULL, 95, 80 };

	for (unsigned i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		if (used * QUOTA_FULL >= limit * (int64_t)levels[i])
			return levels[i];
	}
	return 0;
}

/* In two steps, as the product may be too large. */
int64_t
quota_of_month(
    int64_t quota, int64_t from_ms, int64_t to_ms, int64_t activated_ms)
{
	int64_t all = (to_ms - from_ms) / SLOT_MS;
	int64_t left = (to_ms - activated_ms) / SLOT_MS;

	if (activated_ms <= from_ms || left < 0)
		return quota;
	return quota / all * left + quota % all * left / all;
}

static bool
know_noticed(struct quotas *quotas, const struct member_row *row,
    const char *subject, struct used *used)
{
	sqlite3_stmt *prepared;
	int step;

	if (used->is_noticed_known)
		return true;
	prepared = store_prepare(quotas->store, read_noticed);
	sqlite3_bind_int64(prepared, 1, row->member.id);
	sqlite3_bind_text(prepared, 2, subject, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		used->noticed = (unsigned)sqlite3_column_int(prepared, 0);
		step = sqlite3_step(prepared);
	}
	used->is_noticed_known = store_ended(prepared, step);
	return used->is_noticed_known;
}

static bool
write_row(struct quotas *quotas, const struct member_row *row,
    const char *subject, unsigned level)
{
	sqlite3_stmt *prepared = store_prepare(quotas->store, write_notice);

	sqlite3_bind_int64(prepared, 1, row->member.id);
	sqlite3_bind_text(prepared, 2, subject, -1, SQLITE_STATIC);
	sqlite3_bind_int(prepared, 3, (int)level);
	sqlite3_bind_int64(prepared, 4, clock_wall_ms());
	return store_run(prepared);
}

/* With its letter. */
static bool
notice(struct quotas *quotas, const struct member_row *row,
    const struct quota_use *use)
{
	struct store *store = quotas->store;

	if (store_begin(store) &&
	    write_row(quotas, row, use->period, use->percent) &&
	    reminders_quota(store, row, use) && store_commit(store))
		return true;
	store_rollback(store);
	return false;
}

static void
set_capped(struct quotas *quotas, int64_t member, bool is_capped, bool *changed)
{
	if (quotas_is_capped(quotas, member) == is_capped)
		return;
	if (is_capped)
		table_put(&quotas->capped, (uint64_t)member, quotas);
	else
		table_take(&quotas->capped, (uint64_t)member);
	*changed = true;
}

bool
quotas_look(struct quotas *quotas, const struct member_row *row,
    const struct zone *zone, bool *changed)
{
	int64_t quota = row->plan.quota_bytes;
	char subject[DAY_BYTES];
	struct quota_use use;
	struct month *month;
	struct used *used;
	unsigned level;
	int64_t first;

	if (quota == NO_LIMIT) {
		set_capped(quotas, row->member.id, false, changed);
		return true;
	}
	first = day_month(zone_day(zone, clock_wall_ms()));
	day_text(first, subject);
	subject[7] = '\0'; /* "2026-11" */
	month = get_month(quotas, zone, first);
	if (month == NULL)
		return false;
	used = get_used(month, row->member.id);
	quota = quota_of_month(quota, month->from_slot * SLOT_MS,
	    month->to_slot * SLOT_MS, row->activated_ms);
	level = quota_level(used->bytes, quota);
	set_capped(quotas, row->member.id,
	    level == QUOTA_FULL && row->plan.caps, changed);
	if (level == 0 || !know_noticed(quotas, row, subject, used))
		return level == 0;
	if (level <= used->noticed)
		return true;
	use = (struct quota_use){ subject, level, used->bytes, quota };
	if (!notice(quotas, row, &use))
		return false;
	used->noticed = level;
	log_warn("member %s has used %u %% of its quota period=%s bytes=%lld "
		 "quota=%lld",
	    row->member.slug, level, subject, (long long)used->bytes,
	    (long long)quota);
	return true;
}

bool
quotas_is_capped(const struct quotas *quotas, int64_t member)
{
	return table_get(&quotas->capped, (uint64_t)member) != NULL;
}
