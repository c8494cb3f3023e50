/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/sheet_priv.h"

#include "base/mem.h"
#include "reports/graphs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A smaller unit where rows differ much, so that small ones say something. */
#define FINER 100

void
sheet_column(
    struct filler *filler, enum word head, const char *unit, bool is_text)
{
	struct sheet_column
	    *column = &filler->sheet->columns[filler->sheet->column_count++];

	snprintf(column->head, sizeof(column->head), "%s%s%s",
	    word(filler->manner->language, head), unit != NULL ? ",\u00a0" : "",
	    unit != NULL ? unit : "");
	column->is_text = is_text;
}

void
sheet_add(struct filler *filler, const char *cell)
{
	struct sheet *sheet = filler->sheet;

	if (sheet->cell_count == sheet->cell_room) {
		sheet->cell_room = sheet->cell_room * 2 + 64;
		sheet->cells = mem_grow(
		    sheet->cells, sheet->cell_room * sizeof(*sheet->cells));
	}
	sheet->cells[sheet->cell_count++] = mem_text(cell);
}

void
sheet_count(struct filler *filler, uint64_t value)
{
	char text[FIGURE_BYTES];

	sheet_add(filler, figure_count(filler->manner, value, text));
}

void
sheet_part(struct filler *filler, uint64_t value, struct scale scale)
{
	char text[FIGURE_BYTES];

	sheet_add(filler,
	    figure_part(filler->manner, value, scale.divisor,
		scale.divisor == 1 ? 0 : 2, text));
}

void
sheet_hours(struct filler *filler, uint64_t listen_ms)
{
	char text[FIGURE_BYTES];

	sheet_add(
	    filler, figure_part(filler->manner, listen_ms, HOUR_MS, 1, text));
}

void
sheet_average(struct filler *filler, uint64_t listen_ms)
{
	char text[FIGURE_BYTES];

	sheet_add(filler,
	    figure_average(
		filler->manner, listen_ms, filler->model->rates.slots, text));
}

static uint64_t
larger(uint64_t one, uint64_t other)
{
	return one > other ? one : other;
}

static uint64_t
largest_of(const struct model_counts *counts)
{
	return larger(larger(counts->payload_out, counts->wire_out),
	    larger(counts->payload_in, counts->wire_in));
}

static void
add_traffic(struct filler *filler, const char *name,
    const struct model_counts *counts, struct scale scale)
{
	char percent[FIGURE_BYTES];

	sheet_add(filler, name);
	sheet_part(filler, counts->payload_out, scale);
	sheet_part(filler, counts->wire_out, scale);
	sheet_part(filler, counts->payload_in, scale);
	sheet_part(filler, counts->wire_in, scale);
	sheet_add(filler,
	    figure_percent(
		filler->manner, counts->tls_out, counts->payload_out, percent));
}

static void
fill_traffic(struct filler *filler)
{
	const struct model *model = filler->model;
	struct scale scale = scale_bytes(
	    filler->manner, largest_of(&model->total) / FINER);
	unsigned i;

	sheet_column(filler, WORD_KIND, NULL, true);
	sheet_column(filler, WORD_SENT, scale.unit, false);
	sheet_column(filler, WORD_SENT_WIRE, NULL, false);
	sheet_column(filler, WORD_RECEIVED, scale.unit, false);
	sheet_column(filler, WORD_SENT_WIRE, NULL, false);
	sheet_column(filler, WORD_TLS, NULL, false);
	for (i = 0; i < model->kind_count; i++)
		add_traffic(filler,
		    kind_name(filler->manner->language, model->kinds[i].name),
		    &model->kinds[i].counts, scale);
	add_traffic(filler, word(filler->manner->language, WORD_TOTAL),
	    &model->total, scale);
	filler->sheet->has_total = true;
}

static void
fill_lines(struct filler *filler, enum word head,
    const struct model_line *lines, unsigned count)
{
	struct scale scale;
	uint64_t largest = 0;
	unsigned i;

	for (i = 0; i < count; i++)
		largest = larger(largest, largest_of(&lines[i].counts));
	scale = scale_bytes(filler->manner, largest / FINER);
	sheet_column(filler, head, NULL, true);
	sheet_column(filler, WORD_SENT, scale.unit, false);
	sheet_column(filler, WORD_SENT_WIRE, NULL, false);
	sheet_column(filler, WORD_HOURS, NULL, false);
	sheet_column(filler, WORD_AVERAGE, NULL, false);
	sheet_column(filler, WORD_PEAK, NULL, false);
	sheet_column(filler, WORD_SESSIONS, NULL, false);
	for (i = 0; i < count; i++) {
		const struct model_counts *counts = &lines[i].counts;

		sheet_add(filler,
		    lines[i].name[0] != '\0' ? lines[i].name : "\u2013");
		sheet_part(filler, counts->payload_out, scale);
		sheet_part(filler, counts->wire_out, scale);
		sheet_hours(filler, counts->listen_ms);
		sheet_average(filler, counts->listen_ms);
		sheet_count(filler, counts->peak);
		sheet_count(filler, counts->starts);
	}
}

