/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/table.h"

#include "test.h"

#include <stdbool.h>

#define MANY 5000

static void
what_is_put_is_found_until_it_is_taken(void **state)
{
	static int values[MANY];
	struct table table = { 0 };
	uint64_t key;

	(void)state;
	for (int i = 0; i < MANY; i++)
		table_put(&table, (uint64_t)i * 7919 + 1, &values[i]);
	for (int i = 0; i < MANY; i += 2) {
		key = (uint64_t)i * 7919 + 1;
		assert_ptr_equal(table_take(&table, key), &values[i]);
		assert_null(table_take(&table, key));
	}
	for (int i = 0; i < MANY; i++)
		assert_ptr_equal(table_get(&table, (uint64_t)i * 7919 + 1),
		    i % 2 == 0 ? NULL : &values[i]);
	assert_int_equal(table.count, MANY / 2);
	table_free(&table);
}

static void
a_key_put_twice_has_its_last_value(void **state)
{
	struct table table = { 0 };
	int one, two;

	(void)state;
	table_put(&table, 5, &one);
	table_put(&table, 5, &two);
	assert_ptr_equal(table_get(&table, 5), &two);
	assert_int_equal(table.count, 1);
	table_free(&table);
}

static void
a_walk_meets_everything_once(void **state)
{
	struct table table = { 0 };
	bool seen[100] = { false };
	size_t at = 0;
	bool *value;
	int count = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		table_put(&table, (uint64_t)i + 1, &seen[i]);
	while ((value = table_next(&table, &at)) != NULL) {
		assert_false(*value);
		*value = true;
		count++;
	}
	assert_int_equal(count, 100);
	table_free(&table);
}

static void
an_empty_table_has_nothing(void **state)
{
	struct table table = { 0 };
	size_t at = 0;

	(void)state;
	assert_null(table_get(&table, 1));
	assert_null(table_take(&table, 1));
	assert_null(table_next(&table, &at));
	table_free(&table);
}

TEST_MAIN(TEST(what_is_put_is_found_until_it_is_taken),
    TEST(a_key_put_twice_has_its_last_value),
    TEST(a_walk_meets_everything_once), TEST(an_empty_table_has_nothing))
