/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * store - the SQLite file: opened, checked, migrated, and the one connection.
 *
 * One thread, one connection for all writes and all checkpoints: SQLite before
 * 3.51.3 can lose data when two connections write and checkpoint at once. A
 * lock beside the file keeps a second server away; other programs may read.
 * Statements are prepared once and kept by the address of their text, so sql
 * must be a constant. A prepared statement may be NULL when the file cannot be
 * read; SQLite's calls take NULL and fail, and store_reason() says why.
 */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

#include "base/check.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct store;

/* NULL, and *error (free it) is a sentence, when the file cannot be used. */
struct store *store_open(const char *path, char **error) MUST_CHECK;
/* A store that is there already, for another thread: only to read. */
struct store *store_open_reader(const char *path, char **error) MUST_CHECK;
/* An empty one in memory, with the one at path beside it, to read, as "local".
 */
struct store *store_open_memory(const char *path, char **error) MUST_CHECK;
void store_close(struct store *); /* NULL is fine */

int64_t store_relay(const struct store *); /* row of this relay's UUID */
int64_t store_boot(const struct store *);  /* random, one per opening, > 0 */

/* Reset, nothing bound. */
sqlite3_stmt *store_prepare(struct store *, const char *sql);
/* Steps a statement that gives no rows and resets it. */
bool store_run(sqlite3_stmt *) MUST_CHECK;
/* Resets after the last row; step is what sqlite3_step() said last. */
bool store_ended(sqlite3_stmt *, int step) MUST_CHECK;
/* A column's text; "" for NULL. Valid until the next step. */
const char *store_text(sqlite3_stmt *, int column);

/* Takes the write lock. SQL's rev() is one more in each transaction than in all
 * that were committed before, so rows that keep it in a column tell in which
 * order they changed. */
bool store_begin(struct store *) MUST_CHECK;
bool store_commit(struct store *) MUST_CHECK;
void store_rollback(struct store *);
int64_t store_changed(struct store *); /* rows, by the last statement */
int64_t store_last_id(struct store *);
/* Of the last failure; a rollback after it keeps it. */
const char *store_reason(struct store *);
sqlite3 *store_connection(struct store *);

/* Moves the log into the file when it has grown past its limit. */
void store_checkpoint(struct store *);

#endif
