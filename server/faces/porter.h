/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * porter - the thread that makes pages: it knows who is logged in, what is
 * where and who may have it, has the desk run commands, and writes what they
 * said as a page or as JSON.
 *
 *   PAGE_ASK  worker --> porter --RUN--> desk (... clerk, archivist, reporter)
 *   PAGE      worker <-- porter <-RESULT--
 *
 * It never blocks but for the store, which it reads for tokens. On STOP it
 * posts DONE.
 */
#ifndef FACES_PORTER_H
#define FACES_PORTER_H

#include "base/check.h"
#include "loop/loop.h"
#include "loop/messages.h"

struct assets;
struct porter;

struct porter_setup {
	const char *data; /* folder; its store is there already */
	struct loop *desk, *librarian;
	const struct conf *conf;
	const struct assets *assets;
	const uint8_t *ticket_secret;  /* http/ticket.h */
	unsigned plain_port, tls_port; /* 0: none */
	unsigned thread_no;            /* given back in DONE */
};

/* NULL, and *error (free it) says why. */
struct porter *porter_open(
    const struct porter_setup *, char **error) MUST_CHECK;
bool porter_start(struct porter *) MUST_CHECK;
struct loop *porter_loop(struct porter *);
void porter_free(struct porter *); /* joins it; NULL is fine */

#endif
