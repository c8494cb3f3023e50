/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "stream/pump.h"

#include "base/clock.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "stream/listener.h"

#include <event2/event.h>
#include <stdlib.h>

TAILQ_HEAD(pump_list, mount);

struct pump {
	struct pump_list mounts; /* that have thirsty listeners */
	struct event *turn;
};

/* While one listener is sent to, the memory of the next two is fetched. */
static void
fetch_ahead(const struct listener *listener)
{
	const struct listener *next = TAILQ_NEXT(listener, link);

	if (next == NULL)
		return;
	__builtin_prefetch(next->conn);
	__builtin_prefetch(TAILQ_NEXT(next, link));
}

static int64_t
due_in_ms(const struct mount *mount, const struct listener *listener)
{
	return listener->taken_ms + mount->rules->pace_ms - mount->step_ms / 2 -
	    clock_mono_ms();
}

/* Who was served stands at the end of the idle, or is not idle any more: so
 * when the first one has everything, all have. */
static struct listener *
thirstiest(const struct mount *mount)
{
	struct listener *listener = TAILQ_FIRST(&mount->idle);

	return listener != NULL &&
		!cursor_at_end(&listener->cursor, &mount->ring)
	    ? listener
	    : NULL;
}

static bool
can_serve(const struct mount *mount, const struct listener *listener)
{
	bool is_spread = mount->step_ms > 0 &&
	    mount->step_ms < mount->rules->pace_ms;

	return !is_spread ||
	    (mount->quota > 0 && due_in_ms(mount, listener) <= 0);
}

static void
serve_slice(struct mount *mount)
{
	struct listener *listener;

	for (int i = 0; i < PUMP_SLICE; i++) {
		listener = thirstiest(mount);
		if (listener == NULL || !can_serve(mount, listener))
			return;
		mount->quota -= mount->quota > 0;
		fetch_ahead(listener);
		listener_wake(listener);
	}
}

/* No block came since: those who were left out by the last ones. */
static void
serve_rest(struct timer *timer)
{
	pump_start(
	    (struct mount *)((char *)timer - offsetof(struct mount, later)));
}

/* The rest of this mount's listeners are served in a later turn, or later
 * than that when they are not due. */
static void
plan(struct pump *pump, struct mount *mount)
{
	const struct timeval at_once = { 0 };
	struct listener *listener = thirstiest(mount);
	int64_t due_ms;

	if (listener == NULL)
		return;
	if (can_serve(mount, listener)) {
		mount->is_thirsty = true;
		TAILQ_INSERT_TAIL(&pump->mounts, mount, pump_link);
		event_add(pump->turn, &at_once);
		return;
	}
	due_ms = due_in_ms(mount, listener);
	timer_set(mount->worker->wheel, &mount->later,
	    due_ms > mount->step_ms ? due_ms : mount->step_ms, serve_rest);
}

static void
turn(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval at_once = { 0 };
	struct pump *pump = arg;
	struct mount *mount = TAILQ_FIRST(&pump->mounts);

	(void)fd;
	(void)what;
	if (mount == NULL)
		return;
	TAILQ_REMOVE(&pump->mounts, mount, pump_link);
	mount->is_thirsty = false;
	serve_slice(mount);
	plan(pump, mount);
	if (!TAILQ_EMPTY(&pump->mounts))
		event_add(pump->turn, &at_once);
}

struct pump *
pump_new(struct event_base *base)
{
	struct pump *pump = mem_new(sizeof(*pump));

	TAILQ_INIT(&pump->mounts);
	pump->turn = evtimer_new(base, turn, pump);
	CHECK(pump->turn != NULL);
	return pump;
}

void
pump_free(struct pump *pump)
{
	event_free(pump->turn);
	free(pump);
}

/* Those who have come to be due all at once, as after a pause of the source,
 * are spread again: an eighth more than an even share is served. */
static unsigned
share(const struct mount *mount)
{
	int64_t steps = mount->step_ms > 0
	    ? mount->rules->pace_ms / mount->step_ms
	    : 1;

	if (steps <= 1)
		return mount->listeners;
	return (unsigned)(mount->listeners * 9 / (8 * steps)) + PUMP_SLICE / 4;
}

void
pump_start(struct mount *mount)
{
	mount->quota = share(mount);
	if (mount->is_thirsty)
		return;
	timer_stop(mount->worker->wheel, &mount->later);
	serve_slice(mount);
	plan(mount->worker->pump, mount);
}

void
pump_forget(struct mount *mount)
{
	if (mount->is_thirsty)
		TAILQ_REMOVE(&mount->worker->pump->mounts, mount, pump_link);
	mount->is_thirsty = false;
	timer_stop(mount->worker->wheel, &mount->later);
}
