/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "desk/desk_priv.h"
#include "front/thread.h"

#include <stdlib.h>
#include <string.h>

struct desk_mount *
registry_find(struct desk *desk, const char *name)
{
	struct desk_mount *mount;

	TAILQ_FOREACH (mount, &desk->mounts, link) {
		if (mount->state != MOUNT_GONE &&
		    strcmp(mount->name, name) == 0)
			return mount;
	}
	return NULL;
}

struct desk_mount *
registry_by_number(struct desk *desk, uint32_t number)
{
	struct desk_mount *mount;

	TAILQ_FOREACH (mount, &desk->mounts, link) {
		if (mount->number == number)
			return mount;
	}
	return NULL;
}

static void
tell_workers(struct desk_mount *mount, unsigned kind)
{
	struct mount_msg message = { .message.kind = kind,
		.mount_no = mount->number,
		.member = mount->member };
	const struct patron *patron = patron_by_id(mount->desk, mount->member);

	text_copy(message.name, sizeof(message.name), mount->name);
	text_copy(message.slug, sizeof(message.slug), mount->slug);
	if (patron != NULL)
		text_copy(
		    message.zone, sizeof(message.zone), patron->member.zone);
	desk_tell_workers(mount->desk, &message, sizeof(message));
}

struct desk_mount *
registry_new(struct desk *desk, const char *name, const struct patron *patron)
{
	struct desk_mount *mount = mem_new(sizeof(*mount));

	mount->desk = desk;
	mount->state = MOUNT_AWAY;
	mount->number = ++desk->last_mount;
	mount->member = patron->member.id;
	text_copy(mount->name, sizeof(mount->name), name);
	text_copy(mount->slug, sizeof(mount->slug), patron->member.slug);
	mount->rules = conf_mount(desk->conf, name);
	mount->began_ms = clock_wall_ms();
	TAILQ_INSERT_TAIL(&desk->mounts, mount, link);
	tell_workers(mount, MSG_MOUNT);
	log_info("mount %s up member=%s", mount->name, mount->slug);
	return mount;
}

void
registry_check_free(struct desk_mount *mount)
{
	if (mount->state != MOUNT_GONE || mount->listeners.now > 0)
		return;
	TAILQ_REMOVE(&mount->desk->mounts, mount, link);
	free(mount);
}

/* The feed goes to a worker once more, which closes the stream properly. */
static void
end_away(struct desk_mount *mount, bool is_final)
{
	struct feed_msg *end = message_new(MSG_FEED_END, sizeof(*end));

	timer_stop(mount->desk->wheel, &mount->grace);
	mount->state = MOUNT_ENDING;
	end->mount_no = mount->number;
	end->is_final = is_final;
	end->feed = mount->feed;
	mount->feed = NULL;
	loop_post(mount->desk->worker_loops[mount->worker], &end->message);
}

static void
grace_over(struct timer *timer)
{
	end_away((struct desk_mount *)((char *)timer -
		     offsetof(struct desk_mount, grace)),
	    false);
}

/* Cuts a source that is there; its feed comes back and then ends too. */
void
registry_end(struct desk_mount *mount, const char *reason)
{
	struct kick_msg *kick;

	if (mount->state == MOUNT_AWAY) {
		end_away(mount, true);
	} else if (mount->state == MOUNT_LIVE) {
		mount->is_cut = true;
		mount->cut_reason = reason;
		kick = message_new(MSG_KICK, sizeof(*kick));
		kick->what = KICK_SOURCE;
		kick->mount_no = mount->number;
		loop_post(
		    mount->desk->worker_loops[mount->worker], &kick->message);
	}
}

void
registry_feed_lost(struct desk *desk, struct feed_msg *lost)
{
	struct desk_mount *mount = registry_by_number(desk, lost->mount_no);
	struct patron *patron;

	CHECK(mount != NULL && mount->source == lost->conn_no);
	patron = patron_by_id(desk, mount->member);
	chronicle_lost(mount, lost->reason);
	mount->source = 0;
	mount->feed = lost->feed;
	mount->state = MOUNT_AWAY;
	desk->source_count--;
	if (patron != NULL)
		patron->sources--;
	if (desk->is_cut) {
		worker_drop_feed(mount->feed);
		mount->feed = NULL;
		mount->state = MOUNT_ENDING;
	} else if (mount->is_cut || desk->is_stopping ||
	    (patron != NULL && patron_is_blocked(patron))) {
		end_away(mount, true);
	} else if (mount->rules->grace_ms == 0) {
		end_away(mount, false);
	} else {
		timer_set(desk->wheel, &mount->grace, mount->rules->grace_ms,
		    grace_over);
		herald_state(mount);
	}
}

void
registry_feed_ended(struct desk *desk, const struct feed_msg *ended)
{
	struct desk_mount *mount = registry_by_number(desk, ended->mount_no);

	CHECK(mount != NULL && mount->state == MOUNT_ENDING);
	mount->state = MOUNT_GONE;
	chronicle_end(mount);
	herald_state(mount);
	log_info("mount %s down", mount->name);
	tell_workers(mount, MSG_MOUNT_GONE);
	registry_check_free(mount);
}

void
registry_new_conf(struct desk *desk)
{
	struct desk_mount *mount;

	TAILQ_FOREACH (mount, &desk->mounts, link)
		mount->rules = conf_mount(desk->conf, mount->name);
}

void
registry_free(struct desk *desk)
{
	struct desk_mount *mount;

	while ((mount = TAILQ_FIRST(&desk->mounts)) != NULL) {
		timer_stop(desk->wheel, &mount->grace);
		TAILQ_REMOVE(&desk->mounts, mount, link);
		free(mount);
	}
}
