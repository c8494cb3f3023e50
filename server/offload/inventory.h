/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * inventory - what is in the store and what is on its way: offload.sqlite in
 * the relay's data folder.
 *
 *   local -> uploading (upload, parts) -> uploaded -> verified <-> dropped
 *     ^----------------- it was not as the file ------'
 *   any of them -> forgetting -> none, and never again
 *
 * Each change is durable when the call returns. One process uses the file (a
 * lock beside it says so); each of its threads opens it for itself, and SQLite
 * keeps them apart. Only the mover's thread changes items, but for
 * inventory_forget(): so what the mover changes says from which state, and
 * fails when that is not so any more. Times are wall milliseconds.
 *
 * Calls that return false failed; inventory_why() is a sentence.
 */
#ifndef OFFLOAD_INVENTORY_H
#define OFFLOAD_INVENTORY_H

#include "base/check.h"
#include "offload/ask.h"
#include "offload/bucket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INVENTORY_PATH_BYTES  512
#define INVENTORY_STAMP_BYTES 48

struct inventory;

struct item {
	struct ask_item facts;           /* words: the last failure */
	char path[INVENTORY_PATH_BYTES]; /* of the media, below data/archive */
	char media_type[64];
	char upload[BUCKET_UPLOAD_BYTES]; /* "" when none goes on */
	uint64_t part_bytes;              /* of that upload */
	bool is_touched;    /* something of it may be in the store */
	bool needs_sidecar; /* the one in the store is not the newest */
	char stamp[INVENTORY_STAMP_BYTES]; /* of the sidecar that was seen */
	unsigned failures;                 /* one after the other */
	int64_t next_ms;                   /* not before */
};

/* The key of its sidecar's object. */
void item_sidecar_key(const struct item *, char *to, size_t size);

/* Beside the archive in data, made when it is not there. NULL, and *error. */
struct inventory *inventory_open(const char *data, char **error) MUST_CHECK;
void inventory_close(struct inventory *); /* NULL is fine */
/* Whether what was asked for last could not be read or written: then "there is
 * none" means nothing. */
bool inventory_failed(struct inventory *);
const char *inventory_why(struct inventory *);
/* The lock of the process, held until it ends; false, and *error: another one
 * has it. */
bool inventory_lock(const char *data, char **error) MUST_CHECK;

/* False also when there is none. */
bool inventory_find(
    struct inventory *, const char *id, struct item *) MUST_CHECK;
bool inventory_is_forgotten(struct inventory *, const char *id) MUST_CHECK;
/* Each item, oldest first. */
bool inventory_each(struct inventory *,
    bool (*tell)(void *arg, const struct item *), void *arg) MUST_CHECK;
/* The oldest that has something to be done now; false: none. *next_ms is when
 * to ask again, 0: when something changed. */
bool inventory_due(struct inventory *, int64_t now_ms, struct item *,
    int64_t *next_ms) MUST_CHECK;
bool inventory_forgetting(struct inventory *, struct item *) MUST_CHECK;

bool inventory_add(struct inventory *, const struct item *) MUST_CHECK;
/* Into another state: id, path, key, bytes, state and verified_ms,
 * needs_sidecar and stamp are taken from the item, failures and words are gone,
 * and so are upload and parts unless it is being uploaded. */
bool inventory_change(
    struct inventory *, enum ask_state from, const struct item *) MUST_CHECK;
/* An upload began; without parts. */
bool inventory_begin(struct inventory *, struct item *, const char *upload,
    uint64_t part_bytes) MUST_CHECK;
bool inventory_add_part(
    struct inventory *, const char *id, const struct bucket_part *) MUST_CHECK;
/* Into parts, an array of count, by number. */
bool inventory_parts(struct inventory *, const char *id,
    struct bucket_part *parts, size_t count) MUST_CHECK;
bool inventory_fail(struct inventory *, const char *id, const char *words,
    int64_t next_ms) MUST_CHECK;
/* After a start: nothing waits any more. */
bool inventory_hurry(struct inventory *) MUST_CHECK;

/* From any state; from any thread. */
bool inventory_forget(struct inventory *, const char *id) MUST_CHECK;
/* It is gone; when is_forgotten never to be uploaded again. */
bool inventory_remove(
    struct inventory *, const char *id, bool is_forgotten) MUST_CHECK;
/* Whether an upload is one of ours that goes on. */
bool inventory_has_upload(struct inventory *, const char *upload) MUST_CHECK;

#endif
