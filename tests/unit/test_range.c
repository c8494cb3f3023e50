/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "http/range.h"

#include <stdlib.h>
#include <string.h>

static const struct range_case {
	const char *value;
	uint64_t size;
	enum range_answer answer;
	unsigned count;
	struct range ranges[3];
} cases[] = {
	{ NULL, 100, RANGE_WHOLE, 0, { { 0, 0 } } },
	{ "bytes=0-0", 100, RANGE_PARTS, 1, { { 0, 0 } } },
	{ "bytes=0-99", 100, RANGE_PARTS, 1, { { 0, 99 } } },
	{ "bytes=0-100", 100, RANGE_PARTS, 1, { { 0, 99 } } },
	{ "bytes=0-", 100, RANGE_PARTS, 1, { { 0, 99 } } },
	{ "bytes=99-", 100, RANGE_PARTS, 1, { { 99, 99 } } },
	{ "bytes=100-", 100, RANGE_NONE, 0, { { 0, 0 } } },
	{ "bytes=-1", 100, RANGE_PARTS, 1, { { 99, 99 } } },
	{ "bytes=-100", 100, RANGE_PARTS, 1, { { 0, 99 } } },
	{ "bytes=-1000", 100, RANGE_PARTS, 1, { { 0, 99 } } },
	{ "bytes=-0", 100, RANGE_NONE, 0, { { 0, 0 } } },
	{ "bytes=5-4", 100, RANGE_NONE, 0, { { 0, 0 } } },
	{ "Bytes=1-2", 100, RANGE_PARTS, 1, { { 1, 2 } } },
	{ "bytes= 1 - 2 , 4 - 5 ", 100, RANGE_PARTS, 2,
	    { { 1, 2 }, { 4, 5 } } },
	{ "bytes=1-2,90-,-3", 100, RANGE_PARTS, 3,
	    { { 1, 2 }, { 90, 99 }, { 97, 99 } } },
	{ "bytes=200-300,1-2", 100, RANGE_PARTS, 1, { { 1, 2 } } },
	{ "bytes=0-1,2-3,4-5,6-7", 100, RANGE_WHOLE, 3, { { 0, 1 } } },
	{ "bytes=0-99,0-0", 100, RANGE_WHOLE, 2, { { 0, 99 } } },
	{ "bytes=", 100, RANGE_WHOLE, 0, { { 0, 0 } } },
	{ "bytes=-", 100, RANGE_NONE, 0, { { 0, 0 } } },
	{ "bytes=a-b", 100, RANGE_NONE, 0, { { 0, 0 } } },
	{ "bytes=1-2,", 100, RANGE_NONE, 1, { { 1, 2 } } },
	{ "bytes=1-2;3-4", 100, RANGE_NONE, 0, { { 0, 0 } } },
	{ "bytes=1-99999999999999999999", 100, RANGE_NONE, 0, { { 0, 0 } } },
	{ "bytes=--5", 100, RANGE_NONE, 0, { { 0, 0 } } },
	{ "items=0-1", 100, RANGE_WHOLE, 0, { { 0, 0 } } },
	{ "bytes", 100, RANGE_WHOLE, 0, { { 0, 0 } } },
	{ "bytes=0-", 0, RANGE_NONE, 0, { { 0, 0 } } },
	{ "bytes=-5", 0, RANGE_NONE, 0, { { 0, 0 } } },
};

static void
ranges_are_read(void **state)
{
	struct range ranges[RANGES_MOST];
	unsigned count;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct range_case *one = &cases[i];

		assert_int_equal(
		    range_parse(one->value, one->size, ranges, 3, &count),
		    one->answer);
		if (one->answer != RANGE_PARTS)
			continue;
		assert_int_equal(count, one->count);
		for (unsigned k = 0; k < count; k++) {
			assert_int_equal(ranges[k].first, one->ranges[k].first);
			assert_int_equal(ranges[k].last, one->ranges[k].last);
		}
	}
}

/* Whatever it is cut to, nothing outside of the file is given. */
static void
cut_anywhere_they_stay_inside(void **state)
{
	struct range ranges[RANGES_MOST];
	char text[64];
	unsigned count;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = cases[i].value != NULL ? strlen(cases[i].value)
						    : 0;

		for (size_t cut = 0; cut < len; cut++) {
			memcpy(text, cases[i].value, cut);
			text[cut] = '\0';
			if (range_parse(text, cases[i].size, ranges, 3,
				&count) != RANGE_PARTS)
				continue;
			assert_in_range(count, 1, 3);
			for (unsigned k = 0; k < count; k++) {
				assert_true(ranges[k].first <= ranges[k].last);
				assert_true(ranges[k].last < cases[i].size);
			}
		}
	}
}

static const struct validators known = { "\"abc\"", 784111777000 };
#define SAME   "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define AFTER  "Sun, 06 Nov 1994 08:49:38 GMT"

