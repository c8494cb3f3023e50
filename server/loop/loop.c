/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "loop/loop.h"

#include "base/mem.h"
#include "loop/messages.h"

#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

struct loop {
	const char *name;
	struct event_base *base;
	struct event *wake;
	struct mailbox box;
	loop_handler *handle;
	void *owner;
	pthread_t thread;
	bool is_started;
};

static void
take_messages(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;
	struct message *message, *next;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) == -1)
		return;
	for (message = mailbox_take(&loop->box); message != NULL;
	     message = next) {
		next = message->next;
		loop->handle(loop->owner, message);
	}
}

static struct event_base *
new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	CHECK(config != NULL);
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	base = event_base_new_with_config(config);
	event_config_free(config);
	CHECK(base != NULL);
	return base;
}

struct loop *
loop_new(const char *name, loop_handler *handle, void *owner)
{
	struct loop *loop = mem_new(sizeof(*loop));

	loop->name = name;
	loop->handle = handle;
	loop->owner = owner;
	loop->base = new_base();
	CHECK(mailbox_open(&loop->box));
	loop->wake = event_new(loop->base, loop->box.wake_fd,
	    EV_READ | EV_PERSIST, take_messages, loop);
	CHECK(loop->wake != NULL && event_add(loop->wake, NULL) == 0);
	return loop;
}

struct event_base *
loop_base(struct loop *loop)
{
	return loop->base;
}

void
loop_post(struct loop *loop, struct message *message)
{
	mailbox_post(&loop->box, message);
}

void
loop_run(struct loop *loop)
{
	event_base_dispatch(loop->base);
}

static void *
run_thread(void *arg)
{
	struct loop *loop = arg;

	loop_run(loop);
	return NULL;
}

/* Signals belong to the desk: every other thread is born with all blocked. */
bool
loop_start(struct loop *loop)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	loop->is_started = pthread_create(
			       &loop->thread, NULL, run_thread, loop) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (loop->is_started)
		pthread_setname_np(loop->thread, loop->name);
	return loop->is_started;
}

void
loop_end(struct loop *loop)
{
	event_base_loopbreak(loop->base);
}

void
loop_join(struct loop *loop)
{
	if (loop->is_started)
		pthread_join(loop->thread, NULL);
	loop->is_started = false;
}

void
loop_free(struct loop *loop)
{
	struct message *message, *next;

	if (loop == NULL)
		return;
	loop_join(loop);
	for (message = mailbox_take(&loop->box); message != NULL;
	     message = next) {
		next = message->next;
		message_free(message);
	}
	event_free(loop->wake);
	event_base_free(loop->base);
	close(loop->box.wake_fd);
	free(loop);
}
