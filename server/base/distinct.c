/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/distinct.h"

#include "base/hyperloglog.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_SIZE 8

/* Where it is, or the free place where it belongs. */
static uint64_t *
place_of(const struct distinct *distinct, uint64_t number)
{
	uint32_t mask = distinct->size - 1, at = (uint32_t)number & mask;

	while (distinct->numbers[at] != 0 && distinct->numbers[at] != number)
		at = (at + 1) & mask;
	return &distinct->numbers[at];
}

static void
grow(struct distinct *distinct)
{
	struct distinct old = *distinct;

	distinct->size = old.size > 0 ? 2 * old.size : LEAST_SIZE;
	distinct->numbers = mem_new(
	    distinct->size * sizeof(*distinct->numbers));
	for (uint32_t i = 0; i < old.size; i++) {
		if (old.numbers[i] != 0)
			*place_of(distinct, old.numbers[i]) = old.numbers[i];
	}
	free(old.numbers);
}

static void
give_up_exact(struct distinct *distinct)
{
	distinct->sketch = mem_new(sizeof(*distinct->sketch));
	for (uint32_t i = 0; i < distinct->size; i++) {
		if (distinct->numbers[i] != 0)
			hyperloglog_add(distinct->sketch, distinct->numbers[i]);
	}
	free(distinct->numbers);
	distinct->numbers = NULL;
}

static void
add_exact(struct distinct *distinct, uint64_t number)
{
	uint64_t *place;

	if (4 * (distinct->count + 1) > 3 * distinct->size)
		grow(distinct);
	place = place_of(distinct, number);
	distinct->count += *place == 0;
	*place = number;
}

void
distinct_add(struct distinct *distinct, uint64_t number)
{
	number += number == 0;
	if (distinct->sketch == NULL)
		add_exact(distinct, number);
	else
		hyperloglog_add(distinct->sketch, number);
	if (distinct->sketch == NULL && distinct->count > DISTINCT_EXACT)
		give_up_exact(distinct);
}

uint64_t
distinct_count(const struct distinct *distinct)
{
	return distinct->sketch != NULL ? hyperloglog_count(distinct->sketch)
					: distinct->count;
}

void
distinct_free(struct distinct *distinct)
{
	free(distinct->numbers);
	free(distinct->sketch);
	memset(distinct, 0, sizeof(*distinct));
}
