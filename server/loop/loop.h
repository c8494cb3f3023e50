/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * loop - a thread with one event base and one mailbox.
 *
 * Every thread of the server has this shape. The owner's handler gets each
 * message in the order it came (per sender) and frees it with message_free().
 * Only loop_post() may be called from any thread.
 */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include "base/check.h"
#include "loop/mailbox.h"

#include <stdbool.h>

struct event_base;
struct loop;

typedef void loop_handler(void *owner, struct message *);

struct loop *loop_new(const char *name, loop_handler *, void *owner);
struct event_base *loop_base(struct loop *);
void loop_post(struct loop *, struct message *); /* takes the message */
/* The same from another loop's own thread, for what comes in numbers: the
 * receiver is woken once for all that is posted in this turn. */
void loop_post_from(struct loop *from, struct loop *, struct message *);

/* The desk runs in the thread that calls; the others get one of their own. */
void loop_run(struct loop *);
bool loop_start(struct loop *) MUST_CHECK;
/* From the loop's own thread: run() or the thread returns soon. */
void loop_end(struct loop *);
/* Waits for a started thread. What it used may be freed after this only. */
void loop_join(struct loop *);
/* Joins, then frees all, with what is in the mailbox. */
void loop_free(struct loop *);

#endif
