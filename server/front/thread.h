/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * thread - a worker's life: its messages, its flushes, its end.
 */
#ifndef FRONT_THREAD_H
#define FRONT_THREAD_H

#include "stream/uniques.h"
#include "stream/worker.h"

struct feed;

struct worker_setup {
	unsigned number, worker_count;
	struct loop *desk, *clerk;
	struct loop **workers; /* filled in before any is started */
	struct spool *spool;
	struct loop *librarian; /* finds and reads recordings */
	struct loop *porter;    /* makes pages */
	const struct assets *assets;
	const uint8_t *ticket_secret; /* http/ticket.h */
	uint64_t run;                 /* random, of this run */
	const struct conf *conf;
	struct uniques_seed seed; /* the same for all */
	unsigned thread_no;       /* given back in DONE */
};

struct worker *worker_new(const struct worker_setup *);
struct loop *worker_loop(struct worker *);
bool worker_start(struct worker *) MUST_CHECK;
void worker_free(struct worker *); /* after DONE */
/* How often the clerk must write, so that what is counted is on the disk within
 * flush_ms. */
int64_t worker_clerk_flush_ms(int64_t flush_ms);
/* A feed that comes back when no worker is left to end it. */
void worker_drop_feed(struct feed *);

#endif
