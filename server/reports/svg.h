/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * svg - a chart as an SVG element inside a page.
 *
 * Inks are classes, which the page's style colours; shapes need no script and
 * no file. Texts are escaped here. Any thread.
 */
#ifndef REPORTS_SVG_H
#define REPORTS_SVG_H

#include "base/bytes.h"
#include "reports/chart.h"

/* label is what somebody hears who cannot see it; class is ours. */
void svg_write(
    struct bytes *, const struct chart *, const char *class, const char *label);

#endif
