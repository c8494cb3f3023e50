/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * wire - one non-blocking TCP connection to the server, plain or TLS.
 *
 *      wire_dial -> (writable) -> wire_shake until WIRE_DONE -> read, write
 *      wire_finish: nothing more from us; reads go on until WIRE_END
 *      wire_close: the socket goes, with a reset when asked
 *
 * Reads and writes answer a count above 0 or one of enum wire_answer; on
 * WIRE_LOST, why says what happened.
 */
#ifndef LOAD_WIRE_H
#define LOAD_WIRE_H

#include "base/check.h"
#include "load/options.h"

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define WIRE_WAIT_US INT64_C(10000000) /* for an answer */

/* A read of TLS must take a whole record, or epoll would not tell of the rest.
 */
#define WIRE_READ_BYTES (64 << 10)

enum wire_answer {
	WIRE_END = 0, /* the peer is done */
	WIRE_WAIT = -1,
	WIRE_LOST = -2,
	WIRE_DONE = 1, /* of wire_shake */
};

/* Where to and how, for all wires to one URL. */
struct wire_target {
	const struct weburl *url;
	struct sockaddr_storage address;
	socklen_t address_len;
	SSL_CTX *tls; /* NULL: plain */
};

/* Whose it is: the upper half of epoll's number; the lower is an index. */
enum wire_owner {
	WIRE_LISTENER,
	WIRE_SOURCE,
	WIRE_VISIT,
};

struct wire {
	int fd; /* -1: none */
	SSL *tls;
	bool wants_write;
	uint32_t watched; /* what epoll waits for; 0: it does not know it */
	const char *why;
};

/* Finds the address and sets up TLS. Exits with a sentence when it cannot. */
void wire_find(
    struct wire_target *, const struct weburl *, const struct options *);
void wire_forget(struct wire_target *);
/* from may be NULL. False: wire->why says why not. */
bool wire_dial(struct wire *, const struct wire_target *,
    const struct in_addr *from) MUST_CHECK;
int wire_shake(struct wire *, const struct wire_target *) MUST_CHECK;
ssize_t wire_read(struct wire *, uint8_t *bytes, size_t len) MUST_CHECK;
/* Reads without keeping; plain TCP throws the bytes away in the kernel. */
ssize_t wire_discard(struct wire *, uint8_t *scratch, size_t len) MUST_CHECK;
ssize_t wire_write(struct wire *, const void *bytes, size_t len) MUST_CHECK;
/* What epoll shall wait for from now on. */
void wire_watch(
    struct wire *, int epoll, uint32_t events, enum wire_owner, unsigned index);
void wire_finish(struct wire *);
void wire_close(struct wire *, bool is_abort);
/* Bytes that came over TCP: with TLS more than what was read. */
uint64_t wire_raw_bytes(const struct wire *, uint64_t read_bytes);

#endif
