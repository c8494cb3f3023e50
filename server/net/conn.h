/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * conn - one socket, plain or TLS, and the stage that owns it now.
 *
 * A conn is owned by one stage at a time (request, source, listener, page). The
 * stage hands it on with conn_own() and never looks back. Six events, one
 * callback. A conn never leaves its worker's thread.
 *
 * conn_close() tells the stage and unhooks the socket at once; the memory goes
 * after the callback that is running, because libevent may still
 * hold an event of it. After conn_close() the stage's own memory is its own
 * affair: the conn never calls it again.
 *
 * Input stays in the conn until the stage says how much it used; input that a
 * stage leaves is offered again with the next bytes.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include "base/bytes.h"
#include "base/check.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#define CONN_IOV_MOST 16 /* pieces of one conn_writev() */

struct conn;
struct conn_home;
struct event_base;
struct ssl_ctx_st;
struct wheel;

enum conn_event {
	CONN_READY,   /* TLS is done or not wanted: bytes may come */
	CONN_DATA,    /* new bytes in the input */
	CONN_DRAINED, /* the socket takes more */
	CONN_TIMEOUT, /* the deadline passed */
	CONN_EOF,     /* the peer finished sending */
	CONN_ERROR,   /* broken; only conn_close() makes sense now */
};

/* Every way a connection ends: enum, word, our fault?, text for the log. */
#define CLOSE_REASONS(X)                                                       \
	X(CLOSE_DONE, "done", false, "finished")                               \
	X(CLOSE_GONE, "gone", false, "the peer went away")                     \
	X(CLOSE_SLOW, "slow", false, "too far behind")                         \
	X(CLOSE_IDLE, "idle", false, "nothing came in time")                   \
	X(CLOSE_REFUSED, "refused", false, "not allowed")                      \
	X(CLOSE_BAD, "bad", false, "the request made no sense")                \
	X(CLOSE_MEDIA, "media", false, "the stream made no sense")             \
	X(CLOSE_FAST, "fast", false, "more bitrate than its plan has")         \
	X(CLOSE_TLS, "tls", false, "the TLS handshake failed")                 \
	X(CLOSE_MOUNT_END, "end", false, "the stream ended")                   \
	X(CLOSE_CUT, "cut", false, "the stream changed its format")            \
	X(CLOSE_KICKED, "kicked", false, "let go by an operator")              \
	X(CLOSE_STOP, "stop", false, "the server is stopping")                 \
	X(CLOSE_BROKEN, "broken", true, "a write or read failed")

enum close_reason {
#define X(name, word, fault, text) name,
	CLOSE_REASONS(X)
#undef X
};

const char *close_word(enum close_reason);
const char *close_text(enum close_reason);

struct conn_stage {
	const char *name; /* for the log: "request", "listener" */
	void (*event)(struct conn *, enum conn_event, void *owner);
	/* The conn is closing; the last chance to read its counts. */
	void (*closed)(struct conn *, enum close_reason, void *owner);
};

/* What a worker gives all its conns. One thread. */
struct conn_home *conn_home_new(struct event_base *, struct wheel *);
void conn_home_close_all(struct conn_home *); /* CLOSE_STOP, at once */
void conn_home_free(struct conn_home *);
unsigned conn_home_count(const struct conn_home *);
/* Bytes given to the sockets of all its conns, also those that ended. */
uint64_t conn_home_sent(const struct conn_home *);

/* Takes fd; tls may be NULL (plain only), a reference is kept while needed. The
 * first byte decides between TLS and plain; is_tls_only refuses the latter. */
struct conn *conn_new(struct conn_home *, int fd, uint64_t number,
    const struct sockaddr_storage *peer);
void conn_begin(struct conn *, struct ssl_ctx_st *tls, bool is_tls_only);
/* Answers what stands in the output, then TLS from the next byte on (RFC 2817).
 * The stage gets CONN_READY again. False: no TLS on this socket. */
bool conn_can_upgrade(const struct conn *);
void conn_upgrade(struct conn *);

void conn_own(struct conn *, const struct conn_stage *, void *owner);
/* The owner, when it is that stage's; else NULL. */
void *conn_owner(const struct conn *, const struct conn_stage *);
void conn_close(struct conn *, enum close_reason);
/* Sends what stands in the output, says end to the peer, and closes when it has
 * confirmed everything, or nothing for a short while. Input is thrown away. The
 * stage hears no event but closed(). */
void conn_finish(struct conn *, enum close_reason);
bool conn_is_finishing(const struct conn *);

uint64_t conn_number(const struct conn *);
bool conn_is_tls(const struct conn *);
int conn_fd(const struct conn *);

const uint8_t *conn_input(const struct conn *, size_t *len);
void conn_used(struct conn *, size_t len);
/* All of it: what a listener says after its request means nothing to us. */
void conn_skip(struct conn *);
/* Reading stops and starts: back-pressure on the peer. Starts on. */
void conn_read(struct conn *, bool on);

/* CONN_DATA only when so many bytes have come, or the end; 1 is the normal. */
void conn_wait_for(struct conn *, int bytes);
/* Reads what there is now. The conn may be closed after it. */
void conn_pull(struct conn *);

/* Small answers: copied, and sent before anything else. */
void conn_send(struct conn *, const void *bytes, size_t len);
/* Of what conn_send() was given, what the socket has not taken. */
size_t conn_waiting(const struct conn *);
/* The same, but goes out with the next conn_writev(), which must follow. */
void conn_queue(struct conn *, const void *bytes, size_t len);
/* Bytes taken, 0 when the socket is full (CONN_DRAINED will come), -1 when it
 * is broken. Bytes taken are sent, or held by TLS, in order. */
ssize_t conn_writev(struct conn *, const struct iovec *, int count) MUST_CHECK;

/* CONN_TIMEOUT in so many ms; 0 stops it. Never early. */
void conn_deadline(struct conn *, int64_t ms);

/* Totals of this connection so far, as accounting defines them. */
struct conn_counts {
	uint64_t payload_out; /* acknowledged, without TLS */
	uint64_t tcp_out;     /* acknowledged, with TLS */
	uint64_t wire_out;    /* on the wire, with IP and TCP heads */
	uint64_t payload_in;
	uint64_t wire_in;
};
void conn_count(struct conn *, struct conn_counts *);

#endif