static void
fill_mounts(struct filler *filler)
{
	fill_lines(filler, WORD_MOUNT, filler->model->mounts,
	    filler->model->mount_count);
}

static void
fill_codecs(struct filler *filler)
{
	fill_lines(filler, WORD_CODEC, filler->model->codecs,
	    filler->model->codec_count);
}

static void
fill_sources(struct filler *filler)
{
	const struct model *model = filler->model;
	uint64_t slots = model->rates.slots > 0 ? model->rates.slots : 1;
	char text[FIGURE_BYTES];
	unsigned i;

	sheet_column(filler, WORD_MOUNT, NULL, true);
	sheet_column(filler, WORD_ENCODER, NULL, true);
	sheet_column(filler, WORD_ON_AIR, NULL, false);
	sheet_column(filler, WORD_ON_AIR, "%", false);
	sheet_column(filler, WORD_BROADCASTS, NULL, false);
	sheet_column(filler, WORD_CUTS, NULL, false);
	sheet_column(filler, WORD_LONGEST_GAP, NULL, false);
	for (i = 0; i < model->source_count; i++) {
		const struct model_source *source = &model->sources[i];

		sheet_add(filler, source->mount);
		sheet_add(filler,
		    source->encoder[0] != '\0' ? source->encoder : "\u2013");
		sheet_add(filler,
		    figure_length(filler->manner, source->on_air_ms, text));
		sheet_add(filler,
		    figure_ratio(filler->manner, source->on_air_ms,
			slots * 3000, 1, text));
		sheet_count(filler, source->broadcasts);
		sheet_count(filler, source->cuts);
		sheet_add(filler,
		    source->longest_gap_ms > 0
			? figure_length(
			      filler->manner, source->longest_gap_ms, text)
			: "\u2013");
	}
}

static void
add_day(struct filler *filler, const struct model_day *day, struct scale scale)
{
	const struct manner *manner = filler->manner;
	const struct model_counts *counts = &day->counts;
	unsigned slots = day->slots > 0 ? day->slots : 288;
	char text[FIGURE_BYTES];
	int64_t number;

	sheet_add(filler,
	    day_parse(day->date, &number)
		? figure_table_day(manner, number, text)
		: day->date);
	sheet_part(filler, counts->payload_out, scale);
	sheet_part(filler, counts->wire_out, scale);
	sheet_part(filler, counts->payload_in, scale);
	sheet_hours(filler, counts->listen_ms);
	sheet_add(filler,
	    figure_ratio(manner, counts->listen_ms,
		(uint64_t)slots * HOUR_MS / 12, 2, text));
	sheet_count(filler, counts->peak);
	sheet_add(filler,
	    counts->peak > 0 ? figure_time(manner, counts->peak_at_ms, text)
			     : "\u2013");
	sheet_count(filler, day->listeners);
}

static void
fill_days(struct filler *filler)
{
	const struct model *model = filler->model;
	struct scale scale;
	uint64_t largest = 0;
	unsigned i;

	for (i = 0; i < model->day_count; i++)
		largest = larger(largest, largest_of(&model->days[i].counts));
	scale = scale_bytes(filler->manner, largest);
	sheet_column(filler, WORD_DAY, NULL, true);
	sheet_column(filler, WORD_SENT, scale.unit, false);
	sheet_column(filler, WORD_SENT_WIRE, NULL, false);
	sheet_column(filler, WORD_RECEIVED, NULL, false);
	sheet_column(filler, WORD_HOURS, NULL, false);
	sheet_column(filler, WORD_AVERAGE, NULL, false);
	sheet_column(filler, WORD_PEAK, NULL, false);
	sheet_column(filler, WORD_PEAK_TIME, NULL, false);
	sheet_column(filler, WORD_LISTENERS, NULL, false);
	for (i = 0; i < model->day_count; i++)
		add_day(filler, &model->days[i], scale);
}

