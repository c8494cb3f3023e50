/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * podcast - published recordings, and what is on air, as a podcast's feed.
 *
 * RSS 2.0 with the namespaces itunes, podcast and atom; pages as RFC 5005 has
 * them. The same facts make the same bytes. No address of mail is in it. Pure.
 */
#ifndef ARCHIVE_PODCAST_H
#define ARCHIVE_PODCAST_H

#include "base/bytes.h"
#include "loop/messages.h"

#define PODCAST_UUID_BYTES 37

struct podcast {
	const char *public_url;             /* without a slash at its end */
	const char *slug, *name, *language; /* the member's */
	const char *mount;                  /* "": all of the member's */
	const struct recording_msg *rows;   /* newest first */
	unsigned count;
	const struct live_row *live; /* on the first page */
	unsigned live_count;
	unsigned page, pages; /* from 1 on; pages is 1 when it is empty */
};

void podcast_write(struct bytes *, const struct podcast *);

/* Where podcasts' apps find it: scheme, host, path. */
void podcast_url(struct bytes *, const struct podcast *);
/* A mount in a query, where a plus would be a space. */
void podcast_query_text(struct bytes *, const char *mount);
/* Of a feed's address without its scheme: UUIDv5, in the podcast namespace. */
void podcast_uuid(const char *name, char uuid[PODCAST_UUID_BYTES]);
/* What players expect of such a file; an enclosure's type has no codecs. */
const char *podcast_media_type(const char *media_type, const char *codecs);
/* Its title, or what it was and when. */
void podcast_title(
    const struct recording_msg *, const char *name, char *to, size_t size);
/* Of the file, or of its twin, with a name at its end that says what it is. */
void podcast_item_url(struct bytes *, const char *public_url,
    const struct recording_msg *, const char *extension);

#endif
