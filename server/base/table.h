/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * table - finds things by number. Zeroed is empty; one thread; owns only its
 * own slots, never what they point to. Number 0 is not a key.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table_slot {
	uint64_t key; /* 0: free */
	void *value;
};

struct table {
	struct table_slot *slots;
	size_t size; /* power of two, or 0 */
	size_t count;
};

void table_put(struct table *, uint64_t key, void *value);
void *table_get(const struct table *, uint64_t key); /* NULL: not there */
void *table_take(struct table *, uint64_t key);      /* and removes it */
/* Walks all values: start with *at = 0, until NULL. Nothing may be put or taken
 * meanwhile. */
void *table_next(const struct table *, size_t *at);
void table_free(struct table *);

#endif
