/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * mount - a name with a ring and listeners, as one worker has it.
 *
 * The desk makes and removes mounts; every worker has its copy. At most one
 * worker has the mount's feed at a time: what that feed cuts into blocks is
 * pushed here and posted to the others. Listeners belong to the mount and stay
 * on it while the source is away. Whichever list a listener is in is its state:
 *
 *   waiting  for the first place to start       (no head sent yet)
 *   fresh    has its first bytes, and in a moment gets the rest of its burst
 *   idle     has everything, or waits for the pump to give it the rest
 *   busy     its socket is full, woken by the poller
 */
#ifndef STREAM_MOUNT_H
#define STREAM_MOUNT_H

#include "loop/messages.h"
#include "stream/ring.h"
#include "stream/worker.h"

#include <sys/queue.h>

struct conf_mount;
struct listener;
struct zone;

TAILQ_HEAD(listener_list, listener);

struct mount {
	uint32_t number;
	int64_t member;
	char name[MOUNT_BYTES];
	char slug[SLUG_BYTES];
	struct worker *worker;
	const struct zone *zone;        /* of the member */
	int64_t day;                    /* there, when it was last looked at */
	const struct conf_mount *rules; /* of the worker's conf */
	struct ring ring;
	struct listener_list waiting, fresh, idle, busy;
	unsigned listeners;
	bool is_crowd;         /* here, as other workers know */
	unsigned other_crowds; /* workers that have one */
	int64_t joined_ms;     /* mono: the last one started */
	TAILQ_ENTRY(mount) pump_link;
	bool is_thirsty;     /* in the pump's list */
	unsigned quota;      /* listeners to be served before the next block */
	int64_t step_ms;     /* that the newest block was gathered for */
	struct timer later;  /* the pump's, for those that are not due yet */
	struct block *lines; /* header lines for listeners; NULL: not known */
	bool takes_icy;
	bool is_over; /* the desk removed it; freed with its last listener */
};

struct mount *mount_new(struct worker *, const struct mount_msg *);
/* Lets the listeners go when they have what there is, then frees. */
void mount_end(struct mount *);
void mount_check_free(struct mount *);
/* Takes the reference, and wakes who waits for it. */
void mount_push(struct mount *, struct block *);
void mount_set_facts(struct mount *, const struct facts_msg *);
/* How long to gather for a block: the pace, or with many listeners a part of
 * it, so that they need not all be sent to in the same moment. */
int64_t mount_step_ms(const struct mount *);
void mount_set_rules(struct mount *); /* after a reload */
void mount_kick_listeners(struct mount *);
/* One listener more, one less; the mount may be freed with its last. */
void mount_joined(struct mount *);
void mount_left(struct mount *);

#endif
