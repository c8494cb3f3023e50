/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * listing - recordings as JSON, for programs. Pure.
 */
#ifndef ARCHIVE_LISTING_H
#define ARCHIVE_LISTING_H

#include "base/bytes.h"
#include "finish/finish.h"
#include "loop/messages.h"

struct listing_item {
	const struct recording_msg *row;
	const char *name;                   /* of the member */
	const struct finish_mark *chapters; /* NULL: not told here */
	size_t chapter_count;
};

/* {"schema":1,"recording":{...}}; chapters and all. */
void listing_item(
    struct bytes *, const struct listing_item *, const char *public_url);
/* One of a list. */
void listing_member(
    struct bytes *, const struct listing_item *, const char *public_url);
/* JSON Chapters 1.2 of podcastindex.org. */
void listing_chapters(struct bytes *, const struct listing_item *);

/* Where a list goes on behind this row; false: it is no cursor. */
void cursor_format(const struct recording_msg *, char cursor[CURSOR_BYTES]);
bool cursor_parse(const char *cursor, int64_t *before_ms,
    char below_id[RECORDING_ID_BYTES]) MUST_CHECK;

#endif
