/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/collect_priv.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

#define HOUR_MS INT64_C(3600000)

static const char select_usage[] =
    "SELECT slot, path, kind, payload_out, payload_in, wire_out, wire_in, "
    "tls_out, listen_ms, listen60_ms, starts FROM usage "
    "JOIN mount ON mount.id = usage.mount "
    "WHERE member = ?1 AND slot >= ?2 AND slot < ?3 ORDER BY slot";

/* Of several relays there is no moment to tell: their sum is a bound from
 * above. */
static const char select_peaks[] =
    "SELECT slot, path, sum(top), CASE WHEN count(*) = 1 THEN at END FROM "
    "(SELECT slot, mount, max(peak) AS top, peak_at_ms AS at FROM peak "
    "WHERE member = ?1 AND slot >= ?2 AND slot < ?3 "
    "GROUP BY slot, mount, relay) AS tops "
    "JOIN mount ON mount.id = tops.mount GROUP BY slot, path";

/* What this slot is part of, in the member's zone. */
struct place {
	int64_t slot;
	unsigned day, hour, weekday, local_hour;
};

static void
find_place(
    const struct collection *collection, int64_t slot, struct place *place)
{
	int64_t at_ms = slot * SLOT_MS;
	const struct zone *zone = collection->wish->zone;
	int64_t local_ms = at_ms + zone_offset_ms(zone, at_ms);
	int64_t day = zone_day(zone, at_ms);

	if (place->slot == slot)
		return;
	place->slot = slot;
	place->day = (unsigned)(day - collection->first_day);
	place->hour = (unsigned)((at_ms - collection->first_slot * SLOT_MS) /
	    HOUR_MS);
	place->weekday = (unsigned)((day + 3) % 7); /* 1970 began on Thursday */
	place->local_hour = (unsigned)(local_ms / HOUR_MS % 24);
}

struct model_line *
collect_line(struct model_line **lines, unsigned *count, const char *name)
{
	struct model_line *line;

	for (unsigned i = 0; i < *count; i++) {
		if (strcmp((*lines)[i].name, name) == 0)
			return &(*lines)[i];
	}
	*lines = mem_grow(*lines, (*count + 1) * sizeof(**lines));
	line = &(*lines)[(*count)++];
	memset(line, 0, sizeof(*line));
	text_copy(line->name, sizeof(line->name), name);
	return line;
}

static struct model_counts *
kind_of(struct model *model, const char *name)
{
	struct model_kind *kind = model->kinds;

	for (unsigned i = 0; i < model->kind_count; i++, kind++) {
		if (strcmp(kind->name, name) == 0)
			return &kind->counts;
	}
	/* A newer relay may know more kinds than there is room for. */
	if (model->kind_count == MODEL_KINDS)
		return &kind[-1].counts;
	text_copy(kind->name, sizeof(kind->name), name);
	model->kind_count++;
	return &kind->counts;
}

static void
add(struct model_counts *sum, const struct model_counts *more)
{
	sum->payload_out += more->payload_out;
	sum->payload_in += more->payload_in;
	sum->wire_out += more->wire_out;
	sum->wire_in += more->wire_in;
	sum->tls_out += more->tls_out;
	sum->listen_ms += more->listen_ms;
	sum->listen60_ms += more->listen60_ms;
	sum->starts += more->starts;
}

static void
read_counts(sqlite3_stmt *prepared, struct model_counts *counts)
{
	uint64_t *const places[] = { &counts->payload_out, &counts->payload_in,
		&counts->wire_out, &counts->wire_in, &counts->tls_out,
		&counts->listen_ms, &counts->listen60_ms, &counts->starts };

	memset(counts, 0, sizeof(*counts));
	for (int i = 0; i < 8; i++)
		*places[i] = (uint64_t)sqlite3_column_int64(prepared, 3 + i);
}

static void
add_row(struct collection *collection, sqlite3_stmt *prepared,
    const struct place *place)
{
	struct model *model = collection->model;
	const char *path = store_text(prepared, 1);
	const char *kind = store_text(prepared, 2), *codec;
	struct model_hour *hour = &model->hours[place->hour];
	int64_t at = place->slot - collection->first_slot;
	struct model_counts counts;

	read_counts(prepared, &counts);
	add(kind_of(model, kind), &counts);
	if (strcmp(kind, "live") != 0)
		counts.starts = 0; /* of a session that listens */
	add(&model->total, &counts);
	add(&model->days[place->day].counts, &counts);
	hour->wire_out += counts.wire_out;
	hour->wire_in += counts.wire_in;
	hour->listen_ms += counts.listen_ms;
	model->heat_ms[place->weekday][place->local_hour] += counts.listen_ms;
	collection->out[at] += counts.wire_out;
	collection->in[at] += counts.wire_in;
	if (strcmp(kind, "live") != 0)
		return;
	add(&collect_line(&model->mounts, &model->mount_count, path)->counts,
	    &counts);
	codec = collect_codec(collection, path, place->slot);
	add(&collect_line(&model->codecs, &model->codec_count, codec)->counts,
	    &counts);
}

static void
bind_slots(const struct collection *collection, sqlite3_stmt *prepared)
{
	sqlite3_bind_int64(prepared, 1, collection->wish->member->member.id);
	sqlite3_bind_int64(prepared, 2, collection->first_slot);
	sqlite3_bind_int64(prepared, 3, collection->end_slot);
}

bool
collect_usage(struct collection *collection)
{
	sqlite3_stmt *prepared = store_prepare(collection->store, select_usage);
	struct place place = { .slot = -1 };
	int step;

	bind_slots(collection, prepared);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		find_place(
		    collection, sqlite3_column_int64(prepared, 0), &place);
		add_row(collection, prepared, &place);
	}
	return store_ended(prepared, step);
}

static void
raise_peak(struct model_counts *counts, uint64_t peak, int64_t at_ms)
{
	if (peak <= counts->peak)
		return;
	counts->peak = peak;
	counts->peak_at_ms = at_ms;
}

/* Mount "" is the member's own gauge, over all its mounts. */
static void
add_peak(struct collection *collection, sqlite3_stmt *prepared,
    const struct place *place)
{
	struct model *model = collection->model;
	const char *path = store_text(prepared, 1);
	uint64_t peak = (uint64_t)sqlite3_column_int64(prepared, 2);
	int64_t at_ms = sqlite3_column_int64(prepared, 3);

	if (path[0] != '\0') {
		raise_peak(
		    &collect_line(&model->mounts, &model->mount_count, path)
			 ->counts,
		    peak, at_ms);
		return;
	}
	raise_peak(&model->total, peak, at_ms);
	raise_peak(&model->days[place->day].counts, peak, at_ms);
	if (peak > model->hours[place->hour].peak)
		model->hours[place->hour].peak = peak;
}

bool
collect_peaks(struct collection *collection)
{
	sqlite3_stmt *prepared = store_prepare(collection->store, select_peaks);
	struct place place = { .slot = -1 };
	int step;

	bind_slots(collection, prepared);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		find_place(
		    collection, sqlite3_column_int64(prepared, 0), &place);
		add_peak(collection, prepared, &place);
	}
	return store_ended(prepared, step);
}
