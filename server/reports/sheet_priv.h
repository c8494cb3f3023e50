/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * sheet_priv - how sheets are filled, row by row.
 *
 * Any thread.
 */
#ifndef REPORTS_SHEET_PRIV_H
#define REPORTS_SHEET_PRIV_H

#include "reports/sheet.h"

struct filler { /* what a sheet is filled from */
	const struct model *model;
	const struct manner *manner;
	struct sheet *sheet;
};

void sheet_column(
    struct filler *, enum word head, const char *unit, bool is_text);
void sheet_add(struct filler *, const char *cell);
void sheet_count(struct filler *, uint64_t);
void sheet_part(struct filler *, uint64_t value, struct scale);
void sheet_hours(struct filler *, uint64_t listen_ms);
void sheet_average(struct filler *, uint64_t listen_ms);
/* A row of a list; without a figure it is left out. */
void sheet_fact(struct filler *, enum word name, const char *figure);

void fill_facts(struct filler *);
void fill_rate(struct filler *);
void fill_audience(struct filler *);
void fill_storage(struct filler *);

#endif
