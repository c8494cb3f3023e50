/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * storage - how much of its plan's storage a member's recordings take.
 *
 * At 80, 95 and 100 % there is one row in the table notice for each month. Who
 * has no room left is on air all the same: only what begins then is not
 * recorded, unless its plan allows it. What is being written counts too, and so
 * does the trash. Without any storage nothing is recorded. The clerk's thread
 * only.
 */
#ifndef LEDGER_STORAGE_H
#define LEDGER_STORAGE_H

#include "ledger/members.h"

struct storages;

struct storages *storages_new(struct store *);
void storages_free(struct storages *);

/* False: the store cannot be read or written, and nothing is different.
 * *changed is set when new recordings must not be made from now on, or may be
 * again. */
bool storages_look(struct storages *, const struct member_row *,
    const struct zone *, bool *changed) MUST_CHECK;
bool storages_is_full(const struct storages *, int64_t member);

#endif
