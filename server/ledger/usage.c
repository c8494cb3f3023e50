/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/usage.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS    1024
#define KEPT_SLOTS 2
#define COUNTERS   9
#define PEAK_KIND  USAGE_KINDS /* totals of this kind are gauges */

struct total {
	struct total *next; /* in its bucket */
	int64_t slot, member;
	char *mount;
	unsigned kind;
	uint64_t counters[COUNTERS]; /* a gauge: its peak and when */
	bool is_unwritten;
	bool has_base; /* what the store had is in it */
};

struct usage {
	struct store *store;
	unsigned held, unwritten;
	struct total *buckets[BUCKETS];
};

/* In the order of the columns, of the counters, and of BIND_FIRST. */
static const size_t fields[COUNTERS] = {
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
    "INSERT INTO usage(relay, boot, slot, member, mount, kind, " COLUMNS ") "
    "VALUES(?1, ?2, ?3, ?4, " MOUNT_ID ", ?6, "
    "?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) "
    "ON CONFLICT DO UPDATE SET "
    "payload_out = max(payload_out, excluded.payload_out), "
    "tcp_out = max(tcp_out, excluded.tcp_out), "
    "wire_out = max(wire_out, excluded.wire_out), "
    "payload_in = max(payload_in, excluded.payload_in), "
    "wire_in = max(wire_in, excluded.wire_in), "
    "tls_out = max(tls_out, excluded.tls_out), "
    "listen_ms = max(listen_ms, excluded.listen_ms), "
    "listen60_ms = max(listen60_ms, excluded.listen60_ms), "
    "starts = max(starts, excluded.starts)";

static const char write_peak[] =
    "INSERT INTO peak(relay, boot, slot, member, mount, peak, peak_at_ms) "
    "VALUES(?1, ?2, ?3, ?4, " MOUNT_ID ", ?7, ?8) "
    "ON CONFLICT DO UPDATE SET peak = excluded.peak, "
    "peak_at_ms = excluded.peak_at_ms WHERE excluded.peak > peak";

struct usage *
usage_new(struct store *store)
{
	struct usage *usage = mem_new(sizeof(*usage));

	usage->store = store;
	return usage;
}

static void
forget(struct usage *usage, struct total **at)
{
	struct total *total = *at;

	*at = total->next;
	usage->held--;
	free(total->mount);
	free(total);
}

void
usage_free(struct usage *usage)
{
	if (usage == NULL)
		return;
	for (unsigned i = 0; i < BUCKETS; i++) {
		while (usage->buckets[i] != NULL)
			forget(usage, &usage->buckets[i]);
	}
	free(usage);
}

static unsigned
bucket_of(int64_t slot, int64_t member, const char *mount, unsigned kind)
{
	uint64_t hash = (uint64_t)slot * 31 + (uint64_t)member * 7 + kind;

	for (; *mount != '\0'; mount++)
		hash = (hash ^ (uint8_t)*mount) * 0x100000001b3;
	return (unsigned)(hash ^ hash >> 32) % BUCKETS;
}

/* Found or begun; it will be written. */
static struct total *
get_total(struct usage *usage, int64_t slot, int64_t member, const char *mount,
    unsigned kind)
{
	struct total *
	    *bucket = &usage->buckets[bucket_of(slot, member, mount, kind)];
	struct total *total = *bucket;

	while (total != NULL &&
	    (total->slot != slot || total->member != member ||
		total->kind != kind || strcmp(total->mount, mount) != 0))
		total = total->next;
	if (total == NULL) {
		total = mem_new(sizeof(*total));
		total->slot = slot;
		total->member = member;
		total->mount = mem_text(mount);
		total->kind = kind;
		total->next = *bucket;
		*bucket = total;
		usage->held++;
	}
	if (!total->is_unwritten)
		usage->unwritten++;
	total->is_unwritten = true;
	return total;
}

void
usage_add(struct usage *usage, const struct usage_delta *delta)
{
	struct total *total;
	uint64_t more;

	CHECK(delta->kind < USAGE_KINDS);
	total = get_total(
	    usage, delta->slot, delta->member, delta->mount, delta->kind);
	for (unsigned i = 0; i < COUNTERS; i++) {
		memcpy(&more, (const char *)delta + fields[i], sizeof(more));
		total->counters[i] += more;
	}
}

void
usage_add_peak(struct usage *usage, const struct peak_row *row)
{
	struct total *total = get_total(
	    usage, row->slot, row->member, row->mount, PEAK_KIND);

	if (row->peak <= total->counters[0])
		return;
	total->counters[0] = row->peak;
	total->counters[1] = (uint64_t)row->peak_at_ms;
}

unsigned
usage_unwritten(const struct usage *usage)
{
	return usage->unwritten;
}

unsigned
usage_held(const struct usage *usage)
{
	return usage->held;
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
	if (total->kind != PEAK_KIND)
		sqlite3_bind_text(
		    prepared, 6, kind_words[total->kind], -1, SQLITE_STATIC);
	return prepared;
}

/* This total was never written before, so what is read is what was committed,
 * whatever becomes of the transaction. */
static bool
add_base(struct usage *usage, struct total *total)
{
	sqlite3_stmt *prepared = prepare_for(usage, total, read_usage);
	int step = sqlite3_step(prepared);
	uint64_t base[COUNTERS] = { 0 };

	if (step == SQLITE_ROW) {
		for (int i = 0; i < COUNTERS; i++)
			base[i] = (uint64_t)sqlite3_column_int64(prepared, i);
		step = sqlite3_step(prepared);
	}
	if (!store_ended(prepared, step))
		return false;
	for (unsigned i = 0; i < COUNTERS; i++)
		total->counters[i] += base[i];
	total->has_base = true;
	return true;
}

static bool
write_total(struct usage *usage, struct total *total)
{
	bool is_peak = total->kind == PEAK_KIND;
	sqlite3_stmt *prepared;

	if (!store_run(prepare_for(usage, total, add_mount)))
		return false;
	if (!is_peak && !total->has_base && !add_base(usage, total))
		return false;
	prepared = prepare_for(
	    usage, total, is_peak ? write_peak : write_usage);
	for (int i = 0; i < (is_peak ? 2 : COUNTERS); i++)
		sqlite3_bind_int64(prepared, BIND_FIRST + i,
		    (sqlite3_int64)total->counters[i]);
	return store_run(prepared);
}

bool
usage_write(struct usage *usage)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		for (struct total *total = usage->buckets[i]; total != NULL;
		     total = total->next) {
			if (total->is_unwritten && !write_total(usage, total))
				return false;
		}
	}
	return true;
}

void
usage_written(struct usage *usage)
{
	int64_t oldest = clock_wall_ms() / SLOT_MS - KEPT_SLOTS;

	usage->unwritten = 0;
	for (unsigned i = 0; i < BUCKETS; i++) {
		struct total **at = &usage->buckets[i];

		while (*at != NULL) {
			(*at)->is_unwritten = false;
			if ((*at)->slot < oldest)
				forget(usage, at);
			else
				at = &(*at)->next;
		}
	}
}
