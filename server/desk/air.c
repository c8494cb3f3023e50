/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * "air": what everybody may know of who is on air, for pages. Only what is not
 * hidden, and nothing of who is blocked. */
#include "base/clock.h"
#include "desk/desk_priv.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool
is_told(const struct desk_mount *mount)
{
	return (mount->state == MOUNT_LIVE || mount->state == MOUNT_AWAY) &&
	    mount->has_facts && !mount->rules->is_hidden;
}

/* What encoders said need not be UTF-8 to the letter; jansson insists. */
static json_t *
words(const char *text)
{
	json_t *said = json_string(text);

	return said != NULL ? said : json_string("");
}

static json_t *
member_json(const struct patron *patron)
{
	return json_pack("{s:s, s:o}", "slug", patron->member.slug, "name",
	    words(patron->member.name));
}

static json_t *
mount_json(struct desk *desk, const struct desk_mount *mount)
{
	const struct mount_facts *facts = &mount->facts;
	const struct patron *patron = patron_by_id(desk, mount->member);
	char since[CLOCK_ISO_BYTES];
	json_t *told;

	clock_iso(mount->began_ms, since);
	told = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:i,"
			 " s:i, s:i, s:b, s:b, s:i}",
	    "mount", mount->name, "since", since, "name",
	    words(facts->name[0] != '\0' ? facts->name : mount->name),
	    "description", words(facts->description), "genre",
	    words(facts->genre), "title", words(mount->title), "link",
	    words(facts->url), "type", facts->media_type, "codecs",
	    facts->codecs, "bitrate", (int)facts->bitrate_kbps, "width",
	    (int)facts->width, "height", (int)facts->height, "video",
	    facts->has_video, "away", mount->state == MOUNT_AWAY, "listeners",
	    (int)mount->listeners.now);
	CHECK(told != NULL);
	if (patron != NULL)
		json_object_set_new(told, "member", member_json(patron));
	return told;
}

/* All of one member's, or everybody's, but for one. */
static json_t *
mounts_json(struct desk *desk, const struct patron *of, const char *but)
{
	json_t *mounts = json_array();
	const struct desk_mount *mount;

	TAILQ_FOREACH (mount, &desk->mounts, link) {
		if (is_told(mount) &&
		    (of == NULL || mount->member == of->member.id) &&
		    strcmp(mount->name, but) != 0)
			json_array_append_new(mounts, mount_json(desk, mount));
	}
	return mounts;
}

static void
answer(struct desk *desk, uint64_t number, json_t *told)
{
	char *text = json_dumps(told, JSON_COMPACT);

	CHECK(text != NULL);
	control_reply(desk, number, 0, text, strlen(text));
	free(text);
	json_decref(told);
}

/* A member, or one of its mounts that may not be on air at the moment. */
static void
show_place(struct desk *desk, uint64_t number, const char *path)
{
	static const char none[] = "there is nothing here\n";
	const struct desk_mount *mount = registry_find(desk, path);
	const struct patron *patron;
	char rest[MOUNT_BYTES];
	json_t *told;

	patron = catalog_owner(desk, path, rest);
	if (patron == NULL || patron_is_blocked(patron)) {
		control_reply(desk, number, 1, none, sizeof(none) - 1);
		return;
	}
	told = json_pack("{s:i, s:s, s:b, s:o, s:o}", "schema", 1, "path", path,
	    "is-member", rest[0] == '\0', "member", member_json(patron),
	    "mounts", mounts_json(desk, patron, rest));
	CHECK(told != NULL);
	if (rest[0] != '\0' && mount != NULL && is_told(mount))
		json_object_set_new(told, "mount", mount_json(desk, mount));
	json_object_set_new(told, "others",
	    json_boolean(json_array_size(json_object_get(told, "mounts")) > 0));
	answer(desk, number, told);
}

bool
air_run(struct desk *desk, uint64_t number, unsigned argc, char **argv)
{
	if (argc == 1)
		answer(desk, number,
		    json_pack("{s:i, s:o}", "schema", 1, "mounts",
			mounts_json(desk, NULL, "")));
	else if (argc == 3 && strcmp(argv[1], "at") == 0)
		show_place(desk, number, argv[2]);
	else
		return false;
	return true;
}
