/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * scrubbing - which recordings are scrubbed, and when.
 *
 * By itself everything once in scrub-every, the one that was not looked at for
 * the longest time first, scrub-rate bytes a second. What somebody asks for
 * goes before that, in pieces that let the archivist's other work through, and
 * is answered when all of it is done. What is wrong is logged as an error,
 * noted in the sidecar, and stays as it is; the note goes when the bytes are
 * right again. When each was looked at is in its row. The archivist's thread;
 * blocks on the disk.
 */
#ifndef ARCHIVE_SCRUBBING_H
#define ARCHIVE_SCRUBBING_H

#include "ledger/call.h"
#include "loop/messages.h"

#include <stdbool.h>

struct archivist;
struct scrubbing;

struct scrubbing *scrubbing_new(struct archivist *);
void scrubbing_start(struct scrubbing *);
/* Before its loop ends; NULL is fine. Who waits is not answered. */
void scrubbing_free(struct scrubbing *);

/* False: somebody's are being scrubbed already. */
bool scrubbing_ask(
    struct scrubbing *, uint64_t reply_to, enum listing_format) MUST_CHECK;
void scrubbing_add(struct scrubbing *, const char *id);

#endif
