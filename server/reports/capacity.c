/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/capacity.h"

#include "base/mem.h"
#include "base/text.h"
#include "ledger/usage.h"
#include "reports/rates.h"

#include <stdlib.h>
#include <string.h>

struct air {
	int64_t from_ms, to_ms;
	unsigned codec; /* in capacity.codecs; 0 is none known */
};

/* A member's rows come in the order of slots, so each mount's broadcasts are
 * gone through once. */
struct channel {
	int64_t mount;
	unsigned first, count, current;
};

struct scan {
	struct store *store;
	struct capacity *capacity;
	int64_t first_slot, end_slot, now_ms;
	uint64_t *out, *in;
	int64_t *member_ids; /* ascending, as capacity.members */
	struct air *air;
	unsigned air_count;
	struct channel *channels; /* by mount */
	unsigned channel_count;
};

static const char select_members[] =
    "SELECT id, slug FROM member UNION ALL SELECT 0, '' ORDER BY id";

static const char
    select_air[] = "SELECT mount.id, started_ms, coalesce(ended_ms, ?3), "
		   "CASE WHEN codecs != '' THEN codecs ELSE media_type END "
		   "FROM broadcast JOIN mount ON mount.path = broadcast.mount "
		   "WHERE started_ms < ?2 AND coalesce(ended_ms, ?3) > ?1 "
		   "ORDER BY mount.id, started_ms";

static const char select_rows[] =
    "WITH " USAGE_MEMBERS
    "SELECT slot, member, mount, kind = 'live', wire_out, wire_in, listen_ms "
    "FROM usage WHERE slot >= ?1 AND slot < ?2 "
    "AND member IN (SELECT id FROM who) ORDER BY member, slot";

static struct capacity_sum *
new_sum(struct capacity_sum **sums, unsigned *count, const char *name)
{
	struct capacity_sum *sum;

	*sums = mem_grow(*sums, (*count + 1) * sizeof(**sums));
	sum = &(*sums)[(*count)++];
	memset(sum, 0, sizeof(*sum));
	text_copy(sum->name, sizeof(sum->name), name);
	return sum;
}

static unsigned
codec_named(struct capacity *capacity, const char *name)
{
	for (unsigned i = 0; i < capacity->codec_count; i++) {
		if (strcmp(capacity->codecs[i].name, name) == 0)
			return i;
	}
	new_sum(&capacity->codecs, &capacity->codec_count, name);
	return capacity->codec_count - 1;
}

static bool
read_members(struct scan *scan)
{
	sqlite3_stmt *prepared = store_prepare(scan->store, select_members);
	struct capacity *capacity = scan->capacity;
	int step;

	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		scan->member_ids = mem_grow(scan->member_ids,
		    (capacity->member_count + 1) * sizeof(*scan->member_ids));
		scan->member_ids[capacity->member_count] = sqlite3_column_int64(
		    prepared, 0);
		new_sum(&capacity->members, &capacity->member_count,
		    store_text(prepared, 1));
	}
	return store_ended(prepared, step);
}

static void
add_air(struct scan *scan, sqlite3_stmt *prepared)
{
	int64_t mount = sqlite3_column_int64(prepared, 0);
	struct channel *channel;
	struct air *air;

	scan->air = mem_grow(scan->air, (scan->air_count + 1) * sizeof(*air));
	air = &scan->air[scan->air_count++];
	air->from_ms = sqlite3_column_int64(prepared, 1);
	air->to_ms = sqlite3_column_int64(prepared, 2);
	air->codec = codec_named(scan->capacity, store_text(prepared, 3));
	if (scan->channel_count == 0 ||
	    scan->channels[scan->channel_count - 1].mount != mount) {
		scan->channels = mem_grow(scan->channels,
		    (scan->channel_count + 1) * sizeof(*scan->channels));
		channel = &scan->channels[scan->channel_count++];
		memset(channel, 0, sizeof(*channel));
		channel->mount = mount;
		channel->first = scan->air_count - 1;
	}
	scan->channels[scan->channel_count - 1].count++;
}

static bool
read_air(struct scan *scan)
{
	sqlite3_stmt *prepared = store_prepare(scan->store, select_air);
	int step;

	codec_named(scan->capacity, "");
	sqlite3_bind_int64(prepared, 1, scan->first_slot * SLOT_MS);
	sqlite3_bind_int64(prepared, 2, scan->end_slot * SLOT_MS);
	sqlite3_bind_int64(prepared, 3, scan->now_ms);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW)
		add_air(scan, prepared);
	return store_ended(prepared, step);
}

static int
by_mount(const void *key, const void *channel)
{
	int64_t mount = *(const int64_t *)key;
	int64_t other = ((const struct channel *)channel)->mount;

	return (mount > other) - (mount < other);
}

static int
by_id(const void *key, const void *member)
{
	int64_t id = *(const int64_t *)key, other = *(const int64_t *)member;

	return (id > other) - (id < other);
}

/* The last that was on air in the slot, as in a member's report. */
static unsigned
codec_of(struct scan *scan, int64_t mount, int64_t slot)
{
	struct channel *channel = scan->channel_count == 0
	    ? NULL
	    : bsearch(&mount, scan->channels, scan->channel_count,
		  sizeof(*scan->channels), by_mount);
	const struct air *air;

	if (channel == NULL)
		return 0;
	air = &scan->air[channel->first];
	while (channel->current + 1 < channel->count &&
	    air[channel->current + 1].from_ms < (slot + 1) * SLOT_MS)
		channel->current++;
	air += channel->current;
	return air->from_ms < (slot + 1) * SLOT_MS &&
		air->to_ms > slot * SLOT_MS
	    ? air->codec
	    : 0;
}

