/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "http/request.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *query, *name;
	const char *value; /* NULL: not there */
	size_t len;
} rows[] = {
	{ "a=b&c=d", "a", "b", 1 },
	{ "a=b&c=d", "c", "d", 1 },
	{ "a=b&c=d", "b", NULL, 0 },
	{ "a=b&c=d", "", NULL, 0 },
	{ "", "a", NULL, 0 },
	{ "", "", "", 0 },
	{ "a", "a", "", 0 },
	{ "a=", "a", "", 0 },
	{ "a&b=c", "a", "", 0 },
	{ "a&b=c", "b", "c", 1 },
	{ "ab=c", "a", NULL, 0 },
	{ "a=b", "ab", NULL, 0 },
	{ "a=1&a=2", "a", "1", 1 },
	{ "a=b=c", "a", "b=c", 3 },
	{ "a=b;c=d", "a", "b;c=d", 5 },
	{ "&&a=b&", "a", "b", 1 },
	{ "%61=b", "a", "b", 1 },
	{ "a=%41%2f%C3%A4", "a", "A/\xc3\xa4", 4 },
	{ "a=x+y%20z%2B", "a", "x y z+", 6 },
	{ "mount=/live.ogg&x", "mount", "/live.ogg", 9 },
	{ "mount=%2flive.ogg", "mount", "/live.ogg", 9 },
	{ "song=J\xf3ga", "song", "J\xf3ga", 4 },
	{ "song=100%%20hits", "song", "100% hits", 9 },
	{ "a=%", "a", "%", 1 },
	{ "a=%4", "a", "%4", 2 },
	{ "a=%4&b=1", "a", "%4", 2 },
	{ "a=%zz%n%s", "a", "%zz%n%s", 7 },
	{ "a=x%00y", "a", "x y", 3 },
	{ "a=%2541", "a", "%41", 3 },
	{ "a=0123456789abcdefghij", "a", "0123456789abcde", 15 },
	{ "a=0123456789abcd%41%42", "a", "0123456789abcdA", 15 },
};

static void
parameters_are_found_and_decoded(void **state)
{
	char *value = malloc(16);
	size_t len;
	bool found;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *query = strdup(rows[i].query);

		print_message("%s\n", query);
		found = query_get(query, rows[i].name, value, 16, &len);
		assert_int_equal(found, rows[i].value != NULL);
		if (found) {
			assert_string_equal(value, rows[i].value);
			assert_int_equal(len, rows[i].len);
		} else {
			assert_string_equal(value, "");
		}
		free(query);
	}
	free(value);
}

static void
the_length_need_not_be_asked_for(void **state)
{
	char value[2];

	(void)state;
	assert_true(query_get("a=xyz", "a", value, sizeof(value), NULL));
	assert_string_equal(value, "x");
}

TEST_MAIN(TEST(parameters_are_found_and_decoded),
    TEST(the_length_need_not_be_asked_for))
