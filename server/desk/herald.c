/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Tells who follows what is on air: each change once to all workers, as the
 * bytes they send. Of what is hidden nothing is told. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "desk/desk_priv.h"

#include <stdlib.h>
#include <string.h>

#define LISTENERS_MS 5000 /* how often a changed number is told */

static const char *
state_word(const struct desk_mount *mount)
{
	if (mount->state == MOUNT_LIVE)
		return "live";
	return mount->state == MOUNT_AWAY ? "away" : "ended";
}

static void
put(struct bytes *out, const char *name, const char *value)
{
	bytes_format(out, ",\"%s\":", name);
	text_json(out, value);
}

static void
begin(struct bytes *out, const char *event, const struct desk_mount *mount)
{
	bytes_format(out, "event: %s\ndata: {\"mount\":", event);
	text_json(out, mount->name);
}

static void
put_title(struct bytes *out, const struct desk_mount *mount)
{
	char since[CLOCK_ISO_BYTES];

	begin(out, "nowplaying", mount);
	put(out, "title", mount->title);
	clock_iso(mount->titled_ms, since);
	put(out, "since", since);
	bytes_text(out, "}\n");
}

static void
put_state(struct bytes *out, const struct desk_mount *mount)
{
	begin(out, "state", mount);
	put(out, "state", state_word(mount));
	put(out, "name", mount->facts.name);
	put(out, "type", mount->facts.media_type);
	bytes_text(out, "}\n");
}

static void
put_listeners(struct bytes *out, const struct desk_mount *mount)
{
	begin(out, "listeners", mount);
	bytes_format(out, ",\"now\":%u}\n", mount->listeners.now);
}

static void
put_recording(struct bytes *out, const struct desk_mount *mount)
{
	bool is_recorded = false;

	for (unsigned i = 0; i < PROFILES; i++)
		is_recorded |= mount->recordings[i][0] != '\0';
	begin(out, "recording", mount);
	bytes_format(
	    out, ",\"recording\":%s}\n", is_recorded ? "true" : "false");
}

static bool
is_told(const struct desk_mount *mount)
{
	return !mount->rules->is_hidden && mount->has_facts;
}

/* The id comes last, so that all of the event is there when it counts. */
static void
tell(struct desk_mount *mount,
    void (*write)(struct bytes *, const struct desk_mount *))
{
	struct desk *desk = mount->desk;
	struct bytes out = { 0 };
	char id[EVENT_ID_BYTES];
	struct event_msg *message;
	struct block *block;

	if (!is_told(mount))
		return;
	write(&out, mount);
	event_id(id, desk->run, ++desk->last_event);
	bytes_format(&out, "id: %s\n\n", id);
	block = block_new(out.data, out.len, 0);
	for (unsigned i = 0; i < desk->worker_count; i++) {
		message = message_new(MSG_EVENT, sizeof(*message));
		message->number = desk->last_event;
		text_copy(message->mount, sizeof(message->mount), mount->name);
		message->block = block_ref(block);
		loop_post(desk->worker_loops[i], &message->message);
	}
	block_unref(block);
	bytes_free(&out);
}

void
herald_title(struct desk_mount *mount)
{
	mount->titled_ms = clock_wall_ms();
	tell(mount, put_title);
}

void
herald_state(struct desk_mount *mount)
{
	const char *word = state_word(mount);

	if (is_told(mount) && mount->told_state == word)
		return;
	mount->told_state = is_told(mount) ? word : NULL;
	tell(mount, put_state);
}

void
herald_recording(struct desk_mount *mount)
{
	tell(mount, put_recording);
}

void
herald_tick(struct desk_mount *mount)
{
	int64_t now_ms = clock_mono_ms();

	if (mount->told_listeners == mount->listeners.now ||
	    now_ms - mount->told_listeners_ms < LISTENERS_MS)
		return;
	mount->told_listeners = mount->listeners.now;
	mount->told_listeners_ms = now_ms;
	tell(mount, put_listeners);
}

/* Whether a list of names, with commas between, has this one; "" has all. */
static bool
names(const char *mounts, const char *name)
{
	size_t len = strlen(name), part;

	if (mounts[0] == '\0')
		return true;
	for (; *mounts != '\0'; mounts += part + (mounts[part] == ',')) {
		part = strcspn(mounts, ",");
		if (part == len && memcmp(mounts, name, len) == 0)
			return true;
	}
	return false;
}

struct block *
herald_present(struct desk *desk, const char *mounts)
{
	struct desk_mount *mount;
	struct bytes out = { 0 };
	char id[EVENT_ID_BYTES];
	struct block *block;

	TAILQ_FOREACH (mount, &desk->mounts, link) {
		if (!is_told(mount) || mount->state == MOUNT_GONE ||
		    mount->state == MOUNT_ENDING || !names(mounts, mount->name))
			continue;
		put_state(&out, mount);
		bytes_text(&out, "\n");
		put_title(&out, mount);
		bytes_text(&out, "\n");
		put_listeners(&out, mount);
		bytes_text(&out, "\n");
		put_recording(&out, mount);
		bytes_text(&out, "\n");
	}
	event_id(id, desk->run, desk->last_event);
	bytes_format(&out, "id: %s\n\n", id);
	block = block_new(out.data, out.len, 0);
	bytes_free(&out);
	return block;
}
