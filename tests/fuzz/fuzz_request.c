/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "base/text.h"
#include "http/request.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Small, so that the fuzzer comes to their ends. */
static const struct request_limits limits = { 2048, 16 };

static void
check_done(const struct request *request)
{
	CHECK(request->method == METHOD_ICY || request->path[0] == '/' ||
	    strcmp(request->path, "*") == 0);
	CHECK(text_is_utf8(request->path, strlen(request->path)));
	CHECK(strstr(request->path, "//") == NULL);
	CHECK(strstr(request->path, "/../") == NULL);
	CHECK(request->header_count <= limits.lines);
	CHECK(!request->is_chunked || !request->has_length);
	for (unsigned i = 0; i < request->header_count; i++) {
		CHECK(request->headers[i].name[0] != '\0');
		CHECK(strpbrk(request->headers[i].value, "\r\n") == NULL);
	}
}

static void
try_readers(const struct request *request)
{
	char user[64], password[64];

	if (request_basic(
		request, user, sizeof(user), password, sizeof(password)))
		CHECK(strlen(user) + strlen(password) < 127);
	if (mount_name_error(request->path) == NULL)
		CHECK(request->path[0] == '/' && request->path[1] != '\0');
	(void)path_is_reserved(request->path);
}

/* The answer to all must be the first answer to any beginning of it. */
static void
check_cuts(const uint8_t *bytes, size_t len, enum parse_answer wanted,
    const struct request *whole, size_t wanted_used)
{
	struct request request = { 0 };
	enum parse_answer answer = PARSE_MORE;
	size_t used = 0;

	for (size_t n = 0; n <= len && answer == PARSE_MORE; n++)
		answer = request_parse(&request, bytes, n, &limits, &used);
	CHECK(answer == wanted && used == wanted_used);
	CHECK(request.status == whole->status);
	CHECK(request.header_count == whole->header_count);
	request_free(&request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct request request = { 0 };
	enum parse_answer answer;
	size_t used, icy_used;

	answer = request_parse(&request, bytes, len, &limits, &used);
	CHECK(used <= len && used <= limits.head_bytes);
	CHECK((answer == PARSE_BAD) == (request.status != 0));
	if (len < 300)
		check_cuts(bytes, len, answer, &request, used);
	if (answer == PARSE_DONE) {
		check_done(&request);
		try_readers(&request);
	}
	if (answer == PARSE_DONE && request.method == METHOD_ICY) {
		answer = request_parse_icy_headers(
		    &request, bytes + used, len - used, &limits, &icy_used);
		CHECK(icy_used <= len - used);
		CHECK((answer == PARSE_BAD) == (request.status != 0));
		if (answer == PARSE_DONE)
			check_done(&request);
	}
	request_free(&request);
	return 0;
}
