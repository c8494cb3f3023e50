/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * font - the letters of a PDF, from the system's font files.
 *
 * Lato, in three weights; DejaVu Sans where Lato is not there, and for single
 * letters that Lato has not. Only letters that are used get into the document.
 * What has no shape in either becomes a replacement mark, and characters that
 * turn the direction of writing are left out. Sizes in points. One document,
 * one thread.
 */
#ifndef REPORTS_FONT_H
#define REPORTS_FONT_H

#include "base/check.h"

#include <hpdf.h>
#include <stdbool.h>

enum face {
	FACE_LIGHT,
	FACE_REGULAR,
	FACE_BOLD,
	FACES
};

struct font {
	HPDF_Font font;
	HPDF_FontDef shapes;
};

struct fonts {
	HPDF_Doc pdf;
	struct font faces[FACES];
	struct font other; /* for what the faces have not */
	bool is_other_tried;
};

/* False: no font was found, which the log says, or libharu failed. */
bool fonts_open(struct fonts *, HPDF_Doc) MUST_CHECK;
double fonts_width(struct fonts *, enum face, double size, const char *text);
/* at: where the base line begins, from the page's lower left. */
void fonts_draw(struct fonts *, HPDF_Page, HPDF_Point at, enum face,
    double size, const char *text);

#endif
