/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * custody - where a member's own data is: its tables, and its files.
 *
 * A table is a member's when it has a column "member"; which those are is
 * asked of the store, so that a table or column that is added later is taken
 * out, brought back and deleted with the others. Files are those of the
 * archive's folder of that member, and no path leaves it. Any thread, with its
 * own store.
 */
#ifndef LEDGER_CUSTODY_H
#define LEDGER_CUSTODY_H

#include "base/bytes.h"
#include "ledger/store.h"

#include <stdbool.h>

#define CUSTODY_NAME_BYTES 48
#define CUSTODY_COLUMNS    48
#define CUSTODY_FORMAT     1 /* of what an extract is made of */

struct custody_column {
	char name[CUSTODY_NAME_BYTES];
	char refers[CUSTODY_NAME_BYTES]; /* a table whose row it names; "" */
	bool is_key;                     /* of the primary key */
	bool is_row_number;              /* this store's own, elsewhere new */
};

struct custody_table {
	char name[CUSTODY_NAME_BYTES];
	unsigned count;
	struct custody_column columns[CUSTODY_COLUMNS];
};

/* The table "member", then the others by name; free() it. NULL: the store
 * cannot be read. */
struct custody_table *custody_tables(struct store *, unsigned *count);
/* "id" for the members themselves. */
const char *custody_member_column(const struct custody_table *);
/* The column that tells a row of this table elsewhere: a mount's path, a
 * relay's uuid. NULL: there is none. */
const char *custody_label(const char *table);
/* A key is no use to anybody but who wants to break it. */
bool custody_leaves(const struct custody_column *);
/* A statement that is not kept; finalize it. NULL as in store_prepare(). */
sqlite3_stmt *custody_prepare(struct store *, const struct bytes *sql);

/* SLUG/2026/11/22/NAME.ext, all of it plain letters. */
bool custody_is_path(const char *slug, const char *path) MUST_CHECK;
/* data/archive beside the store; -1 with errno. */
int custody_open_archive(struct store *);
/* The folder of such a path, and where its file's name begins; never through a
 * symbolic link. Made when it is not there, if asked for. -1 with errno. */
int custody_open_folder(
    int archive, const char *path, bool is_made, const char **name);
/* The name of what is written beside a recording. */
void custody_sidecar(char *to, size_t size, const char *name);

#endif
