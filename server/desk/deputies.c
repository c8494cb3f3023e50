/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Members' delegates, as the desk needs them. Encoders send any user's name, so
 * the key alone says who it is: a delegate's begins with its name. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "desk/desk_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct deputy *
deputy_by_id(struct desk *desk, int64_t id)
{
	for (unsigned i = 0; i < desk->deputy_count; i++) {
		if (desk->deputies[i].delegate.id == id)
			return &desk->deputies[i];
	}
	return NULL;
}

/* A time that is over ends nothing that is on: somebody is in the middle of a
 * set. To be revoked does. */
static void
end_revoked(struct desk *desk)
{
	const struct deputy *deputy;
	struct desk_mount *mount, *next;

	for (mount = TAILQ_FIRST(&desk->mounts); mount != NULL; mount = next) {
		next = TAILQ_NEXT(mount, link);
		if (mount->deputy == 0 || mount->is_cut ||
		    (mount->state != MOUNT_LIVE && mount->state != MOUNT_AWAY))
			continue;
		deputy = deputy_by_id(desk, mount->deputy);
		if (deputy == NULL || !deputy->delegate.is_revoked)
			continue;
		log_info("mount %s ends, its delegate %s is revoked",
		    mount->name, deputy->delegate.name);
		registry_end(mount, "kicked");
	}
}

void
deputies_set(struct desk *desk, const struct delegates_msg *delegates)
{
	struct deputy *deputies = mem_new(
	    (delegates->count + 1) * sizeof(*deputies));
	const struct deputy *known;

	for (unsigned i = 0; i < delegates->count; i++) {
		known = deputy_by_id(desk, delegates->rows[i].id);
		if (known != NULL)
			deputies[i].seen = known->seen;
		deputies[i].delegate = delegates->rows[i];
	}
	free(desk->deputies);
	desk->deputies = deputies;
	desk->deputy_count = delegates->count;
	end_revoked(desk);
}

struct deputy *
deputy_of_key(struct desk *desk, const struct patron *patron, const char *key)
{
	const char *sign = strchr(key, DELEGATE_KEY_SIGN);
	size_t len = sign != NULL ? (size_t)(sign - key) : 0;
	struct deputy *found = NULL;

	/* The newest of a name: an older one is over. */
	for (unsigned i = 0; len > 0 && i < desk->deputy_count; i++) {
		const struct delegate *delegate = &desk->deputies[i].delegate;

		if (delegate->member == patron->member.id &&
		    !delegate->is_revoked && strlen(delegate->name) == len &&
		    memcmp(delegate->name, key, len) == 0)
			found = &desk->deputies[i];
	}
	return found;
}

static bool
has_mount(const struct delegate *delegate, const char *path)
{
	const char *mounts = delegate->mounts;
	size_t len;

	if (strcmp(mounts, "*") == 0)
		return true;
	for (; *mounts != '\0'; mounts += len + strspn(mounts + len, " ")) {
		len = strcspn(mounts, " ");
		if (strlen(path) == len && memcmp(mounts, path, len) == 0)
			return true;
	}
	return false;
}

bool
deputy_objection(
    const struct deputy *deputy, const char *path, char *why, size_t size)
{
	const struct delegate *delegate = &deputy->delegate;
	int64_t now_ms = clock_wall_ms();
	char time[CLOCK_ISO_BYTES];

	if (!has_mount(delegate, path)) {
		snprintf(why, size, "this key may not feed this mount");
	} else if (now_ms < delegate->from_ms) {
		clock_iso(delegate->from_ms, time);
		snprintf(why, size, "this key may be used from %s on", time);
	} else if (now_ms >= delegate->until_ms) {
		clock_iso(delegate->until_ms, time);
		snprintf(why, size, "this key was good until %s", time);
	} else {
		return false;
	}
	return true;
}
