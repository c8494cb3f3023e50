/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * link - a connection to the PostgreSQL that several relays share.
 *
 * Nothing here waits for more than its patience, whatever the other side does;
 * after a failure the connection is gone, and the next use makes a new one. The
 * connection string is never shown. For threads that may block; one uses it.
 */
#ifndef SHARE_LINK_H
#define SHARE_LINK_H

#include "base/check.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

struct link;

/* Does not connect. where: as libpq takes it, a URI or key=value words. */
struct link *link_new(const char *where, int64_t patience_ms);
void link_free(struct link *); /* NULL is fine */

/* Connected, and the shared tables are there. False: link_reason(). */
bool link_open(struct link *) MUST_CHECK;
/* The answer, to be PQclear()ed; NULL: link_reason(). Texts, or NULL. */
PGresult *link_ask(
    struct link *, const char *sql, int count, const char *const *values);
/* The same without an answer. */
bool link_run(struct link *, const char *sql, int count,
    const char *const *values) MUST_CHECK;
const char *link_reason(const struct link *); /* one line */

#endif
