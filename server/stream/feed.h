/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * feed - what makes an encoder's bytes into a mount's blocks.
 *
 * It holds the stream's format and gathers units into one block for each step,
 * so that a listener costs few sends; a block never starts a unit it does not
 * end, and a place where a decoder may start begins a block whenever such
 * places are rare. A feed outlives its source: it goes back to the desk while
 * the source is away (feed_leave), and to the worker of the next one
 * (feed_join). It has exactly one owner at any time.
 */
#ifndef STREAM_FEED_H
#define STREAM_FEED_H

#include "base/check.h"
#include "loop/messages.h"
#include "stream/worker.h"

#include <stddef.h>
#include <stdint.h>

struct feed;

/* What the source's headers say; the stream's own bytes are added to it. */
struct feed *feed_new(void);
void feed_free(struct feed *);

/* In the worker that has the source now. said is copied; records tells whether
 * the spool gets the blocks too. */
void feed_join(struct feed *, struct worker *, uint32_t mount_no,
    const struct mount_facts *said, const char *declared_type, bool records);
/* The source is gone: what is gathered goes out; after this any thread may own
 * the feed. */
void feed_leave(struct feed *);
/* The mount ends: closes the stream properly and the recording too. Called
 * between join and free, or on a feed that left. Unless it is final, the
 * recording waits for its source for as long as the mount's rules say. */
void feed_finish(
    struct feed *, struct worker *, uint32_t mount_no, bool is_final);

/* False: the bytes make no sense; *why says so to the artist. */
bool feed_read(struct feed *, const uint8_t *bytes, size_t len,
    const char **why) MUST_CHECK;
/* For how long to gather from now on, in ms, until feed_flush(); 0: what is
 * read goes out at once. */
int64_t feed_begin_step(struct feed *);
void feed_flush(struct feed *);
/* From /admin/metadata or an ICY source. */
void feed_set_title(struct feed *, const char *title, const char *url);
/* When the last whole unit came, mono. */
int64_t feed_unit_ms(const struct feed *);

#endif
