/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/usage.h"

#include "base/clock.h"
#include "base/mem.h"
#include "ledger/totals.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_SLOTS   2
#define HOUR_SLOTS   12
#define DAY_SLOTS    288
#define MOST_BY_HOUR 20000 /* totals in memory, about 5 MB */

struct usage {
	struct store *store;
	struct totals totals;
};

/* In the order of the columns, of the counters, and of BIND_FIRST. */
static const size_t fields[TOTAL_COUNTERS] = {
	offsetof(struct usage_delta, payload_out),
	offsetof(struct usage_delta, tcp_out),
	offsetof(struct usage_delta, wire_out),
	offsetof(struct usage_delta, payload_in),
	offsetof(struct usage_delta, wire_in),
	offsetof(struct usage_delta, tls_out),
	offsetof(struct usage_delta, listen_ms),
	offsetof(struct usage_delta, listen60_ms),
	offsetof(struct usage_delta, starts),
};

#define BIND_FIRST 7 /* the first counter's parameter, after the key's six */

/* These words are in the store: they never change. */
static const char *const kind_words[USAGE_KINDS] = {
	[USAGE_LIVE] = "live",
	[USAGE_SOURCE_IN] = "source_in",
	[USAGE_ARCHIVE] = "archive",
	[USAGE_PAGES] = "pages",
	[USAGE_WASTE] = "waste",
};

#define COLUMNS                                                                \
	"payload_out, tcp_out, wire_out, payload_in, wire_in, tls_out, "       \
	"listen_ms, listen60_ms, starts"
#define MOUNT_ID "(SELECT id FROM mount WHERE path = ?5)"

static const char
    add_mount[] = "INSERT INTO mount(path) VALUES(?5) ON CONFLICT DO NOTHING";

static const char
    read_usage[] = "SELECT " COLUMNS " FROM usage WHERE "
		   "slot = ?3 AND member = ?4 AND mount = " MOUNT_ID
		   " AND kind = ?6 "
		   "AND relay = ?1 AND boot = ?2";

static const char write_usage[] =
    "INSERT INTO usage(relay, boot, slot, member, mount, kind, " COLUMNS
    ", rev) "
    "VALUES(?1, ?2, ?3, ?4, " MOUNT_ID ", ?6, "
    "?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, rev()) "
    "ON CONFLICT DO UPDATE SET "
    "payload_out = max(payload_out, excluded.payload_out), "
    "tcp_out = max(tcp_out, excluded.tcp_out), "
    "wire_out = max(wire_out, excluded.wire_out), "
    "payload_in = max(payload_in, excluded.payload_in), "
    "wire_in = max(wire_in, excluded.wire_in), "
    "tls_out = max(tls_out, excluded.tls_out), "
    "listen_ms = max(listen_ms, excluded.listen_ms), "
    "listen60_ms = max(listen60_ms, excluded.listen60_ms), "
    "starts = max(starts, excluded.starts), rev = excluded.rev";

static const char write_peak[] =
    "INSERT INTO peak(relay, boot, slot, member, mount, peak, peak_at_ms, rev) "
    "VALUES(?1, ?2, ?3, ?4, " MOUNT_ID ", ?7, ?8, rev()) "
    "ON CONFLICT DO UPDATE SET peak = excluded.peak, "
    "peak_at_ms = excluded.peak_at_ms, rev = excluded.rev "
    "WHERE excluded.peak > peak";

static const char
    read_ended[] = "SELECT length, ended FROM session WHERE "
		   "slot = ?3 AND member = ?4 AND mount = " MOUNT_ID
		   " AND relay = ?1 AND boot = ?2";

static const char write_ended[] =
    "INSERT INTO session(relay, boot, slot, member, mount, length, ended, rev) "
    "VALUES(?1, ?2, ?3, ?4, " MOUNT_ID ", ?7, ?8, rev()) "
    "ON CONFLICT DO UPDATE SET ended = max(ended, excluded.ended), "
    "rev = excluded.rev";

struct usage *
usage_new(struct store *store)
{
	struct usage *usage = mem_new(sizeof(*usage));

	usage->store = store;
	return usage;
}

void
usage_free(struct usage *usage)
{
	if (usage == NULL)
		return;
	totals_free(&usage->totals);
	free(usage);
}

static void
add_ended(struct usage *usage, const struct usage_delta *delta)
{
	struct total *total = NULL;

	for (unsigned i = 0; i < USAGE_LENGTHS; i++) {
		if (delta->ended[i] == 0)
			continue;
		if (total == NULL)
			total = totals_get(&usage->totals, delta->slot,
			    delta->member, delta->mount, ENDED_KIND);
		total->counters[i] += delta->ended[i];
	}
}

void
usage_add(struct usage *usage, const struct usage_delta *delta)
{
	struct total *total;
	uint64_t more;

	CHECK(delta->kind < USAGE_KINDS);
	total = totals_get(&usage->totals, delta->slot, delta->member,
	    delta->mount, delta->kind);
	for (unsigned i = 0; i < TOTAL_COUNTERS; i++) {
		memcpy(&more, (const char *)delta + fields[i], sizeof(more));
		total->counters[i] += more;
	}
	add_ended(usage, delta);
}

