/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * reader - a conn that reads a recording.
 *
 * It asks the librarian for one piece at a time and sends it: all of a file,
 * some ranges of it (RFC 9110 section 14), or one that is still written, from
 * its begin or from some time ago, for as long as it grows. No faster than the
 * burst and then some times the recording's own rate, so that who downloads
 * leaves the line to who listens. What it got is counted as the member's
 * archive traffic, not as listening to the mount.
 */
#ifndef SERVE_READER_H
#define SERVE_READER_H

#include "http/request.h"
#include "stream/meter.h"
#include "stream/worker.h"

/* Takes over the conn and the file of found, whose fd is -1 then; the rest of
 * found and the request stay the caller's. */
void reader_begin(
    struct worker *, struct conn *, const struct request *, struct found_msg *);
/* The librarian's answer to a piece; takes the block. */
void reader_piece(struct conn *, struct piece_msg *);
/* Counts what it got since last time; nothing when it is no reader. */
void reader_meter(struct conn *);
/* To be played as it was recorded. */
uint64_t reader_need_bps(const struct found_msg *);
/* Shuts a file that found has open and nobody took. */
void reader_shut(struct found_msg *);

#endif
