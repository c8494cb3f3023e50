/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/sheet_priv.h"

#include <stdio.h>
#include <string.h>

static void
begin_list(struct filler *filler)
{
	filler->sheet->is_list = true;
	sheet_column(filler, WORD_FIELD, NULL, true);
	sheet_column(filler, WORD_FIGURES, NULL, false);
}

void
sheet_fact(struct filler *filler, enum word name, const char *figure)
{
	if (figure[0] == '\0')
		return;
	sheet_add(filler, word(filler->manner->language, name));
	sheet_add(filler, figure);
}

static void
add_rate(struct filler *filler, enum word name, uint64_t bps)
{
	char text[FIGURE_BYTES];

	sheet_fact(filler, name, figure_rate(filler->manner, bps, text));
}

static void
add_count(struct filler *filler, enum word name, uint64_t count)
{
	char text[FIGURE_BYTES];

	sheet_fact(filler, name, figure_count(filler->manner, count, text));
}

/* With the moment it was reached, when it ever was. */
static void
add_highest(
    struct filler *filler, enum word name, const char *highest, int64_t at_ms)
{
	char text[2 * FIGURE_BYTES], moment[FIGURE_BYTES];

	if (at_ms > 0) {
		figure_moment(filler->manner, at_ms, moment);
		snprintf(text, sizeof(text), "%s  (%s)", highest, moment);
		highest = text;
	}
	sheet_fact(filler, name, highest);
}

void
fill_facts(struct filler *filler)
{
	const struct model *model = filler->model;
	char from[FIGURE_BYTES], until[FIGURE_BYTES], text[2 * FIGURE_BYTES];

	begin_list(filler);
	filler->sheet->columns[1].is_text = true;
	sheet_fact(filler, WORD_MEMBER, model->slug);
	sheet_fact(filler, WORD_PUBLISHER, model->publisher);
	sheet_fact(filler, WORD_PLAN, model->plan);
	sheet_fact(filler, WORD_PERIOD,
	    word_fill(text, sizeof(text),
		word(filler->manner->language, WORD_TIME_RANGE),
		(const char *[]){ figure_utc(model->from_ms, from),
		    figure_utc(model->to_ms, until), NULL }));
	sheet_fact(filler, WORD_ZONE, filler->manner->zone_name);
	sheet_fact(filler, WORD_MADE,
	    figure_moment(filler->manner, model->made_ms, text));
	sheet_fact(filler, WORD_RELAY, model->relay);
	sheet_fact(filler, WORD_HASH, model->csv_sha256);
}

void
fill_rate(struct filler *filler)
{
	const struct model_rates *rates = &filler->model->rates;
	char text[FIGURE_BYTES];

	begin_list(filler);
	add_rate(filler, WORD_AVERAGE_RATE, rates->average_bps);
	add_highest(filler, WORD_PEAK_RATE,
	    figure_rate(filler->manner, rates->peak_bps, text),
	    rates->peak_bps > 0 ? rates->peak_at_ms : 0);
	add_rate(filler, WORD_OUT95, rates->out95_bps);
	add_rate(filler, WORD_IN95, rates->in95_bps);
	add_rate(filler, WORD_BILLABLE95, rates->billable95_bps);
	add_count(filler, WORD_SLOTS, rates->slots);
}

void
fill_audience(struct filler *filler)
{
	const struct model *model = filler->model;
	const struct manner *manner = filler->manner;
	char text[FIGURE_BYTES];

	begin_list(filler);
	sheet_fact(filler, WORD_LISTENING_HOURS,
	    figure_ratio(manner, model->total.listen_ms, HOUR_MS, 1, text));
	sheet_fact(filler, WORD_LISTENING_HOURS60,
	    figure_ratio(manner, model->total.listen60_ms, HOUR_MS, 1, text));
	sheet_fact(filler, WORD_AVERAGE_LISTENERS,
	    figure_average(
		manner, model->total.listen_ms, model->rates.slots, text));
	add_highest(filler, WORD_PEAK_LISTENERS,
	    figure_count(manner, model->total.peak, text),
	    model->total.peak > 0 ? model->total.peak_at_ms : 0);
	add_count(filler, WORD_STARTS, model->total.starts);
	add_count(filler, WORD_SESSIONS60, model->sessions60);
	if (model->sessions60 > 0)
		sheet_fact(filler, WORD_MEAN_LENGTH,
		    figure_length(manner,
			model->total.listen60_ms / model->sessions60, text));
	add_count(filler, WORD_DAILY_LISTENERS, model->daily_listeners);
}

void
fill_storage(struct filler *filler)
{
	const struct model_storage *storage = &filler->model->storage;
	char text[FIGURE_BYTES];

	begin_list(filler);
	add_count(filler, WORD_RECORDING_COUNT, storage->recordings);
	sheet_fact(filler, WORD_RECORDING_BYTES,
	    figure_bytes(filler->manner, storage->bytes, text));
	if (storage->oldest_ms > 0)
		sheet_fact(filler, WORD_RECORDING_OLDEST,
		    figure_day(filler->manner,
			zone_day(filler->manner->zone, storage->oldest_ms),
			text));
}
