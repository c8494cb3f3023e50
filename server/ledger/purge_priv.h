/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * purge_priv - what the parts of a purge share.
 */
#ifndef LEDGER_PURGE_PRIV_H
#define LEDGER_PURGE_PRIV_H

#include "base/bytes.h"
#include "ledger/store.h"

struct purge_files {
	unsigned count;
	uint64_t bytes;
	struct bytes left; /* a line for each that is not ours, or stays */
};

/* All recordings below the archive's folder of that slug, and the folders that
 * are empty then; nothing outside of it. */
void purge_files(struct store *, const char *slug, struct purge_files *);

/* Inside the transaction, once the member's state is deleted: each sealed
 * period becomes its totals. -1: it failed; else how many there are. */
int64_t purge_statements(struct store *, int64_t member, int64_t now_ms);
/* A sealed CSV's totals, with the number for the slug. False: it is no CSV of a
 * statement. */
bool purge_totals(const char *csv, int64_t member, struct bytes *reduced,
    struct bytes *json) MUST_CHECK;

#endif