static const struct request_case {
	const char *lines;
	unsigned status;
	bool allows_range;
} requests[] = {
	{ "", 0, true },
	{ "If-Match: \"abc\"\r\n", 0, true },
	{ "If-Match: \"x,y\", \"abc\"\r\n", 0, true },
	{ "If-Match: *\r\n", 0, true },
	{ "If-Match: W/\"abc\"\r\n", 412, true },
	{ "If-Match: \"x\"\r\n", 412, true },
	{ "If-Match: \"x\"\r\nIf-None-Match: \"abc\"\r\n", 412, true },
	{ "If-Unmodified-Since: " SAME "\r\n", 0, true },
	{ "If-Unmodified-Since: " BEFORE "\r\n", 412, true },
	{ "If-Unmodified-Since: nonsense\r\n", 0, true },
	{ "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 412, true },
	{ "If-Match: \"abc\"\r\nIf-Unmodified-Since: " BEFORE "\r\n", 0, true },
	{ "If-None-Match: \"abc\"\r\n", 304, true },
	{ "If-None-Match: W/\"abc\"\r\n", 304, true },
	{ "If-None-Match: \"x\", \"abc\"\r\n", 304, true },
	{ "If-None-Match: \"abcd\"\r\n", 0, true },
	{ "If-None-Match: *\r\n", 304, true },
	{ "If-None-Match: \"abc\r\n", 0, true },
	{ "If-Modified-Since: " SAME "\r\n", 304, true },
	{ "If-Modified-Since: " AFTER "\r\n", 304, true },
	{ "If-Modified-Since: " BEFORE "\r\n", 0, true },
	{ "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n", 304, true },
	{ "If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n", 304, true },
	{ "If-None-Match: \"x\"\r\nIf-Modified-Since: " SAME "\r\n", 0, true },
	{ "If-Range: \"abc\"\r\n", 0, true },
	{ "If-Range: \"abd\"\r\n", 0, false },
	{ "If-Range: W/\"abc\"\r\n", 0, false },
	{ "If-Range: " SAME "\r\n", 0, true },
	{ "If-Range: " AFTER "\r\n", 0, false },
	{ "If-Range: nonsense\r\n", 0, false },
};

/* Of a file without a tag, and one without a tag and a date. */
static const struct validators undigested = { "", 784111777000 };
static const struct validators unknown = { "", 0 };
static const struct request_case undigested_requests[] = {
	{ "If-Match: *\r\n", 0, true },
	{ "If-Match: \"abc\"\r\n", 412, true },
	{ "If-None-Match: *\r\n", 304, true },
	{ "If-None-Match: \"abc\"\r\n", 0, true },
	{ "If-None-Match: W/\"abc\", \"\"\r\n", 0, true },
	{ "If-Modified-Since: " SAME "\r\n", 304, true },
	{ "If-Range: \"abc\"\r\n", 0, false },
	{ "If-Range: " SAME "\r\n", 0, true },
};
static const struct request_case unknown_requests[] = {
	{ "If-Range: " SAME "\r\n", 0, false },
	{ "If-Range: nonsense\r\n", 0, false },
	{ "If-Range: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 0, false },
};

static void
check_request(
    const struct request_case *wanted, const struct validators *validators)
{
	const struct request_limits limits = { 4096, 20 };
	struct request request = { 0 };
	char text[512];
	size_t used;

	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n",
	    wanted->lines);
	assert_int_equal(request_parse(&request, (uint8_t *)text, strlen(text),
			     &limits, &used),
	    PARSE_DONE);
	if (conditions_status(&request, validators) != wanted->status ||
	    conditions_allow_range(&request, validators) !=
		wanted->allows_range)
		fail_msg("%s", wanted->lines);
	request_free(&request);
}

static void
conditions_come_in_the_order_of_the_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		check_request(&requests[i], &known);
}

static void
what_is_not_known_of_a_file_fits_nothing(void **state)
{
	(void)state;
	for (size_t i = 0;
	     i < sizeof(undigested_requests) / sizeof(undigested_requests[0]);
	     i++)
		check_request(&undigested_requests[i], &undigested);
	for (size_t i = 0;
	     i < sizeof(unknown_requests) / sizeof(unknown_requests[0]); i++)
		check_request(&unknown_requests[i], &unknown);
}

static void
without_a_date_dates_say_nothing(void **state)
{
	static const struct validators undated = { "\"abc\"", 0 };
	struct request_header header = { "if-modified-since",
		"Sun, 06 Nov 2095 08:49:37 GMT" };
	struct request request = { .headers = &header, .header_count = 1 };

	(void)state;
	assert_int_equal(conditions_status(&request, &undated), 0);
	header.name = "if-unmodified-since";
	assert_int_equal(conditions_status(&request, &undated), 0);
}

TEST_MAIN(TEST(ranges_are_read), TEST(cut_anywhere_they_stay_inside),
    TEST(conditions_come_in_the_order_of_the_rules),
    TEST(what_is_not_known_of_a_file_fits_nothing),
    TEST(without_a_date_dates_say_nothing))
