/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/paper.h"

#include "base/text.h"

#include <string.h>

#define LINE_HEIGHT 1.42 /* of the letters' size */
#define LINE_BYTES  512

static const struct {
	double red, green, blue;
} inks[INKS] = {
	[INK_TEXT] = { 0.106, 0.110, 0.125 },
	[INK_MUTED] = { 0.385, 0.396, 0.427 },
	[INK_RULE] = { 0.875, 0.878, 0.886 },
	[INK_ACCENT] = { 0.039, 0.361, 0.361 },
	[INK_PAPER] = { 1, 1, 1 },
};

void
paper_page(struct paper *paper)
{
	paper->page = HPDF_AddPage(paper->pdf);
	HPDF_Page_SetWidth(paper->page, (HPDF_REAL)PAPER_WIDTH);
	HPDF_Page_SetHeight(paper->page, (HPDF_REAL)PAPER_HEIGHT);
	paper->y = PAPER_TOP;
}

bool
paper_need(struct paper *paper, double height)
{
	if (paper->y + height <= PAPER_HEIGHT - PAPER_BOTTOM)
		return false;
	paper_page(paper);
	return true;
}

/* Part of an ink on white is a lighter one. */
static HPDF_REAL
blend(double value, unsigned share)
{
	return (HPDF_REAL)(1 - (1 - value) * share / 100);
}

static void
fill_with(struct paper *paper, enum ink ink, unsigned share)
{
	HPDF_Page_SetRGBFill(paper->page, blend(inks[ink].red, share),
	    blend(inks[ink].green, share), blend(inks[ink].blue, share));
}

static void
draw_with(struct paper *paper, enum ink ink, double size)
{
	HPDF_Page_SetRGBStroke(paper->page, blend(inks[ink].red, 100),
	    blend(inks[ink].green, 100), blend(inks[ink].blue, 100));
	HPDF_Page_SetLineWidth(paper->page, (HPDF_REAL)size);
}

/* libharu counts from below. */
static HPDF_REAL
up(double y)
{
	return (HPDF_REAL)(PAPER_HEIGHT - y);
}

void
paper_rect(struct paper *paper, struct point from, struct point to,
    enum ink ink, unsigned share)
{
	fill_with(paper, ink, share);
	HPDF_Page_Rectangle(paper->page, (HPDF_REAL)from.x, up(to.y),
	    (HPDF_REAL)(to.x - from.x), (HPDF_REAL)(to.y - from.y));
	HPDF_Page_Fill(paper->page);
}

void
paper_line(struct paper *paper, struct point from, struct point to,
    enum ink ink, double size)
{
	draw_with(paper, ink, size);
	HPDF_Page_MoveTo(paper->page, (HPDF_REAL)from.x, up(from.y));
	HPDF_Page_LineTo(paper->page, (HPDF_REAL)to.x, up(to.y));
	HPDF_Page_Stroke(paper->page);
}

double
paper_width(
    struct paper *paper, const struct lettering *lettering, const char *text)
{
	return fonts_width(
	    &paper->fonts, lettering->face, lettering->size, text);
}

void
paper_text(struct paper *paper, struct point at,
    const struct lettering *lettering, const char *text)
{
	HPDF_Point place;

	if (lettering->anchor == ANCHOR_END)
		at.x -= paper_width(paper, lettering, text);
	else if (lettering->anchor == ANCHOR_MIDDLE)
		at.x -= paper_width(paper, lettering, text) / 2;
	fill_with(paper, lettering->ink, 100);
	place.x = (HPDF_REAL)at.x;
	place.y = up(at.y);
	fonts_draw(&paper->fonts, paper->page, place, lettering->face,
	    lettering->size, text);
}

void
paper_fit(struct paper *paper, struct point at,
    const struct lettering *lettering, double width, const char *text)
{
	char cut[LINE_BYTES];
	size_t len = text_copy(cut, sizeof(cut) - 3, text);

	if (paper_width(paper, lettering, text) <= width) {
		paper_text(paper, at, lettering, text);
		return;
	}
	while (len > 0) {
		do
			len--;
		while (len > 0 && ((unsigned char)cut[len] & 0xc0) == 0x80);
		strcpy(cut + len, "\u2026");
		if (paper_width(paper, lettering, cut) <= width)
			break;
	}
	paper_text(paper, at, lettering, cut);
}

