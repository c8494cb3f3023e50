/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * wire - signed requests to one bucket, several at a time, by libcurl.
 *
 * A wire has lanes; each carries one request after the other and keeps its
 * connection. TLS is verified, no redirect is followed, no proxy of the
 * environment is used, and everything has an end: a connection must be there
 * after patience_ms, bytes must go on moving within patience_ms, and each
 * request has most_ms. What a store answers is kept up to WIRE_MOST_TEXT, or
 * goes to a sink.
 *
 * One thread at a time; wire_prepare() before any. What is handed over must
 * live until the answer is there.
 */
#ifndef OFFLOAD_WIRE_H
#define OFFLOAD_WIRE_H

#include "base/bytes.h"
#include "base/check.h"
#include "base/digest.h"
#include "offload/settings.h"
#include "offload/sign.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_MOST_LANES 4
#define WIRE_MOST_TEXT  (1 << 20)
#define WIRE_MOST_PAIRS 6
#define WIRE_STEP_MS    100
#define WIRE_EMPTY                                                             \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define WIRE_WHY_BYTES  400
#define WIRE_CODE_BYTES 64
#define WIRE_ETAG_BYTES 128

struct wire;

enum wire_end {
	WIRE_FINE,    /* 2xx */
	WIRE_AGAIN,   /* the store was not reached, or is busy or broken */
	WIRE_GONE,    /* 404 */
	WIRE_SKEWED,  /* the clocks are too far apart */
	WIRE_OTHER,   /* not the range that was asked for */
	WIRE_REFUSED, /* any other answer: asking again changes nothing */
};

struct wire_request {
	const char *method;
	const char *key; /* of the object; "": the bucket's own */
	struct sign_pair query[WIRE_MOST_PAIRS];
	size_t query_count;
	struct sign_pair headers[WIRE_MOST_PAIRS]; /* names in lower case */
	size_t header_count;
	const char *payload; /* SHA-256 of the body in hex */
	const void *body;    /* in memory, or */
	int fd;              /* from a file when body is NULL and length > 0 */
	uint64_t offset, length;
	int64_t bytes_per_second; /* sent at most; 0: no limit */
	int64_t most_ms;
	/* Gets the bytes of a 206 that begins at first, of an object that has
	 * total bytes, and of no other answer; false ends it. NULL: what comes
	 * is kept as text. */
	bool (*sink)(void *arg, const void *bytes, size_t len);
	void *arg;
	uint64_t first, total;
};

struct wire_answer {
	enum wire_end end;
	long status;                /* of HTTP; 0: none came */
	char etag[WIRE_ETAG_BYTES]; /* without its quotes */
	uint64_t length;            /* Content-Length */
	uint64_t first, total;      /* of Content-Range; 0: was not there */
	char sha256[DIGEST_BYTES];  /* x-amz-meta-sha256 */
	char code[WIRE_CODE_BYTES]; /* of S3, as "NoSuchKey" */
	char why[WIRE_WHY_BYTES];   /* a sentence, when it is not fine */
	struct bytes text;
};

/* Before any thread uses it. False: libcurl cannot be used here. */
bool wire_prepare(void) MUST_CHECK;
struct wire *wire_new(const struct settings *, unsigned lanes);
void wire_free(struct wire *); /* cuts what goes on; NULL is fine */

/* On a lane where nothing goes on. */
void wire_start(struct wire *, unsigned lane, const struct wire_request *);
/* Works for at most WIRE_STEP_MS. The lane whose answer is there, else -1. */
int wire_step(struct wire *);
bool wire_is_busy(const struct wire *, unsigned lane);
void wire_cut(struct wire *, unsigned lane);
/* Valid until the lane is used again. */
const struct wire_answer *wire_answer(const struct wire *, unsigned lane);

#endif
