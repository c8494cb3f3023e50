/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * catalog - what is published, looked up and written down for a worker.
 *
 * Part of the librarian's thread, with its store and folder; blocks on the
 * disk.
 */
#ifndef ARCHIVE_CATALOG_H
#define ARCHIVE_CATALOG_H

#include "ledger/store.h"
#include "loop/messages.h"

struct catalog;

/* Borrows the store and data/archive. */
struct catalog *catalog_new(struct store *, int archive);
void catalog_free(struct catalog *); /* NULL is fine */

/* The worker's answer, 200, 400, 404 or 503. */
struct answer_msg *catalog_answer(
    struct catalog *, const struct catalog_msg *) MUST_CHECK;
/* Facts or chapters of one recording: the document of what was found. False:
 * its sidecar cannot be read. */
bool catalog_item(
    struct catalog *, const struct find_msg *, struct found_msg *) MUST_CHECK;

#endif
