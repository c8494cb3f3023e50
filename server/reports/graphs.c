/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/graphs_priv.h"

#include <math.h>

#define USUAL_HEIGHT 190.0
#define ROW_HEIGHT   19.0

static const enum word titles[GRAPHS] = {
	[GRAPH_TRAFFIC] = WORD_GRAPH_TRAFFIC,
	[GRAPH_RATE] = WORD_GRAPH_RATE,
	[GRAPH_LISTENERS] = WORD_GRAPH_LISTENERS,
	[GRAPH_LENGTHS] = WORD_GRAPH_LENGTHS,
	[GRAPH_HEAT] = WORD_GRAPH_HEAT,
};

enum word
graph_title(enum graph graph)
{
	return titles[graph];
}

static bool
has_lengths(const struct model *model)
{
	unsigned i;

	for (i = 0; i < MODEL_LENGTHS; i++)
		if (model->lengths[i] > 0)
			return true;
	return false;
}

static bool
has_heat(const struct model *model)
{
	unsigned i;

	for (i = 0; i < 7 * 24; i++)
		if (model->heat_ms[i / 24][i % 24] > 0)
			return true;
	return false;
}

static bool
has_hours(const struct model *model, bool of_listening)
{
	unsigned i;

	for (i = 0; i < model->hour_count; i++)
		if (of_listening ? model->hours[i].peak > 0
				 : model->hours[i].wire_out > 0)
			return true;
	return false;
}

static bool
has_days(const struct model *model)
{
	unsigned i;

	for (i = 0; i < model->day_count; i++)
		if (model->days[i].counts.wire_out > 0 ||
		    model->days[i].counts.payload_out > 0)
			return true;
	return false;
}

bool
graph_is_empty(const struct model *model, enum graph graph)
{
	switch (graph) {
	case GRAPH_TRAFFIC:
		return !has_days(model);
	case GRAPH_RATE:
		return !has_hours(model, false);
	case GRAPH_LISTENERS:
		return !has_hours(model, true);
	case GRAPH_LENGTHS:
		return !has_lengths(model);
	default:
		return !has_heat(model);
	}
}

/* Days when there is room for a bar each, otherwise the average of some. */
static unsigned
days_in_bar(const struct pen *pen, unsigned days)
{
	unsigned room = (unsigned)(pen->chart->width / 3);

	return (days + room - 1) / room;
}

static void
draw_bar(struct pen *pen, struct point span, double value, enum swatch swatch)
{
	double gap = (span.y - span.x) * 0.14;

	chart_rect(pen->chart,
	    (struct point){ span.x + gap, plot_y(&pen->plot, value) },
	    (struct point){ span.y - gap, pen->plot.bottom }, INK_ACCENT,
	    swatch == SWATCH_FULL ? 100 : 30);
}

static void
draw_days(struct pen *pen, double divisor, unsigned days)
{
	const struct model *model = pen->model;
	const struct plot *plot = &pen->plot;
	unsigned some = days_in_bar(pen, days), i, j;

	for (i = 0; i < model->day_count; i += some) {
		double wide = (plot->right - plot->left) / days, wire = 0,
		       content = 0, x = plot->left + wide * i;
		unsigned count = 0;

		for (j = i; j < i + some && j < model->day_count;
		     j++, count++) {
			wire += (double)model->days[j].counts.wire_out;
			content += (double)model->days[j].counts.payload_out;
		}
		draw_bar(pen, (struct point){ x, x + wide * count },
		    fmax(wire, content) / divisor / count, SWATCH_SOFT);
		draw_bar(pen, (struct point){ x, x + wide * count },
		    content / divisor / count, SWATCH_FULL);
	}
}

static void
period_days(const struct pen *pen, int64_t *first, int64_t *last)
{
	const struct model *model = pen->model;

	*first = zone_day(pen->manner->zone, model->from_ms);
	*last = zone_day(pen->manner->zone, model->to_ms - 1);
	if (*last < *first + (int64_t)model->day_count - 1)
		*last = *first + (int64_t)model->day_count - 1;
}

static void
draw_traffic(struct pen *pen)
{
	uint64_t largest = 1;
	int64_t first, last;
	struct axis axis = { 0 };
	double x = 0;
	unsigned i;

	for (i = 0; i < pen->model->day_count; i++) {
		const struct model_counts *counts = &pen->model->days[i].counts;

		if (counts->wire_out > largest)
			largest = counts->wire_out;
		if (counts->payload_out > largest)
			largest = counts->payload_out;
	}
	axis.scale = scale_bytes(pen->manner, largest);
	axis.largest = (double)largest / (double)axis.scale.divisor;
	axis.is_whole = axis.scale.divisor == 1;
	pen_axis(pen, &axis);
	period_days(pen, &first, &last);
	draw_days(
	    pen, (double)axis.scale.divisor, (unsigned)(last - first + 1));
	pen_days(pen, first, last);
	pen_key(pen, &x, SWATCH_FULL,
	    word(pen->manner->language, WORD_KEY_CONTENT));
	pen_key(
	    pen, &x, SWATCH_SOFT, word(pen->manner->language, WORD_KEY_WIRE));
}

struct series { /* a value of each hour, or of some of them */
	double (*value)(const struct model_hour *);
	double divisor;
	bool is_highest; /* of some hours the highest, not the average */
};