void
usage_add_peak(struct usage *usage, const struct peak_row *row)
{
	struct total *total = totals_get(
	    &usage->totals, row->slot, row->member, row->mount, PEAK_KIND);

	if (row->peak <= total->counters[0])
		return;
	total->counters[0] = row->peak;
	total->counters[1] = (uint64_t)row->peak_at_ms;
}

unsigned
usage_unwritten(const struct usage *usage)
{
	return usage->totals.unwritten;
}

unsigned
usage_held(const struct usage *usage)
{
	return usage->totals.held;
}

static sqlite3_stmt *
prepare_for(struct usage *usage, const struct total *total, const char *sql)
{
	sqlite3_stmt *prepared = store_prepare(usage->store, sql);

	sqlite3_bind_int64(prepared, 1, store_relay(usage->store));
	sqlite3_bind_int64(prepared, 2, store_boot(usage->store));
	sqlite3_bind_int64(prepared, 3, total->slot);
	sqlite3_bind_int64(prepared, 4, total->member);
	sqlite3_bind_text(prepared, 5, total->mount, -1, SQLITE_STATIC);
	if (total->kind < USAGE_KINDS)
		sqlite3_bind_text(
		    prepared, 6, kind_words[total->kind], -1, SQLITE_STATIC);
	return prepared;
}

static void
read_row(sqlite3_stmt *prepared, unsigned kind, uint64_t *base)
{
	int64_t length;

	if (kind == ENDED_KIND) {
		length = sqlite3_column_int64(prepared, 0);
		if (length >= 0 && length < USAGE_LENGTHS)
			base[length] = (uint64_t)sqlite3_column_int64(
			    prepared, 1);
		return;
	}
	for (int i = 0; i < TOTAL_COUNTERS; i++)
		base[i] = (uint64_t)sqlite3_column_int64(prepared, i);
}

/* This total was never written before, so what is read is what was committed,
 * whatever becomes of the transaction. */
static bool
read_base(struct usage *usage, struct total *total)
{
	sqlite3_stmt *prepared = prepare_for(
	    usage, total, total->kind == ENDED_KIND ? read_ended : read_usage);
	uint64_t base[TOTAL_COUNTERS] = { 0 };
	int step;

	while ((step = sqlite3_step(prepared)) == SQLITE_ROW)
		read_row(prepared, total->kind, base);
	if (!store_ended(prepared, step))
		return false;
	total->base = mem_copy(base, sizeof(base));
	return true;
}

static uint64_t
value_of(const struct total *total, unsigned i)
{
	return total->counters[i] + (total->base != NULL ? total->base[i] : 0);
}

static bool
write_ended_of(struct usage *usage, const struct total *total)
{
	sqlite3_stmt *prepared;

	for (unsigned i = 0; i < USAGE_LENGTHS; i++) {
		if (value_of(total, i) == 0)
			continue;
		prepared = prepare_for(usage, total, write_ended);
		sqlite3_bind_int64(prepared, BIND_FIRST, i);
		sqlite3_bind_int64(prepared, BIND_FIRST + 1,
		    (sqlite3_int64)value_of(total, i));
		if (!store_run(prepared))
			return false;
	}
	return true;
}

static bool
write_total(struct usage *usage, struct total *total)
{
	bool is_peak = total->kind == PEAK_KIND;
	sqlite3_stmt *prepared;

	if (!store_run(prepare_for(usage, total, add_mount)))
		return false;
	if (!is_peak && !total->is_kept && total->base == NULL &&
	    !read_base(usage, total))
		return false;
	if (total->kind == ENDED_KIND)
		return write_ended_of(usage, total);
	prepared = prepare_for(
	    usage, total, is_peak ? write_peak : write_usage);
	for (unsigned i = 0; i < (is_peak ? 2 : TOTAL_COUNTERS); i++)
		sqlite3_bind_int64(prepared, BIND_FIRST + (int)i,
		    (sqlite3_int64)value_of(total, i));
	return store_run(prepared);
}

bool
usage_write(struct usage *usage)
{
	for (unsigned i = 0; i < TOTAL_BUCKETS; i++) {
		for (struct total *total = usage->totals.buckets[i];
		     total != NULL; total = total->next) {
			if (total->is_unwritten && !write_total(usage, total))
				return false;
		}
	}
	return true;
}

void
usage_written(struct usage *usage)
{
	totals_written(&usage->totals, clock_wall_ms() / SLOT_MS - KEPT_SLOTS);
}

void
usage_fold(struct usage *usage)
{
	int64_t before = clock_wall_ms() / SLOT_MS - KEPT_SLOTS;

	totals_fold(&usage->totals, before, HOUR_SLOTS);
	if (usage->totals.held > MOST_BY_HOUR)
		totals_fold(&usage->totals, before, DAY_SLOTS);
}
