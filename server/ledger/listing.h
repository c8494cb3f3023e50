/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * listing - rows and columns, shown as text for people, as CSV or as JSON.
 *
 * Cells are kept as text; each form escapes them its own way (base/text.h), so
 * a stream's name can neither be a formula in a table nor a control code on a
 * terminal. NULL is "-" in text, nothing in CSV and null in JSON.
 */
#ifndef LEDGER_LISTING_H
#define LEDGER_LISTING_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum listing_format {
	LISTING_TEXT,
	LISTING_CSV,
	LISTING_JSON
};
bool listing_format_named(const char *word, enum listing_format *) MUST_CHECK;

struct column {
	const char *name;
	bool is_number; /* to the right in text; bare in JSON */
};

struct listing;

struct listing *listing_new(const struct column *, unsigned count);
void listing_free(struct listing *);
/* The next cell, row by row. */
void listing_add(struct listing *, const char *text); /* copied; or NULL */
void listing_add_number(struct listing *, int64_t);
void listing_add_time(struct listing *, int64_t wall_ms); /* 0: NULL */
unsigned listing_rows(const struct listing *);

/* All rows with a line of names above; JSON: an array of objects. */
void listing_show(
    const struct listing *, enum listing_format, struct bytes *out);
/* One row: a line for each column in text, an object in JSON. */
void listing_show_row(const struct listing *, unsigned row, enum listing_format,
    struct bytes *out);

#endif
