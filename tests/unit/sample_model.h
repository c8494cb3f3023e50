/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * sample_model - the usage of a radio that is not, as a report shows it.
 *
 * A month of two mounts, with mornings, evenings and a Friday night show; what
 * is added up elsewhere adds up here. Equal each time. To be freed with
 * sample_free().
 */
#ifndef SAMPLE_MODEL_H
#define SAMPLE_MODEL_H

#include "base/mem.h"
#include "base/zone.h"
#include "reports/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_FROM_MS INT64_C(1793487600000) /* 2026-11-01 in Brussels */
#define SAMPLE_HOUR_MS INT64_C(3600000)

struct sample_shape { /* of a mount and a codec: its share of the bytes */
	const char *name;
	unsigned percent;
	unsigned peak;
};

static inline unsigned
sample_random(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % below;
}

/* Listeners at an hour, in hundredths. */
static inline unsigned
sample_crowd(unsigned day, unsigned hour, unsigned *seed)
{
	static const unsigned usual[24] = { 9, 6, 4, 3, 3, 5, 14, 31, 42, 36,
		30, 28, 33, 31, 27, 26, 29, 38, 46, 44, 39, 34, 26, 16 };
	unsigned weekday = (day + 6) % 7, crowd = usual[hour] * 100;

	if (weekday >= 5)
		crowd = crowd * 7 / 10;
	if (weekday == 4 && hour >= 20)
		crowd += 5200 + 900 * (hour - 20);
	if (weekday == 6 && hour >= 10 && hour < 13)
		crowd += 2600;
	if (day == 20 && hour >= 20)
		crowd += 6800;
	return crowd * (78 + sample_random(seed, 45)) / 100;
}

static inline void
sample_add(struct model_counts *to, const struct model_counts *from)
{
	to->payload_out += from->payload_out;
	to->payload_in += from->payload_in;
	to->wire_out += from->wire_out;
	to->wire_in += from->wire_in;
	to->tls_out += from->tls_out;
	to->listen_ms += from->listen_ms;
	to->listen60_ms += from->listen60_ms;
	to->starts += from->starts;
	if (from->peak > to->peak) {
		to->peak = from->peak;
		to->peak_at_ms = from->peak_at_ms;
	}
}

static inline void
sample_hour(struct model *model, unsigned index, unsigned *seed)
{
	struct model_hour *hour = &model->hours[index];
	struct model_day *day = &model->days[index / 24];
	unsigned crowd = sample_crowd(index / 24, index % 24, seed);
	struct model_counts counts = { 0 };

	counts.listen_ms = (uint64_t)crowd * 36000;
	counts.listen60_ms = counts.listen_ms - counts.listen_ms / 71;
	counts.payload_out = counts.listen_ms * 21 + 1400000 + index * 31;
	counts.wire_out = counts.payload_out + counts.payload_out / 26;
	counts.tls_out = counts.payload_out - counts.payload_out / 9;
	counts.payload_in = 3600 * 48000;
	counts.wire_in = counts.payload_in + counts.payload_in / 31;
	counts.starts = crowd / 61 + sample_random(seed, 9);
	counts.peak = crowd / 84 + sample_random(seed, 4) + 1;
	counts.peak_at_ms = SAMPLE_FROM_MS + index * SAMPLE_HOUR_MS +
	    sample_random(seed, 3600) * 1000;
	hour->at_ms = SAMPLE_FROM_MS + index * SAMPLE_HOUR_MS;
	hour->wire_out = counts.wire_out;
	hour->wire_in = counts.wire_in;
	hour->listen_ms = counts.listen_ms;
	hour->peak = counts.peak;
	sample_add(&day->counts, &counts);
	day->listeners += counts.starts * 6 / 10;
	model->heat_ms[(index / 24 + 6) % 7][index % 24] += counts.listen_ms;
}

static inline void
sample_kinds(struct model *model)
{
	struct model_counts *live = &model->kinds[0].counts;
	struct model_counts *source = &model->kinds[1].counts;
	struct model_counts *pages = &model->kinds[2].counts;
	struct model_counts *waste = &model->kinds[3].counts;

	model->kind_count = 4;
	strcpy(model->kinds[0].name, "live");
	strcpy(model->kinds[1].name, "source_in");
	strcpy(model->kinds[2].name, "pages");
	strcpy(model->kinds[3].name, "waste");
	*live = model->total;
	source->payload_in = live->payload_in - 9412877;
	source->wire_in = live->wire_in - 14120441;
	source->wire_out = 61204417;
	live->payload_in = 8604127;
	live->wire_in = 12941620;
	live->wire_out -= source->wire_out;
	pages->payload_out = 912887401;
	pages->wire_out = 961204718;
	pages->tls_out = pages->payload_out;
	pages->payload_in = 804511;
	pages->wire_in = 1170230;
	live->payload_out -= pages->payload_out;
	live->wire_out -= pages->wire_out;
	live->tls_out -= pages->tls_out;
	waste->payload_out = 41877;
	waste->wire_out = 90412;
	waste->payload_in = 4239;
	waste->wire_in = 8591;
	live->payload_out -= waste->payload_out;
	live->wire_out -= waste->wire_out;
}

