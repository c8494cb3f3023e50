/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * distinct - how many different numbers there were.
 *
 * Exactly up to DISTINCT_EXACT of them, which takes at most 64 KiB; beyond, as
 * base/hyperloglog.h does, in 4 KiB. Numbers must be evenly spread. Zeroed is
 * empty; one thread.
 */
#ifndef BASE_DISTINCT_H
#define BASE_DISTINCT_H

#include <stdint.h>

#define DISTINCT_EXACT 4096

struct hyperloglog;

struct distinct {
	uint64_t *numbers; /* 0: free */
	uint32_t size;     /* power of two, or 0 */
	uint32_t count;
	struct hyperloglog *sketch; /* NULL: still exact */
};

void distinct_add(struct distinct *, uint64_t number);
uint64_t distinct_count(const struct distinct *);
void distinct_free(struct distinct *); /* empty again */

#endif
