/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "http/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct request_limits limits = { 16384, 128 };

#define HOST "Host: radio.example:8000\r\n"
#define GET  "GET /a HTTP/1.1\r\n" HOST

/* The input in memory of its own length, so that a read past it is seen. */
static enum parse_answer
parse(struct request *request, const char *bytes, size_t len, size_t *used)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	enum parse_answer answer;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	answer = request_parse(request, copy, len, &limits, used);
	free(copy);
	return answer;
}

static struct request
parsed(const char *text)
{
	struct request request = { 0 };
	size_t used;

	assert_int_equal(
	    parse(&request, text, strlen(text), &used), PARSE_DONE);
	return request;
}

static void
headers_are_found_by_name(void **state)
{
	struct request request = parsed("PUT /a HTTP/1.1\r\nX-One:  a b \t\r\n"
					"ICE-Name:\r\nx-one: second\r\n\r\n");

	(void)state;
	assert_int_equal(request.header_count, 3);
	assert_string_equal(request_header(&request, "x-one"), "a b");
	assert_string_equal(request_header(&request, "ice-name"), "");
	assert_string_equal(request.headers[2].value, "second");
	assert_null(request_header(&request, "x-two"));
	assert_string_equal(request.method_name, "PUT");
	request_free(&request);
	assert_null(request.headers);
}

static void
an_absolute_target_names_the_host(void **state)
{
	struct request request = parsed(
	    "GET http://real.example/ HTTP/1.1\r\nHost: evil\r\n\r\n");

	(void)state;
	assert_string_equal(request_header(&request, "host"), "real.example");
	request_free(&request);
}

static void
a_body_is_announced(void **state)
{
	struct request request = parsed(
	    "POST /a HTTP/1.1\r\n" HOST "Content-Length: 0012\r\n\r\n");

	(void)state;
	assert_true(request.has_length);
	assert_int_equal(request.length, 12);
	assert_false(request.is_chunked);
	request_free(&request);
	request = parsed("PUT /a HTTP/1.0\nTransfer-Encoding: chunked\n\n");
	assert_true(request.is_chunked);
	assert_false(request.has_length);
	request_free(&request);
}

static void
only_version_1_1_waits_for_100(void **state)
{
	struct request request = parsed(
	    "PUT /a HTTP/1.1\r\nExpect: 100-Continue\r\n\r\n");

	(void)state;
	assert_true(request.expects_continue);
	request_free(&request);
	request = parsed("PUT /a HTTP/1.0\r\nExpect: 100-continue\r\n\r\n");
	assert_false(request.expects_continue);
	request_free(&request);
}

