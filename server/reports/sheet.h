/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * sheet - the tables of a report, as texts in rows and columns.
 *
 * Made from the model once and shown as HTML and as PDF, so that both say the
 * same. The first column names a row; with is_list there are two columns and no
 * head. One owner, one thread.
 */
#ifndef REPORTS_SHEET_H
#define REPORTS_SHEET_H

#include "reports/model.h"
#include "words/figures.h"

#include <stdbool.h>
#include <stddef.h>

#define SHEET_COLUMNS 9
#define SHEET_HEAD    64

enum sheet_kind {
	SHEET_FACTS, /* of the member and the period */
	SHEET_TRAFFIC,
	SHEET_RATE,
	SHEET_AUDIENCE,
	SHEET_MOUNTS,
	SHEET_CODECS,
	SHEET_SOURCES,
	SHEET_STORAGE,
	SHEET_DAYS,
	SHEET_ADJUSTMENTS,
	SHEET_LENGTHS, /* what graphs show */
	SHEET_HEAT,
	SHEETS
};

struct sheet_column {
	char head[SHEET_HEAD];
	bool
	    is_text; /* at the left, and may be cut; figures are at the right */
};

struct sheet {
	struct sheet_column columns[SHEET_COLUMNS];
	unsigned column_count;
	char **cells; /* row by row, owned */
	size_t cell_count, cell_room;
	bool is_list, has_total; /* the last row is one */
};

/* To be freed. */
struct sheet sheet_make(
    enum sheet_kind, const struct model *, const struct manner *);
void sheet_free(struct sheet *);
size_t sheet_rows(const struct sheet *);
const char *sheet_cell(const struct sheet *, size_t row, unsigned column);
enum word sheet_title(enum sheet_kind);

#endif
