/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * request - what was asked: HTTP, ICE or SHOUTcast alike.
 *
 * request_parse() is pure: it is given all bytes of the connection so far and
 * answers "more", "done" (*used bytes are the head) or "bad" (request->status
 * and request->why say what to answer, then the connection closes). It never
 * keeps a pointer into the input. The request is zeroed before its first use;
 * each call forgets what the last one filled in.
 *
 * METHOD_ICY is done with its line alone, since strict encoders wait for "OK2"
 * before they send more; request_parse_icy_headers() reads on from there.
 *
 * Strict for everything (RFC 9112): CRLF line ends, no obs-fold, no NUL or
 * control bytes, one Host at most, one Content-Length, not beside
 * Transfer-Encoding, only "chunked" as coding. Source logins (SOURCE, PUT,
 * STATS and the SHOUTcast password line) are lenient where encoders need it:
 * bare LF line ends, odd protocol names (ICE/1.0), no Host; their connection
 * never carries a second request.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REQUEST_PATH_BYTES  512 /* decoded, with its NUL */
#define REQUEST_QUERY_BYTES 4096

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_OPTIONS,
	METHOD_POST,
	METHOD_PUT,
	METHOD_SOURCE,
	METHOD_ICY, /* the SHOUTcast password line; the login is in icy_login */
	METHOD_OTHER,
};

enum parse_answer {
	PARSE_MORE,
	PARSE_DONE,
	PARSE_BAD,
};

struct request_limits {
	size_t head_bytes; /* most for request line and headers: 431 or 414 */
	unsigned lines;    /* most header lines: 431 */
};

struct request_header {
	const char *name;  /* lower case */
	const char *value; /* trimmed; bytes >= 80 may be there */
};

struct request {
	enum method method;
	char method_name[24];
	unsigned minor;                /* HTTP/1.minor; 0 for ICE/1.0 and ICY */
	bool has_http_version;         /* false: "ICE/1.0", "ICY" or none */
	char path[REQUEST_PATH_BYTES]; /* decoded, from '/' on, or "*" */
	char query[REQUEST_QUERY_BYTES]; /* raw, without '?', "" when none */
	char icy_login[256]; /* METHOD_ICY: the line, without its end */

	struct request_header *headers; /* in the order they came */
	unsigned header_count;

	bool is_chunked;
	bool has_length;
	uint64_t length; /* Content-Length */
	bool expects_continue;
	bool keeps_alive; /* what the client would like */

	unsigned status; /* after PARSE_BAD: 400, 414, 431, 501, 505 */
	const char *why; /* after PARSE_BAD: a sentence */

	char *text; /* the memory behind names and values */
};

void request_free(struct request *); /* leaves it zeroed */
enum parse_answer request_parse(struct request *, const uint8_t *bytes,
    size_t len, const struct request_limits *, size_t *used) MUST_CHECK;

/* After METHOD_ICY: the icy-*: lines that follow the login, to an empty line;
 * LF or CRLF. bytes begin behind what request_parse() used. Fills headers. */
enum parse_answer request_parse_icy_headers(struct request *,
    const uint8_t *bytes, size_t len, const struct request_limits *,
    size_t *used) MUST_CHECK;

/* Value of the first header of that lower-case name, or NULL. */
const char *request_header(const struct request *, const char *name);

/* A parameter of a query or form, decoded ('+' is a space) to bytes that need
 * not be UTF-8; false when it is not there. Too long, NUL inside or broken
 * escapes are kept as far as they make sense, never read past size. */
bool query_get(
    const char *query, const char *name, char *value, size_t size, size_t *len);

/* "Basic ..." as user and password; false when it is not that (RFC 7617). */
bool request_basic(const struct request *, char *user, size_t user_size,
    char *password, size_t password_size);

/* Whether an answer may be sent as gzip. */
bool request_takes_gzip(const struct request *);

/* What may be a mount: '/', then segments of UTF-8 letters, digits and
 * ".-_~" and the like; no "..", no "//", no empty segment, no control bytes,
 * no backslash, none of <>"'`%?#;  at most 255 bytes.
 * NULL, or what is wrong. */
const char *mount_name_error(const char *path);
/* Paths that belong to the server itself: /admin, /api, /archive, ... */
bool path_is_reserved(const char *path);

#endif
