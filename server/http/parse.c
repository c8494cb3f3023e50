/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/http_priv.h"

#include <stdlib.h>
#include <string.h>

enum line {
	LINE_OPEN, /* its end has not come yet */
	LINE_CRLF,
	LINE_LF,
	LINE_BAD, /* a control byte, or CR alone */
};

static const struct {
	const char *name;
	enum method method;
	bool is_source; /* a login of an encoder or monitor: lenient */
} methods[] = {
	{ "GET", METHOD_GET, false },
	{ "HEAD", METHOD_HEAD, false },
	{ "OPTIONS", METHOD_OPTIONS, false },
	{ "POST", METHOD_POST, false },
	{ "PUT", METHOD_PUT, true },
	{ "SOURCE", METHOD_SOURCE, true },
	{ "STATS", METHOD_OTHER, true },
};

void
request_free(struct request *request)
{
	free(request->headers);
	free(request->text);
	memset(request, 0, sizeof(*request));
}

bool
request_refuse(struct request *request, unsigned status, const char *why)
{
	request->status = status;
	request->why = why;
	return false;
}

static enum parse_answer
bad(struct request *request, unsigned status, const char *why)
{
	if (request->status == 0)
		request_refuse(request, status, why);
	return PARSE_BAD;
}

/* Reads from head->at to behind the line's LF, as far as the limit allows. */
static enum line
find_line_end(struct head *head, const struct request_limits *limits)
{
	const uint8_t *bytes = head->bytes;
	size_t len = head->len, start = head->at;

	if (len > limits->head_bytes)
		len = limits->head_bytes;
	for (size_t i = start; i < len; i++) {
		if (bytes[i] == '\n') {
			head->at = i + 1;
			return i > start && bytes[i - 1] == '\r' ? LINE_CRLF
								 : LINE_LF;
		}
		if (bytes[i] == '\r') {
			if (i + 1 < len && bytes[i + 1] != '\n')
				return LINE_BAD;
		} else if ((bytes[i] < 0x20 && bytes[i] != '\t') ||
		    bytes[i] == 0x7f) {
			return LINE_BAD;
		}
	}
	return LINE_OPEN;
}

static bool
read_method(
    struct request *request, const char *text, size_t len, bool *is_source)
{
	if (!http_is_token(text, len))
		return request_refuse(request, 400, "This is not HTTP");
	if (len >= sizeof(request->method_name))
		return request_refuse(request, 501, "The method is not known");
	memcpy(request->method_name, text, len);
	request->method_name[len] = '\0';
	request->method = METHOD_OTHER;
	*is_source = false;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(methods[i].name, request->method_name) == 0) {
			request->method = methods[i].method;
			*is_source = methods[i].is_source;
		}
	}
	return true;
}

static bool
is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

/* HTTP/1.x; what is odd but not HTTP stays for is_odd_protocol_fine(). */
static bool
read_version(struct request *request, const char *text, size_t len)
{
	bool has_minor = len == 8 && text[6] == '.' && is_digit(text[7]);

	request->has_http_version = false;
	if (len < 6 || memcmp(text, "HTTP/", 5) != 0 || !is_digit(text[5]))
		return true;
	if (len != 6 && !has_minor)
		return request_refuse(
		    request, 400, "The protocol's version is not one");
	if (text[5] != '1')
		return request_refuse(
		    request, 505, "Only HTTP/1.0 and HTTP/1.1 are spoken here");
	if (!has_minor)
		return request_refuse(
		    request, 400, "The protocol's version is not one");
	request->has_http_version = true;
	request->minor = text[7] == '0' ? 0 : 1;
	return true;
}

/* Old encoders say ICE/1.0; title tools say anything to /admin.cgi. */
static bool
is_odd_protocol_fine(
    const struct request *request, const char *text, size_t len, bool is_source)
{
	const char *slash = memchr(text, '/', len);
	size_t name = slash != NULL ? (size_t)(slash - text) : len;

	if (!http_is_token(text, name))
		return false;
	if (strcmp(request->path, "/admin.cgi") == 0 ||
	    strncmp(request->path, "/admin.cgi/", 11) == 0)
		return true;
	return is_source && len == name + 4 && is_digit(slash[1]) &&
	    slash[2] == '.' && is_digit(slash[3]);
}

static bool
read_request_line(
    struct request *request, struct head *head, const char *line, size_t len)
{
	const char *end = line + len, *protocol;
	const char *target = (const char *)memchr(line, ' ', len) + 1;
	size_t target_len, protocol_len;

