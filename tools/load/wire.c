/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define DISCARD_BYTES (1 << 20) /* at once, in the kernel */

static const char *
error_text(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return "connection refused";
	case ECONNRESET:
	case EPIPE:
		return "reset by the server";
	case ETIMEDOUT:
		return "timed out";
	case EADDRNOTAVAIL:
	case EADDRINUSE:
		return "no free local port (--from gives more)";
	case EMFILE:
	case ENFILE:
		return "no free file descriptor";
	default:
		return strerrordesc_np(error);
	}
}

static SSL_CTX *
make_tls(const struct options *options)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());

	CHECK(tls != NULL);
	SSL_CTX_set_mode(tls,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	if (options->is_unverified)
		return tls;
	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
	if (options->ca_file == NULL) {
		SSL_CTX_set_default_verify_paths(tls);
	} else if (SSL_CTX_load_verify_file(tls, options->ca_file) != 1) {
		fprintf(stderr, "all2all-load: no certificates in %s\n",
		    options->ca_file);
		exit(1);
	}
	return tls;
}

void
wire_find(struct wire_target *target, const struct weburl *url,
    const struct options *options)
{
	struct addrinfo wanted = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	char port[8];
	int error;

	wanted.ai_family = options->from_count > 0 ? AF_INET : AF_UNSPEC;
	snprintf(port, sizeof(port), "%u", url->port);
	error = getaddrinfo(url->host, port, &wanted, &found);
	if (error != 0) {
		fprintf(stderr, "all2all-load: cannot find the host %s: %s\n",
		    url->host, gai_strerror(error));
		exit(1);
	}
	target->url = url;
	memcpy(&target->address, found->ai_addr, found->ai_addrlen);
	target->address_len = found->ai_addrlen;
	freeaddrinfo(found);
	target->tls = url->is_tls ? make_tls(options) : NULL;
}

void
wire_forget(struct wire_target *target)
{
	SSL_CTX_free(target->tls);
}

static bool
bind_from(int fd, const struct in_addr *from)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr = *from };
	int on = 1;

	/* So that the port is chosen by connect, for this peer alone. */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

bool
wire_dial(struct wire *wire, const struct wire_target *target,
    const struct in_addr *from)
{
	int on = 1;

	memset(wire, 0, sizeof(*wire));
	wire->fd = socket(target->address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (wire->fd == -1) {
		wire->why = error_text(errno);
		return false;
	}
	setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if ((from != NULL && !bind_from(wire->fd, from)) ||
	    (connect(wire->fd, (const struct sockaddr *)&target->address,
		 target->address_len) == -1 &&
		errno != EINPROGRESS)) {
		wire->why = error_text(errno);
		wire_close(wire, false);
		return false;
	}
	wire->wants_write = true;
	return true;
}

/* What a TLS call that did not succeed means. */
static int
tls_answer(struct wire *wire, int result)
{
	int error = SSL_get_error(wire->tls, result);
	long verify;

	wire->wants_write = error == SSL_ERROR_WANT_WRITE;
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return WIRE_WAIT;
	if (error == SSL_ERROR_ZERO_RETURN)
		return WIRE_END;
	verify = SSL_get_verify_result(wire->tls);
	if (error == SSL_ERROR_SYSCALL && errno != 0)
		wire->why = error_text(errno);
	else if (verify != X509_V_OK && !SSL_is_init_finished(wire->tls))
		wire->why = X509_verify_cert_error_string(verify);
	else if (ERR_GET_REASON(ERR_peek_error()) ==
	    SSL_R_UNEXPECTED_EOF_WHILE_READING)
		wire->why = "closed without a TLS goodbye";
	else
		wire->why = "TLS failed";
	ERR_clear_error();
	return WIRE_LOST;
}

static bool
start_tls(struct wire *wire, const struct wire_target *target)
{
	const char *host = target->url->host;
	X509_VERIFY_PARAM *param;

	wire->tls = SSL_new(target->tls);
	if (wire->tls == NULL || SSL_set_fd(wire->tls, wire->fd) != 1) {
		wire->why = "no memory for TLS";
		return false;
	}
	param = SSL_get0_param(wire->tls);
	if (X509_VERIFY_PARAM_set1_ip_asc(param, host) != 1) {
		SSL_set_tlsext_host_name(wire->tls, host);
		SSL_set1_host(wire->tls, host);
	}
	ERR_clear_error();
	return true;
}

int
wire_shake(struct wire *wire, const struct wire_target *target)
{
	socklen_t len = sizeof(int);
	int error = 0, result;

	if (wire->tls == NULL) {
		getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &error, &len);
		if (error != 0) {
			wire->why = error_text(error);
			return WIRE_LOST;
		}
		wire->wants_write = false;
		if (target->tls == NULL)
			return WIRE_DONE;
		if (!start_tls(wire, target))
			return WIRE_LOST;
	}
	errno = 0;
	result = SSL_connect(wire->tls);
	if (result == 1) {
		wire->wants_write = false;
		return WIRE_DONE;
	}
	result = tls_answer(wire, result);
	if (result == WIRE_END)
		wire->why = "closed during the TLS handshake";
	return result == WIRE_END ? WIRE_LOST : result;
}

