/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "net/tls.h"

#include "net/conn_priv.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

/* Mozilla's "intermediate" without DHE. */
#define CIPHERS_12                                                             \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"           \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"           \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
#define GROUPS "X25519:P-256:P-384"

static int
choose_http11(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto((unsigned char **)out, out_len, ours,
		sizeof(ours) - 1, in, in_len) == OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_OK;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void
say_why(char *why, size_t why_bytes, const char *what)
{
	unsigned long code = ERR_get_error();
	const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;

	snprintf(why, why_bytes, "%s: %s", what,
	    reason != NULL ? reason : "not usable");
	ERR_clear_error();
}

static bool
set_up(SSL_CTX *tls)
{
	SSL_CTX_set_options(tls,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
		SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(tls,
	    SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(tls, 1);
	SSL_CTX_set_max_early_data(tls, 0);
	SSL_CTX_set_alpn_select_cb(tls, choose_http11, NULL);
	return SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) == 1 &&
	    SSL_CTX_set_cipher_list(tls, CIPHERS_12) == 1 &&
	    SSL_CTX_set1_groups_list(tls, GROUPS) == 1;
}

SSL_CTX *
tls_context(
    const char *certificate, const char *key, char *why, size_t why_bytes)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	ERR_clear_error();
	if (tls == NULL || !set_up(tls))
		say_why(why, why_bytes, "TLS");
	else if (SSL_CTX_use_certificate_chain_file(tls, certificate) != 1)
		say_why(why, why_bytes, certificate);
	else if (SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
		say_why(why, why_bytes, key);
	else if (SSL_CTX_check_private_key(tls) != 1)
		say_why(why, why_bytes, "the key does not fit the certificate");
	else
		return tls;
	SSL_CTX_free(tls);
	return NULL;
}

void
tls_begin(struct conn *conn)
{
	conn->ssl = SSL_new(conn->tls);
	CHECK(conn->ssl != NULL && SSL_set_fd(conn->ssl, conn->fd) == 1);
	SSL_set_accept_state(conn->ssl);
}

/* Errors of one conn must never be read as another's: the queue is emptied. */
static int
failed(struct conn *conn, int result)
{
	int error = SSL_get_error(conn->ssl, result);

	ERR_clear_error();
	return error;
}

int
tls_handshake(struct conn *conn)
{
	int result, error;

	ERR_clear_error();
	result = SSL_do_handshake(conn->ssl);
	if (result == 1)
		return 1;
	error = failed(conn, result);
	conn_want_write(conn, error == SSL_ERROR_WANT_WRITE);
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE
	    ? 0
	    : -1;
}

/* A client may have asked for small records (RFC 6066 section 4). OpenSSL would
 * make several of a longer write, and hold only the first one. */
size_t
tls_record_bytes(const struct conn *conn)
{
	const SSL_SESSION *session = SSL_get0_session(conn->ssl);
	unsigned wish = session != NULL
	    ? SSL_SESSION_get_max_fragment_length(session)
	    : TLSEXT_max_fragment_length_DISABLED;

	return wish >= TLSEXT_max_fragment_length_512 &&
		wish <= TLSEXT_max_fragment_length_4096
	    ? (size_t)256 << wish
	    : SCRATCH_BYTES;
}

ssize_t
tls_read(struct conn *conn, uint8_t *to, size_t len, bool *is_eof)
{
	int result, error;

	ERR_clear_error();
	result = SSL_read(conn->ssl, to, (int)len);
	if (result > 0)
		return result;
	error = failed(conn, result);
	*is_eof = error == SSL_ERROR_ZERO_RETURN;
	if (*is_eof)
		return -1;
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE
	    ? 0
	    : -1;
}

/* A record that OpenSSL has made but not sent whole counts as taken: OpenSSL
 * holds its bytes, and only wants to be called again with as many of any. */
static ssize_t
finish_record(struct conn *conn)
{
	int result = SSL_write(
	    conn->ssl, conn->home->write_scratch, (int)conn->tls_pending);

	if (result > 0) {
		conn->tls_pending = 0;
		return 1;
	}
	switch (failed(conn, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return 0;
	default:
		return -1;
	}
}

ssize_t
tls_write(struct conn *conn, const void *from, size_t len)
{
	ssize_t done;
	int result;

	ERR_clear_error();
	if (conn->tls_pending > 0) {
		done = finish_record(conn);
		if (done <= 0 || len == 0)
			return done < 0 ? -1 : 0;
	}
	if (len == 0)
		return 0;
	result = SSL_write(conn->ssl, from, (int)len);
	if (result > 0)
		return result;
	switch (failed(conn, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		/* A key update goes first, and no record is made before. */
		if (SSL_in_init(conn->ssl))
			return 0;
		conn->tls_pending = len;
		return (ssize_t)len;
	default:
		return -1;
	}
}

void
tls_say_end(struct conn *conn)
{
	ERR_clear_error();
	if (SSL_is_init_finished(conn->ssl))
		(void)SSL_shutdown(conn->ssl);
	ERR_clear_error();
}

void
tls_free(struct conn *conn)
{
	SSL_free(conn->ssl);
	SSL_CTX_free(conn->tls);
	conn->ssl = NULL;
	conn->tls = NULL;
}

uint64_t
tls_cipher_out(const struct conn *conn)
{
	return BIO_number_written(SSL_get_wbio(conn->ssl));
}
