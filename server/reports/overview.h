/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * overview - what is on the first page: the title, four figures, the quota.
 *
 * Any thread.
 */
#ifndef REPORTS_OVERVIEW_H
#define REPORTS_OVERVIEW_H

#include "reports/chart.h"
#include "reports/model.h"
#include "words/figures.h"

#include <stdbool.h>

#define OVERVIEW_TILES 4
#define OVERVIEW_TEXT  256

struct tile {
	const char *label;
	char value[FIGURE_BYTES];
	const char *unit; /* in value's memory, "" when it has none */
	char note[OVERVIEW_TEXT];
};

struct quota {
	bool has_quota, is_over, has_projection;
	char used[OVERVIEW_TEXT], left[OVERVIEW_TEXT];
	char projection[OVERVIEW_TEXT];
};

enum word overview_title(const struct model *);
/* The period as a line of its own begins: with a capital. */
const char *overview_period(
    const struct model *, const struct manner *, char to[OVERVIEW_TEXT]);
enum word overview_state(const struct model *);
const char *overview_note(
    const struct model *, const struct manner *, char to[OVERVIEW_TEXT]);
void overview_tiles(const struct model *, const struct manner *,
    struct tile tiles[OVERVIEW_TILES]);
void overview_quota(
    const struct model *, const struct manner *, struct quota *);
/* The quota as a bar; a chart to free. */
void overview_bar(const struct model *, struct point size, struct chart *);

#endif