/* How many bytes of text go into a line; at least one character. */
static size_t
line_length(struct paper *paper, const struct lettering *lettering,
    double width, const char *text)
{
	char line[LINE_BYTES];
	size_t len = 0, next = 0, good = 0;

	while (text[next] != '\0' && next + 4 < sizeof(line)) {
		do
			line[next] = text[next], next++;
		while (((unsigned char)text[next] & 0xc0) == 0x80 &&
		    next + 4 < sizeof(line));
		line[next] = '\0';
		if (paper_width(paper, lettering, line) > width && len > 0)
			return good > 0 ? good : len;
		len = next;
		if (text[next] == ' ' || text[next] == '\0')
			good = next;
	}
	return good > 0 ? good : len;
}

double
paper_wrap(struct paper *paper, const struct point *at,
    const struct lettering *lettering, double width, const char *text)
{
	double height = 0;
	char line[LINE_BYTES];
	size_t len;

	while (*text != '\0') {
		len = line_length(paper, lettering, width, text);
		height += lettering->size * LINE_HEIGHT;
		memcpy(line, text, len);
		line[len] = '\0';
		if (at != NULL)
			paper_text(paper,
			    (struct point){ at->x,
				at->y + height -
				    lettering->size * (LINE_HEIGHT - 1) },
			    lettering, line);
		text += len;
		text += strspn(text, " ");
	}
	return height;
}

static struct point
on_paper(const struct paper *paper, double x, double y)
{
	return (struct point){ PAPER_SIDE + x * PAPER_SCALE,
		paper->y + y * PAPER_SCALE };
}

static void
draw_points(
    struct paper *paper, const struct chart *chart, const struct shape *shape)
{
	struct point at;
	size_t i;

	fill_with(paper, shape->ink, shape->share);
	draw_with(paper, shape->ink, shape->size * PAPER_SCALE);
	HPDF_Page_SetLineJoin(paper->page, HPDF_ROUND_JOIN);
	for (i = 0; i < shape->count; i++) {
		at = on_paper(paper, chart->points[shape->first + i].x,
		    chart->points[shape->first + i].y);
		if (i == 0)
			HPDF_Page_MoveTo(
			    paper->page, (HPDF_REAL)at.x, up(at.y));
		else
			HPDF_Page_LineTo(
			    paper->page, (HPDF_REAL)at.x, up(at.y));
	}
	if (shape->kind == SHAPE_AREA && shape->count > 0)
		HPDF_Page_Fill(paper->page);
	else if (shape->count > 0)
		HPDF_Page_Stroke(paper->page);
}

static void
draw_shape_line(struct paper *paper, const struct shape *shape)
{
	static const HPDF_UINT16 dashes[] = { 4, 3 };

	if (shape->is_dashed)
		HPDF_Page_SetDash(paper->page, dashes, 2, 0);
	paper_line(paper, on_paper(paper, shape->x, shape->y),
	    on_paper(paper, shape->x2, shape->y2), shape->ink,
	    shape->size * PAPER_SCALE);
	if (shape->is_dashed)
		HPDF_Page_SetDash(paper->page, NULL, 0, 0);
}

static void
draw_shape(
    struct paper *paper, const struct chart *chart, const struct shape *shape)
{
	const struct lettering lettering = { FACE_REGULAR,
		shape->size * PAPER_SCALE, shape->ink, shape->anchor };

	switch (shape->kind) {
	case SHAPE_RECT:
		paper_rect(paper, on_paper(paper, shape->x, shape->y),
		    on_paper(paper, shape->x2, shape->y2), shape->ink,
		    shape->share);
		break;
	case SHAPE_LINE:
		draw_shape_line(paper, shape);
		break;
	case SHAPE_PATH:
	case SHAPE_AREA:
		draw_points(paper, chart, shape);
		break;
	case SHAPE_TEXT:
		paper_text(paper, on_paper(paper, shape->x, shape->y),
		    &lettering, shape->text);
		break;
	}
}

void
paper_chart(struct paper *paper, const struct chart *chart)
{
	size_t i;

	for (i = 0; i < chart->shape_count; i++)
		draw_shape(paper, chart, &chart->shapes[i]);
	paper->y += chart->height * PAPER_SCALE;
}
