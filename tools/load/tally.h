/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * tally - counts by reason, a few short texts. When there are more reasons than
 * TALLY_REASONS, the last one becomes "other". Zeroed is empty. Pure.
 */
#ifndef LOAD_TALLY_H
#define LOAD_TALLY_H

#include <stdint.h>

#define TALLY_REASONS 24

struct tally {
	struct {
		char reason[64];
		uint64_t count;
	} rows[TALLY_REASONS];
	unsigned used;
};

void tally_add(struct tally *, const char *reason);
uint64_t tally_total(const struct tally *);

#endif
