/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * floor - what sending a stream to many costs when a server adds nothing.
 *
 *     floor --port P --tick MS [--bitrate KBIT] [--format mp3|ts]
 *
 * It makes the numbered stream of all2all-load by itself, in real time, and
 * once a tick sends each listener what is new with one send(); tick 0: with
 * each frame. A newcomer gets a head and the last 64 KiB. Who could not take
 * all of it goes on as soon as its socket has room, and is closed once it is
 * so far behind that the bytes are gone.
 *
 * What it leaves out: all else. Requests are thrown away unread, so any path
 * is the stream. No source, no formats, no limits, no timeouts, no titles, no
 * TLS, no counting, no recording, no second core. A listener is one number.
 *
 * One thread, one epoll; errors of a listener close it, others end the
 * program. Port 0 lets the system pick. The port is written to standard
 * output once it listens, on 127.0.0.1 and nowhere else.
 */
#include "load/numbered.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/random.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define RING_BYTES  (8u << 20)
#define BURST_BYTES (64u << 10)
#define BACKLOG     4096
#define EVENTS      512 /* taken at once */
#define NOBODY      UINT64_MAX

struct floor {
	const struct numbered_encoding *encoding;
	unsigned port, kbps;
	int64_t tick_us;             /* 0: with each frame */
	int64_t start_us, next_us;   /* the next time to send */
	uint64_t ticks;              /* so far */
	struct numbered_frame frame; /* the next one to make */
	uint64_t head;               /* bytes of stream made so far */
	int epoll, listening;
	int fds;      /* above the highest descriptor in use */
	uint64_t *at; /* by descriptor: sent up to there, or NOBODY */
	char response[128];
	/* Twice the same, so that no stretch of it is ever broken. */
	uint8_t ring[2 * RING_BYTES];
};

static _Noreturn void refuse(const char *format, ...) PRINTF_LIKE(1, 2);

static _Noreturn void
refuse(const char *format, ...)
{
	va_list args;

	fputs("floor: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\n", stderr);
	exit(2);
}

static void
keep(struct floor *floor, const uint8_t *bytes, size_t len)
{
	size_t place = floor->head % RING_BYTES, room = RING_BYTES - place;
	size_t first = len < room ? len : room;

	memcpy(floor->ring + place, bytes, len);
	memcpy(floor->ring + RING_BYTES + place, bytes, first);
	memcpy(floor->ring, bytes + first, len - first);
	floor->head += len;
}

static int64_t
frame_due_us(const struct floor *floor)
{
	return floor->start_us +
	    floor->encoding->due_us(floor->kbps, floor->frame.number);
}

/* Stamped with the time they were due, so waiting for the tick shows. */
static void
make_due(struct floor *floor, int64_t now)
{
	uint8_t bytes[NUMBERED_FRAME_MAX];

	while ((floor->frame.sent_us = frame_due_us(floor)) <= now) {
		keep(floor, bytes,
		    floor->encoding->make(bytes, floor->kbps, &floor->frame));
		floor->frame.number++;
	}
}

static void
drop(struct floor *floor, int fd)
{
	floor->at[fd] = NOBODY;
	close(fd);
}

/* The one send(). */
static void
send_new(struct floor *floor, int fd)
{
	uint64_t at = floor->at[fd], len = floor->head - at;
	ssize_t n;

	if (len == 0)
		return;
	if (len > RING_BYTES) {
		drop(floor, fd);
		return;
	}
	n = send(fd, floor->ring + at % RING_BYTES, len, MSG_NOSIGNAL);
	if (n >= 0)
		floor->at[fd] = at + (uint64_t)n;
	else if (errno != EAGAIN)
		drop(floor, fd);
}

static void
send_all(struct floor *floor)
{
	for (int fd = 0; fd < floor->fds; fd++) {
		if (floor->at[fd] != NOBODY)
			send_new(floor, fd);
	}
}

/* The head and the burst; with a fresh socket at least the head fits. */
static void
let_in(struct floor *floor, int fd)
{
	size_t head_len = strlen(floor->response);
	size_t burst = floor->head < BURST_BYTES ? floor->head : BURST_BYTES;
	uint64_t at = floor->head - burst;
	struct iovec parts[2] = {
		{ floor->response, head_len },
		{ floor->ring + at % RING_BYTES, burst },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);

	if (n < (ssize_t)head_len)
		drop(floor, fd);
	else
		floor->at[fd] = at + (uint64_t)n - head_len;
}

/* What a peer says does not matter: only that it spoke, and that it left. */
static void
listen_to(struct floor *floor, int fd)
{
	char request[4096];
	bool spoke = false;
	ssize_t n;

	while ((n = recv(fd, request, sizeof(request), 0)) > 0)
		spoke = true;
	if (n == 0 || errno != EAGAIN)
		drop(floor, fd);
	else if (spoke && floor->at[fd] == NOBODY)
		let_in(floor, fd);
}

