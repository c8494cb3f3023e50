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

#define OWED_MOST 64 /* more are woken at once */

struct loop {
	const char *name;
	struct event_base *base;
	struct event *wake;
	struct mailbox box;
	loop_handler *handle;
	void *owner;
	pthread_t thread;
	bool is_started;
	struct event *settle; /* at the end of a turn: wakes who is owed it */
	struct loop *owed[OWED_MOST];
	unsigned owed_count;
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

static void
wake_owed(struct loop *loop)
{
	while (loop->owed_count > 0)
		mailbox_wake(&loop->owed[--loop->owed_count]->box);
}

static void
settle(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	wake_owed(arg);
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
	loop->settle = event_new(loop->base, -1, 0, settle, loop);
	CHECK(loop->settle != NULL);
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
loop_post_from(struct loop *from, struct loop *to, struct message *message)
{
	if (!mailbox_put(&to->box, message))
		return;
	if (from->owed_count == OWED_MOST)
		wake_owed(from);
	if (from->owed_count == 0)
		event_active(from->settle, 0, 0);
	from->owed[from->owed_count++] = to;
}

void
loop_run(struct loop *loop)
{
	event_base_dispatch(loop->base);
	wake_owed(loop); /* of what came behind the end */
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
	wake_owed(loop);
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
	event_free(loop->settle);
	event_free(loop->wake);
	event_base_free(loop->base);
	close(loop->box.wake_fd);
	free(loop);
}
