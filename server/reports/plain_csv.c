/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/plain.h"

#include "base/check.h"
#include "ledger/listing.h"

#include <openssl/sha.h>
#include <stdio.h>

static const struct column columns[] = {
	{ "schema", true },
	{ "member", false },
	{ "zone", false },
	{ "from", false },
	{ "to", false },
	{ "line", false },
	{ "name", false },
	{ "payload_out", true },
	{ "payload_in", true },
	{ "wire_out", true },
	{ "wire_in", true },
	{ "tls_out", true },
	{ "listen_s", true },
	{ "listen60_s", true },
	{ "starts", true },
	{ "peak", true },
	{ "peak_at", false },
	{ "value", true },
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

static void
begin_row(struct listing *listing, const struct model *model, const char *line,
    const char *name)
{
	listing_add_number(listing, MODEL_SCHEMA);
	listing_add(listing, model->slug);
	listing_add(listing, model->zone);
	listing_add_time(listing, model->from_ms);
	listing_add_time(listing, model->to_ms);
	listing_add(listing, line);
	listing_add(listing, name);
}

static void
add_counts(struct listing *listing, const struct model_counts *counts)
{
	const uint64_t numbers[] = { counts->payload_out, counts->payload_in,
		counts->wire_out, counts->wire_in, counts->tls_out,
		counts->listen_ms / 1000, counts->listen60_ms / 1000,
		counts->starts, counts->peak };

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		listing_add_number(listing, (int64_t)numbers[i]);
	listing_add_time(listing, counts->peak_at_ms);
}

static void
add_line(struct listing *listing, const struct model *model, const char *line,
    const char *name, const struct model_counts *counts)
{
	begin_row(listing, model, line, name);
	add_counts(listing, counts);
	listing_add(listing, NULL);
}

static void
add_value(struct listing *listing, const struct model *model, const char *name,
    uint64_t value)
{
	begin_row(listing, model, "value", name);
	for (unsigned i = 0; i < 10; i++)
		listing_add(listing, NULL);
	listing_add_number(listing, (int64_t)value);
}

static void
add_values(struct listing *listing, const struct model *model)
{
	char name[32];

	add_value(listing, model, "used_bytes", model->used_bytes);
	add_value(listing, model, "slots", model->rates.slots);
	add_value(listing, model, "average_bps", model->rates.average_bps);
	add_value(listing, model, "peak_bps", model->rates.peak_bps);
	add_value(listing, model, "out95_bps", model->rates.out95_bps);
	add_value(listing, model, "in95_bps", model->rates.in95_bps);
	add_value(
	    listing, model, "billable95_bps", model->rates.billable95_bps);
	add_value(listing, model, "sessions60", model->sessions60);
	for (unsigned i = 0; i < MODEL_LENGTHS; i++) {
		snprintf(name, sizeof(name), "sessions_length_%u", i);
		add_value(listing, model, name, model->lengths[i]);
	}
	add_value(listing, model, "daily_listeners", model->daily_listeners);
}

static void
add_sources(struct listing *listing, const struct model *model)
{
	for (unsigned i = 0; i < model->source_count; i++) {
		begin_row(listing, model, "source", model->sources[i].mount);
		for (unsigned n = 0; n < 10; n++)
			listing_add(listing, NULL);
		listing_add_number(
		    listing, (int64_t)model->sources[i].on_air_ms / 1000);
	}
}

static void
add_adjustment(struct listing *listing, const struct model *model,
    const struct model_adjustment *adjustment)
{
	char name[sizeof(adjustment->field) + sizeof(adjustment->reason) + 2];

	snprintf(name, sizeof(name), "%s: %s", adjustment->field,
	    adjustment->reason);
	begin_row(listing, model, "adjustment", name);
	for (unsigned i = 0; i < 9; i++)
		listing_add(listing, NULL);
	listing_add_time(listing, adjustment->at_ms);
	listing_add_number(listing, adjustment->delta);
}

static void
add_days(struct listing *listing, const struct model *model)
{
	for (unsigned i = 0; i < model->day_count; i++) {
		const struct model_day *day = &model->days[i];

		begin_row(listing, model, "day", day->date);
		add_counts(listing, &day->counts);
		listing_add_number(listing, (int64_t)day->listeners);
	}
	for (unsigned i = 0; i < model->adjustment_count; i++)
		add_adjustment(listing, model, &model->adjustments[i]);
}

void
plain_csv(const struct model *model, struct bytes *out)
{
	struct listing *listing = listing_new(columns, COLUMNS);

	add_line(listing, model, "total", NULL, &model->total);
	for (unsigned i = 0; i < model->kind_count; i++)
		add_line(listing, model, "kind", model->kinds[i].name,
		    &model->kinds[i].counts);
	for (unsigned i = 0; i < model->mount_count; i++)
		add_line(listing, model, "mount", model->mounts[i].name,
		    &model->mounts[i].counts);
	for (unsigned i = 0; i < model->codec_count; i++)
		add_line(listing, model, "codec", model->codecs[i].name,
		    &model->codecs[i].counts);
	add_values(listing, model);
	add_sources(listing, model);
	add_days(listing, model);
	listing_show(listing, LISTING_CSV, out);
	listing_free(listing);
}

void
plain_digest(const struct model *model, char hex[65])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct bytes csv = { 0 };

	plain_csv(model, &csv);
	SHA256(csv.data, csv.len, digest);
	bytes_free(&csv);
	for (unsigned i = 0; i < sizeof(digest); i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
}
