/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Who asks for a list of what is published, or a feed: whose it is and what is
 * on air is known here, the librarian knows the rest and answers. */
#include "archive/librarian.h"
#include "base/text.h"
#include "desk/desk_priv.h"

#include <string.h>

#define LIST_ITEMS 20

/* "/slug" is all of a member, anything longer one of its mounts. */
const struct patron *
catalog_owner(struct desk *desk, const char *path, char mount[MOUNT_BYTES])
{
	const struct patron *patron = NULL;

	mount[0] = '\0';
	if (path[0] == '/')
		patron = patron_by_slug(desk, path + 1);
	if (patron == NULL) {
		patron = patron_of_mount(desk, path);
		text_copy(mount, MOUNT_BYTES, path);
	}
	if (patron != NULL &&
	    (patron->member.state == MEMBER_ORDERED ||
		patron->member.state == MEMBER_DELETED))
		return NULL;
	return patron;
}

static bool
is_told(const struct desk_mount *mount, const struct catalog_msg *asked)
{
	return mount->member == asked->member && mount->has_facts &&
	    (mount->state == MOUNT_LIVE || mount->state == MOUNT_AWAY) &&
	    !mount->rules->is_hidden &&
	    (asked->mount[0] == '\0' || strcmp(asked->mount, mount->name) == 0);
}

static void
put_live(struct desk *desk, struct catalog_msg *asked)
{
	struct desk_mount *mount;
	struct live_row *row;

	TAILQ_FOREACH (mount, &desk->mounts, link) {
		if (!is_told(mount, asked))
			continue;
		row = &asked->live[asked->count++];
		text_copy(row->mount, sizeof(row->mount), mount->name);
		row->began_ms = mount->began_ms;
		row->facts = mount->facts;
	}
}

void
catalog_ask(struct desk *desk, const struct ask_msg *ask,
    const struct patron *patron, const char *mount)
{
	struct desk_mount *any;
	struct catalog_msg *asked;
	size_t most = 0;

	TAILQ_FOREACH (any, &desk->mounts, link)
		most += any->member == patron->member.id;
	asked = message_new(
	    MSG_CATALOG, sizeof(*asked) + most * sizeof(asked->live[0]));
	asked->worker = ask->from != NULL ? ask->from
					  : desk->worker_loops[ask->worker];
	asked->conn_no = ask->conn_no;
	asked->wish = ask->wish;
	if (asked->wish.is_feed)
		asked->wish.most = (unsigned)desk->conf->feed_items;
	else if (asked->wish.most == 0)
		asked->wish.most = LIST_ITEMS;
	asked->member = patron->member.id;
	text_copy(asked->slug, sizeof(asked->slug), patron->member.slug);
	text_copy(asked->name, sizeof(asked->name), patron->member.name);
	text_copy(asked->mount, sizeof(asked->mount), mount);
	text_copy(asked->public_url, sizeof(asked->public_url),
	    desk->conf->public_url);
	put_live(desk, asked);
	loop_post_from(
	    desk->loop, librarian_loop(desk->librarian), &asked->message);
}
