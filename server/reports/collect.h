/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * collect - one member's period, added up from the store into a model.
 *
 * A period is [from, to) in UTC milliseconds; a slot belongs to the period in
 * which it begins, so periods that touch add up. Rates are over all slots of
 * the period that have passed since the member was activated, idle ones too.
 * Reads only, with a connection of its own; one thread.
 */
#ifndef REPORTS_COLLECT_H
#define REPORTS_COLLECT_H

#include "base/zone.h"
#include "ledger/members.h"
#include "reports/model.h"

struct collect_wish {
	const struct member_row *member;
	const struct zone *zone;
	const char *period; /* its name, shown as it is */
	int64_t from_ms, to_ms, now_ms;
};

/* False: the store cannot be read. model_free() in both cases. */
bool collect(
    struct store *, const struct collect_wish *, struct model *) MUST_CHECK;

#endif
