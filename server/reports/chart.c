/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/chart.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void
chart_begin(struct chart *chart, double width, double height)
{
	*chart = (struct chart){ .width = width, .height = height };
}

void
chart_free(struct chart *chart)
{
	free(chart->shapes);
	free(chart->points);
	*chart = (struct chart){ 0 };
}

static struct shape *
add(struct chart *chart, enum shape_kind kind, enum ink ink)
{
	struct shape *shape;

	if (chart->shape_count == chart->shape_room) {
		chart->shape_room = chart->shape_room * 2 + 64;
		chart->shapes = mem_grow(
		    chart->shapes, chart->shape_room * sizeof(*chart->shapes));
	}
	shape = &chart->shapes[chart->shape_count++];
	*shape = (struct shape){ .kind = kind,
		.ink = ink,
		.share = 100,
		.first = chart->point_count };
	return shape;
}

void
chart_rect(struct chart *chart, struct point from, struct point to,
    enum ink ink, unsigned share)
{
	struct shape *shape = add(chart, SHAPE_RECT, ink);

	shape->x = from.x;
	shape->y = from.y;
	shape->x2 = to.x;
	shape->y2 = to.y;
	shape->share = share;
}

void
chart_line(struct chart *chart, struct point from, struct point to,
    enum ink ink, double size)
{
	struct shape *shape = add(chart, SHAPE_LINE, ink);

	shape->x = from.x;
	shape->y = from.y;
	shape->x2 = to.x;
	shape->y2 = to.y;
	shape->size = size;
}

void
chart_dashes(struct chart *chart, struct point from, struct point to,
    enum ink ink, double size)
{
	chart_line(chart, from, to, ink, size);
	chart->shapes[chart->shape_count - 1].is_dashed = true;
}

void
chart_path(struct chart *chart, enum ink ink, double size)
{
	add(chart, SHAPE_PATH, ink)->size = size;
}

void
chart_area(struct chart *chart, enum ink ink, unsigned share)
{
	add(chart, SHAPE_AREA, ink)->share = share;
}

void
chart_point(struct chart *chart, double x, double y)
{
	if (chart->point_count == chart->point_room) {
		chart->point_room = chart->point_room * 2 + 256;
		chart->points = mem_grow(
		    chart->points, chart->point_room * sizeof(*chart->points));
	}
	chart->points[chart->point_count++] = (struct point){ x, y };
	chart->shapes[chart->shape_count - 1].count++;
}

void
chart_text(struct chart *chart, struct point at, enum anchor anchor,
    enum ink ink, double size, const char *text)
{
	struct shape *shape = add(chart, SHAPE_TEXT, ink);

	shape->x = at.x;
	shape->y = at.y;
	shape->size = size;
	shape->anchor = anchor;
	text_copy(shape->text, sizeof(shape->text), text);
}

double
chart_text_width(const char *text, double size)
{
	double width = 0;
	size_t len = strlen(text), n;

	for (; len > 0; text += n, len -= n) {
		n = text_char(text, len);
		if (n == 0)
			n = 1;
		width += strchr(" .,:;il1|'", *text) != NULL ? 0.36 : 0.57;
	}
	return width * size;
}

double
chart_round(double largest, bool is_whole, double *most)
{
	static const double steps[] = { 1, 2, 2.5, 5, 10 };
	double power = 1, step;
	unsigned i = 0;

	if (largest <= 0)
		largest = 1;
	while (power * 10 * 5 < largest)
		power *= 10;
	while (power > largest)
		power /= 10;
	while (power * steps[i] * 5 < largest)
		i++;
	step = power * steps[i];
	if (is_whole && step < 1)
		step = 1;
	if (is_whole && step > 2 && step < 3)
		step = 5;
	for (*most = step; *most < largest;)
		*most += step;
	return step;
}

double
plot_y(const struct plot *plot, double value)
{
	if (value > plot->most)
		value = plot->most;
	return plot->bottom - (plot->bottom - plot->top) * value / plot->most;
}
