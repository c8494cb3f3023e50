/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The ways from a worker's stages to the other threads. */
#include "stream/worker.h"

#include <event2/event.h>

#define CLOSED_MS 5 /* what is told of ends waits so long for more */

void
worker_post_closed(struct worker *worker)
{
	struct closed_msg *closed = worker->closed;

	worker->closed = NULL;
	if (closed != NULL)
		loop_post_from(worker->loop, worker->desk, &closed->message);
}

/* What it was told before comes first. */
void
worker_tell_desk(struct worker *worker, struct message *message)
{
	worker_post_closed(worker);
	loop_post_from(worker->loop, worker->desk, message);
}

/* Nobody waits for it, and to wake the desk for each would cost more than the
 * rest of an end. */
void
worker_forget(struct worker *worker, const struct conn *conn)
{
	const struct timeval wait = { .tv_usec = CLOSED_MS * 1000 };
	struct closed_msg *closed = worker->closed;

	table_take(&worker->conns, conn_number(conn));
	if (closed == NULL) {
		closed = message_new(MSG_CLOSED, sizeof(*closed));
		worker->closed = closed;
		event_add(worker->tell_closed, &wait);
	}
	closed->conn_nos[closed->count++] = conn_number(conn);
	if (closed->count == CLOSED_MOST)
		worker_post_closed(worker);
}

struct mount *
worker_mount(const struct worker *worker, uint32_t mount_no)
{
	return table_get(&worker->mounts, mount_no);
}
