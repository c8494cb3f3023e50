/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * response - heads of answers, each with exact length and honest Connection.
 *
 * Pure text. A value that came from a peer goes in through response_header(),
 * which drops control bytes, so nobody can end a header line (RFC 9110 5.5).
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

#define SERVER_NAME "all2all"
/* The realm is Icecast's: browsers and panels keep logins under it. libshout,
 * ffmpeg and curl read past the charset (RFC 7617 section 2.1). */
#define LOGIN_HEADER                                                           \
	"WWW-Authenticate: Basic realm=\"Icecast2 Server\", "                  \
	"charset=\"UTF-8\"\r\n"

struct response {
	unsigned status;
	const char *type;    /* NULL: no body type */
	const char *allow;   /* NULL, or for 405 and OPTIONS */
	const char *extra;   /* NULL, or header lines with CRLF each, ours */
	unsigned retry_secs; /* 0: no Retry-After */
	bool wants_login;    /* WWW-Authenticate: Basic, charset UTF-8 */
	bool is_html;        /* adds the page's security headers */
};

const char *status_text(unsigned status);
/* "HTTP/1.1 STATUS ..." with Server, Date, Connection: close, nosniff,
 * Cache-Control: no-store (unless extra has one), Content-Length, blank line;
 * the body is then appended when with_body. 204 and 304 have no body; 1xx get
 * their status line and extra only, as encoders that wait for 100 expect. */
void response_write(struct bytes *out, const struct response *,
    const void *body, size_t body_len, bool with_body);
/* A small page in words, "<title>Error N</title> ... <b>N - text</b>"; asks for
 * a login when it is 401. Text may come from a peer. */
void response_error(
    struct bytes *out, unsigned status, const char *text, bool with_body);
/* "name:value\r\n", control bytes dropped, cut at 512 bytes at a character. */
void response_header(struct bytes *out, const char *name, const char *value);
/* "Sun, 22 Nov 2026 21:02:12 GMT" (RFC 9110 section 5.6.7). */
#define RESPONSE_DATE_BYTES 30
void response_date(int64_t wall_ms, char text[RESPONSE_DATE_BYTES]);

#endif
