/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * sign - AWS Signature Version 4, for one request whose head is known.
 *
 * Pure functions; any thread. Names and values of a query are given as they
 * are and encoded here; header names are in lower case. Nothing is checked
 * against a list: what is given is signed.
 */
#ifndef OFFLOAD_SIGN_H
#define OFFLOAD_SIGN_H

#include "base/bytes.h"
#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGN_MOST_PAIRS 16
#define SIGN_WHEN_BYTES 17 /* "20150830T123600Z" and its NUL */

struct sign_pair {
	const char *name, *value;
};

struct sign_key {
	const char *id, *secret;
	const char *region;
	const char *service; /* "s3" */
};

struct sign_request {
	const char *method;
	const char *path;                /* as it is sent: sign_encode() */
	const char *query;               /* as it is sent: sign_query(); "" */
	const struct sign_pair *headers; /* all that are signed, in any order */
	size_t header_count;
	const char *payload; /* SHA-256 of the body in hex */
};

/* Every byte but letters, digits and -._~ becomes %XX; of a path, '/' stays
 * too. */
void sign_encode(struct bytes *, const char *text, bool is_path);
/* "a=1&b=", encoded and sorted as the signature wants it. */
void sign_query(struct bytes *, const struct sign_pair *, size_t count);
void sign_when(int64_t wall_ms, char when[SIGN_WHEN_BYTES]);

/* What is hashed; for tests. */
void sign_canonical(struct bytes *, const struct sign_request *);
/* The value of the header Authorization. */
void sign_authorization(struct bytes *, const struct sign_key *,
    const struct sign_request *, const char when[SIGN_WHEN_BYTES]);

#endif
