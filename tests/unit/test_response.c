/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/clock.h"
#include "http/response.h"

#include <string.h>

#define DATE_MS 1795381332000 /* Sun, 22 Nov 2026 21:02:12 GMT */

static const char *
text_of(struct bytes *out)
{
	bytes_append(out, "", 1);
	return (const char *)out->data;
}

static void
an_answer_is_exact(void **state)
{
	struct response response = { .status = 200, .type = "text/plain" };
	struct bytes out = { 0 };

	(void)state;
	clock_set(0, DATE_MS);
	response_write(&out, &response, "hello", 5, true);
	assert_string_equal(text_of(&out),
	    "HTTP/1.1 200 OK\r\n"
	    "Server: all2all\r\n"
	    "Connection: close\r\n"
	    "Date: Sun, 22 Nov 2026 21:02:12 GMT\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Content-Type: text/plain\r\n"
	    "Cache-Control: no-store\r\n"
	    "Content-Length: 5\r\n"
	    "\r\nhello");
	bytes_free(&out);
}

static void
head_has_the_length_but_not_the_body(void **state)
{
	struct response response = { .status = 200 };
	struct bytes out = { 0 };
	const char *text;

	(void)state;
	response_write(&out, &response, "hello", 5, false);
	text = text_of(&out);
	assert_non_null(strstr(text, "Content-Length: 5\r\n\r\n"));
	assert_null(strstr(text, "hello"));
	assert_null(strstr(text, "Content-Type:"));
	bytes_free(&out);
}

static void
an_answer_without_content_has_no_length(void **state)
{
	struct response response = { .status = 204, .allow = "GET, HEAD" };
	struct bytes out = { 0 };
	const char *text;

	(void)state;
	response_write(&out, &response, NULL, 0, true);
	text = text_of(&out);
	assert_null(strstr(text, "Content-Length"));
	assert_non_null(strstr(text, "\r\nAllow: GET, HEAD\r\n"));
	bytes_free(&out);
}

static void
continue_is_bare(void **state)
{
	struct response response = { .status = 100 };
	struct bytes out = { 0 };

	(void)state;
	response_write(&out, &response, NULL, 0, true);
	assert_string_equal(text_of(&out), "HTTP/1.1 100 Continue\r\n\r\n");
	bytes_free(&out);
}

static void
an_upgrade_says_only_its_own(void **state)
{
	struct response response = { .status = 101,
		.extra = "Upgrade: TLS/1.0, HTTP/1.1\r\n"
			 "Connection: Upgrade\r\n" };
	struct bytes out = { 0 };

	(void)state;
	response_write(&out, &response, NULL, 0, true);
	assert_string_equal(text_of(&out),
	    "HTTP/1.1 101 Switching Protocols\r\n"
	    "Upgrade: TLS/1.0, HTTP/1.1\r\n"
	    "Connection: Upgrade\r\n\r\n");
	bytes_free(&out);
}

static void
extra_may_set_the_caching(void **state)
{
	struct response response = { .status = 200,
		.extra = "X: Cache-Control: y\r\n"
			 "cache-control: max-age=60\r\n" };
	struct bytes out = { 0 };
	const char *text;

	(void)state;
	response_write(&out, &response, NULL, 0, true);
	text = text_of(&out);
	assert_non_null(strstr(text, "\r\ncache-control: max-age=60\r\n"));
	assert_null(strstr(text, "no-store"));
	bytes_free(&out);
	response.extra = "X: Cache-Control: y\r\n";
	response_write(&out, &response, NULL, 0, true);
	assert_non_null(strstr(text_of(&out), "no-store"));
	bytes_free(&out);
}

static void
a_page_has_its_security_headers(void **state)
{
	struct bytes out = { 0 };
	const char *text;

	(void)state;
	response_error(&out, 404, "<b>&", true);
	text = text_of(&out);
	assert_non_null(strstr(text,
	    "\r\nContent-Security-Policy: default-src "
	    "'none'; style-src 'self'; "));
	assert_non_null(strstr(text, "; base-uri 'none'\r\n"));
	assert_non_null(strstr(text, "\r\nReferrer-Policy: no-referrer\r\n"));
	assert_non_null(strstr(text, "Content-Length: 92\r\n\r\n"));
	assert_non_null(strstr(text,
	    "\r\n\r\n<html><head><title>Error 404</title></head><body>"
	    "<b>404 - &lt;b&gt;&amp;</b></body></html>\r\n"));
	assert_null(strstr(text, "WWW-Authenticate"));
	bytes_free(&out);
}

