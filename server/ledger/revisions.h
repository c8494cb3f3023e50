/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * revisions - what changed last is found quickly, where somebody asks for it.
 *
 * An index on rev costs a write for each row that changes, so it is there only
 * while the store is shared. The clerk's connection.
 */
#ifndef LEDGER_REVISIONS_H
#define LEDGER_REVISIONS_H

#include "ledger/store.h"

/* False: store_reason(); the store works without it. */
bool revisions_index(struct store *, bool is_shared) MUST_CHECK;

#endif
