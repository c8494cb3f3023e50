/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * chart - a drawing as a list of shapes, for SVG and PDF alike.
 *
 *      0,0 ---------------- x = width
 *       |   [legend]
 *       |   plot, with its scale at the left
 *       |   [labels]
 *      y = height
 *
 * Lengths are those of a screen at its usual size (96 to the inch), y grows
 * downwards. Colours are inks, so that who draws picks them for paper or a dark
 * screen. One owner, one thread.
 */
#ifndef REPORTS_CHART_H
#define REPORTS_CHART_H

#include <stdbool.h>
#include <stddef.h>

#define CHART_TEXT 96

enum ink {
	INK_TEXT,
	INK_MUTED,
	INK_RULE,
	INK_ACCENT,
	INK_PAPER,
	INKS
};

enum shape_kind {
	SHAPE_RECT,
	SHAPE_LINE,
	SHAPE_PATH,
	SHAPE_AREA,
	SHAPE_TEXT
};
enum anchor {
	ANCHOR_START,
	ANCHOR_MIDDLE,
	ANCHOR_END
};

struct point {
	double x, y;
};

struct shape {
	enum shape_kind kind;
	enum ink ink;
	unsigned share;      /* of the ink on the paper, 0 to 100 */
	double x, y, x2, y2; /* a text's place is x, y: its base line */
	double size;         /* of a line, or of letters */
	bool is_dashed;
	enum anchor anchor;
	size_t first, count; /* of a path's points */
	char text[CHART_TEXT];
};

struct chart {
	double width, height;
	struct shape *shapes;
	size_t shape_count, shape_room;
	struct point *points;
	size_t point_count, point_room;
};

/* Where a plot is in its chart, and what its axis goes up to. */
struct plot {
	double left, top, right, bottom;
	double most; /* the value at the top */
};

void chart_begin(struct chart *, double width, double height);
void chart_free(struct chart *);

void chart_rect(struct chart *, struct point from, struct point to, enum ink,
    unsigned share);
void chart_line(
    struct chart *, struct point from, struct point to, enum ink, double size);
void chart_dashes(
    struct chart *, struct point from, struct point to, enum ink, double size);
/* The last shape's points: first chart_path() or chart_area(), then these. */
void chart_path(struct chart *, enum ink, double size);
void chart_area(struct chart *, enum ink, unsigned share);
void chart_point(struct chart *, double x, double y);
void chart_text(struct chart *, struct point, enum anchor, enum ink,
    double size, const char *text);
/* About how wide it is in the letters of a screen. */
double chart_text_width(const char *text, double size);

/* A round number at or above largest with at most 5 steps to it; returns the
 * step. Whole: steps of less than 1 make no sense. */
double chart_round(double largest, bool is_whole, double *most);
double plot_y(const struct plot *, double value);

#endif
