/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/svg.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char *const inks[INKS] = {
	[INK_TEXT] = "ink",
	[INK_MUTED] = "muted",
	[INK_RULE] = "rule",
	[INK_ACCENT] = "accent",
	[INK_PAPER] = "paper",
};

static const char *const anchors[] = {
	[ANCHOR_START] = "start",
	[ANCHOR_MIDDLE] = "middle",
	[ANCHOR_END] = "end",
};

/* At most two decimals, and none that say nothing. */
static void
put_number(struct bytes *out, double value)
{
	char text[32];
	size_t len;

	snprintf(text, sizeof(text), "%.2f", value);
	len = strlen(text);
	while (text[len - 1] == '0')
		text[--len] = '\0';
	if (text[len - 1] == '.')
		text[--len] = '\0';
	bytes_text(out, strcmp(text, "-0") == 0 ? "0" : text);
}

static void
put_length(struct bytes *out, const char *name, double value)
{
	bytes_format(out, " %s=\"", name);
	put_number(out, value);
	bytes_text(out, "\"");
}

static void
put_rect(struct bytes *out, const struct shape *shape)
{
	bytes_format(out, "<rect class=\"%s\"", inks[shape->ink]);
	put_length(out, "x", shape->x);
	put_length(out, "y", shape->y);
	put_length(out, "width", shape->x2 - shape->x);
	put_length(out, "height", shape->y2 - shape->y);
	if (shape->share < 100)
		put_length(out, "opacity", shape->share / 100.0);
	bytes_text(out, "/>\n");
}

static void
put_line(struct bytes *out, const struct shape *shape)
{
	bytes_format(out, "<line class=\"s-%s%s\"", inks[shape->ink],
	    shape->is_dashed ? " dash" : "");
	put_length(out, "x1", shape->x);
	put_length(out, "y1", shape->y);
	put_length(out, "x2", shape->x2);
	put_length(out, "y2", shape->y2);
	put_length(out, "stroke-width", shape->size);
	bytes_text(out, "/>\n");
}

static void
put_points(
    struct bytes *out, const struct chart *chart, const struct shape *shape)
{
	const struct point *point = chart->points + shape->first;
	size_t i;

	if (shape->kind == SHAPE_AREA) {
		bytes_format(out, "<polygon class=\"%s\"", inks[shape->ink]);
		put_length(out, "opacity", shape->share / 100.0);
	} else {
		bytes_format(out, "<polyline class=\"s-%s\"", inks[shape->ink]);
		put_length(out, "stroke-width", shape->size);
	}
	bytes_text(out, " points=\"");
	for (i = 0; i < shape->count; i++) {
		if (i > 0)
			bytes_text(out, " ");
		put_number(out, point[i].x);
		bytes_text(out, ",");
		put_number(out, point[i].y);
	}
	bytes_text(out, "\"/>\n");
}

static void
put_text(struct bytes *out, const struct shape *shape)
{
	bytes_format(out, "<text class=\"%s\"", inks[shape->ink]);
	put_length(out, "x", shape->x);
	put_length(out, "y", shape->y);
	put_length(out, "font-size", shape->size);
	if (shape->anchor != ANCHOR_START)
		bytes_format(
		    out, " text-anchor=\"%s\"", anchors[shape->anchor]);
	bytes_text(out, ">");
	text_html(out, shape->text);
	bytes_text(out, "</text>\n");
}

static void
put_shape(
    struct bytes *out, const struct chart *chart, const struct shape *shape)
{
	switch (shape->kind) {
	case SHAPE_RECT:
		put_rect(out, shape);
		break;
	case SHAPE_LINE:
		put_line(out, shape);
		break;
	case SHAPE_PATH:
	case SHAPE_AREA:
		put_points(out, chart, shape);
		break;
	case SHAPE_TEXT:
		put_text(out, shape);
		break;
	}
}

void
svg_write(struct bytes *out, const struct chart *chart, const char *class,
    const char *label)
{
	size_t i;

	bytes_format(out, "<svg class=\"%s\" viewBox=\"0 0 ", class);
	put_number(out, chart->width);
	bytes_text(out, " ");
	put_number(out, chart->height);
	bytes_text(out, "\" role=\"img\" aria-label=\"");
	text_html(out, label);
	bytes_text(out, "\">\n");
	for (i = 0; i < chart->shape_count; i++)
		put_shape(out, chart, &chart->shapes[i]);
	bytes_text(out, "</svg>\n");
}
