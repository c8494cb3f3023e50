/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "stream/listener.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"
#include "http/response.h"
#include "stream/uniques.h"

#include <stdlib.h>
#include <string.h>

#define RUSH_MS     5     /* between newcomers; in a rush */
#define FIRST_BYTES 16384 /* of the burst go out at once, */
#define FRESH_MS    20    /* and the rest so much later */
#define START_MS    10000 /* a mount without any place to start: 503 then */

static const char answer_top[] = "HTTP/1.0 200 OK\r\n"
				 "Server: all2all\r\n"
				 "Connection: close\r\n";
static const char answer_rest[] =
    "Accept-Ranges: none\r\n"
    "Cache-Control: no-cache, no-store\r\n"
    "Expires: Mon, 26 Jul 1997 05:00:00 GMT\r\n"
    "Pragma: no-cache\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Expose-Headers: icy-br, icy-name, icy-description, "
    "icy-genre, icy-url, icy-metaint, Content-Length\r\n";

static void event(struct conn *, enum conn_event, void *);
static void closed(struct conn *, enum close_reason, void *);
static void drink(struct listener *);

static const struct conn_stage listener_stage = {
	.name = "listener",
	.event = event,
	.closed = closed,
};

struct listener *
listener_of(const struct conn *conn)
{
	return conn_owner(conn, &listener_stage);
}

static struct listener_list *
list_of(struct mount *mount, enum listener_state state)
{
	switch (state) {
	case LISTENER_WAITING:
		return &mount->waiting;
	case LISTENER_FRESH:
		return &mount->fresh;
	case LISTENER_IDLE:
		return &mount->idle;
	default:
		return &mount->busy;
	}
}

/* An idle one goes to the end: the pump takes who waits longest first. */
static void
set_state(struct listener *listener, enum listener_state state)
{
	if (listener->state == state && state != LISTENER_IDLE)
		return;
	TAILQ_REMOVE(list_of(listener->mount, listener->state), listener, link);
	listener->state = state;
	TAILQ_INSERT_TAIL(list_of(listener->mount, state), listener, link);
}

/* From here on it hears nothing but closed(). */
static void
let_go(struct listener *listener, enum close_reason reason)
{
	set_state(listener, LISTENER_BUSY);
	conn_finish(listener->conn, reason);
}

void
listener_head(struct bytes *out, const struct mount *mount, bool with_icy)
{
	char date[RESPONSE_DATE_BYTES];

	response_date(clock_wall_ms(), date);
	bytes_text(out, answer_top);
	bytes_format(out, "Date: %s\r\n", date);
	bytes_append(out, mount->lines->bytes, mount->lines->len);
	bytes_text(out, answer_rest);
	if (with_icy)
		bytes_format(out, "icy-metaint:%lld\r\n",
		    (long long)mount->rules->metaint_bytes);
	bytes_text(out, "\r\n");
}

void
listener_meter(struct listener *listener)
{
	struct mount *mount = listener->mount;

	if (meter_take(mount->worker, &listener->meter, listener->conn,
		mount->member, mount->name, mount->number, USAGE_LIVE) &&
	    listener->meter.listen_ms >= USAGE_LONG_MS &&
	    listener->counted_day != (uint16_t)mount->day)
		uniques_count(mount->worker->uniques, listener);
}

int64_t
listener_secs(const struct listener *listener)
{
	return clock_mono_ms() / 1000 - listener->since_secs;
}

uint64_t
listener_lag(const struct listener *listener)
{
	const struct ring *ring = &listener->mount->ring;
	uint64_t lag = 0, seq = listener->cursor.seq;

	for (seq = seq < ring->first ? ring->first : seq; seq < ring->next;
	     seq++)
		lag += ring_at(ring, seq)->len;
	return lag;
}

void
listener_begin(
    struct conn *conn, struct mount *mount, const struct listener_wish *wish)
{
	struct listener *listener = mem_new(sizeof(*listener));
	char agent[AGENT_BYTES];

