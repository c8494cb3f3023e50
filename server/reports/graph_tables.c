/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/graphs_priv.h"

#include <math.h>
#include <stdio.h>

#define HEAT_HEAD   16.0 /* the hours' labels */
#define HEAT_LABEL  34.0 /* the days' */
#define CELL_READS  20.0 /* a cell so wide has its figure in it */
#define READS_LIGHT 66   /* letters on more of the ink than this are paper */
#define CELL_TEXT   9.0
#define GAP         0.75 /* half of what is between two cells */

const char *
graph_length_label(const struct manner *manner, unsigned i, char to[])
{
	static const char *const labels[MODEL_LENGTHS] = { "<\u00a030\u00a0s",
		"30\u00a0s\u20131\u00a0min", "1\u20135\u00a0min",
		"5\u201310\u00a0min", "10\u201330\u00a0min",
		"30\u00a0min\u20131\u00a0{1}", "1\u20132\u00a0{1}",
		">\u00a02\u00a0{1}" };
	const char *hour = manner->language == LANGUAGE_NL ? "u" : "h";

	return word_fill(
	    to, FIGURE_BYTES, labels[i], (const char *[]){ hour, NULL, NULL });
}

static void
draw_length(struct pen *pen, unsigned i, uint64_t all, uint64_t most)
{
	const struct manner *manner = pen->manner;
	const struct plot *plot = &pen->plot;
	uint64_t value = pen->model->lengths[i];
	double row = pen->chart->height / MODEL_LENGTHS, y = row * i;
	double x = plot->left +
	    (plot->right - plot->left) * (double)value / (double)most;
	char label[FIGURE_BYTES], count[FIGURE_BYTES], share[FIGURE_BYTES];
	char text[CHART_TEXT];

	graph_length_label(manner, i, label);
	chart_text(pen->chart,
	    (struct point){ plot->left - 10, y + row / 2 + 4 }, ANCHOR_END,
	    INK_TEXT, LETTERS, label);
	chart_rect(pen->chart, (struct point){ plot->left, y + 3 },
	    (struct point){ fmax(x, plot->left + 1), y + row - 3 }, INK_ACCENT,
	    value > 0 ? 100 : 30);
	figure_count(manner, value, count);
	figure_percent(manner, value, all, share);
	snprintf(text, sizeof(text), "%.40s  \u00b7  %.40s", count, share);
	chart_text(pen->chart, (struct point){ x + 8, y + row / 2 + 4 },
	    ANCHOR_START, INK_MUTED, LETTERS, text);
}

void
draw_lengths(struct pen *pen)
{
	uint64_t all = 0, most = 1;
	char text[FIGURE_BYTES];
	unsigned i;

	for (i = 0; i < MODEL_LENGTHS; i++) {
		all += pen->model->lengths[i];
		if (pen->model->lengths[i] > most)
			most = pen->model->lengths[i];
		graph_length_label(pen->manner, i, text);
		pen->plot.left = fmax(
		    pen->plot.left, chart_text_width(text, LETTERS) + 10);
	}
	figure_count(pen->manner, most, text);
	pen->plot.right = pen->chart->width - chart_text_width(text, LETTERS) -
	    70;
	for (i = 0; i < MODEL_LENGTHS; i++)
		draw_length(pen, i, all, most);
}

double
heat_height(double width)
{
	return HEAT_HEAD + 7 * (width > 500 ? 25 : 22);
}

/* Hours, in at most four characters. */
static void
cell_text(const struct manner *manner, uint64_t ms, char to[FIGURE_BYTES])
{
	uint64_t hours = ms / HOUR_MS;

	if (hours >= 9999500) {
		snprintf(to, FIGURE_BYTES, "%lluM",
		    (unsigned long long)((hours + 500000) / 1000000));
	} else if (hours >= 1000) {
		snprintf(to, FIGURE_BYTES, "%lluk",
		    (unsigned long long)((hours + 500) / 1000));
	} else {
		figure_ratio(manner, ms, HOUR_MS, hours >= 10 ? 0 : 1, to);
	}
}

static void
draw_cell(struct pen *pen, unsigned day, unsigned hour, uint64_t most)
{
	double wide = (pen->chart->width - HEAT_LABEL) / 24;
	double high = (pen->chart->height - HEAT_HEAD) / 7;
	double x = HEAT_LABEL + wide * hour, y = HEAT_HEAD + high * day;
	uint64_t ms = pen->model->heat_ms[day][hour];
	unsigned share = (unsigned)(8 + 92 * (double)ms / (double)most);
	char text[FIGURE_BYTES];

	chart_rect(pen->chart, (struct point){ x + GAP, y + GAP },
	    (struct point){ x + wide - GAP, y + high - GAP },
	    ms > 0 ? INK_ACCENT : INK_RULE, ms > 0 ? share : 45);
	if (ms == 0 || wide < CELL_READS)
		return;
	cell_text(pen->manner, ms, text);
	chart_text(pen->chart,
	    (struct point){ x + wide / 2, y + high / 2 + 3.2 }, ANCHOR_MIDDLE,
	    share > READS_LIGHT ? INK_PAPER : INK_TEXT, CELL_TEXT, text);
}

void
draw_heat(struct pen *pen)
{
	double wide = (pen->chart->width - HEAT_LABEL) / 24;
	double high = (pen->chart->height - HEAT_HEAD) / 7;
	unsigned day, hour, step = wide < CELL_READS ? 6 : 1;
	uint64_t most = 1;
	char text[16];

	for (hour = 0; hour < 7 * 24; hour++)
		if (pen->model->heat_ms[hour / 24][hour % 24] > most)
			most = pen->model->heat_ms[hour / 24][hour % 24];
	for (hour = 0; hour < 24; hour += step) {
		snprintf(text, sizeof(text), "%u", hour);
		chart_text(pen->chart,
		    (struct point){
			HEAT_LABEL + wide * (hour + 0.5), HEAT_HEAD - 6 },
		    ANCHOR_MIDDLE, INK_MUTED, LETTERS - 1, text);
	}
	for (day = 0; day < 7; day++) {
		chart_text(pen->chart,
		    (struct point){ 0, HEAT_HEAD + high * (day + 0.5) + 4 },
		    ANCHOR_START, INK_MUTED, LETTERS,
		    weekday_short(pen->manner->language, day));
		for (hour = 0; hour < 24; hour++)
			draw_cell(pen, day, hour, most);
	}
}
