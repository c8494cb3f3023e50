/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/serve.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/sentence.h"
#include "base/text.h"
#include "offload/talk.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct guest {
	struct talk talk;
	pthread_t thread;
	bool is_used;        /* the thread was started and not joined */
	atomic_bool is_over; /* and can be joined */
};

struct serve {
	const struct settings *settings;
	int fd;
	atomic_bool is_stopping;
	struct guest guests[SERVE_MOST];
};

static bool
listen_at(struct serve *serve, char **error)
{
	const char *path = serve->settings->socket;
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	mode_t before;
	bool is_bound;

	if (strlen(path) >= sizeof(name.sun_path))
		return sentence(error, "socket %s: the path is too long", path);
	text_copy(name.sun_path, sizeof(name.sun_path), path);
	serve->fd = socket(
	    AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* The lock of the inventory is ours, so this is a dead one's. */
	unlink(path);
	before = umask(0117);
	is_bound = serve->fd != -1 &&
	    bind(serve->fd, (struct sockaddr *)&name, sizeof(name)) == 0 &&
	    listen(serve->fd, SERVE_MOST) == 0;
	umask(before);
	return is_bound ||
	    sentence(error, "socket %s: %s", path, strerror(errno));
}

struct serve *
serve_open(const struct settings *settings, struct mover *mover, char **error)
{
	struct serve *serve = mem_new(sizeof(*serve));

	serve->settings = settings;
	atomic_init(&serve->is_stopping, false);
	for (unsigned i = 0; i < SERVE_MOST; i++) {
		serve->guests[i].talk.settings = settings;
		serve->guests[i].talk.mover = mover;
		serve->guests[i].talk.is_stopping = &serve->is_stopping;
		serve->guests[i].talk.idle_ms = SERVE_IDLE_MS;
		atomic_init(&serve->guests[i].is_over, false);
	}
	if (listen_at(serve, error))
		return serve;
	if (serve->fd != -1)
		close(serve->fd);
	free(serve);
	return NULL;
}

static void *
run_guest(void *arg)
{
	struct guest *guest = arg;

	pthread_setname_np(pthread_self(), "talk");
	talk_run(&guest->talk);
	atomic_store(&guest->is_over, true);
	return NULL;
}

static void
join(struct guest *guest)
{
	pthread_join(guest->thread, NULL);
	close(guest->talk.fd);
	guest->is_used = false;
}

/* One that is free; NULL: all are in use, and the caller waits in the queue. */
static struct guest *
find_place(struct serve *serve)
{
	struct guest *place = NULL;

	for (unsigned i = 0; i < SERVE_MOST; i++) {
		struct guest *guest = &serve->guests[i];

		if (guest->is_used && atomic_load(&guest->is_over))
			join(guest);
		if (!guest->is_used)
			place = guest;
	}
	return place;
}

static void
let_in(struct serve *serve, struct guest *guest)
{
	int fd = accept4(serve->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1)
		return;
	guest->talk.fd = fd;
	atomic_store(&guest->is_over, false);
	guest->is_used = pthread_create(
			     &guest->thread, NULL, run_guest, guest) == 0;
	if (!guest->is_used) {
		log_error("offload: a thread could not be started");
		close(fd);
	}
}

void
serve_run(struct serve *serve, int stop_fd)
{
	struct pollfd fds[2] = { { .fd = stop_fd, .events = POLLIN },
		{ .fd = serve->fd, .events = POLLIN } };
	struct guest *place;

	for (;;) {
		place = find_place(serve);
		fds[1].events = place != NULL ? POLLIN : 0;
		if (poll(fds, 2, place != NULL ? -1 : 100) == -1 &&
		    errno != EINTR)
			log_error("offload: poll: %m");
		if (fds[0].revents != 0)
			return;
		if (place != NULL && fds[1].revents != 0)
			let_in(serve, place);
	}
}

void
serve_close(struct serve *serve)
{
	close(serve->fd);
	unlink(serve->settings->socket);
	atomic_store(&serve->is_stopping, true);
	for (unsigned i = 0; i < SERVE_MOST; i++) {
		if (!serve->guests[i].is_used)
			continue;
		shutdown(serve->guests[i].talk.fd, SHUT_RDWR);
		join(&serve->guests[i]);
	}
	free(serve);
}
