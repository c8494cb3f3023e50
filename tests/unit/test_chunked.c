/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/bytes.h"
#include "http/chunked.h"

#include <stdlib.h>
#include <string.h>

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *bytes;
	size_t len;
	enum chunked_answer answer;
	const char *body;
	size_t rest;
} rows[] = {
	{ BYTES("5\r\nhello\r\n0\r\n\r\n"), CHUNKED_END, "hello", 0 },
	{ BYTES("5\r\nhello\r\n0\r\n\r\nGET"), CHUNKED_END, "hello", 3 },
	{ BYTES("1\r\na\r\n2\r\nbc\r\n00\r\n\r\n"), CHUNKED_END, "abc", 0 },
	{ BYTES("0\r\n\r\n"), CHUNKED_END, "", 0 },
	{ BYTES("A\r\n0123456789\r\na\r\n0123456789\r\n"), CHUNKED_MORE,
	    "01234567890123456789", 0 },
	{ BYTES("5;x=\"y\"\r\nhello\r\n0;z\r\n\r\n"), CHUNKED_END, "hello", 0 },
	{ BYTES("1\r\na\r\n0\r\nA: b\r\nC: d\r\n\r\nx"), CHUNKED_END, "a", 1 },
	{ BYTES("5\r\nhe"), CHUNKED_MORE, "he", 0 },
	{ BYTES("5\r\nhelloworld"), CHUNKED_BAD, "hello", 0 },
	{ BYTES("5\r\nhello\n0\r\n\r\n"), CHUNKED_BAD, "hello", 0 },
	{ BYTES("5\nhello\r\n"), CHUNKED_BAD, "", 0 },
	{ BYTES("5\rhello\r\n"), CHUNKED_BAD, "", 0 },
	{ BYTES("0x5\r\nhello\r\n"), CHUNKED_BAD, "", 0 },
	{ BYTES("+5\r\nhello\r\n"), CHUNKED_BAD, "", 0 },
	{ BYTES("-5\r\nhello\r\n"), CHUNKED_BAD, "", 0 },
	{ BYTES(" 5\r\nhello\r\n"), CHUNKED_BAD, "", 0 },
	{ BYTES("5 \r\nhello\r\n"), CHUNKED_BAD, "", 0 },
	{ BYTES("\r\n"), CHUNKED_BAD, "", 0 },
	{ BYTES("1\r\na\r\n\r\n"), CHUNKED_BAD, "a", 0 },
	{ BYTES("1\r\na\r\n00000000000001\r\nb\r\n"), CHUNKED_MORE, "ab", 0 },
	{ BYTES(";x\r\n"), CHUNKED_BAD, "", 0 },
	{ BYTES("g\r\n"), CHUNKED_BAD, "", 0 },
	{ BYTES("5;x\ny\r\nhello"), CHUNKED_BAD, "", 0 },
	{ BYTES("5;\0\r\nhello"), CHUNKED_BAD, "", 0 },
	{ BYTES("1\r\na\r\n0\r\nA: b\n\n"), CHUNKED_BAD, "a", 0 },
	{ BYTES("1\r\na\r\n0\r\n\n"), CHUNKED_BAD, "a", 0 },
	{ BYTES("1\r\na\r\n0\r\n\rx"), CHUNKED_BAD, "a", 0 },
	{ BYTES("10000000000000000\r\na"), CHUNKED_BAD, "", 0 },
	{ BYTES("0000000000000005\r\na"), CHUNKED_BAD, "", 0 },
	{ BYTES("7fffffffffffff0\r\na"), CHUNKED_MORE, "a", 0 },
};

/* Feeds in steps of that many bytes, each in memory of its own. */
static enum chunked_answer
feed(const char *from, size_t from_len, size_t step, struct bytes *body,
    size_t *rest)
{
	struct chunked chunked = { 0 };
	enum chunked_answer answer = CHUNKED_MORE;
	const uint8_t *bytes, *data;
	size_t n, len, data_len;
	uint8_t *copy;

	for (size_t at = 0; at < from_len; at += n) {
		n = len = step < from_len - at ? step : from_len - at;
		bytes = copy = malloc(n);
		memcpy(copy, from + at, n);
		do {
			answer = chunked_read(
			    &chunked, &bytes, &len, &data, &data_len);
			bytes_append(body, data, data_len);
		} while (answer == CHUNKED_DATA);
		free(copy);
		*rest = len + from_len - at - n;
		if (answer != CHUNKED_MORE)
			break;
	}
	return answer;
}

static void
bodies_come_out_whole_on_any_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].bytes);
		for (size_t step = 1; step <= rows[i].len; step++) {
			struct bytes body = { 0 };
			size_t rest;

			assert_int_equal(feed(rows[i].bytes, rows[i].len, step,
					     &body, &rest),
			    rows[i].answer);
			assert_int_equal(body.len, strlen(rows[i].body));
			if (body.len > 0)
				assert_memory_equal(
				    body.data, rows[i].body, body.len);
			if (rows[i].answer == CHUNKED_END)
				assert_int_equal(rest, rows[i].rest);
			bytes_free(&body);
		}
	}
}

static void
check_limit(const char *start, size_t letters, enum chunked_answer wanted)
{
	struct bytes text = { 0 }, body = { 0 };
	size_t rest;

	bytes_text(&text, start);
	for (size_t i = 0; i < letters; i++)
		bytes_append(&text, "x", 1);
	assert_int_equal(
	    feed((char *)text.data, text.len, 100, &body, &rest), wanted);
	bytes_free(&text);
	bytes_free(&body);
}

static void
extensions_and_trailers_have_limits(void **state)
{
	(void)state;
	check_limit("5;", 1022, CHUNKED_MORE);
	check_limit("5;", 1023, CHUNKED_BAD);
	check_limit("0\r\nA:", 4094, CHUNKED_MORE);
	check_limit("0\r\nA:", 4095, CHUNKED_BAD);
	check_limit("0\r\nA: b\r\nC: d\r\n", 5000, CHUNKED_BAD);
}

static void
the_end_stays_the_end(void **state)
{
	struct chunked chunked = { 0 };
	const uint8_t *bytes = (const uint8_t *)"0\r\n\r\n0\r\n", *data;
	size_t len = 8, data_len;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    chunked_read(&chunked, &bytes, &len, &data, &data_len),
		    CHUNKED_END);
		assert_int_equal(len, 3);
	}
}

TEST_MAIN(TEST(bodies_come_out_whole_on_any_cut),
    TEST(extensions_and_trailers_have_limits), TEST(the_end_stays_the_end))