	listener->magic = LISTENER_MAGIC;
	listener->conn = conn;
	listener->mount = mount;
	listener->state = LISTENER_WAITING;
	listener->metaint = wish->wants_icy
	    ? (uint32_t)mount->rules->metaint_bytes
	    : 0;
	listener->taken_ms = clock_mono_ms();
	listener->since_secs = (uint32_t)(listener->taken_ms / 1000);
	text_clean(agent, sizeof(agent), wish->agent, strlen(wish->agent));
	listener->agent = mem_text(agent);
	listener->player = (uint8_t)uniques_player(wish->agent);
	meter_begin(&listener->meter);
	meter_start(mount->worker, mount->member, mount->name, mount->number,
	    USAGE_LIVE);
	TAILQ_INSERT_TAIL(&mount->waiting, listener, link);
	mount_joined(mount);
	conn_own(conn, &listener_stage, listener);
	conn_deadline(conn, START_MS);
	conn_read(conn, true);
	listener_start(listener);
}

static void
start_at(struct listener *listener, uint64_t seq)
{
	struct block *block = ring_at(&listener->mount->ring, seq);

	listener->start = seq;
	cursor_set(&listener->cursor, seq);
	block_unref(listener->head);
	listener->head = block_ref(block->head);
}

/* So soon after the last one: more of them will come. */
static bool
is_rush(struct mount *mount)
{
	int64_t before_ms = mount->joined_ms;

	mount->joined_ms = clock_mono_ms();
	return mount->joined_ms - before_ms <= RUSH_MS;
}

void
listener_start(struct listener *listener)
{
	struct mount *mount = listener->mount;
	struct bytes head = { 0 };
	uint64_t seq = ring_start(&mount->ring,
	    (size_t)mount->rules->burst_bytes, mount->rules->burst_ms);

	if (seq == 0 || mount->lines == NULL)
		return;
	/* As the head says it: the rules may have changed while it waited. */
	if (listener->metaint > 0)
		listener->metaint = mount->takes_icy
		    ? (uint32_t)mount->rules->metaint_bytes
		    : 0;
	listener->until_meta = listener->metaint;
	start_at(listener, seq);
	listener_head(&head, mount, listener->metaint > 0);
	conn_queue(listener->conn, head.data, head.len);
	bytes_free(&head);
	conn_deadline(listener->conn, 0);
	set_state(listener, is_rush(mount) ? LISTENER_FRESH : LISTENER_IDLE);
	drink(listener);
}

/* The first block that does not continue what this listener has. */
static bool
is_at_cut(const struct listener *listener)
{
	const struct cursor *cursor = &listener->cursor;
	const struct block *block;

	if (cursor->held != NULL || cursor->seq == listener->start)
		return false;
	block = ring_at(&listener->mount->ring, cursor->seq);
	return block != NULL && (block->flags & BLOCK_CUT);
}

/* Behind what the ring remembers: to the newest place to start, when that still
 * continues what this listener was given. False: it was let go. */
static bool
catch_up(struct listener *listener)
{
	struct mount *mount = listener->mount;
	uint64_t seq = ring_newest_sync(&mount->ring);
	struct block *block = ring_at(&mount->ring, seq);

	/* The rules of a mount that is over may be gone with their file. */
	if (mount->is_over || mount->rules->slow == SLOW_CLOSE ||
	    block == NULL || block->head != listener->head ||
	    mount->ring.cut > listener->start) {
		log_info("#%llu listener %s slow: let go",
		    (unsigned long long)conn_number(listener->conn),
		    mount->name);
		conn_close(listener->conn, CLOSE_SLOW);
		return false;
	}
	listener->skips++;
	listener->start = seq;
	cursor_set(&listener->cursor, seq);
	return true;
}

/* The title in force in this block when it is news, else one zero byte, which
 * says that nothing changed. */
static struct block *
meta_of(const struct listener *listener, const struct block *block)
{
	if (block == NULL || block->title == NULL ||
	    block->title == listener->title)
		return listener->mount->worker->silence;
	return block->title;
}

/* The next metadata block begins; after it comes body again. */
static void
begin_meta(struct listener *listener, struct block *meta)
{
	listener->meta = block_ref(meta);
	listener->meta_sent = 0;
	listener->until_meta = listener->metaint;
	if (meta == listener->mount->worker->silence)
		return;
	block_unref(listener->title);
	listener->title = block_ref(meta);
}

static struct block *
next_block(const struct listener *listener)
{
	const struct cursor *cursor = &listener->cursor;

	return cursor->held != NULL
	    ? cursor->held
	    : ring_at(&listener->mount->ring, cursor->seq);
}

static size_t
head_left(const struct listener *listener)
{
	return listener->head != NULL
	    ? listener->head->len - listener->head_sent
	    : 0;
}

