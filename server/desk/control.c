/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The control socket, data/control.sock, for who may write to it (mode 0660).
 * A client sends its words, each ended by NUL, and one more NUL; it gets one
 * digit (the exit status), a line end, and text until the end. */
#include "base/log.h"
#include "base/mem.h"
#include "desk/desk_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST_REQUEST_BYTES ((1 << 20) + 65536) /* a file, and words */
#define MOST_WORDS         64
#define PATIENCE_SECS      30

struct control_server {
	int fd;
	struct event *event;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

struct control {
	struct desk *desk;
	uint64_t number;
	int fd;
	struct event *event;
	struct bytes in, out;
	bool is_running; /* the command is on its way */
};

static void
free_control(struct control *control)
{
	table_take(&control->desk->replies, control->number);
	event_free(control->event);
	close(control->fd);
	bytes_free(&control->in);
	bytes_free(&control->out);
	free(control);
}

static void
watch(struct control *control, short what, event_callback_fn call)
{
	const struct timeval patience = { .tv_sec = PATIENCE_SECS };

	event_del(control->event);
	event_assign(control->event, loop_base(control->desk->loop),
	    control->fd, what | EV_PERSIST, call, control);
	event_add(control->event, &patience);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;
	ssize_t n;

	if (what & EV_TIMEOUT) {
		free_control(control);
		return;
	}
	n = send(fd, control->out.data, control->out.len, MSG_NOSIGNAL);
	if (n > 0)
		bytes_eat(&control->out, (size_t)n);
	if (control->out.len == 0 ||
	    (n == -1 && errno != EAGAIN && errno != EINTR))
		free_control(control);
}

void
control_reply(
    struct desk *desk, uint64_t reply, int status, const void *text, size_t len)
{
	struct control *control = table_get(&desk->replies, reply);

	if (caller_reply(desk, reply, status, text, len) || control == NULL)
		return;
	bytes_format(&control->out, "%d\n", status);
	bytes_append(&control->out, text, len);
	watch(control, EV_WRITE, on_writable);
}

static void
run(struct control *control)
{
	char *words[MOST_WORDS], *at = (char *)control->in.data;
	unsigned count = 0;

	control->is_running = true;
	event_del(control->event);
	for (; *at != '\0' && count < MOST_WORDS; at += strlen(at) + 1)
		words[count++] = at;
	command_run(control->desk, control->number, count, words);
}

/* The words end with an empty one. */
static bool
is_whole(const struct bytes *in)
{
	return in->len >= 2 && in->data[in->len - 1] == '\0' &&
	    in->data[in->len - 2] == '\0';
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;
	ssize_t n;

	if (what & EV_TIMEOUT) {
		free_control(control);
		return;
	}
	n = recv(fd, bytes_room(&control->in, 4096), 4096, 0);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		bytes_added(&control->in, (size_t)n);
	if (is_whole(&control->in))
		run(control);
	else if (n <= 0 || control->in.len > MOST_REQUEST_BYTES)
		free_control(control);
}

static void
on_client(evutil_socket_t fd, short what, void *arg)
{
	struct desk *desk = arg;
	struct control *control;
	int got = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (got == -1)
		return;
	control = mem_new(sizeof(*control));
	control->desk = desk;
	control->number = ++desk->last_reply;
	control->fd = got;
	control->event = event_new(
	    loop_base(desk->loop), got, EV_READ, on_readable, control);
	CHECK(control->event != NULL);
	table_put(&desk->replies, control->number, control);
	watch(control, EV_READ, on_readable);
}

void
control_open(struct desk *desk)
{
	struct control_server *server = mem_new(sizeof(*server));
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	mode_t before;

	if (snprintf(name.sun_path, sizeof(name.sun_path), "%s/control.sock",
		desk->conf->data) >= (int)sizeof(name.sun_path))
		die("data %s: the path is too long for a control socket",
		    desk->conf->data);
	memcpy(server->path, name.sun_path, sizeof(server->path));
	/* The lock on data is ours, so this is a dead server's. */
	unlink(name.sun_path);
	server->fd = socket(
	    AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	before = umask(0117);
	if (server->fd == -1 ||
	    bind(server->fd, (struct sockaddr *)&name, sizeof(name)) == -1 ||
	    listen(server->fd, 16) == -1)
		die("%s: %s", name.sun_path, strerror(errno));
	umask(before);
	server->event = event_new(loop_base(desk->loop), server->fd,
	    EV_READ | EV_PERSIST, on_client, desk);
	CHECK(server->event != NULL && event_add(server->event, NULL) == 0);
	desk->control = server;
}

void
control_free(struct desk *desk)
{
	struct control *control;
	size_t at = 0;

	if (desk->control == NULL)
		return;
	while (at = 0, (control = table_next(&desk->replies, &at)) != NULL)
		free_control(control);
	table_free(&desk->replies);
	event_free(desk->control->event);
	close(desk->control->fd);
	unlink(desk->control->path);
	free(desk->control);
}
