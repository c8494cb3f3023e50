/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * report - what was used in a period: a line for each member, mount and kind,
 * one for each member, and a total.
 *
 * A period is [from, to); a slot belongs to the period its beginning is in, so
 * the reports of two periods that touch add up to the report of both. Bytes are
 * bytes and seconds are whole seconds, rounded down once, after adding.
 */
#ifndef LEDGER_REPORT_H
#define LEDGER_REPORT_H

#include "ledger/listing.h"
#include "ledger/store.h"

#define REPORT_SCHEMA 1 /* grows when a field's meaning changes or one goes */

struct period {
	int64_t from_ms, to_ms; /* wall; INT64_MIN, INT64_MAX: open */
};

/* "2026-11-22", or with a time and Z or an offset: "2026-11-22T21:00+01:00",
 * seconds if wanted. False for all else. */
bool report_time(const char *text, int64_t *wall_ms) MUST_CHECK;

/* member 0: all. False: the store cannot be read. */
bool report_usage(struct store *, int64_t member, const struct period *,
    enum listing_format, struct bytes *out) MUST_CHECK;

#endif