/* Body on both sides of the next metadata block, and that one between: a send
 * costs more than all of its bytes. *meta stays NULL when there is not so much
 * body yet. The block it belongs to is the one of the piece behind it. */
static int
fill_around(struct listener *listener, struct iovec iov[CONN_IOV_MOST],
    struct block **meta)
{
	const struct cursor *cursor = &listener->cursor;
	const struct ring *ring = &listener->mount->ring;
	size_t before = listener->until_meta;
	int count = cursor_iov(
	    cursor, ring, iov, CONN_IOV_MOST - 2, before + listener->metaint);
	int at = 0;

	while (at < count && iov[at].iov_len <= before)
		before -= iov[at++].iov_len;
	if (at == count)
		return count;
	*meta = meta_of(listener,
	    at == 0 ? next_block(listener)
		    : ring_at(ring, cursor->seq + (uint64_t)at));
	if (before > 0) {
		memmove(&iov[at + 1], &iov[at],
		    (size_t)(count++ - at) * sizeof(*iov));
		iov[at].iov_len = before;
		at++;
		iov[at].iov_base = (uint8_t *)iov[at].iov_base + before;
		iov[at].iov_len -= before;
	}
	memmove(&iov[at + 1], &iov[at], (size_t)(count++ - at) * sizeof(*iov));
	iov[at].iov_base = (*meta)->bytes;
	iov[at].iov_len = (*meta)->len;
	return count;
}

/* What can go out next: the rest of a metadata block, then body up to the next
 * one. */
static int
fill(struct listener *listener, struct iovec iov[CONN_IOV_MOST])
{
	size_t room = listener->metaint > 0 ? listener->until_meta : SIZE_MAX;
	size_t len = head_left(listener);
	int count = 0;

	if (listener->state == LISTENER_FRESH && room > FIRST_BYTES)
		room = FIRST_BYTES;
	if (listener->meta != NULL) {
		iov[count].iov_base = listener->meta->bytes +
		    listener->meta_sent;
		iov[count++].iov_len = listener->meta->len -
		    listener->meta_sent;
	}
	if (len > 0) {
		len = len < room ? len : room;
		iov[count].iov_base = listener->head->bytes +
		    listener->head_sent;
		iov[count++].iov_len = len;
		room -= len;
	}
	if (room > 0)
		count += cursor_iov(&listener->cursor, &listener->mount->ring,
		    iov + count, CONN_IOV_MOST - count, room);
	return count;
}

static void
advance_meta(struct listener *listener, size_t *sent)
{
	size_t left = listener->meta->len - listener->meta_sent;
	size_t take = *sent < left ? *sent : left;

	listener->meta_sent += (uint32_t)take;
	*sent -= take;
	if (take < left)
		return;
	block_unref(listener->meta);
	listener->meta = NULL;
}

static void
advance_body(struct listener *listener, size_t sent)
{
	size_t take = head_left(listener) < sent ? head_left(listener) : sent;

	if (listener->metaint > 0)
		listener->until_meta -= (uint32_t)sent;
	listener->head_sent += (uint32_t)take;
	cursor_advance(&listener->cursor, &listener->mount->ring, sent - take);
}

/* meta: what stood between two parts of the body, or NULL. */
static void
advance(struct listener *listener, size_t sent, struct block *meta)
{
	size_t before = listener->until_meta;

	if (listener->meta != NULL)
		advance_meta(listener, &sent);
	if (meta != NULL && sent > before) {
		advance_body(listener, before);
		begin_meta(listener, meta);
		sent -= before;
		advance_meta(listener, &sent);
	}
	advance_body(listener, sent);
}

static bool
has_body(const struct listener *listener)
{
	return head_left(listener) > 0 ||
	    !cursor_at_end(&listener->cursor, &listener->mount->ring);
}

static void
caught_up(struct listener *listener)
{
	set_state(listener, LISTENER_IDLE);
	if (listener->mount->is_over)
		let_go(listener, CLOSE_MOUNT_END);
}

