/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * scrub - whether a recording's bytes are still those that were recorded.
 *
 * Its SHA-256 is taken again, some bytes at a time, read when the disk has
 * nothing else to do (idle I/O priority), and not kept in memory. The
 * archivist's thread; blocks on the disk.
 */
#ifndef ARCHIVE_SCRUB_H
#define ARCHIVE_SCRUB_H

#include "base/check.h"
#include "loop/messages.h"

#include <stddef.h>

enum scrub_result {
	SCRUB_MORE, /* not all of it is read yet */
	SCRUB_RIGHT,
	SCRUB_WRONG,
	SCRUB_MISSING,
	SCRUB_UNREADABLE, /* the disk does not give it, or it is no file */
	SCRUB_RESULTS
};

struct scrub;

/* Of the recording at that path, with these bytes and sum; never NULL. */
struct scrub *scrub_begin(int archive, const struct recording_msg *);
/* At most so many bytes more. */
enum scrub_result scrub_step(struct scrub *, size_t bytes) MUST_CHECK;
void scrub_end(struct scrub *); /* at any time; NULL is fine */

const char *scrub_word(enum scrub_result);
/* What its sidecar notes then; "" when it is right. */
const char *scrub_note(enum scrub_result);

#endif
