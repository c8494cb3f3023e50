/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "net/conn_priv.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define TLS_FIRST_BYTE 0x16 /* a handshake record, RFC 8446 section 5.1 */

void
conn_drop(struct bytes **kept)
{
	if (*kept == NULL)
		return;
	bytes_free(*kept);
	free(*kept);
	*kept = NULL;
}

static void
keep(struct bytes **kept, const void *bytes, size_t len)
{
	if (*kept == NULL)
		*kept = mem_new(sizeof(**kept));
	bytes_append(*kept, bytes, len);
}

static void
eat(struct bytes **kept, size_t len)
{
	bytes_eat(*kept, len);
	if ((*kept)->len == 0)
		conn_drop(kept);
}

void
conn_want_write(struct conn *conn, bool on)
{
	if (conn->state == CONN_CLOSED || on == (conn->write_event != NULL))
		return;
	if (!on) {
		event_free(conn->write_event);
		conn->write_event = NULL;
		return;
	}
	conn->write_event = event_new(conn->home->base, conn->fd,
	    EV_WRITE | EV_PERSIST, conn_on_write, conn);
	CHECK(conn->write_event != NULL);
	event_add(conn->write_event, NULL);
}

/* Turning reads off and soon on again costs the poller nothing: it is told
 * only when bytes come meanwhile. */
void
conn_read(struct conn *conn, bool on)
{
	if (conn->state == CONN_CLOSED || conn->has_eof)
		return;
	conn->reads = on;
	if (on && !conn->polls) {
		event_add(&conn->read_event, NULL);
		conn->polls = true;
	}
	/* What a stage left or TLS still holds will not wake the poller. */
	conn->offers_again = on && conn->input != NULL;
	if (conn->offers_again ||
	    (on && conn->ssl != NULL && SSL_pending(conn->ssl) > 0))
		event_active(&conn->read_event, EV_READ, 0);
}

static void
stop_polling(struct conn *conn)
{
	event_del(&conn->read_event);
	conn->polls = false;
}

const uint8_t *
conn_input(const struct conn *conn, size_t *len)
{
	const struct conn_home *home = conn->home;

	if (conn->input != NULL) {
		*len = conn->input->len;
		return conn->input->data;
	}
	*len = home->offered == conn ? home->fresh_len : 0;
	return home->fresh;
}

void
conn_used(struct conn *conn, size_t len)
{
	struct conn_home *home = conn->home;

	if (len == 0)
		return;
	if (conn->input != NULL) {
		eat(&conn->input, len);
		return;
	}
	CHECK(home->offered == conn && len <= home->fresh_len);
	home->fresh += len;
	home->fresh_len -= len;
}

void
conn_skip(struct conn *conn)
{
	size_t len;

	(void)conn_input(conn, &len);
	conn_used(conn, len);
}

/* Bytes go to the stage from where they were read; only what it leaves is
 * copied. */
void
conn_offer(struct conn *conn, const uint8_t *bytes, size_t len)
{
	struct conn_home *home = conn->home;

	conn->plain_in += len;
	if (conn->state != CONN_OPEN)
		return;
	if (conn->input != NULL) {
		keep(&conn->input, bytes, len);
		conn_event(conn, CONN_DATA);
	} else {
		CHECK(home->offered == NULL);
		home->offered = conn;
		home->fresh = bytes;
		home->fresh_len = len;
		conn_event(conn, CONN_DATA);
		if (conn->state <= CONN_OPEN && home->fresh_len > 0)
			keep(&conn->input, home->fresh, home->fresh_len);
		home->offered = NULL;
	}
	/* Plain bytes behind an upgrade may be anybody's. */
	if (conn->state == CONN_BEGIN && conn->input != NULL)
		conn_close(conn, CLOSE_BAD);
}

static void
become_ready(struct conn *conn)
{
	conn->state = CONN_OPEN;
	if (conn->was_ready)
		return;
	conn->was_ready = true;
	conn_event(conn, CONN_READY);
}

static void
shake_hands(struct conn *conn)
{
	switch (tls_handshake(conn)) {
	case 1:
		conn_want_write(conn, false);
		become_ready(conn);
		break;
	case -1:
		conn_close(conn, CLOSE_TLS);
		break;
	default:
		break;
	}
}

