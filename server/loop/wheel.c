/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "loop/wheel.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"

#include <event2/event.h>
#include <stdlib.h>

#define SPOKES 512 /* power of two */

TAILQ_HEAD(spoke, timer);

struct wheel {
	struct spoke spokes[SPOKES];
	struct event *event;
	int64_t now;        /* last tick that was turned */
	struct timer *next; /* to look at, while a spoke is turned */
};

static int64_t
tick_now(void)
{
	return clock_mono_ms() / WHEEL_TICK_MS;
}

static void
take_off(struct wheel *wheel, struct timer *timer)
{
	if (wheel->next == timer)
		wheel->next = TAILQ_NEXT(timer, link);
	TAILQ_REMOVE(&wheel->spokes[timer->due & (SPOKES - 1)], timer, link);
	timer->due = 0;
}

/* A timer that fires may set or stop any other: next is kept right by both. */
static void
turn_spoke(struct wheel *wheel, struct spoke *spoke)
{
	struct timer *timer;

	wheel->next = TAILQ_FIRST(spoke);
	while ((timer = wheel->next) != NULL) {
		wheel->next = TAILQ_NEXT(timer, link);
		if (timer->due > wheel->now)
			continue;
		take_off(wheel, timer);
		timer->fire(timer);
	}
}

static void
turn(evutil_socket_t fd, short what, void *arg)
{
	struct wheel *wheel = arg;
	int64_t until = tick_now();

	(void)fd;
	(void)what;
	if (until - wheel->now > SPOKES)
		wheel->now = until - SPOKES;
	while (wheel->now < until) {
		wheel->now++;
		turn_spoke(wheel, &wheel->spokes[wheel->now & (SPOKES - 1)]);
	}
}

struct wheel *
wheel_new(struct event_base *base)
{
	const struct timeval tick = { .tv_usec = WHEEL_TICK_MS * 1000 };
	struct wheel *wheel = mem_new(sizeof(*wheel));

	for (unsigned i = 0; i < SPOKES; i++)
		TAILQ_INIT(&wheel->spokes[i]);
	wheel->now = tick_now();
	wheel->event = event_new(base, -1, EV_PERSIST, turn, wheel);
	CHECK(wheel->event != NULL && event_add(wheel->event, &tick) == 0);
	return wheel;
}

void
wheel_free(struct wheel *wheel)
{
	event_free(wheel->event);
	free(wheel);
}

void
timer_set(struct wheel *wheel, struct timer *timer, int64_t ms,
    void (*fire)(struct timer *))
{
	timer_stop(wheel, timer);
	timer->fire = fire;
	timer->due = (clock_mono_ms() + ms) / WHEEL_TICK_MS + 1;
	if (timer->due <= wheel->now)
		timer->due = wheel->now + 1;
	TAILQ_INSERT_TAIL(
	    &wheel->spokes[timer->due & (SPOKES - 1)], timer, link);
}

void
timer_stop(struct wheel *wheel, struct timer *timer)
{
	if (timer->due != 0)
		take_off(wheel, timer);
}