/* Parts of the total, by name. */
static inline struct model_line *
sample_lines(const struct model *model, const struct sample_shape *shapes,
    unsigned count)
{
	struct model_line *lines = mem_new(count * sizeof(*lines));
	unsigned i;

	for (i = 0; i < count; i++) {
		struct model_counts *counts = &lines[i].counts;

		snprintf(
		    lines[i].name, sizeof(lines[i].name), "%s", shapes[i].name);
		*counts = model->total;
		counts->payload_out = counts->payload_out / 100 *
		    shapes[i].percent;
		counts->wire_out = counts->wire_out / 100 * shapes[i].percent;
		counts->listen_ms = counts->listen_ms / 100 * shapes[i].percent;
		counts->starts = counts->starts * shapes[i].percent / 100;
		counts->peak = shapes[i].peak;
	}
	return lines;
}

static inline void
sample_names(struct model *model)
{
	strcpy(model->slug, "demo");
	strcpy(model->name, "Demo Radio");
	strcpy(model->publisher, "Demo asbl, Łódź et Œuvres");
	strcpy(model->plan, "Solidarity 2 TB");
	strcpy(model->zone, "Europe/Brussels");
	strcpy(model->language, "en");
	strcpy(model->relay, "6f1c2a34-9b7e-4d0c-8a55-20f3f0a1c9d2");
	strcpy(model->period, "2026-11");
	strcpy(model->csv_sha256,
	    "9f2b6c1de07a4415c8e3d6a0b95f7c2214de86a3f05b91c7"
	    "e46d2038ab75f19c");
}

static inline void
sample_rest(struct model *model)
{
	static const uint64_t lengths[MODEL_LENGTHS] = { 71, 58, 193, 149, 240,
		137, 92, 60 }; /* of a thousand */
	static const struct sample_shape mounts[] = {
		{ "/demo/live.ogg", 71, 132 },
		{ "/demo/live.flac", 29, 41 },
	};
	static const struct sample_shape codecs[] = {
		{ "opus", 71, 132 },
		{ "flac", 29, 41 },
	};
	unsigned i;

	for (i = 0; i < MODEL_LENGTHS; i++)
		model->lengths[i] = model->total.starts * lengths[i] / 1000;
	for (i = 2; i < MODEL_LENGTHS; i++)
		model->sessions60 += model->lengths[i];
	model->mounts = sample_lines(model, mounts, 2);
	model->codecs = sample_lines(model, codecs, 2);
	model->mount_count = model->codec_count = 2;
	model->sources = mem_new(2 * sizeof(*model->sources));
	model->source_count = 2;
	model->sources[0] = (struct model_source){ "/demo/live.ogg",
		"Liquidsoap/2.2.4", UINT64_C(2578900000), 7, 3, 1860000 };
	model->sources[1] = (struct model_source){ "/demo/live.flac",
		"butt 0.1.40", UINT64_C(2412200000), 11, 5, 41400000 };
	model->storage = (struct model_storage){ 214, UINT64_C(318442107731),
		SAMPLE_FROM_MS - 61 * DAY_MS };
	model->adjustments = mem_new(sizeof(*model->adjustments));
	model->adjustment_count = 1;
	model->adjustments[0] = (struct model_adjustment){
		SAMPLE_FROM_MS + 3 * DAY_MS, "payload_out", -48211904,
		"Test of the new encoder on 3 October, not to be charged"
	};
}

static inline int
sample_order(const void *one, const void *other)
{
	uint64_t first = *(const uint64_t *)one;
	uint64_t second = *(const uint64_t *)other;

	return first < second ? -1 : first > second;
}

static inline void
sample_rates(struct model *model)
{
	uint64_t *rates = mem_new(model->hour_count * sizeof(*rates));
	unsigned i;

	for (i = 0; i < model->hour_count; i++)
		rates[i] = model->hours[i].wire_out * 8 / 3600;
	qsort(rates, model->hour_count, sizeof(*rates), sample_order);
	model->rates.slots = model->hour_count * 12;
	model->rates.average_bps = model->total.wire_out * 8 /
	    (model->hour_count * 3600);
	model->rates.peak_bps = rates[model->hour_count - 1] * 109 / 100;
	model->rates.peak_at_ms = model->total.peak_at_ms;
	model->rates.out95_bps = rates[(model->hour_count * 19 + 19) / 20 - 1];
	model->rates.in95_bps = 396213;
	model->rates.billable95_bps = model->rates.out95_bps;
	free(rates);
}

/* As many days of 24 hours from the first of November 2026. */
static inline struct model *
sample_new(unsigned days)
{
	struct model *model = mem_new(sizeof(*model));
	unsigned seed = 20261101, i;
	int64_t first;

	sample_names(model);
	model->days = mem_new(days * sizeof(*model->days));
	model->hours = mem_new(days * 24 * sizeof(*model->hours));
	model->day_count = days;
	model->hour_count = days * 24;
	for (i = 0; i < model->hour_count; i++)
		sample_hour(model, i, &seed);
	if (!day_parse("2026-11-01", &first))
		abort();
	for (i = 0; i < days; i++) {
		model->days[i].slots = 288;
		day_text(first + i, model->days[i].date);
		sample_add(&model->total, &model->days[i].counts);
		model->daily_listeners += model->days[i].listeners;
	}
	model->from_ms = SAMPLE_FROM_MS;
	model->to_ms = SAMPLE_FROM_MS + days * DAY_MS;
	model->made_ms = model->to_ms + 6 * SAMPLE_HOUR_MS;
	model->is_over = model->is_sealed = true;
	model->used_bytes = model->total.payload_out;
	model->quota_bytes = UINT64_C(2000000000000);
	sample_rates(model);
	sample_kinds(model);
	sample_rest(model);
	return model;
}

static inline void
sample_free(struct model *model)
{
	free(model->mounts);
	free(model->codecs);
	free(model->sources);
	free(model->days);
	free(model->hours);
	free(model->adjustments);
	free(model);
}

#endif
