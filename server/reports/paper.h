/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * paper - A4 pages of a PDF, written from top to bottom.
 *
 *      +--------------------------+
 *      |  PAPER_TOP               |   y grows downwards; the next thing is
 *      |  +--------------------+  |   put at paper.y, and a new page begins
 *      |  | text width         |  |   when it has no room
 *      |  +--------------------+  |
 *      |  footer, at the end      |
 *      +--------------------------+
 *
 * Lengths in points, 72 to the inch. libharu keeps the first error and does
 * nothing after it; who ends the document asks for it. One owner, one thread.
 */
#ifndef REPORTS_PAPER_H
#define REPORTS_PAPER_H

#include "reports/chart.h"
#include "reports/font.h"
#include "reports/sheet.h"

#define PAPER_WIDTH  595.28
#define PAPER_HEIGHT 841.89
#define PAPER_SIDE   51.0 /* margins */
#define PAPER_TOP    54.0
#define PAPER_BOTTOM 62.0
#define PAPER_TEXT   (PAPER_WIDTH - 2 * PAPER_SIDE)
#define PAPER_SCALE  0.72 /* a chart's lengths in points */

struct paper {
	HPDF_Doc pdf;
	HPDF_Page page;
	struct fonts fonts;
	double y;
};

struct lettering {
	enum face face;
	double size;
	enum ink ink;
	enum anchor anchor;
};

void paper_page(struct paper *);
/* A new page unless so much is free on this one; true: it is a new one. */
bool paper_need(struct paper *, double height);
void paper_rect(struct paper *, struct point from, struct point to, enum ink,
    unsigned share);
void paper_line(
    struct paper *, struct point from, struct point to, enum ink, double size);
void paper_text(
    struct paper *, struct point, const struct lettering *, const char *text);
double paper_width(struct paper *, const struct lettering *, const char *text);
/* Cut to a width, with an ellipsis. */
void paper_fit(struct paper *, struct point, const struct lettering *,
    double width, const char *text);
/* In lines; returns how high they are. Without a place: only measured. */
double paper_wrap(struct paper *, const struct point *,
    const struct lettering *, double width, const char *text);
/* At the left margin and paper.y, which moves below it. */
void paper_chart(struct paper *, const struct chart *);
void paper_sheet(struct paper *, const struct sheet *);
double paper_sheet_height(const struct sheet *);

#endif
