/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

static void
zeroed_is_empty(void **state)
{
	struct bytes bytes = { 0 };

	(void)state;
	bytes_eat(&bytes, 0);
	bytes_append(&bytes, NULL, 0);
	bytes_free(&bytes);
	assert_null(bytes.base);
	assert_int_equal(bytes.len, 0);
}

static void
what_goes_in_comes_out_in_order(void **state)
{
	struct bytes bytes = { 0 };
	unsigned in = 0, out = 0;

	(void)state;
	srand(1);
	for (int turn = 0; turn < 5000; turn++) {
		for (int i = rand() % 40; i > 0; i--) {
			uint8_t byte = (uint8_t)in++;

			bytes_append(&bytes, &byte, 1);
		}
		for (int i = rand() % 45; i > 0 && bytes.len > 0; i--) {
			assert_int_equal(bytes.data[0], (uint8_t)out++);
			bytes_eat(&bytes, 1);
		}
		assert_int_equal(bytes.len, in - out);
	}
	assert_true(bytes.size <= 4096); /* what is eaten gives room */
	bytes_free(&bytes);
}

static void
room_is_really_there(void **state)
{
	struct bytes bytes = { 0 };
	uint8_t *room;

	(void)state;
	for (size_t n = 1; n < 5000; n = n * 3 / 2 + 1) {
		room = bytes_room(&bytes, n);
		assert_ptr_equal(room, bytes.data + bytes.len);
		memset(room, (int)n, n);
		bytes_added(&bytes, n);
		bytes_eat(&bytes, n / 2);
	}
	bytes_free(&bytes);
}

static void
text_and_formats_are_appended(void **state)
{
	struct bytes bytes = { 0 };

	(void)state;
	bytes_text(&bytes, "a%s");
	bytes_format(&bytes, "%d-%s", 12, "b");
	assert_int_equal(bytes.len, 7);
	assert_memory_equal(bytes.data, "a%s12-b", 7);
	for (int i = 0; i < 300; i++)
		bytes_format(&bytes, "%05d", i);
	assert_int_equal(bytes.len, 7 + 1500);
	assert_memory_equal(bytes.data + bytes.len - 5, "00299", 5);
	bytes_free(&bytes);
}

static void
an_empty_run_takes_its_room_back(void **state)
{
	struct bytes bytes = { 0 };

	(void)state;
	bytes_text(&bytes, "abc");
	bytes_eat(&bytes, 3);
	assert_ptr_equal(bytes.data, bytes.base);
	bytes_free(&bytes);
}

TEST_MAIN(TEST(zeroed_is_empty), TEST(what_goes_in_comes_out_in_order),
    TEST(room_is_really_there), TEST(text_and_formats_are_appended),
    TEST(an_empty_run_takes_its_room_back))
