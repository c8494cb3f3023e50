/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * poster - the thread that sends letters, one after the other.
 *
 * Its connection to the store only reads. On LETTERS, and every 30 seconds, it
 * takes the letter that waits longest, sends it, tells the clerk by LETTER what
 * became of it, and takes no other before that is in the store; while the
 * clerk cannot write it is told again, and the letter is not sent again. So
 * one is sent twice only when the mail server took it and that was not
 * learnt: the machine or the server ended, or the line broke, between its last
 * byte and the commit. The second one has the same Message-ID.
 *
 * Who has an OpenPGP key gets sealed letters (post/seal.h) or none. On STOP a
 * letter that is on its way has a few seconds to get there; then DONE.
 */
#ifndef POST_POSTER_H
#define POST_POSTER_H

#include "letters/smtp.h"
#include "loop/loop.h"

struct poster;

struct poster_setup {
	const char *data;          /* folder; its store is there already */
	struct smtp_server server; /* copied */
	struct loop *desk, *clerk;
	unsigned thread_no; /* given back in DONE */
};

/* NULL, and *error (free it) says why. */
struct poster *poster_open(
    const struct poster_setup *, char **error) MUST_CHECK;
bool poster_start(struct poster *) MUST_CHECK;
struct loop *poster_loop(struct poster *);
void poster_free(struct poster *); /* after DONE; NULL is fine */

#endif
