/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * ask - what the relay asks all2all-archived, through its Unix socket.
 *
 * Each call is a conversation of its own that blocks for at most most_ms, so
 * these are for threads that may block (archivist, librarian), never for the
 * desk or a worker. All state is on the caller's stack; any number of threads
 * may ask at once. Nothing is kept between calls but a struct ask_stream, which
 * has one owner.
 *
 * The other side only ever says what it has checked: an item whose state is
 * ASK_VERIFIED or ASK_DROPPED was read back from the store, and its local copy
 * may go. It never deletes anything below data/archive.
 *
 * The words on the wire (offload/line.h has their parser), each line ended by
 * "\n", answers in the order of the questions:
 *
 *   STATE ID             OK STATE KEY BYTES SHA256 VERIFIED_MS
 *                        NONE                    not known here (yet)
 *   GET ID OFFSET LENGTH OK LENGTH, then that many bytes; when fewer come
 *                        before the end of the conversation, reading failed
 *   SCAN                 OK            the archive is looked through next
 *   FORGET ID            OK            neither object nor sidecar is there any
 *                                      more; NONE when it never was known
 *   LIST                 ITEM ID STATE KEY BYTES SHA256 VERIFIED_MS SENT WORDS
 *                        ... then OK COUNT; WORDS say what went wrong last
 *   all of them          ERROR WORDS
 */
#ifndef OFFLOAD_ASK_H
#define OFFLOAD_ASK_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASK_SOCKET       "archived.sock" /* below data, when not set */
#define ASK_KEY_BYTES    1024
#define ASK_ID_BYTES     40
#define ASK_SHA256_BYTES 65
#define ASK_WORDS_BYTES  512
#define ASK_MOST_BYTES   (64 << 20) /* of one GET */

enum ask_state {
	ASK_LOCAL,      /* known, nothing sent yet */
	ASK_UPLOADING,  /* some parts are there */
	ASK_UPLOADED,   /* all are, nothing compared yet */
	ASK_VERIFIED,   /* the object is as the file */
	ASK_DROPPED,    /* the same, and there is no local file any more */
	ASK_FORGETTING, /* the object is being deleted */
	ASK_STATES
};

enum ask_end {
	ASK_OK,
	ASK_NONE,   /* this item is not known there */
	ASK_FAILED, /* *error says why: free() it */
};

struct ask_item {
	char id[ASK_ID_BYTES];
	enum ask_state state;
	char key[ASK_KEY_BYTES]; /* of the object */
	uint64_t bytes;          /* of the media */
	char sha256[ASK_SHA256_BYTES];
	int64_t verified_ms;         /* wall; 0: not yet */
	uint64_t sent;               /* only with ask_list() */
	char words[ASK_WORDS_BYTES]; /* only with ask_list(); "" */
};

struct ask_stream;

/* "local", "uploading", ... */
const char *ask_state_name(enum ask_state);
bool ask_state_named(const char *name, enum ask_state *) MUST_CHECK;

enum ask_end ask_state(const char *socket, const char *id, int64_t most_ms,
    struct ask_item *, char **error) MUST_CHECK;
/* Look at the archive now, or as soon as the item that is being sent is there:
 * it does not wait until that is done. */
enum ask_end ask_scan(
    const char *socket, int64_t most_ms, char **error) MUST_CHECK;
/* Deletes the object and its sidecar. ASK_OK: both are gone. When it failed,
 * the other side goes on trying until they are. */
enum ask_end ask_forget(const char *socket, const char *id, int64_t most_ms,
    char **error) MUST_CHECK;
/* Each item, oldest first; tell returns false to hear no more. */
enum ask_end ask_list(const char *socket, int64_t most_ms,
    bool (*tell)(void *arg, const struct ask_item *), void *arg,
    char **error) MUST_CHECK;

/* length bytes of the media from offset on, all of them or ASK_FAILED. */
enum ask_end ask_read(const char *socket, const char *id, uint64_t offset,
    void *to, size_t length, int64_t most_ms, char **error) MUST_CHECK;
/* The same in pieces, for what is larger than a buffer; length is at most
 * ASK_MOST_BYTES. *stream is set with ASK_OK. */
enum ask_end ask_open(const char *socket, const char *id, uint64_t offset,
    uint64_t length, int64_t most_ms, struct ask_stream **stream,
    char **error) MUST_CHECK;
/* How many bytes came, at most size; 0 after the last one; -1 and *error when
 * it failed: nothing more comes then. */
int64_t ask_take(struct ask_stream *, void *to, size_t size, int64_t most_ms,
    char **error) MUST_CHECK;
void ask_close(struct ask_stream *); /* NULL is fine */

#endif
