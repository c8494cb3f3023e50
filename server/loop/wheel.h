/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * wheel - deadlines by the ten thousand, one libevent timer for all of them.
 *
 * Setting, moving and stopping a timer is O(1). Resolution is WHEEL_TICK_MS;
 * a timer never fires early. A wheel belongs to one loop; a timer is embedded
 * in what it watches and must be stopped before that is freed. Zeroed is
 * stopped.
 */
#ifndef LOOP_WHEEL_H
#define LOOP_WHEEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#define WHEEL_TICK_MS 50

struct event_base;
struct wheel;

struct timer {
	TAILQ_ENTRY(timer) link;
	int64_t due; /* in ticks; 0: not set */
	void (*fire)(struct timer *);
};

struct wheel *wheel_new(struct event_base *);
void wheel_free(struct wheel *);
/* Fires once, in ms from now; set again to move it. */
void timer_set(
    struct wheel *, struct timer *, int64_t ms, void (*fire)(struct timer *));
void timer_stop(struct wheel *, struct timer *);

#endif