static ssize_t
plain_answer(struct wire *wire, ssize_t n)
{
	if (n >= 0)
		return n;
	if (errno == EAGAIN || errno == EINTR)
		return WIRE_WAIT;
	wire->why = error_text(errno);
	return WIRE_LOST;
}

ssize_t
wire_read(struct wire *wire, uint8_t *bytes, size_t len)
{
	int n;

	if (wire->tls == NULL)
		return plain_answer(wire, recv(wire->fd, bytes, len, 0));
	errno = 0;
	n = SSL_read(wire->tls, bytes, (int)len);
	return n > 0 ? n : tls_answer(wire, n);
}

ssize_t
wire_discard(struct wire *wire, uint8_t *scratch, size_t len)
{
	if (wire->tls != NULL)
		return wire_read(wire, scratch, len);
	return plain_answer(
	    wire, recv(wire->fd, NULL, DISCARD_BYTES, MSG_TRUNC));
}

ssize_t
wire_write(struct wire *wire, const void *bytes, size_t len)
{
	ssize_t n;

	if (wire->tls != NULL) {
		errno = 0;
		n = SSL_write(wire->tls, bytes, (int)len);
		if (n <= 0)
			n = tls_answer(wire, (int)n);
	} else {
		n = plain_answer(
		    wire, send(wire->fd, bytes, len, MSG_NOSIGNAL));
	}
	wire->wants_write = n == WIRE_WAIT || (size_t)n < len;
	return n;
}

void
wire_watch(struct wire *wire, int epoll, uint32_t events, enum wire_owner owner,
    unsigned index)
{
	struct epoll_event event = { .events = events,
		.data.u64 = (uint64_t)owner << 32 | index };
	int how = wire->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

	if (wire->fd == -1 || wire->watched == events)
		return;
	CHECK(epoll_ctl(epoll, how, wire->fd, &event) == 0);
	wire->watched = events;
}

void
wire_finish(struct wire *wire)
{
	if (wire->tls != NULL) {
		SSL_shutdown(wire->tls);
		ERR_clear_error();
	}
	shutdown(wire->fd, SHUT_WR);
	wire->wants_write = false;
}

void
wire_close(struct wire *wire, bool is_abort)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	if (wire->fd == -1)
		return;
	if (is_abort)
		setsockopt(
		    wire->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	SSL_free(wire->tls);
	wire->tls = NULL;
	close(wire->fd);
	wire->fd = -1;
}

uint64_t
wire_raw_bytes(const struct wire *wire, uint64_t read_bytes)
{
	return wire->tls != NULL ? BIO_number_read(SSL_get_rbio(wire->tls))
				 : read_bytes;
}
