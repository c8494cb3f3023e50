/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/http_priv.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

int
http_hex_digit(int letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	if (letter >= 'a' && letter <= 'f')
		return letter - 'a' + 10;
	return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

bool
http_is_host(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!(text[i] >= '0' && text[i] <= '9') &&
		    !(text[i] >= 'a' && text[i] <= 'z') &&
		    !(text[i] >= 'A' && text[i] <= 'Z') &&
		    (text[i] == '\0' || strchr("-._~%:[]", text[i]) == NULL))
			return false;
	}
	return true;
}

/* Once, and only once: what comes out is never decoded again. */
static bool
decode_path(struct request *request, const char *from, size_t len)
{
	size_t used = 0;
	int high, low;

	for (size_t i = 0; i < len; i++) {
		int byte = (uint8_t)from[i];

		if (byte == '%') {
			high = len - i > 2 ? http_hex_digit(from[i + 1]) : -1;
			low = len - i > 2 ? http_hex_digit(from[i + 2]) : -1;
			if (high < 0 || low < 0)
				return request_refuse(request, 400,
				    "The path has a broken % escape");
			byte = high << 4 | low;
			i += 2;
		}
		if (used + 1 >= sizeof(request->path))
			return request_refuse(
			    request, 414, "The path is too long");
		if (byte < 0x20 || byte == 0x7f || byte == '\\')
			return request_refuse(request, 400,
			    "The path has a control byte or backslash");
		request->path[used++] = (char)byte;
	}
	request->path[used] = '\0';
	return true;
}

static bool
has_c1_control(const char *path)
{
	for (; *path != '\0'; path++) {
		if ((uint8_t)path[0] == 0xc2 && (uint8_t)path[1] < 0xa0)
			return true;
	}
	return false;
}

/* Whether a segment is "." or "..", or empty before another one. */
static bool
has_bad_segment(const char *path)
{
	size_t len;

	for (; *path == '/'; path += len) {
		path++;
		len = strcspn(path, "/");
		if ((len == 0 && *path == '/') ||
		    (len == 1 && path[0] == '.') ||
		    (len == 2 && path[0] == '.' && path[1] == '.'))
			return true;
	}
	return false;
}

static bool
read_path(struct request *request, const char *from, size_t len)
{
	if (len == 1 && from[0] == '*' &&
	    (request->method == METHOD_OPTIONS ||
		request->method == METHOD_OTHER)) {
		memcpy(request->path, "*", 2);
		return true;
	}
	if (len == 0 || from[0] != '/')
		return request_refuse(
		    request, 400, "The target must begin with /");
	if (memchr(from, '#', len) != NULL)
		return request_refuse(request, 400, "The path has a #");
	if (!decode_path(request, from, len))
		return false;
	if (!text_is_utf8(request->path, strlen(request->path)) ||
	    has_c1_control(request->path))
		return request_refuse(request, 400, "The path is not UTF-8");
	if (has_bad_segment(request->path))
		return request_refuse(
		    request, 400, "The path has an empty or a dotted segment");
	return true;
}

/* BUTT 0.1.40 sends titles as raw UTF-8, with only space and & escaped. */
static bool
read_query(struct request *request, const char *from, size_t len)
{
	if (len >= sizeof(request->query))
		return request_refuse(request, 414, "The query is too long");
	memcpy(request->query, from, len);
	request->query[len] = '\0';
	return true;
}

/* http://host/path (RFC 9112 section 3.2.2): eats it up to the path. */
static bool
read_authority(struct request *request, const char **target, size_t *len,
    struct head *head)
{
	size_t skip = 0, host = 0;

	if (*len >= 7 && strncasecmp(*target, "http://", 7) == 0)
		skip = 7;
	else if (*len >= 8 && strncasecmp(*target, "https://", 8) == 0)
		skip = 8;
	if (skip == 0)
		return true;
	*target += skip;
	*len -= skip;
	while (host < *len && (*target)[host] != '/' && (*target)[host] != '?')
		host++;
	if (host == 0 || !http_is_host(*target, host))
		return request_refuse(request, 400, "The target names no host");
	head->authority = *target;
	head->authority_len = host;
	*target += host;
	*len -= host;
	return true;
}

bool
target_read(
    struct request *request, struct head *head, const char *target, size_t len)
{
	const char *query;
	size_t path_len;

	if (!read_authority(request, &target, &len, head))
		return false;
	query = len > 0 ? memchr(target, '?', len) : NULL;
	path_len = query != NULL ? (size_t)(query - target) : len;
	if (query != NULL &&
	    !read_query(request, query + 1, len - path_len - 1))
		return false;
	if (path_len == 0 && head->authority != NULL)
		return read_path(request, "/", 1);
	return read_path(request, target, path_len);
}
