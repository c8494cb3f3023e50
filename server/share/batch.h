/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * batch - rows of a statement as arrays of PostgreSQL, one for each column.
 * One thread.
 */
#ifndef SHARE_BATCH_H
#define SHARE_BATCH_H

#include "base/bytes.h"
#include "share/tables.h"

#include <sqlite3.h>

struct batch {
	unsigned rows;
	int columns;
	struct bytes arrays[SHARE_COLUMNS_MOST];
	const char *values[SHARE_COLUMNS_MOST]; /* of batch_values() */
};

/* A text that is not UTF-8 loses what is not. */
void batch_add(struct batch *, sqlite3_stmt *row);
/* Good until the next row. */
const char *const *batch_values(struct batch *);
void batch_clear(struct batch *); /* what it holds, to begin anew */

#endif
