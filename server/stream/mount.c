/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "stream/mount.h"

#include "base/mem.h"
#include "conf/conf.h"
#include "stream/listener.h"

#include <stdlib.h>
#include <string.h>

void
mount_set_rules(struct mount *mount)
{
	mount->rules = conf_mount(mount->worker->conf, mount->name);
	mount->ring.limits.keep_bytes = (size_t)mount->rules->burst_bytes;
	mount->ring.limits.keep_ms = mount->rules->ring_ms;
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
	ring_init(&mount->ring, &none);
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

	for (listener = LIST_FIRST(list); listener != NULL; listener = next) {
		next = LIST_NEXT(listener, link);
		call(listener);
	}
}

void
mount_end(struct mount *mount)
{
	table_take(&mount->worker->mounts, mount->number);
	mount->is_over = true;
	mount->listeners++; /* this walk, so that it is not freed under us */
	for_all(&mount->waiting, listener_mount_ended);
	for_all(&mount->idle, listener_mount_ended);
	for_all(&mount->busy, listener_mount_ended);
	mount->listeners--;
	mount_check_free(mount);
}

void
mount_push(struct mount *mount, struct block *block)
{
	ring_push(&mount->ring, block);
	if (block->flags & BLOCK_SYNC)
		for_all(&mount->waiting, listener_start);
	for_all(&mount->idle, listener_wake);
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
	for_all(&mount->idle, listener_kick);
	for_all(&mount->busy, listener_kick);
}