/* False: nothing decided yet, or the conn is closed. */
static bool
look_at_first_byte(struct conn *conn)
{
	uint8_t first;
	ssize_t n = recv(conn->fd, &first, 1, MSG_PEEK);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		conn_close(conn, CLOSE_GONE);
		return false;
	}
	if (first == TLS_FIRST_BYTE && conn->tls != NULL) {
		tls_begin(conn);
		conn->state = CONN_HANDSHAKE;
		return true;
	}
	if (first == TLS_FIRST_BYTE || conn->is_tls_only) {
		conn_close(conn, CLOSE_TLS);
		return false;
	}
	become_ready(conn);
	return conn->state == CONN_OPEN;
}

static ssize_t
read_some(struct conn *conn, uint8_t *to, bool *is_eof)
{
	ssize_t n;

	*is_eof = false;
	if (conn->ssl != NULL)
		return tls_read(conn, to, SCRATCH_BYTES, is_eof);
	do {
		n = recv(conn->fd, to, SCRATCH_BYTES, 0);
	} while (n == -1 && errno == EINTR);
	if (n > 0)
		return n;
	*is_eof = n == 0;
	return n == -1 && errno == EAGAIN ? 0 : -1;
}

static void
take_end(struct conn *conn, bool is_eof)
{
	conn->has_eof = true;
	stop_polling(conn);
	if (conn->state == CONN_LINGER)
		conn_linger_check(conn);
	else if (conn->state == CONN_FLUSH)
		return;
	else
		conn_event(conn, is_eof ? CONN_EOF : CONN_ERROR);
}

static void
read_turn(struct conn *conn)
{
	uint8_t *scratch = conn->home->read_scratch;
	size_t turn = 0;
	bool is_eof;
	ssize_t n;

	if (conn->offers_again && conn->state == CONN_OPEN) {
		conn->offers_again = false;
		conn_event(conn, CONN_DATA);
	}
	while (conn->state >= CONN_OPEN && conn->state != CONN_CLOSED &&
	    conn->reads && turn < TURN_BYTES) {
		n = read_some(conn, scratch, &is_eof);
		if (n == 0)
			return;
		if (n < 0) {
			take_end(conn, is_eof);
			return;
		}
		turn += (size_t)n;
		conn_offer(conn, scratch, (size_t)n);
		if (conn->ssl == NULL && n < SCRATCH_BYTES)
			return;
	}
	if (conn->state != CONN_CLOSED && conn->ssl != NULL && conn->reads &&
	    SSL_pending(conn->ssl) > 0)
		event_active(&conn->read_event, EV_READ, 0);
}

void
conn_on_read(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	(void)what;
	if (conn->state == CONN_BEGIN && !look_at_first_byte(conn))
		return;
	if (conn->state == CONN_HANDSHAKE)
		shake_hands(conn);
	if (conn->state < CONN_OPEN || conn->state == CONN_CLOSED)
		return;
	if (conn->reads)
		read_turn(conn);
	else
		stop_polling(conn);
}

void
conn_wait_for(struct conn *conn, int bytes)
{
	/* Where it does not work, bytes are told of as they come. */
	(void)setsockopt(
	    conn->fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof(bytes));
}

void
conn_pull(struct conn *conn)
{
	if (conn->state == CONN_OPEN && conn->reads && !conn->has_eof)
		read_turn(conn);
}

