/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/paper.h"

#include <math.h>

#define ROW_HEIGHT  14.6
#define BASE_LINE   10.0 /* of a row's letters, from its top */
#define GAP         11.0 /* between two columns */
#define LIST_WIDTH  330.0
#define LEAST_WIDTH 60.0 /* of a column of text */
#define SLACK       0.5  /* so that what fits exactly is not cut */
#define ROW_EXTRA   2.4  /* around the lines of a row */

static const struct lettering heads = { FACE_REGULAR, 7.4, INK_MUTED,
	ANCHOR_START };
static const struct lettering cells = { FACE_REGULAR, 8.6, INK_TEXT,
	ANCHOR_START };
static const struct lettering totals = { FACE_BOLD, 8.6, INK_TEXT,
	ANCHOR_START };

struct grid {
	const struct sheet *sheet;
	double width[SHEET_COLUMNS]; /* of the letters, without gaps */
	double whole;
};

static double
widest(struct paper *paper, const struct sheet *sheet, unsigned column)
{
	double width = paper_width(paper, &heads, sheet->columns[column].head);
	size_t row;

	for (row = 0; row < sheet_rows(sheet); row++)
		width = fmax(width,
		    paper_width(paper, sheet->has_total ? &totals : &cells,
			sheet_cell(sheet, row, column)));
	return width;
}

/* There is less than all texts need: narrow ones get it, the others get the
 * same share of what is left. */
static void
share_out(struct grid *grid, double left)
{
	const struct sheet *sheet = grid->sheet;
	double share = 0, rest;
	unsigned i, round, wide;

	for (round = 0; round < sheet->column_count; round++) {
		rest = left;
		wide = 0;
		for (i = 0; i < sheet->column_count; i++) {
			if (!sheet->columns[i].is_text)
				continue;
			if (grid->width[i] <= share)
				rest -= grid->width[i];
			else
				wide++;
		}
		share = wide > 0 ? rest / wide : share;
	}
	for (i = 0; i < sheet->column_count; i++)
		if (sheet->columns[i].is_text)
			grid->width[i] = fmin(grid->width[i], share);
}

/* Figures get what they need, texts have what is left. */
static void
settle_widths(struct paper *paper, struct grid *grid)
{
	const struct sheet *sheet = grid->sheet;
	double figures = GAP * (sheet->column_count - 1), texts = 0, left;
	unsigned i;

	grid->whole = sheet->is_list ? LIST_WIDTH : PAPER_TEXT;
	for (i = 0; i < sheet->column_count; i++) {
		grid->width[i] = widest(paper, sheet, i);
		if (sheet->columns[i].is_text)
			texts += grid->width[i];
		else
			figures += grid->width[i];
	}
	left = fmax(grid->whole - figures, LEAST_WIDTH);
	if (texts > left)
		share_out(grid, left);
	for (i = 0; i < sheet->column_count && texts <= left; i++)
		if (sheet->columns[i].is_text && texts > 0)
			grid->width[i] *= left / texts;
}

static void
put_cell(struct paper *paper, const struct grid *grid, unsigned column,
    double x, const struct lettering *lettering, const char *text)
{
	struct lettering placed = *lettering;
	struct point top = { x, paper->y + BASE_LINE - lettering->size };

	if (grid->sheet->columns[column].is_text) {
		paper_wrap(
		    paper, &top, &placed, grid->width[column] + SLACK, text);
		return;
	}
	placed.anchor = ANCHOR_END;
	paper_text(paper,
	    (struct point){ x + grid->width[column], paper->y + BASE_LINE },
	    &placed, text);
}

/* Texts that do not fit make a row higher. */
static double
row_height(struct paper *paper, const struct grid *grid, size_t row)
{
	double height = ROW_HEIGHT;
	unsigned i;

	for (i = 0; i < grid->sheet->column_count; i++)
		if (grid->sheet->columns[i].is_text)
			height = fmax(height,
			    paper_wrap(paper, NULL, &cells,
				grid->width[i] + SLACK,
				sheet_cell(grid->sheet, row, i)) +
				ROW_EXTRA);
	return height;
}

static void
put_rule(struct paper *paper, const struct grid *grid, enum ink ink)
{
	paper_line(paper, (struct point){ PAPER_SIDE, paper->y },
	    (struct point){ PAPER_SIDE + grid->whole, paper->y }, ink, 0.5);
}

static void
put_heads(struct paper *paper, const struct grid *grid)
{
	double x = PAPER_SIDE;
	unsigned i;

	if (grid->sheet->is_list)
		return;
	for (i = 0; i < grid->sheet->column_count; i++) {
		put_cell(
		    paper, grid, i, x, &heads, grid->sheet->columns[i].head);
		x += grid->width[i] + GAP;
	}
	paper->y += ROW_HEIGHT;
	put_rule(paper, grid, INK_TEXT);
}

static void
put_row(struct paper *paper, const struct grid *grid, size_t row, double height)
{
	const struct sheet *sheet = grid->sheet;
	bool is_total = sheet->has_total && row + 1 == sheet_rows(sheet);
	double x = PAPER_SIDE;
	unsigned i;

	if (is_total)
		put_rule(paper, grid, INK_TEXT);
	for (i = 0; i < sheet->column_count; i++) {
		put_cell(paper, grid, i, x, is_total ? &totals : &cells,
		    sheet_cell(sheet, row, i));
		x += grid->width[i] + GAP;
	}
	paper->y += height;
	if (!is_total)
		put_rule(paper, grid, INK_RULE);
}

double
paper_sheet_height(const struct sheet *sheet)
{
	return ROW_HEIGHT * (double)(sheet_rows(sheet) + !sheet->is_list);
}

void
paper_sheet(struct paper *paper, const struct sheet *sheet)
{
	struct grid grid = { .sheet = sheet };
	double height;
	size_t row;

	settle_widths(paper, &grid);
	paper_need(paper, ROW_HEIGHT * 3);
	put_heads(paper, &grid);
	for (row = 0; row < sheet_rows(sheet); row++) {
		height = row_height(paper, &grid, row);
		if (paper_need(paper, height))
			put_heads(paper, &grid);
		put_row(paper, &grid, row, height);
	}
}
