/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/collect_priv.h"

#include "base/mem.h"
#include "base/text.h"
#include "ledger/quota.h"
#include "reports/rates.h"

#include <stdlib.h>
#include <string.h>

#define MONTH_WORD   (sizeof("2026-11") - 1)
#define HOUR_MS      INT64_C(3600000)
#define LONG_LENGTHS 2 /* those of sessions of 60 s and more begin there */

static const char select_lengths[] =
    "SELECT length, sum(ended) FROM session "
    "WHERE member = ?1 AND slot >= ?2 AND slot < ?3 GROUP BY length";

static const char select_audience[] =
    "SELECT day, sum(listeners) FROM audience "
    "JOIN mount ON mount.id = audience.mount "
    "WHERE member = ?1 AND path = '' AND day >= ?2 AND day < ?3 GROUP BY day";

static const char select_storage[] =
    "SELECT count(*), coalesce(sum(bytes + twin_bytes), 0), coalesce(min(started_ms), 0) "
    "FROM recording WHERE member = ?1 AND started_ms < ?2";

static const char select_adjustments[] =
    "SELECT at_ms, field, delta, reason FROM adjustment "
    "WHERE member = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY id";

static const char select_relay[] = "SELECT v FROM meta WHERE k = 'relay_id'";

static int64_t
slot_from(int64_t wall_ms)
{
	return (wall_ms + SLOT_MS - 1) / SLOT_MS;
}

static int64_t
clip(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

static void
describe(struct collection *collection)
{
	const struct collect_wish *wish = collection->wish;
	const struct member_row *member = wish->member;
	struct model *model = collection->model;

	text_copy(model->slug, sizeof(model->slug), member->member.slug);
	text_copy(model->name, sizeof(model->name), member->member.name);
	text_copy(
	    model->publisher, sizeof(model->publisher), member->publisher);
	text_copy(model->plan, sizeof(model->plan), member->plan.name);
	text_copy(model->zone, sizeof(model->zone), member->zone);
	text_copy(model->language, sizeof(model->language), member->language);
	text_copy(model->period, sizeof(model->period), wish->period);
	model->from_ms = wish->from_ms;
	model->to_ms = wish->to_ms;
	model->made_ms = wish->now_ms;
	model->is_over = wish->now_ms >= wish->to_ms;
	/* A quota is one of a month. */
	if (member->plan.id != 0 && member->plan.quota_bytes != NO_LIMIT &&
	    strlen(wish->period) == MONTH_WORD)
		model->quota_bytes = (uint64_t)quota_of_month(
		    member->plan.quota_bytes, wish->from_ms, wish->to_ms,
		    member->activated_ms);
}

/* Every day and hour there is, whether anything happened or not. */
static void
lay_out(struct collection *collection)
{
	const struct collect_wish *wish = collection->wish;
	struct model *model = collection->model;
	int64_t end_day = zone_day(wish->zone, wish->to_ms - 1) + 1;
	int64_t begin_ms, end_ms;

	collection->first_slot = slot_from(wish->from_ms);
	collection->end_slot = slot_from(wish->to_ms);
	collection->first_day = zone_day(wish->zone, wish->from_ms);
	model->day_count = (unsigned)(end_day - collection->first_day);
	model->days = mem_new(model->day_count * sizeof(*model->days));
	for (unsigned i = 0; i < model->day_count; i++) {
		begin_ms = zone_begin_ms(wish->zone, collection->first_day + i);
		end_ms = zone_begin_ms(
		    wish->zone, collection->first_day + i + 1);
		day_text(collection->first_day + i, model->days[i].date);
		model->days[i].slots = (unsigned)(clip(slot_from(end_ms),
						      collection->first_slot,
						      collection->end_slot) -
		    clip(slot_from(begin_ms), collection->first_slot,
			collection->end_slot));
	}
	model->hour_count = (unsigned)((wish->to_ms - wish->from_ms + HOUR_MS -
					   1) /
	    HOUR_MS);
	model->hours = mem_new(model->hour_count * sizeof(*model->hours));
	for (unsigned i = 0; i < model->hour_count; i++)
		model->hours[i].at_ms = collection->first_slot * SLOT_MS +
		    i * HOUR_MS;
}

static void
find_rates(struct collection *collection)
{
	const struct collect_wish *wish = collection->wish;
	struct model_rates *rates = &collection->model->rates;
	int64_t begin = clip(wish->member->activated_ms / SLOT_MS,
	    collection->first_slot, collection->end_slot);
	int64_t end = clip(
	    wish->now_ms / SLOT_MS + 1, begin, collection->end_slot);
	const uint64_t *out = collection->out +
	    (begin - collection->first_slot);
	const uint64_t *in = collection->in + (begin - collection->first_slot);
	size_t count = (size_t)(end - begin), top = rates_top(out, count);
	uint64_t sum = 0;

	rates->slots = (unsigned)count;
	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++)
		sum += out[i];
	rates->average_bps = rates_bps(sum) / count;
	rates->peak_bps = rates_bps(out[top]);
	rates->peak_at_ms = out[top] > 0 ? (begin + (int64_t)top) * SLOT_MS : 0;
	rates->out95_bps = rates_percentile95(out, count);
	rates->in95_bps = rates_percentile95(in, count);
	rates->billable95_bps = rates->out95_bps > rates->in95_bps
	    ? rates->out95_bps
	    : rates->in95_bps;
}

