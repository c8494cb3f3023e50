/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/table.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_SIZE 16

static size_t
home_of(const struct table *table, uint64_t key)
{
	return (size_t)(key * 0x9e3779b97f4a7c15u >> 20) & (table->size - 1);
}

static size_t
find(const struct table *table, uint64_t key)
{
	size_t at = home_of(table, key);

	while (table->slots[at].key != 0 && table->slots[at].key != key)
		at = (at + 1) & (table->size - 1);
	return at;
}

static void
grow(struct table *table)
{
	struct table old = *table;

	table->size = old.size > 0 ? old.size * 2 : LEAST_SIZE;
	table->slots = mem_new(table->size * sizeof(*table->slots));
	for (size_t i = 0; i < old.size; i++) {
		if (old.slots[i].key != 0)
			table->slots[find(
			    table, old.slots[i].key)] = old.slots[i];
	}
	free(old.slots);
}

void
table_put(struct table *table, uint64_t key, void *value)
{
	size_t at;

	CHECK(key != 0 && value != NULL);
	if ((table->count + 1) * 4 > table->size * 3)
		grow(table);
	at = find(table, key);
	if (table->slots[at].key == 0)
		table->count++;
	table->slots[at].key = key;
	table->slots[at].value = value;
}

void *
table_get(const struct table *table, uint64_t key)
{
	size_t at;

	if (table->size == 0 || key == 0)
		return NULL;
	at = find(table, key);
	return table->slots[at].key == key ? table->slots[at].value : NULL;
}

/* Closes the hole: what comes after it may have wanted its place. */
static void
close_hole(struct table *table, size_t hole)
{
	size_t mask = table->size - 1, at = hole, home;

	for (;;) {
		at = (at + 1) & mask;
		if (table->slots[at].key == 0)
			break;
		home = home_of(table, table->slots[at].key);
		if (((at - home) & mask) >= ((at - hole) & mask)) {
			table->slots[hole] = table->slots[at];
			hole = at;
		}
	}
	memset(&table->slots[hole], 0, sizeof(table->slots[hole]));
}

void *
table_take(struct table *table, uint64_t key)
{
	void *value = table_get(table, key);

	if (value != NULL) {
		close_hole(table, find(table, key));
		table->count--;
	}
	return value;
}

void *
table_next(const struct table *table, size_t *at)
{
	while (*at < table->size) {
		if (table->slots[(*at)++].key != 0)
			return table->slots[*at - 1].value;
	}
	return NULL;
}

void
table_free(struct table *table)
{
	free(table->slots);
	memset(table, 0, sizeof(*table));
}
