/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * bucket - what is done with objects: one call, one thing, tried again.
 *
 * Calls block. What the store may get over (not reached, 5xx, SlowDown) is
 * tried BUCKET_TRIES times, with waits that double and differ at random; what
 * it refuses is not. All of it ends within WIRE_STEP_MS when go_on says no,
 * with BUCKET_CUT. bucket_why() is then a sentence about the last failure.
 *
 * One thread at a time; each thread has a bucket of its own.
 */
#ifndef OFFLOAD_BUCKET_H
#define OFFLOAD_BUCKET_H

#include "base/check.h"
#include "offload/ask.h"
#include "offload/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUCKET_TRIES        4
#define BUCKET_UPLOAD_BYTES 512 /* an upload's id */
#define BUCKET_MOST_PARTS   10000

struct bucket;

enum bucket_end {
	BUCKET_FINE,
	BUCKET_AGAIN,   /* later, perhaps */
	BUCKET_GONE,    /* there is no such object, or upload */
	BUCKET_OTHER,   /* the object is not as it should be */
	BUCKET_REFUSED, /* a person must look */
	BUCKET_CUT      /* go_on said no */
};

struct bucket_object {
	uint64_t bytes;
	char etag[WIRE_ETAG_BYTES];
	char sha256[DIGEST_BYTES]; /* "" when the object has none */
};

struct bucket_part {
	unsigned number; /* from 1 */
	uint64_t bytes;
	char etag[WIRE_ETAG_BYTES];
};

struct bucket_upload {
	char key[ASK_KEY_BYTES];
	char id[BUCKET_UPLOAD_BYTES];
	int64_t begun_ms; /* wall, by the store's clock */
};

struct bucket *bucket_new(
    const struct settings *, bool (*go_on)(void *arg), void *arg);
void bucket_free(struct bucket *); /* NULL is fine */
const char *bucket_why(const struct bucket *);

enum bucket_end bucket_create(struct bucket *, const char *key,
    const char *media_type, const char *sha256,
    char upload[BUCKET_UPLOAD_BYTES]) MUST_CHECK;
/* Each part the store has. BUCKET_REFUSED also when it cannot list them. */
enum bucket_end bucket_list_parts(struct bucket *, const char *key,
    const char *upload, void (*tell)(void *arg, const struct bucket_part *),
    void *arg) MUST_CHECK;
/* The first 1000 uploads that were begun and not completed, of keys that begin
 * so. BUCKET_REFUSED also when the store cannot list them. */
enum bucket_end bucket_list_uploads(struct bucket *, const char *prefix,
    void (*tell)(void *arg, const struct bucket_upload *),
    void *arg) MUST_CHECK;
/* Parts in their order. */
enum bucket_end bucket_complete(struct bucket *, const char *key,
    const char *upload, const struct bucket_part *, size_t count) MUST_CHECK;
/* BUCKET_FINE also when there is none. */
enum bucket_end bucket_abort(
    struct bucket *, const char *key, const char *upload) MUST_CHECK;
enum bucket_end bucket_head(
    struct bucket *, const char *key, struct bucket_object *) MUST_CHECK;
/* A small one. */
enum bucket_end bucket_put(struct bucket *, const char *key,
    const char *media_type, const void *bytes, size_t len) MUST_CHECK;
/* Exactly these bytes, of an object that has total in all; the rest is asked
 * for again when a connection breaks. sink returns false to end it. */
enum bucket_end bucket_read(struct bucket *, const char *key, uint64_t total,
    uint64_t offset, uint64_t length,
    bool (*sink)(void *arg, const void *bytes, size_t len),
    void *arg) MUST_CHECK;
/* BUCKET_FINE also when there is none. */
enum bucket_end bucket_delete(struct bucket *, const char *key) MUST_CHECK;

/* Waits; false: go_on said no. What several calls share. */
bool bucket_pause(struct bucket *, int64_t wait_ms) MUST_CHECK;
/* How long before the next try, doubling from retry_ms, up to half an hour. */
int64_t bucket_wait_ms(const struct settings *, unsigned failures);
enum bucket_end bucket_end_of(const struct wire_answer *);

#endif
