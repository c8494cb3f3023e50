/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "serve/events.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/response.h"
#include "stream/meter.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define RING       64
#define QUIET_MS   15000
#define WAITS_MOST 16384 /* bytes: who does not take these is let go */
#define LOOK_MS    1000

struct follower {
	LIST_ENTRY(follower) link;
	struct worker *worker;
	struct conn *conn;
	char *mounts; /* names, each with a comma behind; NULL: all */
	int64_t sent_ms;
	struct meter meter;
};

struct kept {
	uint64_t number; /* 0: none yet */
	char mount[MOUNT_BYTES];
	struct block *block;
};

struct events {
	struct worker *worker;
	LIST_HEAD(, follower) followers;
	struct kept ring[RING];
	unsigned at; /* of the next */
	int64_t looked_ms;
};

static void event(struct conn *, enum conn_event, void *);
static void closed(struct conn *, enum close_reason, void *);

static const struct conn_stage events_stage = {
	.name = "events",
	.event = event,
	.closed = closed,
};

static const char head[] = "HTTP/1.1 200 OK\r\n"
			   "Server: " SERVER_NAME "\r\n"
			   "Connection: close\r\n"
			   "Content-Type: text/event-stream\r\n"
			   "Cache-Control: no-store\r\n"
			   "X-Accel-Buffering: no\r\n"
			   "X-Content-Type-Options: nosniff\r\n"
			   "Access-Control-Allow-Origin: *\r\n\r\n";

struct events *
events_new(struct worker *worker)
{
	struct events *events = mem_new(sizeof(*events));

	events->worker = worker;
	LIST_INIT(&events->followers);
	return events;
}

void
events_free(struct events *events)
{
	for (unsigned i = 0; i < RING; i++)
		block_unref(events->ring[i].block);
	free(events);
}

unsigned
events_count(const char *mounts)
{
	char name[MOUNT_BYTES];
	unsigned count = 0;
	size_t len;

	for (; *mounts != '\0'; mounts += len + (mounts[len] == ',')) {
		len = strcspn(mounts, ",");
		if (len >= sizeof(name) || ++count > EVENTS_MOUNTS)
			return EVENTS_MOUNTS + 1;
		memcpy(name, mounts, len);
		name[len] = '\0';
		if (mount_name_error(name) != NULL)
			return EVENTS_MOUNTS + 1;
	}
	return count;
}

static bool
wants(const struct follower *follower, const char *mount)
{
	size_t len = strlen(mount);
	const char *at = follower->mounts;

	if (at == NULL)
		return true;
	for (; (at = strstr(at, mount)) != NULL; at += len) {
		if ((at == follower->mounts || at[-1] == ',') && at[len] == ',')
			return true;
	}
	return false;
}

static void
send_to(struct follower *follower, const void *bytes, size_t len)
{
	follower->sent_ms = clock_mono_ms();
	conn_send(follower->conn, bytes, len);
	if (conn_waiting(follower->conn) > WAITS_MOST)
		conn_close(follower->conn, CLOSE_SLOW);
}

/* What came after the one it saw last; false: that is too long ago, or of
 * another run. */
static bool
catch_up(const struct events *events, const struct follower *follower,
    const struct request *request, struct bytes *out)
{
	const char *seen = request_header(request, "last-event-id");
	const struct kept *kept;
	bool is_found = false;

	for (unsigned i = 0; seen != NULL && i < RING; i++) {
		char id[EVENT_ID_BYTES];

		kept = &events->ring[(events->at + i) % RING];
		if (kept->number == 0)
			continue;
		if (is_found && wants(follower, kept->mount))
			bytes_append(out, kept->block->bytes, kept->block->len);
		event_id(id, events->worker->run, kept->number);
		is_found |= strcmp(id, seen) == 0;
	}
	return is_found;
}

void
events_begin(struct worker *worker, struct conn *conn,
    const struct request *request, const struct answer_msg *answer)
{
	struct follower *follower = mem_new(sizeof(*follower));
	struct bytes out = { 0 };

	follower->worker = worker;
	follower->conn = conn;
	meter_begin(&follower->meter);
	if (answer->event_mounts != NULL && answer->event_mounts[0] != '\0') {
		bytes_format(&out, "%s,", answer->event_mounts);
		bytes_append(&out, "", 1);
		follower->mounts = mem_text((const char *)out.data);
		bytes_free(&out);
	}
	LIST_INSERT_HEAD(&worker->events->followers, follower, link);
	conn_own(conn, &events_stage, follower);
	conn_deadline(conn, 0);
	conn_read(conn, true);
	bytes_text(&out, head);
	bytes_text(&out, "retry: 3000\n\n");
	if (!catch_up(worker->events, follower, request, &out))
		bytes_append(&out, answer->body->bytes, answer->body->len);
	send_to(follower, out.data, out.len);
	bytes_free(&out);
}

static void
keep(struct events *events, const struct event_msg *message)
{
	struct kept *kept = &events->ring[events->at++ % RING];

	block_unref(kept->block);
	kept->number = message->number;
	text_copy(kept->mount, sizeof(kept->mount), message->mount);
	kept->block = block_ref(message->block);
}

void
events_send(struct events *events, const struct event_msg *message)
{
	struct follower *follower, *next;

	keep(events, message);
	for (follower = LIST_FIRST(&events->followers); follower != NULL;
	     follower = next) {
		next = LIST_NEXT(follower, link);
		if (wants(follower, message->mount))
			send_to(follower, message->block->bytes,
			    message->block->len);
	}
}

void
events_tick(struct events *events)
{
	static const char quiet[] = ":\n\n";
	int64_t now_ms = clock_mono_ms();
	struct follower *follower, *next;

	if (now_ms - events->looked_ms < LOOK_MS)
		return;
	events->looked_ms = now_ms;
	for (follower = LIST_FIRST(&events->followers); follower != NULL;
	     follower = next) {
		next = LIST_NEXT(follower, link);
		if (now_ms - follower->sent_ms >= QUIET_MS)
			send_to(follower, quiet, sizeof(quiet) - 1);
	}
}

void
events_meter(struct conn *conn)
{
	struct follower *follower = conn_owner(conn, &events_stage);

	if (follower != NULL)
		meter_take(follower->worker, &follower->meter, conn, 0, "", 0,
		    USAGE_PAGES);
}

static void
event(struct conn *conn, enum conn_event what, void *owner)
{
	size_t len;

	(void)owner;
	switch (what) {
	case CONN_READY:
	case CONN_DRAINED:
	case CONN_TIMEOUT:
		break;
	case CONN_DATA: /* a client has nothing to say any more */
		(void)conn_input(conn, &len);
		conn_used(conn, len);
		break;
	case CONN_EOF:
	case CONN_ERROR:
		conn_close(conn, CLOSE_GONE);
		break;
	}
}

static void
closed(struct conn *conn, enum close_reason reason, void *owner)
{
	struct follower *follower = owner;

	(void)reason;
	events_meter(conn);
	LIST_REMOVE(follower, link);
	worker_forget(follower->worker, conn);
	free(follower->mounts);
	free(follower);
}