/* Told on edges: of room only after a socket was full. */
static void
take_peers(struct floor *floor)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	int fd, on = 1;

	while ((fd = accept4(floor->listening, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) != -1) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		event.data.fd = fd;
		if (epoll_ctl(floor->epoll, EPOLL_CTL_ADD, fd, &event) == -1) {
			close(fd);
			continue;
		}
		if (fd >= floor->fds)
			floor->fds = fd + 1;
	}
}

static void
serve(struct floor *floor, const struct epoll_event *event)
{
	int fd = event->data.fd;

	if (fd == floor->listening) {
		take_peers(floor);
		return;
	}
	if ((event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
		listen_to(floor, fd);
	if ((event->events & EPOLLOUT) != 0 && floor->at[fd] != NOBODY)
		send_new(floor, fd);
}

static void
tick(struct floor *floor, int64_t now)
{
	if (now < floor->next_us)
		return;
	make_due(floor, now);
	send_all(floor);
	floor->ticks++;
	floor->next_us = floor->tick_us == 0
	    ? frame_due_us(floor)
	    : floor->start_us + (int64_t)floor->ticks * floor->tick_us;
}

static _Noreturn void
run(struct floor *floor)
{
	struct epoll_event events[EVENTS];

	floor->start_us = floor->next_us = clock_mono_us();
	for (;;) {
		int64_t left_us, now = clock_mono_us();
		struct timespec left;
		int n;

		tick(floor, now);
		left_us = floor->next_us - now;
		if (left_us < 0)
			left_us = 0;
		left.tv_sec = (time_t)(left_us / 1000000);
		left.tv_nsec = (long)(left_us % 1000000) * 1000;
		n = epoll_pwait2(floor->epoll, events, EVENTS, &left, NULL);
		CHECK(n >= 0 || errno == EINTR);
		for (int i = 0; i < n; i++)
			serve(floor, &events[i]);
	}
}

static void
open_tables(struct floor *floor)
{
	struct rlimit limit;

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = limit.rlim_max;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	floor->at = malloc(limit.rlim_cur * sizeof(*floor->at));
	CHECK(floor->at != NULL);
	for (rlim_t i = 0; i < limit.rlim_cur; i++)
		floor->at[i] = NOBODY;
	snprintf(floor->response, sizeof(floor->response),
	    "HTTP/1.0 200 OK\r\nContent-Type: %s\r\n\r\n",
	    floor->encoding->media_type);
	random_bytes(&floor->frame.run, sizeof(floor->frame.run));
}

static void
open_port(struct floor *floor)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)floor->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event event = { .events = EPOLLIN };
	socklen_t len = sizeof(address);
	int on = 1;

	floor->epoll = epoll_create1(EPOLL_CLOEXEC);
	floor->listening = socket(
	    AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	CHECK(floor->epoll != -1 && floor->listening != -1);
	setsockopt(floor->listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(floor->listening, (struct sockaddr *)&address, len) == -1 ||
	    listen(floor->listening, BACKLOG) == -1 ||
	    getsockname(floor->listening, (struct sockaddr *)&address, &len) ==
		-1)
		refuse("port %u: %s", floor->port, strerror(errno));
	event.data.fd = floor->listening;
	CHECK(epoll_ctl(
		  floor->epoll, EPOLL_CTL_ADD, floor->listening, &event) == 0);
	printf("%u\n", ntohs(address.sin_port));
	fflush(stdout);
}

static unsigned
read_number(const char *name, unsigned most)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(optarg, &end, 10);
	if (errno != 0 || end == optarg || *end != '\0' || *optarg == '-' ||
	    value > most)
		refuse("--%s wants a number up to %u", name, most);
	return (unsigned)value;
}

static void
read_options(struct floor *floor, int argc, char **argv)
{
	static const struct option table[] = {
		{ "bitrate", required_argument, NULL, 'b' },
		{ "format", required_argument, NULL, 'f' },
		{ "port", required_argument, NULL, 'p' },
		{ "tick", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	floor->encoding = &numbered_mp3;
	floor->kbps = 128;
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == 'b')
			floor->kbps = read_number("bitrate", 50000);
		else if (option == 'p')
			floor->port = read_number("port", 65535);
		else if (option == 't')
			floor->tick_us = 1000 *
			    (int64_t)read_number("tick", 10000);
		else if (option == 'f')
			floor->encoding = numbered_find(optarg);
		else
			exit(2);
		if (floor->encoding == NULL)
			refuse("there is no format %s", optarg);
	}
	if (optind != argc || !floor->encoding->knows(floor->kbps))
		refuse(
		    "%s has no bitrate %u", floor->encoding->name, floor->kbps);
	if (floor->tick_us / 8000 * floor->kbps > RING_BYTES / 2)
		refuse("too much for one tick");
}

int
main(int argc, char **argv)
{
	static struct floor floor;

	read_options(&floor, argc, argv);
	open_tables(&floor);
	open_port(&floor);
	run(&floor);
}
