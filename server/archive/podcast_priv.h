/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * podcast_priv - for the files that write a feed. Pure. */
#ifndef ARCHIVE_PODCAST_PRIV_H
#define ARCHIVE_PODCAST_PRIV_H

#include "archive/podcast.h"

/* Text that came from somebody, for an element or an attribute: no controls,
 * nothing that turns what stands after it. */
void podcast_text(struct bytes *, const char *text);
/* <name>value</name>, nothing when it is "". */
void podcast_element(struct bytes *, const char *name, const char *value);
/* ' name="value"'. */
void podcast_attribute(struct bytes *, const char *name, const char *value);
/* The same of what was made as bytes. */
void podcast_attribute_bytes(
    struct bytes *, const char *name, struct bytes *value);
#define PODCAST_DATE_BYTES 40
/* As RFC 822 has it, in UTC. */
void podcast_date(int64_t wall_ms, char text[PODCAST_DATE_BYTES]);

/* podcast_item.c */
void podcast_item(
    struct bytes *, const struct podcast *, const struct recording_msg *);
/* podcast_live.c */
void podcast_live(
    struct bytes *, const struct podcast *, const struct live_row *);

#endif
