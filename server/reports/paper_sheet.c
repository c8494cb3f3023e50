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

/* Figures get what they need, texts share what is left. */
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
	for (i = 0; i < sheet->column_count; i++)
		if (sheet->columns[i].is_text && texts > 0)
			grid->width[i] *= left / texts;
}

static void
put_cell(struct paper *paper, const struct grid *grid, unsigned column,
    double x, const struct lettering *lettering, const char *text)
{
	struct lettering placed = *lettering;
	double y = paper->y + BASE_LINE;

	if (grid->sheet->columns[column].is_text) {
		paper_fit(paper, (struct point){ x, y }, &placed,
		    grid->width[column], text);
		return;
	}
	placed.anchor = ANCHOR_END;
	paper_text(
	    paper, (struct point){ x + grid->width[column], y }, &placed, text);
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
put_row(struct paper *paper, const struct grid *grid, size_t row)
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
	paper->y += ROW_HEIGHT;
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
	size_t row;

	settle_widths(paper, &grid);
	paper_need(paper, ROW_HEIGHT * 3);
	put_heads(paper, &grid);
	for (row = 0; row < sheet_rows(sheet); row++) {
		if (paper_need(paper, ROW_HEIGHT))
			put_heads(paper, &grid);
		put_row(paper, &grid, row);
	}
}
