/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Gathers what is on air and has the pages room write it. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "desk/desk_priv.h"
#include "pages/pages.h"

#include <stdlib.h>
#include <string.h>

static void
fill_mount(const struct desk *desk, const struct desk_mount *mount,
    struct page_mount *page)
{
	page->name = mount->name;
	page->member = mount->slug;
	page->facts = &mount->facts;
	page->title = mount->title;
	page->listeners = mount->listeners.now;
	page->peak = mount->peak;
	page->began_ms = mount->began_ms;
	page->is_away = mount->state == MOUNT_AWAY;
	page->public_url = desk->conf->public_url;
}

static bool
is_listed(const struct desk_mount *mount)
{
	return (mount->state == MOUNT_LIVE || mount->state == MOUNT_AWAY) &&
	    mount->has_facts;
}

/* Public pages: what is on air and not hidden, or the one that was asked for.
 */
static unsigned
gather(struct desk *desk, const char *only, struct page_mount *rows)
{
	struct desk_mount *mount;
	unsigned count = 0;

	TAILQ_FOREACH (mount, &desk->mounts, link) {
		if (!is_listed(mount) || mount->rules->is_hidden ||
		    (only[0] != '\0' && strcmp(only, mount->name) != 0))
			continue;
		fill_mount(desk, mount, &rows[count++]);
	}
	return count;
}

static struct block *
seal(struct bytes *text)
{
	struct block *block = block_new(text->data, text->len, 0);

	bytes_free(text);
	return block;
}

/* "/x/live.ogg.m3u" is the playlist of "/x/live.ogg"; NULL: no playlist, or of
 * nothing. */
static struct desk_mount *
playlist_mount(struct desk *desk, const char *path, const char *extension)
{
	size_t len = strlen(path), end = strlen(extension);
	char name[MOUNT_BYTES];

	if (len <= end || strcmp(path + len - end, extension) != 0)
		return NULL;
	memcpy(name, path, len - end);
	name[len - end] = '\0';
	return registry_find(desk, name);
}

static const struct playlist {
	const char *extension;
	const char *type;
	void (*write)(struct bytes *, const struct page_mount *);
} playlists[] = {
	{ ".m3u", "audio/x-mpegurl", page_m3u },
	{ ".pls", "audio/x-scpls", page_pls },
	{ ".xspf", "application/xspf+xml", page_xspf },
};

static struct block *
playlist_page(struct desk *desk, const struct ask_msg *ask, const char **type)
{
	struct page_mount row = { 0 };
	struct desk_mount *mount;
	struct bytes text = { 0 };

	for (size_t i = 0; i < sizeof(playlists) / sizeof(playlists[0]); i++) {
		mount = playlist_mount(desk, ask->path, playlists[i].extension);
		if (mount == NULL)
			continue;
		fill_mount(desk, mount, &row);
		playlists[i].write(&text, &row);
		*type = playlists[i].type;
		return seal(&text);
	}
	return NULL;
}

struct block *
status_page(struct desk *desk, const struct ask_msg *ask, const char **type,
    unsigned *status)
{
	struct page_site site = { .hostname = desk->conf->hostname,
		.contact = desk->conf->contact,
		.location = desk->conf->location,
		.started_ms = desk->started_ms,
		.public_url = desk->conf->public_url };
	struct desk_mount *mount;
	struct bytes text = { 0 };
	struct page_mount *rows;
	unsigned most = 1;
	struct block *playlist;

	TAILQ_FOREACH (mount, &desk->mounts, link)
		most++;
	rows = mem_new(most * sizeof(*rows));
	site.mounts = rows;
	site.mount_count = gather(desk, ask->query, rows);
	if (strcmp(ask->path, "/status-json.xsl") == 0) {
		*type = "application/json; charset=UTF-8";
		page_status_json(&text, &site);
	} else if (strcmp(ask->path, "/healthz") == 0) {
		*type = "text/plain; charset=utf-8";
		bytes_text(&text, "ok\n");
	}
	free(rows);
	if (text.len > 0)
		return seal(&text);
	playlist = playlist_page(desk, ask, type);
	*status = playlist != NULL ? 200 : 404;
	return playlist;
}
