/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "net/conn.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/conn_priv.h"
#include "net/tcp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINGER_MS      5000
#define LINGER_STEP_MS 50

const char *
close_word(enum close_reason reason)
{
	static const char *const words[] = {
#define X(name, word, fault, text) word,
		CLOSE_REASONS(X)
#undef X
	};

	return words[reason];
}

const char *
close_text(enum close_reason reason)
{
	static const char *const texts[] = {
#define X(name, word, fault, text) text,
		CLOSE_REASONS(X)
#undef X
	};

	return texts[reason];
}

static void
sweep_closed(evutil_socket_t fd, short what, void *arg)
{
	struct conn_home *home = arg;
	struct conn *conn;

	(void)fd;
	(void)what;
	while ((conn = TAILQ_FIRST(&home->closing)) != NULL) {
		TAILQ_REMOVE(&home->closing, conn, link);
		free(conn);
	}
}

struct conn_home *
conn_home_new(struct event_base *base, struct wheel *wheel)
{
	struct conn_home *home = mem_new(sizeof(*home));

	home->base = base;
	home->wheel = wheel;
	TAILQ_INIT(&home->open);
	TAILQ_INIT(&home->closing);
	event_assign(&home->sweep, base, -1, 0, sweep_closed, home);
	return home;
}

unsigned
conn_home_count(const struct conn_home *home)
{
	return home->count;
}

uint64_t
conn_home_sent(const struct conn_home *home)
{
	return home->sent_bytes;
}

void
conn_home_close_all(struct conn_home *home)
{
	struct conn *conn;

	while ((conn = TAILQ_FIRST(&home->open)) != NULL)
		conn_close(conn, CLOSE_STOP);
}

void
conn_home_free(struct conn_home *home)
{
	conn_home_close_all(home);
	event_del(&home->sweep);
	sweep_closed(-1, 0, home);
	free(home);
}

static bool
is_ipv6(const struct sockaddr_storage *peer)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)peer;

	return peer->ss_family == AF_INET6 &&
	    !IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
}

struct conn *
conn_new(struct conn_home *home, int fd, uint64_t number,
    const struct sockaddr_storage *peer)
{
	struct conn *conn = mem_new(sizeof(*conn));

	conn->home = home;
	conn->fd = fd;
	conn->number = number;
	conn->ip_head_bytes = is_ipv6(peer) ? 40 : 20;
	conn->state = CONN_BEGIN;
	event_assign(&conn->read_event, home->base, fd, EV_READ | EV_PERSIST,
	    conn_on_read, conn);
	TAILQ_INSERT_TAIL(&home->open, conn, link);
	home->count++;
	return conn;
}

void
conn_begin(struct conn *conn, SSL_CTX *tls, bool is_tls_only)
{
	if (tls != NULL)
		SSL_CTX_up_ref(tls);
	conn->tls = tls;
	conn->is_tls_only = is_tls_only;
	conn_read(conn, true);
	conn_on_read(conn->fd, EV_READ, conn); /* it may have come already */
}

bool
conn_can_upgrade(const struct conn *conn)
{
	return conn->tls != NULL && conn->ssl == NULL;
}

void
conn_upgrade(struct conn *conn)
{
	CHECK(conn_can_upgrade(conn));
	conn->state = CONN_BEGIN;
	conn->is_tls_only = true;
	conn->was_ready = false;
}

void
conn_own(struct conn *conn, const struct conn_stage *stage, void *owner)
{
	conn->stage = stage;
	conn->owner = owner;
}

void *
conn_owner(const struct conn *conn, const struct conn_stage *stage)
{
	return conn->stage == stage ? conn->owner : NULL;
}

void
conn_event(struct conn *conn, enum conn_event event)
{
	if (conn->state == CONN_OPEN || event == CONN_TIMEOUT ||
	    event == CONN_ERROR || event == CONN_EOF)
		conn->stage->event(conn, event, conn->owner);
}

void
conn_close(struct conn *conn, enum close_reason reason)
{
	struct conn_home *home = conn->home;

	if (conn->state == CONN_CLOSED)
		return;
	conn->state = CONN_CLOSED;
	conn->stage->closed(conn, reason, conn->owner);
	timer_stop(home->wheel, &conn->timer);
	event_del(&conn->read_event);
	if (conn->write_event != NULL)
		event_free(conn->write_event);
	tls_free(conn);
	close(conn->fd);
	conn_drop(&conn->input);
	conn_drop(&conn->output);
	TAILQ_REMOVE(&home->open, conn, link);
	if (TAILQ_EMPTY(&home->closing))
		event_active(&home->sweep, 0, 0);
	TAILQ_INSERT_TAIL(&home->closing, conn, link);
	home->count--;
}

