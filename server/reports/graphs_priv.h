/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * graphs_priv - what the graphs have in common: an axis, days, a key.
 *
 * Any thread.
 */
#ifndef REPORTS_GRAPHS_PRIV_H
#define REPORTS_GRAPHS_PRIV_H

#include "reports/graphs.h"

#define LETTERS  11.0 /* size of labels */
#define KEY_FOOT 30.0 /* the plot begins below the key */
#define DAY_FOOT 20.0 /* room for the labels under it */

enum swatch {
	SWATCH_FULL,
	SWATCH_SOFT,
	SWATCH_LINE,
	SWATCH_DASHES
};

struct axis { /* of values, at the left */
	struct scale scale;
	double largest; /* in the scale's unit */
	bool is_whole;
};

struct pen { /* what a graph is drawn with */
	const struct model *model;
	const struct manner *manner;
	struct chart *chart;
	struct plot plot;
};

/* Settles the plot's place and scale, and draws lines and labels. */
void pen_axis(struct pen *, const struct axis *);
/* The base line, and days or months under it. */
void pen_days(struct pen *, int64_t first, int64_t last);
/* One more of the key; x: where it begins, becomes where the next one may. */
void pen_key(struct pen *, double *x, enum swatch, const char *text);

void draw_lengths(struct pen *);
double heat_height(double width);
void draw_heat(struct pen *);

#endif
