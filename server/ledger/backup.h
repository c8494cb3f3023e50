/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * backup - copies of the store, each verified, the newest BACKUP_KEPT of them.
 *
 * A copy is made by SQLite's online backup from a connection that only reads,
 * under a temporary name; it is opened again, checked and made durable before
 * it gets its own: all2all-20261122T041500Z.sqlite. Only files with such names
 * are ever removed. It may take a while and blocks on the disk: not for a
 * thread with an event loop that others wait for.
 */
#ifndef LEDGER_BACKUP_H
#define LEDGER_BACKUP_H

#include "base/bytes.h"
#include "ledger/store.h"

#define BACKUP_KEPT 31 /* one for each day of a month */

/* folder: absolute, and there already. What was done, or why not, goes to out
 * as sentences. */
bool backup_make(
    struct store *, const char *folder, struct bytes *out) MUST_CHECK;
/* When the newest copy there was made; 0: there is none. */
int64_t backup_newest_ms(const char *folder);

#endif