/* The peer's kernel has everything, or has said goodbye for good. */
static bool
all_confirmed(struct conn *conn)
{
	struct conn_counts counts;
	struct tcp_counts tcp;

	conn_count(conn, &counts);
	return counts.payload_out >= conn->plain_out ||
	    !tcp_counts(conn->fd, conn->ip_head_bytes, &tcp) || tcp.is_dead;
}

/* Who reads slowly shall have all of it, and it shall be counted; who confirms
 * nothing is not waited for. */
static bool
is_patient(struct conn *conn)
{
	uint64_t before = conn->payload_most;
	int64_t now_ms = clock_mono_ms();
	struct conn_counts counts;

	conn_count(conn, &counts);
	if (counts.payload_out > before)
		conn->finish_by_ms = now_ms + LINGER_MS;
	return now_ms < conn->finish_by_ms;
}

static void
linger_again(struct timer *timer)
{
	struct conn *conn = (struct conn *)((char *)timer -
	    offsetof(struct conn, timer));

	if (conn->state == CONN_FLUSH && is_patient(conn))
		timer_set(
		    conn->home->wheel, timer, LINGER_STEP_MS, linger_again);
	else
		conn_linger_check(conn);
}

/* Closing while unread input waits would reset the connection and lose what
 * the peer has not read yet: so its end is awaited, for a while. */
void
conn_linger_check(struct conn *conn)
{
	if (!is_patient(conn) || (conn->has_eof && all_confirmed(conn))) {
		conn_close(conn, conn->finish_reason);
		return;
	}
	timer_set(
	    conn->home->wheel, &conn->timer, LINGER_STEP_MS, linger_again);
}

void
conn_say_end(struct conn *conn)
{
	conn->state = CONN_LINGER;
	if (conn->ssl != NULL)
		tls_say_end(conn);
	shutdown(conn->fd, SHUT_WR);
	conn_want_write(conn, false);
	conn_linger_check(conn);
}

void
conn_finish(struct conn *conn, enum close_reason reason)
{
	if (conn->state >= CONN_FLUSH)
		return;
	if (conn->state != CONN_OPEN) {
		conn_close(conn, reason);
		return;
	}
	conn->state = CONN_FLUSH;
	conn->finish_reason = reason;
	conn->finish_by_ms = clock_mono_ms() + LINGER_MS;
	conn_drop(&conn->input);
	if (conn->home->offered == conn)
		conn->home->fresh_len = 0;
	if (!conn->has_eof)
		conn_read(conn, true);
	if (conn->output == NULL && conn->tls_pending == 0) {
		conn_say_end(conn);
		return;
	}
	conn_want_write(conn, true);
	timer_set(
	    conn->home->wheel, &conn->timer, LINGER_STEP_MS, linger_again);
}

bool
conn_is_finishing(const struct conn *conn)
{
	return conn->state >= CONN_FLUSH;
}

uint64_t
conn_number(const struct conn *conn)
{
	return conn->number;
}

bool
conn_is_tls(const struct conn *conn)
{
	return conn->ssl != NULL;
}

int
conn_fd(const struct conn *conn)
{
	return conn->fd;
}

static void
time_out(struct timer *timer)
{
	conn_event(
	    (struct conn *)((char *)timer - offsetof(struct conn, timer)),
	    CONN_TIMEOUT);
}

void
conn_deadline(struct conn *conn, int64_t ms)
{
	if (conn->state >= CONN_FLUSH)
		return;
	if (ms == 0)
		timer_stop(conn->home->wheel, &conn->timer);
	else
		timer_set(conn->home->wheel, &conn->timer, ms, time_out);
}

void
conn_count(struct conn *conn, struct conn_counts *counts)
{
	struct tcp_counts tcp;
	uint64_t payload, cipher;

	tcp_counts(conn->fd, conn->ip_head_bytes, &tcp);
	payload = conn->plain_out < tcp.acked ? conn->plain_out : tcp.acked;
	if (conn->ssl != NULL) {
		cipher = tls_cipher_out(conn);
		payload = tcp.acked >= cipher && conn->tls_pending == 0
		    ? conn->plain_out
		    : (uint64_t)((double)conn->plain_out *
			  ((double)tcp.acked /
			      (double)(cipher + conn->tls_pending + 1)));
		if (payload > conn->plain_out)
			payload = conn->plain_out;
	}
	if (payload > conn->payload_most)
		conn->payload_most = payload;
	counts->payload_out = conn->payload_most;
	counts->tcp_out = tcp.acked;
	counts->wire_out = tcp.wire_out;
	counts->payload_in = conn->plain_in;
	counts->wire_in = tcp.wire_in;
}