static double
hour_rate(const struct model_hour *hour)
{
	return (double)hour->wire_out * 8 / 3600;
}

static double
hour_average(const struct model_hour *hour)
{
	return (double)hour->listen_ms / (double)HOUR_MS;
}

static double
hour_peak(const struct model_hour *hour)
{
	return (double)hour->peak;
}

static double
series_at(const struct pen *pen, const struct series *series, unsigned from,
    unsigned count)
{
	double sum = 0, highest = 0, value;
	unsigned i;

	for (i = from; i < from + count; i++) {
		value = series->value(&pen->model->hours[i]);
		highest = fmax(highest, value);
		sum += value;
	}
	return (series->is_highest ? highest : sum / count) / series->divisor;
}

static double
hour_x(const struct pen *pen, int64_t at_ms)
{
	const struct model *model = pen->model;
	double part = (double)(at_ms - model->from_ms) /
	    (double)(model->to_ms - model->from_ms);

	return pen->plot.left +
	    (pen->plot.right - pen->plot.left) * fmin(fmax(part, 0), 1);
}

static void
draw_points(struct pen *pen, const struct series *series, bool is_area)
{
	const struct model *model = pen->model;
	unsigned room = (unsigned)(pen->chart->width * 1.2);
	unsigned some = (model->hour_count + room - 1) / room, i, count;
	double x = 0;

	for (i = 0; i < model->hour_count; i += some) {
		count = model->hour_count - i < some ? model->hour_count - i
						     : some;
		x = hour_x(pen,
		    model->hours[i].at_ms + (int64_t)(count * HOUR_MS / 2));
		if (i == 0 && is_area)
			chart_point(pen->chart, x, pen->plot.bottom);
		chart_point(pen->chart, x,
		    plot_y(&pen->plot, series_at(pen, series, i, count)));
	}
	if (is_area)
		chart_point(pen->chart, x, pen->plot.bottom);
}

static void
draw_rate(struct pen *pen)
{
	const struct model *model = pen->model;
	struct series series = { hour_rate, 1, false };
	double most = (double)model->rates.out95_bps, x = 0, y;
	struct axis axis = { 0 };
	char rate[FIGURE_BYTES], key[CHART_TEXT];
	int64_t first, last;
	unsigned i;

	for (i = 0; i < model->hour_count; i++)
		most = fmax(most, hour_rate(&model->hours[i]));
	axis.scale = scale_rate((uint64_t)most);
	series.divisor = (double)axis.scale.divisor;
	axis.largest = most / series.divisor;
	pen_axis(pen, &axis);
	chart_area(pen->chart, INK_ACCENT, 22);
	draw_points(pen, &series, true);
	chart_path(pen->chart, INK_ACCENT, 1.25);
	draw_points(pen, &series, false);
	y = plot_y(&pen->plot, (double)model->rates.out95_bps / series.divisor);
	chart_dashes(pen->chart, (struct point){ pen->plot.left, y },
	    (struct point){ pen->plot.right, y }, INK_TEXT, 1.25);
	period_days(pen, &first, &last);
	pen_days(pen, first, last);
	pen_key(
	    pen, &x, SWATCH_LINE, word(pen->manner->language, WORD_KEY_RATE));
	figure_rate(pen->manner, model->rates.out95_bps, rate);
	pen_key(pen, &x, SWATCH_DASHES,
	    word_fill(key, sizeof(key),
		word(pen->manner->language, WORD_KEY_P95),
		(const char *[]){ rate, NULL, NULL }));
}

static void
draw_listeners(struct pen *pen)
{
	const struct model *model = pen->model;
	struct series averages = { hour_average, 1, false };
	struct series peaks = { hour_peak, 1, true };
	struct axis axis = { .is_whole = true };
	int64_t first, last;
	double x = 0;
	unsigned i;

	for (i = 0; i < model->hour_count; i++)
		axis.largest = fmax(axis.largest, hour_peak(&model->hours[i]));
	pen_axis(pen, &axis);
	chart_area(pen->chart, INK_ACCENT, 30);
	draw_points(pen, &averages, true);
	chart_path(pen->chart, INK_ACCENT, 1.25);
	draw_points(pen, &peaks, false);
	period_days(pen, &first, &last);
	pen_days(pen, first, last);
	pen_key(
	    pen, &x, SWATCH_LINE, word(pen->manner->language, WORD_KEY_PEAK));
	pen_key(pen, &x, SWATCH_SOFT,
	    word(pen->manner->language, WORD_KEY_AVERAGE));
}

void
graph_draw(const struct model *model, const struct manner *manner,
    enum graph graph, struct point size, struct chart *chart)
{
	static void (*const draw[GRAPHS])(struct pen *) = {
		[GRAPH_TRAFFIC] = draw_traffic,
		[GRAPH_RATE] = draw_rate,
		[GRAPH_LISTENERS] = draw_listeners,
		[GRAPH_LENGTHS] = draw_lengths,
		[GRAPH_HEAT] = draw_heat,
	};
	struct pen pen = { .model = model, .manner = manner, .chart = chart };

	if (graph == GRAPH_LENGTHS)
		size.y = ROW_HEIGHT * MODEL_LENGTHS;
	else if (graph == GRAPH_HEAT)
		size.y = heat_height(size.x);
	else if (size.y <= 0)
		size.y = USUAL_HEIGHT;
	chart_begin(chart, size.x, size.y);
	draw[graph](&pen);
}