static void
keeping_alive_is_the_clients_wish(void **state)
{
	static const struct {
		const char *text;
		bool keeps_alive;
	} rows[] = {
		{ GET "\r\n", true },
		{ GET "Connection: a, Close\r\n\r\n", false },
		{ GET "Connection: closed\r\n\r\n", true },
		{ GET "Connection: disclose\r\n\r\n", true },
		{ "GET / HTTP/1.0\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true },
		{ "PUT / HTTP/1.1\r\n" HOST "\r\n", false },
		{ "SOURCE / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n",
		    false },
		{ GET "Content-Length: 5\r\n\r\n", false },
		{ GET "Content-Length: 0\r\n\r\n", true },
		{ GET "Transfer-Encoding: chunked\r\n\r\n", false },
		{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n",
		    true },
		{ "GET /admin.cgi?a ICY/1.1\r\n\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request request = parsed(rows[i].text);

		print_message("%s", rows[i].text);
		assert_int_equal(request.keeps_alive, rows[i].keeps_alive);
		request_free(&request);
	}
}

/* A line of given length before the headers; returns the length of all. */
static size_t
fill_long(char *text, size_t size, const char *start, size_t letters)
{
	size_t len = (size_t)snprintf(text, size, "%s", start);

	assert_true(len + letters + 30 < size);
	memset(text + len, 'a', letters);
	len += letters;
	return len +
	    (size_t)snprintf(text + len, size - len, " HTTP/1.0\r\n\r\n");
}

static void
long_targets_are_414(void **state)
{
	struct request request = { 0 };
	static char text[40000];
	size_t used, len;

	(void)state;
	len = fill_long(text, sizeof(text), "GET /", REQUEST_PATH_BYTES - 2);
	assert_int_equal(parse(&request, text, len, &used), PARSE_DONE);
	assert_int_equal(strlen(request.path), REQUEST_PATH_BYTES - 1);
	len = fill_long(text, sizeof(text), "GET /", REQUEST_PATH_BYTES - 1);
	assert_int_equal(parse(&request, text, len, &used), PARSE_BAD);
	assert_int_equal(request.status, 414);
	len = fill_long(text, sizeof(text), "GET /?", REQUEST_QUERY_BYTES - 1);
	assert_int_equal(parse(&request, text, len, &used), PARSE_DONE);
	assert_int_equal(strlen(request.query), REQUEST_QUERY_BYTES - 1);
	len = fill_long(text, sizeof(text), "GET /?", REQUEST_QUERY_BYTES);
	assert_int_equal(parse(&request, text, len, &used), PARSE_BAD);
	assert_int_equal(request.status, 414);
	fill_long(text, sizeof(text), "GET /", 30000);
	assert_int_equal(parse(&request, text, 16384, &used), PARSE_MORE);
	assert_int_equal(parse(&request, text, 16385, &used), PARSE_BAD);
	assert_int_equal(request.status, 414);
	request_free(&request);
}

static void
long_headers_are_431(void **state)
{
	struct request request = { 0 };
	static char text[20000];
	size_t used, len;

	(void)state;
	len = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.0\r\nA: ");
	memset(text + len, 'a', sizeof(text) - len);
	memcpy(text + 16380, "\r\n\r\n", 4);
	assert_int_equal(parse(&request, text, 16383, &used), PARSE_MORE);
	assert_int_equal(parse(&request, text, 16390, &used), PARSE_DONE);
	assert_int_equal(used, 16384);
	memcpy(text + 16380, "a\r\n\r\n", 5);
	assert_int_equal(parse(&request, text, 16384, &used), PARSE_MORE);
	assert_int_equal(parse(&request, text, 16385, &used), PARSE_BAD);
	assert_int_equal(request.status, 431);
	request_free(&request);
}

static void
too_many_headers_are_431(void **state)
{
	struct request request = { 0 };
	static char text[2000];
	size_t used, len;

	(void)state;
	len = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.0\r\n");
	for (unsigned i = 0; i < limits.lines; i++, len += 4)
		memcpy(text + len, "a:\r\n", 5);
	memcpy(text + len, "\r\n", 3);
	assert_int_equal(parse(&request, text, len + 2, &used), PARSE_DONE);
	assert_int_equal(request.header_count, limits.lines);
	memcpy(text + len, "b:\r\n", 5);
	assert_int_equal(parse(&request, text, len + 4, &used), PARSE_BAD);
	assert_int_equal(request.status, 431);
	request_free(&request);
}

static void
long_logins_are_refused(void **state)
{
	struct request request = { 0 };
	char text[300];
	size_t used;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[255] = '\n';
	assert_int_equal(parse(&request, text, 256, &used), PARSE_DONE);
	assert_int_equal(strlen(request.icy_login), 255);
	text[255] = 'a';
	text[256] = '\n';
	assert_int_equal(parse(&request, text, 257, &used), PARSE_BAD);
	assert_int_equal(request.status, 400);
	request_free(&request);
}

static void
check_icy(const char *text, size_t rest, unsigned count, const char *name)
{
	struct request request = parsed("hackme\r\n");
	enum parse_answer answer = PARSE_MORE;
	size_t used = 0, len = strlen(text), n;

	for (n = 0; n <= len && answer == PARSE_MORE; n++)
		answer = request_parse_icy_headers(
		    &request, (const uint8_t *)text, n, &limits, &used);
	assert_int_equal(answer, PARSE_DONE);
	assert_int_equal(used, len - rest);
	assert_int_equal(n - 1, used);
	assert_int_equal(request.header_count, count);
	if (name != NULL)
		assert_string_equal(request_header(&request, "icy-name"), name);
	assert_string_equal(request.icy_login, "hackme");
	request_free(&request);
}

static void
icy_headers_follow_the_login(void **state)
{
	(void)state;
	check_icy(
	    "icy-name:Radio\r\nicy-br:128\r\n\r\n\xff\xfb", 2, 2, "Radio");
	check_icy("icy-name: R\ncontent-type:audio/mpeg\n\nxx", 2, 2, "R");
	check_icy("\r\nxx", 2, 0, NULL);
	check_icy("\n", 0, 0, NULL);
}

static void
bad_icy_headers_are_refused(void **state)
{
	static const char *const texts[] = { "icy name:x\n\n",
		"icy-name:\1\n\n", "icy-name:x\n y\n\n" };
	struct request request;
	enum parse_answer answer;
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		request = parsed("hackme\n");
		answer = request_parse_icy_headers(&request,
		    (const uint8_t *)texts[i], strlen(texts[i]), &limits,
		    &used);
		assert_int_equal(answer, PARSE_BAD);
		assert_int_equal(request.status, 400);
		request_free(&request);
	}
}

static void
gzip_is_for_those_who_say_so(void **state)
{
	static const struct {
		const char *value;
		bool takes;
	} rows[] = {
		{ "gzip", true },
		{ "deflate, GZip ;q=1.0, *;q=0.5", true },
		{ "br,x-gzip", true },
		{ "gzip; q=0.001", true },
		{ "gzip;q=0", false },
		{ "gzip;q=0.000, x-gzip", false },
		{ "", false },
		{ ",,,", false },
		{ "*", false },
		{ "gzi", false },
		{ "gzipped", false },
		{ "gz ip", false },
		{ "identity;gzip", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request_header header = { "accept-encoding",
			rows[i].value };
		struct request request = { .headers = &header,
			.header_count = 1 };

		print_message("%s\n", rows[i].value);
		assert_int_equal(request_takes_gzip(&request), rows[i].takes);
		request.header_count = 0;
		assert_false(request_takes_gzip(&request));
	}
}

TEST_MAIN(TEST(headers_are_found_by_name), TEST(gzip_is_for_those_who_say_so),
    TEST(an_absolute_target_names_the_host), TEST(a_body_is_announced),
    TEST(only_version_1_1_waits_for_100),
    TEST(keeping_alive_is_the_clients_wish), TEST(long_targets_are_414),
    TEST(long_headers_are_431), TEST(too_many_headers_are_431),
    TEST(long_logins_are_refused), TEST(icy_headers_follow_the_login),
    TEST(bad_icy_headers_are_refused))
