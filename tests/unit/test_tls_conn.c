/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * A conn that talks TLS to a client that reads slowly. */
#include "loop/wheel.h"
#include "net/conn.h"
#include "net/tls.h"
#include "test.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ALL_BYTES (3u << 20)

struct talk {
	struct event_base *base;
	struct conn *conn;
	SSL *client;
	uint32_t sent, got; /* bytes of the pattern */
	uint32_t keys_asked_at;
	bool is_ready, is_full;
};

static uint8_t
pattern(uint32_t at)
{
	return (uint8_t)((at * 2654435761u) >> 24);
}

static void
on_event(struct conn *conn, enum conn_event event, void *owner)
{
	struct talk *talk = owner;

	(void)conn;
	if (event == CONN_READY)
		talk->is_ready = true;
	if (event == CONN_DRAINED)
		talk->is_full = false;
}

static void
on_closed(struct conn *conn, enum close_reason reason, void *owner)
{
	(void)conn;
	(void)reason;
	(void)owner;
}

static const struct conn_stage stage = { "test", on_event, on_closed };

/* A certificate of this minute, in one file with its key. */
static SSL_CTX *
new_server(void)
{
	char path[] = "/tmp/test_tls_conn.XXXXXX", why[256];
	FILE *file = fdopen(mkstemp(path), "w");
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	SSL_CTX *tls;

	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 600);
	X509_set_pubkey(certificate, key);
	X509_sign(certificate, key, EVP_sha256());
	PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
	PEM_write_X509(file, certificate);
	fclose(file);
	tls = tls_context(path, path, why, sizeof(why));
	unlink(path);
	X509_free(certificate);
	EVP_PKEY_free(key);
	assert_non_null(tls);
	return tls;
}

static void
connect_loopback(int *one, int *other)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(name);
	int door = socket(AF_INET, SOCK_STREAM, 0);
	const int small = 16384; /* so that the sockets are full often */

	setsockopt(door, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	assert_int_equal(bind(door, (struct sockaddr *)&name, len), 0);
	assert_int_equal(listen(door, 1), 0);
	getsockname(door, (struct sockaddr *)&name, &len);
	*other = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(*other, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	assert_int_equal(connect(*other, (struct sockaddr *)&name, len), 0);
	assert_int_equal(fcntl(*other, F_SETFL, O_NONBLOCK), 0);
	*one = accept4(door, NULL, NULL, SOCK_NONBLOCK);
	assert_true(*one >= 0);
	close(door);
}

static void
write_until_full(struct talk *talk)
{
	uint8_t piece[40000];
	struct iovec iov = { piece, 0 };
	ssize_t n;

	while (!talk->is_full && talk->sent < ALL_BYTES) {
		iov.iov_len = ALL_BYTES - talk->sent;
		if (iov.iov_len > sizeof(piece))
			iov.iov_len = sizeof(piece);
		for (size_t i = 0; i < iov.iov_len; i++)
			piece[i] = pattern(talk->sent + (uint32_t)i);
		n = conn_writev(talk->conn, &iov, 1);
		assert_true(n >= 0);
		talk->is_full = n == 0;
		talk->sent += (uint32_t)n;
	}
}

static void
read_some(struct talk *talk)
{
	uint8_t some[30000];
	int n = SSL_read(talk->client, some, sizeof(some));

	for (int i = 0; i < n; i++)
		assert_int_equal(some[i], pattern(talk->got++));
}

/* Once at a place: one that asks again and again before it reads would fill the
 * way to the server, and then wait for room there instead of reading. */
static void
ask_for_new_keys(struct talk *talk)
{
	if (talk->got % 7 != 3 || talk->got == talk->keys_asked_at)
		return;
	talk->keys_asked_at = talk->got;
	SSL_key_update(talk->client, SSL_KEY_UPDATE_REQUESTED);
}

static void
stream_to(SSL_CTX *client_tls)
{
	const struct sockaddr_storage nobody = { .ss_family = AF_INET };
	SSL_CTX *server_tls = new_server();
	struct talk talk = { .base = event_base_new() };
	struct wheel *wheel = wheel_new(talk.base);
	struct conn_home *home = conn_home_new(talk.base, wheel);
	int fd, peer;

	connect_loopback(&fd, &peer);
	talk.conn = conn_new(home, fd, 1, &nobody);
	conn_own(talk.conn, &stage, &talk);
	conn_begin(talk.conn, server_tls, true);
	talk.client = SSL_new(client_tls);
	SSL_set_fd(talk.client, peer);
	while (!talk.is_ready) {
		(void)SSL_connect(talk.client);
		event_base_loop(talk.base, EVLOOP_NONBLOCK);
	}
	while (talk.got < ALL_BYTES) {
		write_until_full(&talk);
		ask_for_new_keys(&talk);
		read_some(&talk);
		event_base_loop(talk.base, EVLOOP_NONBLOCK);
	}
	SSL_free(talk.client);
	close(peer);
	conn_home_free(home);
	wheel_free(wheel);
	event_base_free(talk.base);
	SSL_CTX_free(server_tls);
}

static void
a_slow_client_gets_every_byte_once(void **state)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());

	(void)state;
	stream_to(client);
	SSL_CTX_free(client);
}

static void
so_does_one_that_asks_for_small_records(void **state)
{
	static const uint8_t sizes[] = { TLSEXT_max_fragment_length_512,
		TLSEXT_max_fragment_length_4096 };
	SSL_CTX *client;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes); i++) {
		client = SSL_CTX_new(TLS_client_method());
		SSL_CTX_set_tlsext_max_fragment_length(client, sizes[i]);
		stream_to(client);
		SSL_CTX_free(client);
	}
}

static void
so_does_one_that_speaks_tls_12(void **state)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());

	(void)state;
	SSL_CTX_set_max_proto_version(client, TLS1_2_VERSION);
	SSL_CTX_set_tlsext_max_fragment_length(
	    client, TLSEXT_max_fragment_length_1024);
	stream_to(client);
	SSL_CTX_free(client);
}

TEST_MAIN(TEST(a_slow_client_gets_every_byte_once),
    TEST(so_does_one_that_asks_for_small_records),
    TEST(so_does_one_that_speaks_tls_12))
