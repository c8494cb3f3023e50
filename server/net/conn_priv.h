/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * conn_priv - the inside of a conn, for the files of this room only.
 *
 *   BEGIN --first byte--> HANDSHAKE --> OPEN --conn_finish--> FLUSH --> LINGER
 *     any ----------------------- conn_close --------------------------> CLOSED
 */
#ifndef NET_CONN_PRIV_H
#define NET_CONN_PRIV_H

#include "loop/wheel.h"
#include "net/conn.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/ssl.h>
#include <sys/queue.h>

#define SCRATCH_BYTES 16384 /* one TLS record; also what one read takes */
#define TURN_BYTES    (4 * SCRATCH_BYTES) /* read from one conn in one turn */

enum conn_state {
	CONN_BEGIN,
	CONN_HANDSHAKE,
	CONN_OPEN,
	CONN_FLUSH,
	CONN_LINGER,
	CONN_CLOSED,
};

TAILQ_HEAD(conn_list, conn);

struct conn_home {
	struct event_base *base;
	struct wheel *wheel;
	struct conn_list open, closing;
	struct event sweep; /* frees what is closing, after the callback */
	unsigned count;
	uint64_t sent_bytes; /* to all conns there ever were */
	/* During CONN_DATA: whose new bytes are still in the scratch. */
	const struct conn *offered;
	const uint8_t *fresh;
	size_t fresh_len;
	uint8_t read_scratch[SCRATCH_BYTES];
	uint8_t write_scratch[SCRATCH_BYTES];
};

/* There are as many as there are peers: what few need is allocated only while
 * they need it. */
struct conn {
	struct conn_home *home;
	const struct conn_stage *stage;
	void *owner;
	int fd;
	enum conn_state state : 8;
	enum close_reason finish_reason : 8;
	uint8_t ip_head_bytes;
	bool is_tls_only : 1;
	bool has_eof : 1;
	bool reads : 1;
	bool polls : 1; /* for reading: may be longer than it reads */
	bool was_ready : 1;
	bool offers_again : 1; /* input that was left, to whoever reads now */
	struct bytes *output;  /* small answers; NULL: none */
	SSL *ssl;
	uint64_t plain_out;

	SSL_CTX *tls;        /* kept until TLS begins or is out of question */
	size_t tls_pending;  /* plain bytes taken, their record half sent */
	struct bytes *input; /* left over by the stage; NULL: none */
	struct event *write_event; /* while the socket is full, or NULL */
	struct event read_event;
	struct timer timer;
	int64_t finish_by_ms;
	uint64_t number;
	uint64_t plain_in;
	uint64_t payload_most; /* acknowledged payload never shrinks */
	TAILQ_ENTRY(conn) link;
};

void conn_event(struct conn *, enum conn_event);
/* Gives new bytes to the stage, keeps what it leaves. */
void conn_offer(struct conn *, const uint8_t *bytes, size_t len);
/* Frees the bytes and forgets them; NULL is fine. */
void conn_drop(struct bytes **);
void conn_want_write(struct conn *, bool on);
void conn_on_read(evutil_socket_t, short, void *);
void conn_on_write(evutil_socket_t, short, void *);
void conn_linger_check(struct conn *);
/* Finishing, and nothing left to send: says end to the peer. */
void conn_say_end(struct conn *);

/* tls.c: >0 bytes, 0 not now, -1 broken or *is_eof. */
ssize_t tls_read(struct conn *, uint8_t *to, size_t len, bool *is_eof);
/* At most tls_record_bytes() at a time. */
ssize_t tls_write(struct conn *, const void *from, size_t len);
size_t tls_record_bytes(const struct conn *);
/* 1 done, 0 not now, -1 failed. */
int tls_handshake(struct conn *);
void tls_begin(struct conn *);
void tls_say_end(struct conn *);
void tls_free(struct conn *);
uint64_t tls_cipher_out(const struct conn *);

#endif
