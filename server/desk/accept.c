/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "desk/desk_priv.h"
#include "net/address.h"
#include "net/tcp.h"
#include "net/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH       64 /* connections taken in one turn of the loop */
#define BACKLOG     4096
#define RETRY_MS    100 /* after the descriptors have run out */
#define MODERATE_MS 2

static const char
    full[] = "HTTP/1.0 503 Service Unavailable\r\n"
	     "Server: all2all\r\nConnection: close\r\nRetry-After: 30\r\n"
	     "Content-Type: text/plain\r\nContent-Length: 22\r\n\r\n"
	     "the server is full now";

/* What is set on the listening socket holds for those it accepts (socket(7)).
 */
static int
open_socket(const struct conf *conf, const struct addrinfo *info)
{
	const int on = 1;
	int fd = socket(info->ai_family,
	    info->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (info->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	tcp_prepare(fd, conf->unsent_bytes, conf->send_buffer_bytes);
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
add_socket(struct desk *desk, const struct conf_listen *rules, int fd)
{
	struct listen_socket *listens = mem_grow(
	    desk->listens, (desk->listen_count + 1) * sizeof(*listens));
	struct listen_socket *added = &listens[desk->listen_count++];

	memset(added, 0, sizeof(*added));
	added->desk = desk;
	added->fd = fd;
	added->rules = rules;
	added->is_tls_only = rules->is_tls_only;
	desk->listens = listens;
}

/* "*" is both families; one of them may be missing on a machine. */
static void
open_listen(struct desk *desk, const struct conf_listen *rules)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV };
	const char *host = strcmp(rules->address, "*") == 0 ? NULL
							    : rules->address;
	struct addrinfo *found = NULL, *info;
	unsigned before = desk->listen_count;
	char port[8];
	int error, fd;

	snprintf(port, sizeof(port), "%u", rules->port);
	error = getaddrinfo(host, port, &hints, &found);
	if (error != 0)
		die("listen %s:%s: %s", rules->address, port,
		    gai_strerror(error));
	for (info = found; info != NULL; info = info->ai_next) {
		fd = open_socket(desk->conf, info);
		if (fd != -1)
			add_socket(desk, rules, fd);
	}
	error = errno;
	freeaddrinfo(found);
	if (desk->listen_count == before)
		die("listen %s:%s: %s", rules->address, port, strerror(error));
}

void
accept_open(struct desk *desk)
{
	struct listen_socket *listens;
	char why[512];

	for (unsigned i = 0; i < desk->conf->listen_count; i++)
		open_listen(desk, &desk->conf->listens[i]);
	listens = desk->listens;
	for (unsigned i = 0; i < desk->listen_count; i++) {
		if (listens[i].rules->certificate == NULL)
			continue;
		listens[i].tls = tls_context(listens[i].rules->certificate,
		    listens[i].rules->key, why, sizeof(why));
		if (listens[i].tls == NULL)
			die("%s", why);
	}
	desk->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void
accept_new_conf(struct desk *desk)
{
	for (unsigned i = 0; i < desk->listen_count; i++)
		tcp_prepare(desk->listens[i].fd, desk->conf->unsent_bytes,
		    desk->conf->send_buffer_bytes);
}

void
accept_ports(const struct desk *desk, unsigned *plain, unsigned *tls)
{
	*plain = *tls = 0;
	for (unsigned i = 0; i < desk->listen_count; i++) {
		const struct listen_socket *listen = &desk->listens[i];
		unsigned port = address_port(listen->fd);

		if (listen->tls != NULL && *tls == 0)
			*tls = port;
		if (!listen->is_tls_only && *plain == 0)
			*plain = port;
	}
}

/* New certificates for the sockets there are; all of them or none. */
bool
accept_reload_tls(
    struct desk *desk, const struct conf *conf, char *why, size_t why_bytes)
{
	SSL_CTX **fresh = mem_new(desk->listen_count * sizeof(SSL_CTX *));
	const struct conf_listen *rules;
	bool ok = true;

	for (unsigned i = 0; i < desk->listen_count && ok; i++) {
		for (unsigned n = 0; n < conf->listen_count && ok; n++) {
			rules = &conf->listens[n];
			if (strcmp(rules->address,
				desk->listens[i].rules->address) != 0 ||
			    rules->port != desk->listens[i].rules->port ||
			    rules->certificate == NULL || fresh[i] != NULL)
				continue;
			fresh[i] = tls_context(
			    rules->certificate, rules->key, why, why_bytes);
			ok = fresh[i] != NULL;
		}
	}
	for (unsigned i = 0; i < desk->listen_count; i++) {
		if (ok && fresh[i] != NULL) {
			SSL_CTX_free(desk->listens[i].tls);
			desk->listens[i].tls = fresh[i];
		} else {
			SSL_CTX_free(fresh[i]);
		}
	}
	free(fresh);
	return ok;
}

static void
hand_over(struct listen_socket *from, int fd,
    const struct sockaddr_storage *peer, uint64_t household)
{
	struct desk *desk = from->desk;
	struct conn_msg *message = message_new(MSG_CONN, sizeof(*message));
	unsigned worker = placement_choose(desk);

	message->fd = fd;
	message->conn_no = ++desk->last_conn;
	message->peer = *peer;
	message->tls = from->tls;
	message->is_tls_only = from->is_tls_only;
	if (from->tls != NULL)
		SSL_CTX_up_ref(from->tls);
	guest_new(desk, message->conn_no, worker, household);
	loop_post_from(
	    desk->loop, desk->worker_loops[worker], &message->message);
}

static void
refuse_full(int fd)
{
	/* Best effort: a full socket here would be a peer's trick. */
	(void)send(fd, full, sizeof(full) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

static void
take_peer(
    struct listen_socket *from, int fd, const struct sockaddr_storage *peer)
{
	struct desk *desk = from->desk;
	struct in6_addr address = address_of(peer);
	uint64_t household = household_of(desk, &address);

	if (desk->guests.count >= (size_t)desk->conf->max_clients)
		refuse_full(fd);
	else if (household_is_full(desk, household))
		close(fd);
	else
		hand_over(from, fd, peer, household);
}

/* No descriptor left: the poller would spin on the waiting peer. One is told
 * no with the reserve, then the socket rests. */
static void
rest(struct listen_socket *from)
{
	const struct timeval wait = { .tv_usec = RETRY_MS * 1000 };
	struct desk *desk = from->desk;
	int fd;

	log_error("no descriptors left: new connections wait "
		  "(raise LimitNOFILE or lower max-clients)");
	if (desk->reserve_fd != -1) {
		close(desk->reserve_fd);
		fd = accept4(
		    from->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd != -1)
			refuse_full(fd);
		desk->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	event_del(&from->event);
	event_add(&from->retry, &wait);
}

/* When they come so fast, they are taken a few at a time: the threads are
 * woken once for all of these, and nobody notices the wait. */
static void
moderate(struct listen_socket *from)
{
	const struct timeval wait = { .tv_usec = MODERATE_MS * 1000 };
	int64_t before_ms = from->taken_ms;

	from->taken_ms = clock_mono_ms();
	if (from->taken_ms - before_ms > 2 * MODERATE_MS)
		return;
	event_del(&from->event);
	event_add(&from->retry, &wait);
}

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct listen_socket *from = arg;
	struct sockaddr_storage peer;
	socklen_t len;
	int got;

	(void)what;
	for (int i = 0; i < BATCH; i++) {
		memset(&peer, 0, sizeof(peer));
		len = sizeof(peer);
		got = accept4(fd, (struct sockaddr *)&peer, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (got != -1) {
			take_peer(from, got, &peer);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM) {
			rest(from);
			return;
		}
		if (errno != EINTR && errno != ECONNABORTED) {
			moderate(from);
			return;
		}
	}
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct listen_socket *from = arg;

	(void)fd;
	(void)what;
	event_add(&from->event, NULL);
}

void
accept_start(struct desk *desk)
{
	struct event_base *base = loop_base(desk->loop);
	struct listen_socket *from;

	for (unsigned i = 0; i < desk->listen_count; i++) {
		from = &desk->listens[i];
		event_assign(&from->event, base, from->fd, EV_READ | EV_PERSIST,
		    on_accept, from);
		event_assign(&from->retry, base, -1, 0, on_retry, from);
		event_add(&from->event, NULL);
	}
}

void
accept_stop(struct desk *desk)
{
	for (unsigned i = 0; i < desk->listen_count; i++) {
		event_del(&desk->listens[i].event);
		event_del(&desk->listens[i].retry);
		close(desk->listens[i].fd);
		desk->listens[i].fd = -1;
	}
}

void
accept_free(struct desk *desk)
{
	for (unsigned i = 0; i < desk->listen_count; i++)
		SSL_CTX_free(desk->listens[i].tls);
	free(desk->listens);
	if (desk->reserve_fd != -1)
		close(desk->reserve_fd);
}
