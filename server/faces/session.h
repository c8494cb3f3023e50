/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * session - who is logged in, in memory only: a restart ends them all.
 *
 * The cookie is a random word of which only the SHA-256 is kept. One thread,
 * the porter's.
 */
#ifndef FACES_SESSION_H
#define FACES_SESSION_H

#include "faces/table.h"

#include <stdbool.h>
#include <stdint.h>

#define SESSION_WORD 32 /* letters, 160 bits */
#define SESSION_NOTE 256

struct session {
	uint8_t digest[32];
	enum face_role role;   /* ROLE_PUBLIC: this one is over */
	char slug[SLUG_BYTES]; /* of the member; or the operator's name */
	char token[SESSION_WORD + 1]; /* what its forms carry */
	char note[SESSION_NOTE];      /* said on the next page */
	bool is_bad_note;
	int64_t began_ms, seen_ms; /* mono */
};

struct sessions;

struct sessions_rules {
	unsigned most;
	int64_t idle_ms, all_ms; /* until it ends, unused and in any case */
};

struct sessions *sessions_new(const struct sessions_rules *);
void sessions_free(struct sessions *);
/* Writes the cookie's word; the one that was longest unused ends when there are
 * too many. Its place stays, but may be another's after the next call. */
struct session *session_begin(struct sessions *, enum face_role,
    const char *slug, int64_t now_ms, char word[SESSION_WORD + 1]);
/* NULL: none, or not any more. */
struct session *session_find(
    struct sessions *, const char *word, int64_t now_ms);
void session_end(struct session *);
/* All of this member or operator but one (NULL: all). */
void sessions_end_of(struct sessions *, enum face_role, const char *slug,
    const struct session *but);
/* Compared in constant time. */
bool session_is_token(const struct session *, const char *token);

#endif