static void
who_must_log_in_is_told_how(void **state)
{
	struct response response = { .status = 503, .retry_secs = 5 };
	struct bytes out = { 0 };

	(void)state;
	response_error(&out, 401, "You need to authenticate", true);
	assert_non_null(strstr(text_of(&out),
	    "\r\nWWW-Authenticate: Basic realm=\"Icecast2 Server\", "
	    "charset=\"UTF-8\"\r\n"));
	bytes_free(&out);
	response_write(&out, &response, NULL, 0, true);
	assert_non_null(strstr(text_of(&out), "\r\nRetry-After: 5\r\n"));
	bytes_free(&out);
}

static void
a_value_cannot_end_its_line(void **state)
{
	static const struct {
		const char *name, *value, *line;
	} rows[] = {
		{ "icy-name", "Radio", "icy-name:Radio\r\n" },
		{ "icy-name", "", "icy-name:\r\n" },
		{ "icy-name", "a\r\nSet-Cookie: b\x7f\t\1",
		    "icy-name:aSet-Cookie: b\r\n" },
		{ "icy-name", "N\xc3\xa4me", "icy-name:N\xc3\xa4me\r\n" },
		{ "icy-name", "100%s%n", "icy-name:100%s%n\r\n" },
		{ "icy\r\nx", "a", "" },
		{ "icy name", "a", "" },
		{ "", "a", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes out = { 0 };

		response_header(&out, rows[i].name, rows[i].value);
		assert_string_equal(text_of(&out), rows[i].line);
		bytes_free(&out);
	}
}

static void
a_long_value_is_cut_at_a_character(void **state)
{
	struct bytes out = { 0 };
	char value[1001];

	(void)state;
	for (size_t i = 0; i < 999; i += 3)
		memcpy(value + i, "\xe2\x82\xac", 4);
	response_header(&out, "a", value);
	assert_int_equal(out.len, 2 + 510 + 2);
	bytes_free(&out);
}

static void
every_status_has_a_text(void **state)
{
	static const unsigned used[] = { 100, 101, 200, 201, 204, 206, 301, 302,
		304, 400, 401, 403, 404, 405, 408, 409, 410, 411, 413, 414, 415,
		416, 417, 421, 426, 429, 431, 500, 501, 503, 505 };

	(void)state;
	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		assert_string_not_equal(status_text(used[i]), "Unknown");
	assert_string_equal(status_text(403), "Forbidden");
	assert_string_equal(status_text(299), "Unknown");
}

static void
dates_are_those_of_http(void **state)
{
	static const struct {
		int64_t wall_ms;
		const char *text;
	} rows[] = {
		{ DATE_MS, "Sun, 22 Nov 2026 21:02:12 GMT" },
		{ 784111777999, "Sun, 06 Nov 1994 08:49:37 GMT" },
		{ 0, "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ -5000, "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ 1709164800000, "Thu, 29 Feb 2024 00:00:00 GMT" },
		{ 2147483648000, "Tue, 19 Jan 2038 03:14:08 GMT" },
		{ INT64_MAX, "Fri, 31 Dec 9999 23:59:59 GMT" },
	};
	char text[RESPONSE_DATE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		response_date(rows[i].wall_ms, text);
		assert_string_equal(text, rows[i].text);
	}
}

TEST_MAIN(TEST(an_answer_is_exact), TEST(head_has_the_length_but_not_the_body),
    TEST(an_answer_without_content_has_no_length), TEST(continue_is_bare),
    TEST(an_upgrade_says_only_its_own), TEST(extra_may_set_the_caching),
    TEST(a_page_has_its_security_headers), TEST(who_must_log_in_is_told_how),
    TEST(a_value_cannot_end_its_line), TEST(a_long_value_is_cut_at_a_character),
    TEST(every_status_has_a_text), TEST(dates_are_those_of_http))
