/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "stream/mount.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/zone.h"
#include "conf/conf.h"
#include "stream/listener.h"
#include "stream/pump.h"

#include <stdlib.h>
#include <string.h>

#define SPREAD_FROM  500 /* listeners here; fewer are sent to in a moment */
#define SPREAD_UNTIL 400 /* there are no more than so many again */
#define STEP_MS      100 /* at least; and at most so many in a pace, as */
#define STEPS_MOST   3   /* each makes one piece of every send */
#define REST_MS      2000

void
mount_set_rules(struct mount *mount)
{
	mount->rules = conf_mount(mount->worker->conf, mount->name);
	mount->ring.limits.keep_bytes = (size_t)mount->rules->burst_bytes;
	mount->ring.limits.most_bytes = (size_t)mount->rules->ring_bytes;
}

struct mount *
mount_new(struct worker *worker, const struct mount_msg *from)
{
	const struct ring_limits none = { 0 };
	struct mount *mount = mem_new(sizeof(*mount));

	mount->number = from->mount_no;
	mount->member = from->member;
	mount->worker = worker;
	memcpy(mount->name, from->name, sizeof(mount->name));
	memcpy(mount->slug, from->slug, sizeof(mount->slug));
	mount->zone = zones_find(worker->zones, from->zone);
	if (mount->zone == NULL)
		mount->zone = zones_utc(worker->zones);
	mount->day = zone_day(mount->zone, clock_wall_ms());
	ring_init(&mount->ring, &none);
	TAILQ_INIT(&mount->waiting);
	TAILQ_INIT(&mount->fresh);
	TAILQ_INIT(&mount->idle);
	TAILQ_INIT(&mount->busy);
	mount_set_rules(mount);
	table_put(&worker->mounts, mount->number, mount);
	return mount;
}

void
mount_check_free(struct mount *mount)
{
	if (!mount->is_over || mount->listeners > 0)
		return;
	ring_clear(&mount->ring);
	block_unref(mount->lines);
	free(mount);
}

/* Each call may move or free the listener, so the next is taken first. */
static void
for_all(struct listener_list *list, void (*call)(struct listener *))
{
	struct listener *listener, *next;

	for (listener = TAILQ_FIRST(list); listener != NULL; listener = next) {
		next = TAILQ_NEXT(listener, link);
		call(listener);
	}
}

void
mount_end(struct mount *mount)
{
	table_take(&mount->worker->mounts, mount->number);
	pump_forget(mount);
	mount->is_over = true;
	mount->listeners++; /* this walk, so that it is not freed under us */
	for_all(&mount->waiting, listener_mount_ended);
	for_all(&mount->fresh, listener_mount_ended);
	for_all(&mount->idle, listener_mount_ended);
	for_all(&mount->busy, listener_mount_ended);
	mount->listeners--;
	mount_check_free(mount);
}

/* Each worker knows where crowds are, for the one that has the source. */
static void
tell_crowd(struct mount *mount, bool is_crowd)
{
	struct worker *worker = mount->worker;
	struct crowd_msg *crowd;

	mount->is_crowd = is_crowd;
	for (unsigned i = 0; i < worker->worker_count; i++) {
		if (i == worker->number)
			continue;
		crowd = message_new(MSG_CROWD, sizeof(*crowd));
		crowd->mount_no = mount->number;
		crowd->is_crowd = is_crowd;
		loop_post_from(
		    worker->loop, worker->workers[i], &crowd->message);
	}
}

void
mount_joined(struct mount *mount)
{
	mount->listeners++;
	if (!mount->is_crowd && mount->listeners >= SPREAD_FROM)
		tell_crowd(mount, true);
}

void
mount_left(struct mount *mount)
{
	mount->listeners--;
	if (mount->is_crowd && !mount->is_over &&
	    mount->listeners < SPREAD_UNTIL)
		tell_crowd(mount, false);
	mount_check_free(mount);
}

/* Who is not due yet needs the ring to remember for so long: a small one may
 * not be able to. */
static bool
can_spread(const struct mount *mount)
{
	return (mount->is_crowd || mount->other_crowds > 0) &&
	    mount->rules->pace_ms >= 2 * STEP_MS &&
	    mount->ring.bytes < mount->ring.limits.most_bytes / 2;
}

static int64_t
longer(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

static int64_t
shorter(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/* Not longer than a source may say nothing: what it sent is looked at only
 * when the step ends. */
int64_t
mount_step_ms(const struct mount *mount)
{
	int64_t pace_ms = mount->rules->pace_ms, steps = pace_ms / STEP_MS;
	int64_t step_ms = pace_ms;

	if (can_spread(mount))
		step_ms = pace_ms / (steps < STEPS_MOST ? steps : STEPS_MOST);
	return shorter(step_ms, mount->worker->conf->source_stall_ms / 2);
}

/* While nobody is behind, the ring need not remember more than newcomers want
 * and the pump has yet to send. */
static int64_t
keep_ms(const struct mount *mount)
{
	const struct conf_mount *rules = mount->rules;
	int64_t least_ms = longer(REST_MS, 4 * rules->pace_ms);

	return longer(shorter(least_ms, rules->ring_ms),
	    TAILQ_EMPTY(&mount->busy) ? rules->burst_ms : rules->ring_ms);
}

static uint64_t
first_seq(const struct listener_list *list)
{
	const struct listener *listener = TAILQ_FIRST(list);

	return listener != NULL ? listener->cursor.seq : UINT64_MAX;
}

/* What the pump still owes is kept, however long the process stood still. */
static uint64_t
owed_seq(const struct mount *mount)
{
	uint64_t idle = first_seq(&mount->idle);
	uint64_t fresh = first_seq(&mount->fresh);

	return idle < fresh ? idle : fresh;
}

void
mount_push(struct mount *mount, struct block *block)
{
	mount->step_ms = block->step_ms;
	mount->ring.limits.keep_ms = keep_ms(mount);
	mount->ring.limits.keep_seq = owed_seq(mount);
	ring_push(&mount->ring, block);
	if (block->flags & BLOCK_SYNC)
		for_all(&mount->waiting, listener_start);
	pump_start(mount);
}

void
mount_set_facts(struct mount *mount, const struct facts_msg *facts)
{
	block_unref(mount->lines);
	mount->lines = block_ref(facts->lines);
	mount->takes_icy = facts->facts.takes_icy;
}

void
mount_kick_listeners(struct mount *mount)
{
	for_all(&mount->waiting, listener_kick);
	for_all(&mount->fresh, listener_kick);
	for_all(&mount->idle, listener_kick);
	for_all(&mount->busy, listener_kick);
}