/* One send. False: nothing more can or need be done now. */
static bool
send_once(struct listener *listener)
{
	struct iovec iov[CONN_IOV_MOST];
	struct block *meta = NULL;
	ssize_t sent;
	int count;

	if (listener->metaint > 0 && listener->until_meta == 0 &&
	    listener->meta == NULL)
		begin_meta(listener, meta_of(listener, next_block(listener)));
	if (listener->metaint > 0 && listener->meta == NULL &&
	    head_left(listener) == 0 && listener->state != LISTENER_FRESH)
		count = fill_around(listener, iov, &meta);
	else
		count = fill(listener, iov);
	sent = conn_writev(listener->conn, iov, count);
	if (sent < 0) {
		conn_close(listener->conn, CLOSE_GONE);
		return false;
	}
	if (sent == 0) {
		set_state(listener, LISTENER_BUSY);
		return false;
	}
	listener->taken_ms = clock_mono_ms();
	advance(listener, (size_t)sent, meta);
	return true;
}

/* In a rush all newcomers get their first bytes before the first of them gets
 * the rest, and who leaves again at once never costs the whole burst. */
static bool
rests(struct listener *listener)
{
	if (listener->state != LISTENER_FRESH || !has_body(listener))
		return false;
	conn_deadline(listener->conn, FRESH_MS);
	return true;
}

static void
drink(struct listener *listener)
{
	struct mount *mount = listener->mount;

	do {
		if (is_at_cut(listener)) {
			let_go(listener, CLOSE_CUT);
			return;
		}
		if (!cursor_valid(&listener->cursor, &mount->ring) &&
		    !catch_up(listener))
			return;
		if (!has_body(listener)) {
			caught_up(listener);
			return;
		}
	} while (send_once(listener) && !rests(listener));
}

void
listener_wake(struct listener *listener)
{
	if (listener->state == LISTENER_FRESH) {
		conn_deadline(listener->conn, 0);
		set_state(listener, LISTENER_BUSY);
	}
	drink(listener);
}

void
listener_mount_ended(struct listener *listener)
{
	if (listener->state == LISTENER_WAITING)
		let_go(listener, CLOSE_MOUNT_END);
	else if (listener->state == LISTENER_IDLE ||
	    listener->state == LISTENER_FRESH)
		listener_wake(listener);
	else
		conn_deadline(listener->conn,
		    listener->mount->worker->conf->listener_stall_ms);
}

bool
listener_is_stalled(const struct listener *listener, int64_t stall_ms)
{
	return listener->state == LISTENER_BUSY &&
	    !conn_is_finishing(listener->conn) &&
	    clock_mono_ms() - listener->taken_ms > stall_ms;
}

void
listener_kick(struct listener *listener)
{
	let_go(listener, CLOSE_KICKED);
}

static void
too_late(struct listener *listener)
{
	struct bytes answer = { 0 };

	response_error(&answer, 503, "this stream has not begun yet", true);
	conn_send(listener->conn, answer.data, answer.len);
	bytes_free(&answer);
	let_go(listener, CLOSE_IDLE);
}

static void
event(struct conn *conn, enum conn_event what, void *owner)
{
	struct listener *listener = owner;

	CHECK(listener->magic == LISTENER_MAGIC);
	switch (what) {
	case CONN_READY:
		break;
	case CONN_DATA:
		conn_skip(conn);
		break;
	case CONN_DRAINED:
		if (listener->state != LISTENER_WAITING)
			listener_wake(listener);
		break;
	case CONN_TIMEOUT:
		if (listener->state == LISTENER_WAITING)
			too_late(listener);
		else if (listener->state == LISTENER_FRESH)
			listener_wake(listener);
		else
			conn_close(conn, CLOSE_SLOW);
		break;
	case CONN_EOF:
		let_go(listener, CLOSE_GONE);
		break;
	case CONN_ERROR:
		conn_close(conn, CLOSE_GONE);
		break;
	}
}

static void
closed(struct conn *conn, enum close_reason reason, void *owner)
{
	struct listener *listener = owner;
	struct mount *mount = listener->mount;

	listener_meter(listener);
	meter_end(mount->worker, &listener->meter, mount->member, mount->name,
	    mount->number);
	log_debug("#%llu listener %s %s secs=%lld skips=%u",
	    (unsigned long long)conn_number(conn), mount->name,
	    close_word(reason), (long long)listener_secs(listener),
	    listener->skips);
	worker_forget(mount->worker, conn);
	TAILQ_REMOVE(list_of(mount, listener->state), listener, link);
	cursor_clear(&listener->cursor);
	block_unref(listener->head);
	block_unref(listener->meta);
	block_unref(listener->title);
	free(listener->agent);
	free(listener);
	mount_left(mount);
}
