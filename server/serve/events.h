/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * events - the conn stage of who follows what is on air (server-sent events,
 * WHATWG HTML section 9.2), and the last events, for who comes back.
 *
 * The desk makes each event once, as the bytes that are sent; a worker sends
 * them to all of its clients that want them. One thread, the worker's.
 */
#ifndef SERVE_EVENTS_H
#define SERVE_EVENTS_H

#include "http/request.h"
#include "stream/worker.h"

#define EVENTS_MOUNTS 32 /* that one client may follow by name */

struct events;

struct events *events_new(struct worker *);
/* After all conns are closed. */
void events_free(struct events *);
/* The worker's answer: begins to follow; the text is what the request asked
 * for, mounts with commas between or "", the body what holds now. */
void events_begin(struct worker *, struct conn *, const struct request *,
    const struct answer_msg *);
void events_send(struct events *, const struct event_msg *);
/* Once in a while: a line to who heard nothing for long, so that nobody on the
 * way believes that the connection is dead. */
void events_tick(struct events *);
/* Counts what this conn carried, if it is one of these. */
void events_meter(struct conn *);
/* How many mounts a list names; over EVENTS_MOUNTS when it is too many, or one
 * of them is none. */
unsigned events_count(const char *mounts);

#endif
