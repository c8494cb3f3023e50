/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * http_priv - what the files of the request parser share among themselves.
 *
 * Pure functions over bytes whose ends and control bytes parse.c has already
 * checked. Every "false" has set request->status and request->why.
 */
#ifndef HTTP_HTTP_PRIV_H
#define HTTP_HTTP_PRIV_H

#include "http/request.h"

/* One head while it is read. Positions count from bytes. */
struct head {
	const uint8_t *bytes; /* all that came so far, borrowed */
	size_t len;
	size_t at;             /* what stands before is read */
	size_t block;          /* where the header lines begin */
	size_t block_len;      /* of them, without the empty line */
	unsigned lines;        /* how many they are */
	bool is_source;        /* an encoder's login: read leniently */
	const char *authority; /* host of an absolute target, or NULL */
	size_t authority_len;
};

bool request_refuse(struct request *, unsigned status, const char *why);
bool http_is_token(const char *text, size_t len); /* RFC 9110 section 5.6.2 */
bool http_is_host(const char *text, size_t len);
int http_hex_digit(int letter); /* -1: not one */

/* uri.c: fills path and query, and the head's authority. */
bool target_read(
    struct request *, struct head *, const char *target, size_t len) MUST_CHECK;

/* headers.c: the block of whole lines as names and values. */
bool headers_read(struct request *, const struct head *) MUST_CHECK;
/* What the headers say about host, body and connection. */
bool headers_judge(struct request *, bool is_source) MUST_CHECK;

#endif
