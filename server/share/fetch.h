/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * fetch - a member's period of all relays that share, as a store in memory.
 *
 * It has the same tables as a relay's own store, so whatever reads that reads
 * this, and a report is one thing wherever its figures come from. Of the member
 * itself, its plan, adjustments and recordings this relay's store says what it
 * knows. For threads that may block.
 */
#ifndef SHARE_FETCH_H
#define SHARE_FETCH_H

#include "base/check.h"
#include "ledger/store.h"
#include "share/link.h"

#include <stdint.h>

/* The store to close; NULL, and *error (free it) is a sentence. path: of the
 * relay's own store. member, slug: the same member, there and in what is
 * shared. */
struct store *fetch_period(struct link *, const char *path, int64_t member,
    const char *slug, int64_t from_ms, int64_t to_ms, char **error) MUST_CHECK;

#endif
