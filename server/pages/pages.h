/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * pages - what is shown of the server, written as text. Pure.
 *
 * Every string that came from a source, listener or member goes through the
 * escaping writer of its context (base/text.h); links only to http and https.
 */
#ifndef PAGES_PAGES_H
#define PAGES_PAGES_H

#include "base/bytes.h"
#include "loop/messages.h"

#include <stdbool.h>
#include <stdint.h>

struct page_mount {
	const char *name, *member, *title, *public_url;
	const struct mount_facts *facts;
	unsigned listeners, peak;
	int64_t began_ms; /* wall */
	bool is_away;     /* the source dropped and may come back */
};

struct page_site {
	const char *hostname, *contact, *location, *public_url;
	int64_t started_ms; /* wall */
	const struct page_mount *mounts;
	unsigned mount_count;
};

/* As Icecast 2.4 writes it, but always valid JSON. */
void page_status_json(struct bytes *, const struct page_site *);
void page_m3u(struct bytes *, const struct page_mount *);
void page_pls(struct bytes *, const struct page_mount *);
void page_xspf(struct bytes *, const struct page_mount *);

#endif