static void
fill_adjustments(struct filler *filler)
{
	const struct model *model = filler->model;
	char text[FIGURE_BYTES];
	unsigned i;

	sheet_column(filler, WORD_DAY, NULL, true);
	sheet_column(filler, WORD_REASON, NULL, true);
	sheet_column(filler, WORD_FIELD, NULL, true);
	sheet_column(filler, WORD_CHANGE, NULL, false);
	for (i = 0; i < model->adjustment_count; i++) {
		const struct model_adjustment *change = &model->adjustments[i];

		sheet_add(filler,
		    figure_day(filler->manner,
			zone_day(filler->manner->zone, change->at_ms), text));
		sheet_add(filler, change->reason);
		sheet_add(filler, change->field);
		sheet_add(
		    filler, figure_change(filler->manner, change->delta, text));
	}
}

static void
fill_lengths(struct filler *filler)
{
	const struct model *model = filler->model;
	uint64_t all = 0;
	char text[FIGURE_BYTES];
	unsigned i;

	for (i = 0; i < MODEL_LENGTHS; i++)
		all += model->lengths[i];
	sheet_column(filler, WORD_GRAPH_LENGTHS, NULL, true);
	sheet_column(filler, WORD_SESSIONS, NULL, false);
	sheet_column(filler, WORD_SESSIONS, "%", false);
	for (i = 0; i < MODEL_LENGTHS; i++) {
		sheet_add(filler, graph_length_label(filler->manner, i, text));
		sheet_count(filler, model->lengths[i]);
		sheet_add(filler,
		    figure_percent(
			filler->manner, model->lengths[i], all, text));
	}
}

static void
fill_heat(struct filler *filler)
{
	char text[FIGURE_BYTES];
	unsigned day, hour;

	sheet_column(filler, WORD_HOUR, NULL, true);
	for (day = 0; day < 7; day++) {
		struct sheet_column *column =
		    &filler->sheet->columns[filler->sheet->column_count++];

		snprintf(column->head, sizeof(column->head), "%s",
		    weekday_short(filler->manner->language, day));
	}
	for (hour = 0; hour < 24; hour++) {
		sheet_add(
		    filler, figure_hour_range(filler->manner, hour, text));
		for (day = 0; day < 7; day++)
			sheet_hours(filler, filler->model->heat_ms[day][hour]);
	}
}

struct sheet
sheet_make(enum sheet_kind kind, const struct model *model,
    const struct manner *manner)
{
	static void (*const fill[SHEETS])(struct filler *) = {
		[SHEET_FACTS] = fill_facts,
		[SHEET_TRAFFIC] = fill_traffic,
		[SHEET_RATE] = fill_rate,
		[SHEET_AUDIENCE] = fill_audience,
		[SHEET_MOUNTS] = fill_mounts,
		[SHEET_CODECS] = fill_codecs,
		[SHEET_SOURCES] = fill_sources,
		[SHEET_STORAGE] = fill_storage,
		[SHEET_DAYS] = fill_days,
		[SHEET_ADJUSTMENTS] = fill_adjustments,
		[SHEET_LENGTHS] = fill_lengths,
		[SHEET_HEAT] = fill_heat,
	};
	struct sheet sheet = { 0 };
	struct filler filler = { model, manner, &sheet };

	fill[kind](&filler);
	return sheet;
}

void
sheet_free(struct sheet *sheet)
{
	size_t i;

	for (i = 0; i < sheet->cell_count; i++)
		free(sheet->cells[i]);
	free(sheet->cells);
	*sheet = (struct sheet){ 0 };
}

size_t
sheet_rows(const struct sheet *sheet)
{
	return sheet->cell_count / sheet->column_count;
}

const char *
sheet_cell(const struct sheet *sheet, size_t row, unsigned column)
{
	return sheet->cells[row * sheet->column_count + column];
}

enum word
sheet_title(enum sheet_kind kind)
{
	static const enum word titles[SHEETS] = {
		[SHEET_FACTS] = WORD_PERIOD,
		[SHEET_TRAFFIC] = WORD_TRAFFIC,
		[SHEET_RATE] = WORD_RATE,
		[SHEET_AUDIENCE] = WORD_AUDIENCE,
		[SHEET_MOUNTS] = WORD_BY_MOUNT,
		[SHEET_CODECS] = WORD_BY_CODEC,
		[SHEET_SOURCES] = WORD_SOURCES,
		[SHEET_STORAGE] = WORD_STORAGE,
		[SHEET_DAYS] = WORD_DAYS,
		[SHEET_ADJUSTMENTS] = WORD_ADJUSTMENTS,
		[SHEET_LENGTHS] = WORD_GRAPH_LENGTHS,
		[SHEET_HEAT] = WORD_GRAPH_HEAT,
	};

	return titles[kind];
}
