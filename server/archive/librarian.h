/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * librarian - the thread that looks recordings up and reads them for workers.
 *
 * It takes CATALOG and answers ANSWER with a list of what is published;
 * FIND and answers FOUND, with the file open; then FETCH and answers
 * PIECE, each to the worker that asked; SHUT closes the file. So no worker ever
 * waits for a disk, and a file is closed only after what was asked of it. Its
 * connection to the store only reads. On STOP, after the workers have stopped,
 * it posts DONE.
 *
 * There are two of them: the far one takes over what lies in the object store
 * only, so that a slow store holds up no file. It passes on its FIND, and the
 * answer says whom to ask for pieces.
 *
 * What is not a plain file below data/archive is not there; no link is ever
 * followed. Trashed recordings are not there either.
 */
#ifndef ARCHIVE_LIBRARIAN_H
#define ARCHIVE_LIBRARIAN_H

#include "loop/loop.h"
#include "loop/messages.h"

#define LIBRARIAN_PIECE_BYTES (256 << 10)

struct librarian;

struct librarian_setup {
	const char *data;   /* folder; its store is there already */
	struct loop *desk;  /* gets DONE */
	struct loop *far;   /* of the far one; NULL: this is it */
	unsigned thread_no; /* given back in DONE */
};

/* NULL, and *error (free it) says why. */
struct librarian *librarian_open(
    const struct librarian_setup *, char **error) MUST_CHECK;
bool librarian_start(struct librarian *) MUST_CHECK;
struct loop *librarian_loop(struct librarian *);
/* From any thread: what is not read yet stays so. */
void librarian_stop(struct librarian *);
void librarian_free(struct librarian *); /* after DONE; NULL is fine */

#endif