/* What listeners and visitors were given; waste and sources are not. */
static void
find_use(struct collection *collection)
{
	const struct collect_wish *wish = collection->wish;
	struct model *model = collection->model;
	int64_t passed_ms = clip(wish->now_ms, wish->from_ms, wish->to_ms) -
	    wish->from_ms;

	for (unsigned i = 0; i < model->kind_count; i++) {
		const char *kind = model->kinds[i].name;

		if (strcmp(kind, "live") == 0 || strcmp(kind, "pages") == 0 ||
		    strcmp(kind, "archive") == 0)
			model->used_bytes += model->kinds[i].counts.payload_out;
	}
	model->projected_bytes = model->used_bytes;
	if (!model->is_over && passed_ms > 0)
		model->projected_bytes = (uint64_t)((double)model->used_bytes *
		    (double)(wish->to_ms - wish->from_ms) / (double)passed_ms);
}

static bool
collect_lengths(struct collection *collection)
{
	sqlite3_stmt *prepared = store_prepare(
	    collection->store, select_lengths);
	struct model *model = collection->model;
	int step;

	sqlite3_bind_int64(prepared, 1, collection->wish->member->member.id);
	sqlite3_bind_int64(prepared, 2, collection->first_slot);
	sqlite3_bind_int64(prepared, 3, collection->end_slot);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		int64_t length = sqlite3_column_int64(prepared, 0);
		uint64_t ended = (uint64_t)sqlite3_column_int64(prepared, 1);

		if (length < 0 || length >= MODEL_LENGTHS)
			continue;
		model->lengths[length] += ended;
		model->sessions60 += length >= LONG_LENGTHS ? ended : 0;
	}
	return store_ended(prepared, step);
}

static bool
collect_audience(struct collection *collection)
{
	sqlite3_stmt *prepared = store_prepare(
	    collection->store, select_audience);
	struct model *model = collection->model;
	char first[DAY_BYTES], end[DAY_BYTES];
	int64_t day;
	int step;

	day_text(collection->first_day, first);
	day_text(collection->first_day + model->day_count, end);
	sqlite3_bind_int64(prepared, 1, collection->wish->member->member.id);
	sqlite3_bind_text(prepared, 2, first, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 3, end, -1, SQLITE_STATIC);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		if (!day_parse(store_text(prepared, 0), &day))
			continue;
		model->days[day - collection->first_day].listeners = (uint64_t)
		    sqlite3_column_int64(prepared, 1);
		model->daily_listeners += (uint64_t)sqlite3_column_int64(
		    prepared, 1);
	}
	return store_ended(prepared, step);
}

static bool
collect_storage(struct collection *collection)
{
	sqlite3_stmt *prepared = store_prepare(
	    collection->store, select_storage);
	struct model_storage *storage = &collection->model->storage;
	int step;

	sqlite3_bind_int64(prepared, 1, collection->wish->member->member.id);
	sqlite3_bind_int64(prepared, 2, collection->wish->to_ms);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		storage->recordings = (uint64_t)sqlite3_column_int64(
		    prepared, 0);
		storage->bytes = (uint64_t)sqlite3_column_int64(prepared, 1);
		storage->oldest_ms = sqlite3_column_int64(prepared, 2);
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

static bool
collect_adjustments(struct collection *collection)
{
	sqlite3_stmt *prepared = store_prepare(
	    collection->store, select_adjustments);
	struct model *model = collection->model;
	struct model_adjustment *adjustment;
	int step;

	sqlite3_bind_int64(prepared, 1, collection->wish->member->member.id);
	sqlite3_bind_int64(prepared, 2, collection->wish->from_ms);
	sqlite3_bind_int64(prepared, 3, collection->wish->to_ms);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		model->adjustments = mem_grow(model->adjustments,
		    (model->adjustment_count + 1) * sizeof(*adjustment));
		adjustment = &model->adjustments[model->adjustment_count++];
		adjustment->at_ms = sqlite3_column_int64(prepared, 0);
		text_copy(adjustment->field, sizeof(adjustment->field),
		    store_text(prepared, 1));
		adjustment->delta = sqlite3_column_int64(prepared, 2);
		text_copy(adjustment->reason, sizeof(adjustment->reason),
		    store_text(prepared, 3));
	}
	return store_ended(prepared, step);
}

static bool
collect_relay(struct collection *collection)
{
	sqlite3_stmt *prepared = store_prepare(collection->store, select_relay);
	struct model *model = collection->model;
	int step = sqlite3_step(prepared);

	if (step == SQLITE_ROW) {
		text_copy(model->relay, sizeof(model->relay),
		    store_text(prepared, 0));
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

bool
collect(
    struct store *store, const struct collect_wish *wish, struct model *model)
{
	struct collection collection = {
		.store = store, .wish = wish, .model = model
	};
	size_t slots;
	bool is_read;

	memset(model, 0, sizeof(*model));
	describe(&collection);
	lay_out(&collection);
	slots = (size_t)(collection.end_slot - collection.first_slot) + 1;
	collection.out = mem_new(slots * sizeof(*collection.out));
	collection.in = mem_new(slots * sizeof(*collection.in));
	is_read = collect_relay(&collection) &&
	    collect_broadcasts(&collection) && collect_usage(&collection) &&
	    collect_peaks(&collection) && collect_lengths(&collection) &&
	    collect_audience(&collection) && collect_storage(&collection) &&
	    collect_adjustments(&collection);
	find_rates(&collection);
	find_use(&collection);
	free(collection.out);
	free(collection.in);
	free(collection.on_air);
	return is_read;
}
