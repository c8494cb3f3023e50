/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * graphs - the graphs of a report, drawn as charts.
 *
 * A graph is as wide as it is asked to be and puts on it what fits there, so
 * that a page can have one for paper and one for a phone. Any thread.
 */
#ifndef REPORTS_GRAPHS_H
#define REPORTS_GRAPHS_H

#include "reports/chart.h"
#include "reports/model.h"
#include "words/figures.h"

#include <stdbool.h>

#define GRAPH_SAYS 512

enum graph {
	GRAPH_TRAFFIC,
	GRAPH_RATE,
	GRAPH_LISTENERS,
	GRAPH_LENGTHS,
	GRAPH_HEAT,
	GRAPHS
};

enum word graph_title(enum graph);
/* Nothing to draw: graph_says() says so in its place. */
bool graph_is_empty(const struct model *, enum graph);
/* A chart to free; height 0: its usual one. */
void graph_draw(const struct model *, const struct manner *, enum graph,
    struct point size, struct chart *);
/* What the graph shows, in a sentence. */
const char *graph_says(const struct model *, const struct manner *, enum graph,
    char to[GRAPH_SAYS]);
/* "1-5 min", of lengths[i]. */
const char *graph_length_label(const struct manner *, unsigned i, char to[]);

#endif