static ssize_t
send_some(struct conn *conn, const struct iovec *iov, int count)
{
	struct msghdr message = { .msg_iov = (struct iovec *)iov,
		.msg_iovlen = (size_t)count };
	ssize_t n;

	do {
		n = count == 1
		    ? send(conn->fd, iov->iov_base, iov->iov_len, MSG_NOSIGNAL)
		    : sendmsg(conn->fd, &message, MSG_NOSIGNAL);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN ? 0 : -1;
	return n;
}

/* One TLS record from as many pieces as fit: fewer, fuller records. */
static ssize_t
send_record(struct conn *conn, const struct iovec *iov, int count, size_t skip)
{
	uint8_t *scratch = conn->home->write_scratch;
	size_t used = 0, take, most = tls_record_bytes(conn);

	for (int i = 0; i < count && used < most; i++) {
		if (skip >= iov[i].iov_len) {
			skip -= iov[i].iov_len;
			continue;
		}
		take = iov[i].iov_len - skip;
		if (take > most - used)
			take = most - used;
		memcpy(scratch + used, (uint8_t *)iov[i].iov_base + skip, take);
		used += take;
		skip = 0;
	}
	return used > 0 ? tls_write(conn, scratch, used) : 0;
}

static ssize_t
send_records(struct conn *conn, const struct iovec *iov, int count)
{
	ssize_t taken = 0, n;

	if (conn->tls_pending > 0 && tls_write(conn, NULL, 0) == -1)
		return -1;
	while (conn->tls_pending == 0) {
		n = send_record(conn, iov, count, (size_t)taken);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		taken += n;
	}
	return taken;
}

static void
count_sent(struct conn *conn, size_t len)
{
	conn->plain_out += len;
	conn->home->sent_bytes += len;
}

/* False: broken. */
static bool
flush_output(struct conn *conn)
{
	struct iovec iov;
	ssize_t n = 1;

	while (n > 0 && conn->output != NULL) {
		iov.iov_base = conn->output->data;
		iov.iov_len = conn->output->len;
		n = conn->ssl != NULL ? send_records(conn, &iov, 1)
				      : send_some(conn, &iov, 1);
		if (n < 0)
			return false;
		count_sent(conn, (size_t)n);
		eat(&conn->output, (size_t)n);
	}
	return true;
}

static bool
has_unsent(const struct conn *conn)
{
	return conn->output != NULL || conn->tls_pending > 0;
}

void
conn_send(struct conn *conn, const void *bytes, size_t len)
{
	if (conn->state == CONN_CLOSED)
		return;
	keep(&conn->output, bytes, len);
	/* A broken socket is told by the poller, not in the caller's hands. */
	if (!flush_output(conn) || has_unsent(conn))
		conn_want_write(conn, true);
}

size_t
conn_waiting(const struct conn *conn)
{
	return conn->output != NULL ? conn->output->len : 0;
}

void
conn_queue(struct conn *conn, const void *bytes, size_t len)
{
	if (conn->state != CONN_CLOSED)
		keep(&conn->output, bytes, len);
}

static ssize_t
send_pieces(struct conn *conn, const struct iovec *iov, int count)
{
	size_t wanted = 0;
	ssize_t n;

	for (int i = 0; i < count; i++)
		wanted += iov[i].iov_len;
	n = conn->ssl != NULL ? send_records(conn, iov, count)
			      : send_some(conn, iov, count);
	if (n < 0)
		return -1;
	count_sent(conn, (size_t)n);
	if ((size_t)n < wanted || (conn->ssl != NULL && conn->tls_pending > 0))
		conn_want_write(conn, true);
	return n;
}

/* What is queued goes first, in the same piece. */
static ssize_t
send_queued(struct conn *conn, const struct iovec *iov, int count)
{
	struct iovec all[1 + CONN_IOV_MOST];
	size_t queued = conn->output->len;
	ssize_t n;

	CHECK(count <= CONN_IOV_MOST);
	all[0].iov_base = conn->output->data;
	all[0].iov_len = queued;
	memcpy(all + 1, iov, (size_t)count * sizeof(*iov));
	n = send_pieces(conn, all, count + 1);
	if (n <= 0)
		return n;
	eat(&conn->output, (size_t)n < queued ? (size_t)n : queued);
	return (size_t)n > queued ? n - (ssize_t)queued : 0;
}

ssize_t
conn_writev(struct conn *conn, const struct iovec *iov, int count)
{
	if (conn->output == NULL)
		return send_pieces(conn, iov, count);
	/* It waits for the poller already, and so must these. */
	if (conn->write_event != NULL)
		return 0;
	return send_queued(conn, iov, count);
}

void
conn_on_write(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	(void)what;
	if (conn->state == CONN_HANDSHAKE) {
		shake_hands(conn);
		return;
	}
	if (!flush_output(conn) ||
	    (conn->tls_pending > 0 && tls_write(conn, NULL, 0) == -1)) {
		if (conn->state == CONN_FLUSH)
			conn_close(conn, conn->finish_reason);
		else
			conn_event(conn, CONN_ERROR);
		return;
	}
	if (has_unsent(conn))
		return;
	conn_want_write(conn, false);
	if (conn->state == CONN_FLUSH)
		conn_say_end(conn);
	else
		conn_event(conn, CONN_DRAINED);
}
