/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * spool - the thread that writes broadcasts to the archive.
 *
 * The feeding worker opens a mount's recordings (SPOOL_OPEN), offers every
 * block, says when its source is away (SPOOL_AWAY) and closes them
 * (SPOOL_CLOSE); deck.h tells which there are and how they outlive their feed.
 * What is written is the head in force at the first SYNC block, then every
 * block from it on: valid from its first byte. A BLOCK_CUT block begins a new
 * file. Blocks that would make more than
 * spool_bytes wait for the disk are refused by spool_offer(): the worker never
 * waits, and the spool marks the gap in the recording.
 *
 * A failed write ends the file as broken, is said as an error, and the next
 * SYNC block tries a new file after RETRY_MS. Files are data/archive/SLUG/
 * YYYY/MM/DD/<time>_<id>.<ext>.part, with a JSON sidecar; what is complete is
 * handed to the archivist, archive/archivist.h.
 */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include "loop/loop.h"
#include "loop/messages.h"

#include <stdint.h>

struct spool;

struct spool_setup {
	const char *data;
	int64_t most_bytes;     /* conf spool_bytes */
	int64_t point_ms;       /* conf recording_point_ms */
	int64_t reserve_bytes;  /* conf archive_reserve_bytes */
	struct loop *desk;      /* gets RECORDING (for status), RESULT, DONE */
	struct loop *clerk;     /* gets RECORDING */
	struct loop *archivist; /* gets FINISH */
	unsigned thread_no;
};

struct spool *spool_open(const struct spool_setup *, char **error) MUST_CHECK;
bool spool_start(struct spool *) MUST_CHECK;
struct loop *spool_loop(struct spool *); /* OPEN to CLOSE, RECORD, STOP */
/* From any thread; from is its loop, or NULL when it has none. Takes the
 * reference in any case; false: dropped. */
bool spool_offer(
    struct spool *, struct loop *from, uint32_t mount_no, struct block *);
void spool_free(struct spool *);

#endif