	if (!read_method(
		request, line, (size_t)(target - 1 - line), &head->is_source))
		return false;
	protocol = memchr(target, ' ', (size_t)(end - target));
	if (protocol == NULL)
		return request_refuse(
		    request, 400, "The request line names no protocol");
	target_len = (size_t)(protocol - target);
	protocol_len = (size_t)(end - ++protocol);
	if (protocol_len == 0 || memchr(protocol, ' ', protocol_len) != NULL)
		return request_refuse(
		    request, 400, "The request line has too many blanks");
	if (!read_version(request, protocol, protocol_len) ||
	    !target_read(request, head, target, target_len))
		return false;
	if (!request->has_http_version &&
	    !is_odd_protocol_fine(
		request, protocol, protocol_len, head->is_source))
		return request_refuse(request, 400, "The protocol is not HTTP");
	return true;
}

static enum parse_answer
read_icy_login(struct request *request, const char *line, size_t len)
{
	if (len == 0 || len >= sizeof(request->icy_login))
		return bad(request, 400, "This is not a login");
	request->method = METHOD_ICY;
	memcpy(request->icy_login, line, len);
	request->icy_login[len] = '\0';
	return PARSE_DONE;
}

/* Walks over whole lines to the empty one, and stops at the first fault. */
static enum parse_answer
find_head_end(struct request *request, struct head *head,
    const struct request_limits *limits)
{
	enum line line;
	size_t start;

	for (;;) {
		start = head->at;
		line = find_line_end(head, limits);
		if (line == LINE_OPEN && head->len > limits->head_bytes)
			return bad(request, 431, "The headers are too long");
		if (line == LINE_OPEN)
			return PARSE_MORE;
		if (line == LINE_BAD)
			return bad(request, 400, "A header has a control byte");
		if (line == LINE_LF && !head->is_source)
			return bad(request, 400, "A line ends without CR");
		if (head->at - start == (line == LINE_CRLF ? 2 : 1)) {
			head->block_len = start - head->block;
			return PARSE_DONE;
		}
		if (++head->lines > limits->lines)
			return bad(request, 431, "There are too many headers");
	}
}

static enum parse_answer
read_headers(struct request *request, struct head *head,
    const struct request_limits *limits)
{
	enum parse_answer answer;

	head->block = head->at;
	answer = find_head_end(request, head, limits);
	if (answer != PARSE_DONE)
		return answer;
	return headers_read(request, head) ? PARSE_DONE : PARSE_BAD;
}

/* RFC 9112 section 2.2: one empty line before a request is passed over. */
static void
skip_empty_line(struct head *head)
{
	if (head->len >= 2 && memcmp(head->bytes, "\r\n", 2) == 0)
		head->at = 2;
}

static enum parse_answer
read_first_line(struct request *request, struct head *head,
    const struct request_limits *limits)
{
	size_t start = head->at, len;
	enum line line = find_line_end(head, limits);
	const char *text = (const char *)head->bytes + start;

	if (line == LINE_OPEN && head->len > limits->head_bytes)
		return bad(request, 414, "The request line is too long");
	if (line == LINE_OPEN)
		return PARSE_MORE;
	if (line == LINE_BAD)
		return bad(request, 400, "This is not HTTP");
	len = head->at - start - (line == LINE_CRLF ? 2 : 1);
	if (memchr(text, '\t', len) != NULL)
		return bad(request, 400, "The first line has a tab");
	if (memchr(text, ' ', len) == NULL)
		return read_icy_login(request, text, len);
	if (!read_request_line(request, head, text, len))
		return PARSE_BAD;
	if (line == LINE_LF && !head->is_source)
		return bad(request, 400, "A line ends without CR");
	return PARSE_DONE;
}

enum parse_answer
request_parse(struct request *request, const uint8_t *bytes, size_t len,
    const struct request_limits *limits, size_t *used)
{
	struct head head = { .bytes = bytes, .len = len };
	enum parse_answer answer;

	*used = 0;
	request_free(request);
	if (len == 0)
		return PARSE_MORE;
	skip_empty_line(&head);
	answer = read_first_line(request, &head, limits);
	if (answer == PARSE_DONE && request->method != METHOD_ICY) {
		answer = read_headers(request, &head, limits);
		if (answer == PARSE_DONE &&
		    !headers_judge(request, head.is_source))
			answer = PARSE_BAD;
	}
	if (answer == PARSE_DONE)
		*used = head.at;
	return answer;
}

enum parse_answer
request_parse_icy_headers(struct request *request, const uint8_t *bytes,
    size_t len, const struct request_limits *limits, size_t *used)
{
	struct head head = { .bytes = bytes, .len = len, .is_source = true };
	enum parse_answer answer;

	CHECK(request->method == METHOD_ICY && request->headers == NULL);
	*used = 0;
	answer = len > 0 ? read_headers(request, &head, limits) : PARSE_MORE;
	if (answer == PARSE_DONE)
		*used = head.at;
	return answer;
}
