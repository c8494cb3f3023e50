/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/http_priv.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LENGTH_DIGITS 18 /* most in a Content-Length; never overflows */

bool
http_is_token(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!(text[i] >= '0' && text[i] <= '9') &&
		    !(text[i] >= 'a' && text[i] <= 'z') &&
		    !(text[i] >= 'A' && text[i] <= 'Z') &&
		    (text[i] == '\0' ||
			strchr("!#$%&'*+-.^_`|~", text[i]) == NULL))
			return false;
	}
	return len > 0;
}

const char *
request_header(const struct request *request, const char *name)
{
	for (unsigned i = 0; i < request->header_count; i++) {
		if (strcmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	}
	return NULL;
}

static bool
is_blank(char letter)
{
	return letter == ' ' || letter == '\t';
}

/* One line in our own memory, with its NUL already in place of its end. */
static bool
read_line(struct request *request, char *line)
{
	char *colon = strchr(line, ':'), *value, *end;

	if (is_blank(line[0]))
		return request_refuse(request, 400, "A header line is folded");
	if (colon == NULL || !http_is_token(line, (size_t)(colon - line)))
		return request_refuse(
		    request, 400, "A header line has no proper name");
	*colon = '\0';
	for (char *at = line; at < colon; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	}
	value = colon + 1 + strspn(colon + 1, " \t");
	for (end = value + strlen(value); end > value && is_blank(end[-1]);)
		*--end = '\0';
	request->headers[request->header_count].name = line;
	request->headers[request->header_count++].value = value;
	return true;
}

/* The host of an absolute target stands above the header (RFC 9112 3.2.2). */
static void
set_host(struct request *request, const char *host)
{
	for (unsigned i = 0; i < request->header_count; i++) {
		if (strcmp(request->headers[i].name, "host") == 0) {
			request->headers[i].value = host;
			return;
		}
	}
}

bool
headers_read(struct request *request, const struct head *head)
{
	char *line, *end, *host;
	size_t len = head->block_len;

	request->text = mem_new(len + head->authority_len + 1);
	request->headers = mem_new(
	    (head->lines + 1) * sizeof(*request->headers));
	memcpy(request->text, head->bytes + head->block, len);
	for (line = request->text; line < request->text + len; line = end + 1) {
		end = memchr(line, '\n', (size_t)(request->text + len - line));
		CHECK(end != NULL && request->header_count < head->lines);
		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
		if (!read_line(request, line))
			return false;
	}
	if (head->authority != NULL) {
		host = request->text + len;
		memcpy(host, head->authority, head->authority_len);
		host[head->authority_len] = '\0';
		set_host(request, host);
	}
	return true;
}

static unsigned
count_of(const struct request *request, const char *name)
{
	unsigned count = 0;

	for (unsigned i = 0; i < request->header_count; i++)
		count += strcmp(request->headers[i].name, name) == 0;
	return count;
}

/* Whether any header of that name lists the word, in any case. */
static bool
has_word(const struct request *request, const char *name, const char *word)
{
	const char *at;
	size_t len, word_len = strlen(word);

	for (unsigned i = 0; i < request->header_count; i++) {
		if (strcmp(request->headers[i].name, name) != 0)
			continue;
		for (at = request->headers[i].value; *at != '\0'; at += len) {
			at += strspn(at, ", \t");
			len = strcspn(at, ", \t");
			if (len == word_len && strncasecmp(at, word, len) == 0)
				return true;
		}
	}
	return false;
}

static bool
judge_host(struct request *request, bool is_source)
{
	const char *host = request_header(request, "host");

	if (count_of(request, "host") > 1)
		return request_refuse(request, 400, "There are two Hosts");
	if (host == NULL && request->minor > 0 && !is_source)
		return request_refuse(request, 400, "There is no Host");
	if (host != NULL && !http_is_host(host, strlen(host)))
		return request_refuse(request, 400, "The Host is not one");
	return true;
}

static bool
judge_length(struct request *request, const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (count_of(request, "content-length") > 1)
		return request_refuse(
		    request, 400, "There are two Content-Lengths");
	if (digits == 0 || digits > LENGTH_DIGITS || text[digits] != '\0')
		return request_refuse(
		    request, 400, "The Content-Length is not a number");
	request->has_length = true;
	request->length = strtoull(text, NULL, 10);
	return true;
}

/* A coding nobody asked for twice is an attack, one unknown is not offered. */
static bool
judge_coding(struct request *request, const char *coding, bool is_source)
{
	if (count_of(request, "transfer-encoding") > 1)
		return request_refuse(
		    request, 400, "There are two Transfer-Encodings");
	if (request_header(request, "content-length") != NULL)
		return request_refuse(request, 400,
		    "Content-Length and Transfer-Encoding exclude each other");
	if (request->minor == 0 && !is_source)
		return request_refuse(
		    request, 400, "HTTP/1.0 has no Transfer-Encoding");
	if (strcasecmp(coding, "chunked") == 0) {
		request->is_chunked = true;
		return true;
	}
	if (strncasecmp(coding, "chunked", 7) == 0)
		return request_refuse(
		    request, 400, "Chunked must come last and once");
	return request_refuse(
	    request, 501, "That Transfer-Encoding is not known here");
}

static bool
judge_body(struct request *request, bool is_source)
{
	const char *coding = request_header(request, "transfer-encoding");
	const char *length = request_header(request, "content-length");

	if (coding != NULL)
		return judge_coding(request, coding, is_source);
	return length == NULL || judge_length(request, length);
}

/* A body that nobody will read must not become a second request. */
static bool
has_unread_body(const struct request *request)
{
	return request->method != METHOD_POST &&
	    (request->is_chunked || request->length > 0);
}

bool
headers_judge(struct request *request, bool is_source)
{
	const char *expect = request_header(request, "expect");

	if (!judge_host(request, is_source) || !judge_body(request, is_source))
		return false;
	request->expects_continue = request->minor > 0 && expect != NULL &&
	    strcasecmp(expect, "100-continue") == 0;
	if (is_source || !request->has_http_version || has_unread_body(request))
		request->keeps_alive = false;
	else if (has_word(request, "connection", "close"))
		request->keeps_alive = false;
	else
		request->keeps_alive = request->minor > 0 ||
		    has_word(request, "connection", "keep-alive");
	return true;
}
