/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * quota - what members used in their running month, beside their plans.
 *
 * Used is payload_out of live, pages and archive, in the month of the member's
 * zone. A month is added up from the store when it is first asked for, and
 * then kept up with what comes, so that to look costs nothing. At 80, 95 and
 * 100 % there is one row in the table notice for each month: only the highest
 * that was reached. The clerk's thread only.
 */
#ifndef LEDGER_QUOTA_H
#define LEDGER_QUOTA_H

#include "ledger/members.h"

struct quotas;

#define QUOTA_FULL 100

/* 80, 95 or 100 when that many percent are used, else 0. */
unsigned quota_level(int64_t used, int64_t limit);
/* Who became a member in that month has its part of the quota. */
int64_t quota_of_month(
    int64_t quota, int64_t from_ms, int64_t to_ms, int64_t activated_ms);

struct quotas *quotas_new(struct store *);
void quotas_free(struct quotas *);

void quotas_count(struct quotas *, const struct usage_delta *);
/* Everything that was counted must be in the store. False: it cannot be read or
 * written, and nothing is different. *changed is set when newcomers must be
 * refused from now on, or not any more. */
bool quotas_look(struct quotas *, const struct member_row *,
    const struct zone *, bool *changed) MUST_CHECK;
bool quotas_is_capped(const struct quotas *, int64_t member);

#endif
