/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/graphs_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define KEY_LINE  10.0 /* base line of the key's letters */
#define MANY_DAYS 45   /* more are labelled by month */

static const char *
axis_label(const struct pen *pen, const struct axis *axis, double step,
    double value, char to[FIGURE_BYTES])
{
	unsigned decimals = 0;
	size_t len;

	if (fabs(step - round(step)) > 1e-9)
		decimals = fabs(step * 10 - round(step * 10)) > 1e-9 ? 2 : 1;
	figure_ratio(
	    pen->manner, (uint64_t)llround(value * 100), 100, decimals, to);
	if (value + step / 2 > pen->plot.most && axis->scale.unit != NULL) {
		len = strlen(to);
		snprintf(
		    to + len, FIGURE_BYTES - len, "\u00a0%s", axis->scale.unit);
	}
	return to;
}

void
pen_axis(struct pen *pen, const struct axis *axis)
{
	struct plot *plot = &pen->plot;
	double step = chart_round(axis->largest, axis->is_whole, &plot->most);
	char label[FIGURE_BYTES];
	double value, width;

	for (value = 0; value < plot->most + step / 2; value += step) {
		axis_label(pen, axis, step, value, label);
		width = chart_text_width(label, LETTERS);
		plot->left = fmax(plot->left, ceil(width) + 8);
	}
	plot->right = pen->chart->width;
	plot->top = KEY_FOOT;
	plot->bottom = pen->chart->height - DAY_FOOT;
	for (value = 0; value < plot->most + step / 2; value += step) {
		double y = plot_y(plot, value);

		if (value > 0)
			chart_line(pen->chart, (struct point){ plot->left, y },
			    (struct point){ plot->right, y }, INK_RULE, 1);
		chart_text(pen->chart,
		    (struct point){ plot->left - 8, y + LETTERS * 0.35 },
		    ANCHOR_END, INK_MUTED, LETTERS,
		    axis_label(pen, axis, step, value, label));
	}
}

static double
day_x(const struct pen *pen, double index, int64_t days)
{
	return pen->plot.left +
	    (pen->plot.right - pen->plot.left) * index / (double)days;
}

static void
label_days(struct pen *pen, int64_t first, int64_t last)
{
	static const unsigned steps[] = { 1, 2, 5, 10, 31 };
	int64_t days = last - first + 1, day;
	double width = day_x(pen, 1, days) - pen->plot.left;
	char text[16];
	unsigned i = 0;

	while (i < 4 && steps[i] * width < 17)
		i++;
	for (day = first; day <= last; day++) {
		unsigned in_month = calendar_of(day).day;

		if ((in_month - 1) % steps[i] != 0 ||
		    (steps[i] > 2 && in_month > 30))
			continue;
		snprintf(text, sizeof(text), "%u", in_month);
		chart_text(pen->chart,
		    (struct point){
			day_x(pen, (double)(day - first) + 0.5, days),
			pen->plot.bottom + 15 },
		    ANCHOR_MIDDLE, INK_MUTED, LETTERS, text);
	}
}

static void
label_months(struct pen *pen, int64_t first, int64_t last)
{
	int64_t days = last - first + 1, day;
	double free_from = pen->plot.left, x;
	char text[FIGURE_BYTES];

	for (day = first; day <= last; day = day_next_month(day)) {
		struct calendar date = calendar_of(day);

		snprintf(text, sizeof(text), "%s",
		    month_short(pen->manner->language, date.month));
		if (date.month == 1)
			snprintf(text, sizeof(text), "%u", date.year);
		x = day_x(pen, (double)(day - first), days);
		if (x < free_from ||
		    x + chart_text_width(text, LETTERS) > pen->plot.right)
			continue;
		chart_text(pen->chart,
		    (struct point){ x, pen->plot.bottom + 15 }, ANCHOR_START,
		    INK_MUTED, LETTERS, text);
		free_from = x + chart_text_width(text, LETTERS) + 6;
	}
}

void
pen_days(struct pen *pen, int64_t first, int64_t last)
{
	const struct plot *plot = &pen->plot;

	chart_line(pen->chart, (struct point){ plot->left, plot->bottom },
	    (struct point){ plot->right, plot->bottom }, INK_MUTED, 1);
	if (last - first < MANY_DAYS)
		label_days(pen, first, last);
	else
		label_months(pen, first, last);
}

void
pen_key(struct pen *pen, double *x, enum swatch swatch, const char *text)
{
	double middle = KEY_LINE - 3.5;

	if (swatch == SWATCH_LINE)
		chart_line(pen->chart, (struct point){ *x, middle },
		    (struct point){ *x + 16, middle }, INK_ACCENT, 1.75);
	else if (swatch == SWATCH_DASHES)
		chart_dashes(pen->chart, (struct point){ *x, middle },
		    (struct point){ *x + 16, middle }, INK_TEXT, 1.25);
	else
		chart_rect(pen->chart, (struct point){ *x, middle - 5 },
		    (struct point){ *x + 10, middle + 5 }, INK_ACCENT,
		    swatch == SWATCH_FULL ? 100 : 30);
	*x += swatch == SWATCH_FULL || swatch == SWATCH_SOFT ? 15 : 21;
	chart_text(pen->chart, (struct point){ *x, KEY_LINE }, ANCHOR_START,
	    INK_TEXT, LETTERS, text);
	*x += chart_text_width(text, LETTERS) + 14;
}
