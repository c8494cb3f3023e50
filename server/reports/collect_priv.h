/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * collect_priv - what the parts of a collection share, in this room only.
 */
#ifndef REPORTS_COLLECT_PRIV_H
#define REPORTS_COLLECT_PRIV_H

#include "reports/collect.h"
#include "reports/rates.h"

/* A broadcast that was on air in the period. */
struct on_air {
	char mount[256];
	char codec[128];
	char reason[16];
	int64_t from_ms, to_ms; /* to: now when it goes on */
};

struct collection {
	struct store *store;
	const struct collect_wish *wish;
	struct model *model;
	int64_t first_slot, end_slot;
	uint64_t *out, *in; /* wire bytes by slot */
	int64_t first_day;
	struct on_air *on_air;
	unsigned on_air_count;
};

/* sources.c: broadcasts, before the usage that is told apart by them. */
bool collect_broadcasts(struct collection *) MUST_CHECK;
const char *collect_codec(
    const struct collection *, const char *mount, int64_t slot);
/* slots.c */
bool collect_usage(struct collection *) MUST_CHECK;
bool collect_peaks(struct collection *) MUST_CHECK;

struct model_line *collect_line(
    struct model_line **lines, unsigned *count, const char *name);

#endif