static void
add(struct capacity_sum *sum, const struct capacity_sum *more)
{
	sum->wire_out += more->wire_out;
	sum->wire_in += more->wire_in;
	sum->listen_ms += more->listen_ms;
}

static void
add_row(struct scan *scan, sqlite3_stmt *prepared)
{
	struct capacity *capacity = scan->capacity;
	int64_t slot = sqlite3_column_int64(prepared, 0);
	int64_t member = sqlite3_column_int64(prepared, 1);
	int64_t mount = sqlite3_column_int64(prepared, 2);
	const struct capacity_sum more = {
		.wire_out = (uint64_t)sqlite3_column_int64(prepared, 4),
		.wire_in = (uint64_t)sqlite3_column_int64(prepared, 5),
		.listen_ms = (uint64_t)sqlite3_column_int64(prepared, 6)
	};
	const int64_t *id = bsearch(&member, scan->member_ids,
	    capacity->member_count, sizeof(*scan->member_ids), by_id);
	unsigned month = 0;

	scan->out[slot - scan->first_slot] += more.wire_out;
	scan->in[slot - scan->first_slot] += more.wire_in;
	while (month + 1 < CAPACITY_MONTHS &&
	    slot * SLOT_MS >= capacity->months[month].to_ms)
		month++;
	add(&capacity->months[month].sum, &more);
	add(&capacity->year.sum, &more);
	/* A row of nobody that is known is the server's own. */
	add(&capacity->members[id != NULL ? id - scan->member_ids : 0], &more);
	if (sqlite3_column_int(prepared, 3))
		add(&capacity->codecs[codec_of(scan, mount, slot)], &more);
}

static bool
read_rows(struct scan *scan)
{
	sqlite3_stmt *prepared = store_prepare(scan->store, select_rows);
	int step;

	sqlite3_bind_int64(prepared, 1, scan->first_slot);
	sqlite3_bind_int64(prepared, 2, scan->end_slot);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW)
		add_row(scan, prepared);
	return store_ended(prepared, step);
}

static void
find_rates(const struct scan *scan, struct capacity_span *span)
{
	int64_t begin = span->from_ms / SLOT_MS, end = span->to_ms / SLOT_MS;
	const uint64_t *out = scan->out + (begin - scan->first_slot);
	const uint64_t *in = scan->in + (begin - scan->first_slot);
	size_t count, top;

	if (end > scan->now_ms / SLOT_MS + 1)
		end = scan->now_ms / SLOT_MS + 1;
	if (end <= begin)
		return;
	count = (size_t)(end - begin);
	top = rates_top(out, count);
	span->average_bps = rates_bps(span->sum.wire_out) / count;
	span->peak_bps = rates_bps(out[top]);
	if (out[top] > 0)
		span->peak_at_ms = (begin + (int64_t)top) * SLOT_MS;
	span->out95_bps = rates_percentile95(out, count);
	span->in95_bps = rates_percentile95(in, count);
}

static void
lay_out(struct scan *scan, const struct zone *zone, int64_t day)
{
	struct capacity *capacity = scan->capacity;
	struct capacity_span *year = &capacity->year;

	year->from_ms = zone_begin_ms(zone, day);
	for (unsigned i = 0; i < CAPACITY_MONTHS; i++) {
		capacity->months[i].from_ms = zone_begin_ms(zone, day);
		day_text(day, capacity->months[i].sum.name);
		capacity->months[i].sum.name[sizeof("2026-11") - 1] = '\0';
		day = day_next_month(day);
		capacity->months[i].to_ms = zone_begin_ms(zone, day);
	}
	year->to_ms = zone_begin_ms(zone, day);
	memcpy(year->sum.name, capacity->months[0].sum.name, 4);
	scan->first_slot = year->from_ms / SLOT_MS;
	scan->end_slot = year->to_ms / SLOT_MS;
}

bool
capacity_collect(struct store *store, const struct zone *zone,
    int64_t first_day, int64_t now_ms, struct capacity *capacity)
{
	struct scan scan = {
		.store = store, .capacity = capacity, .now_ms = now_ms
	};
	size_t slots;
	bool is_read;

	memset(capacity, 0, sizeof(*capacity));
	lay_out(&scan, zone, first_day);
	slots = (size_t)(scan.end_slot - scan.first_slot);
	scan.out = mem_new(slots * sizeof(*scan.out));
	scan.in = mem_new(slots * sizeof(*scan.in));
	is_read = read_members(&scan) && read_air(&scan) && read_rows(&scan);
	for (unsigned i = 0; i < CAPACITY_MONTHS; i++)
		find_rates(&scan, &capacity->months[i]);
	find_rates(&scan, &capacity->year);
	free(scan.out);
	free(scan.in);
	free(scan.member_ids);
	free(scan.air);
	free(scan.channels);
	return is_read;
}

void
capacity_free(struct capacity *capacity)
{
	free(capacity->members);
	free(capacity->codecs);
	memset(capacity, 0, sizeof(*capacity));
}
