/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/storage.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "ledger/quota.h"

#include <stdio.h>
#include <stdlib.h>

struct storages {
	struct store *store;
	struct table full; /* members */
};

static const char select_used[] =
    "SELECT coalesce(sum(bytes + twin_bytes), 0) FROM recording "
    "WHERE member = ?1";

static const char write_notice[] =
    "INSERT INTO notice(member, what, subject, at_ms) SELECT ?1, ?2, ?3, ?4 "
    "WHERE NOT EXISTS (SELECT 1 FROM notice WHERE member = ?1 AND subject = ?3 "
    "AND what LIKE 'storage-%' "
    "AND CAST(substr(what, 9) AS INTEGER) >= ?5)";

struct storages *
storages_new(struct store *store)
{
	struct storages *storages = mem_new(sizeof(*storages));

	storages->store = store;
	return storages;
}

void
storages_free(struct storages *storages)
{
	if (storages == NULL)
		return;
	table_free(&storages->full);
	free(storages);
}

static bool
read_used(struct store *store, int64_t member, int64_t *bytes)
{
	sqlite3_stmt *prepared = store_prepare(store, select_used);
	int step;

	sqlite3_bind_int64(prepared, 1, member);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		*bytes = sqlite3_column_int64(prepared, 0);
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

/* Once for a month and level, and not for a lower one after a higher. */
static bool
notice(struct store *store, const struct member_row *row, const char *month,
    unsigned level, int64_t used_bytes)
{
	sqlite3_stmt *prepared = store_prepare(store, write_notice);
	char what[24];

	snprintf(what, sizeof(what), "storage-%u", level);
	sqlite3_bind_int64(prepared, 1, row->member.id);
	sqlite3_bind_text(prepared, 2, what, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 3, month, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 4, clock_wall_ms());
	sqlite3_bind_int(prepared, 5, (int)level);
	if (!store_run(prepared))
		return false;
	if (store_changed(store) > 0)
		log_warn("member %s has used %u %% of its storage bytes=%lld "
			 "storage=%lld",
		    row->member.slug, level, (long long)used_bytes,
		    (long long)row->plan.storage_bytes);
	return true;
}

static void
set_full(struct storages *storages, int64_t member, bool is_full, bool *changed)
{
	if (storages_is_full(storages, member) == is_full)
		return;
	if (is_full)
		table_put(&storages->full, (uint64_t)member, storages);
	else
		table_take(&storages->full, (uint64_t)member);
	*changed = true;
}

bool
storages_look(struct storages *storages, const struct member_row *row,
    const struct zone *zone, bool *changed)
{
	char month[DAY_BYTES];
	unsigned level = 0;
	int64_t used = 0;

	if (row->plan.storage_bytes != NO_LIMIT) {
		if (!read_used(storages->store, row->member.id, &used))
			return false;
		level = quota_level(used, row->plan.storage_bytes);
	}
	set_full(storages, row->member.id,
	    level == QUOTA_FULL &&
		(row->plan.at_storage != STORAGE_ALLOW ||
		    row->plan.storage_bytes == 0),
	    changed);
	/* Who has none does not use it up. */
	if (level == 0 || row->plan.storage_bytes == 0)
		return true;
	day_text(day_month(zone_day(zone, clock_wall_ms())), month);
	month[sizeof("2026-11") - 1] = '\0';
	return notice(storages->store, row, month, level, used);
}

bool
storages_is_full(const struct storages *storages, int64_t member)
{
	return table_get(&storages->full, (uint64_t)member) != NULL;
}
