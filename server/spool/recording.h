/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * recording - one file of a broadcast, from its first byte to its last.
 *
 * Spool thread; blocks on the disk. Bytes are gathered to GATHER_BYTES or for
 * GATHER_MS and then written; every point_ms all is written and made durable.
 *
 * Titles and gaps go into STEM.marks.part with each write of media. The disk is
 * asked for room ahead, so that a full one refuses a new file and not a part of
 * a block.
 *
 * After the first call that fails the recording is broken: what could not be
 * written whole is cut off (to the end of a block, so what stays can be
 * played), nothing more is taken, and recording_close() keeps what is there,
 * saying why. A sync that failed is never tried again on the same file: the
 * kernel may have dropped the pages and would call that success.
 *
 * At the end the media is synced and STEM.json.part says that it is complete;
 * both keep their names, for archive/finishing.h. When it was not said, it is
 * to be mended like what a crash leaves.
 */
#ifndef SPOOL_RECORDING_H
#define SPOOL_RECORDING_H

#include "base/block.h"
#include "loop/messages.h"
#include "spool/naming.h"
#include "spool/sidecar.h"

#include <stdbool.h>
#include <stdint.h>

#define GATHER_BYTES (64 << 10)
#define GATHER_MS    2000      /* so much a killed process may lose */
#define FIRST_MS     500       /* a new file is soon seen in the listings */
#define STEP_BYTES   (1 << 20) /* the disk is asked for so much ahead */

struct recording;

/* Makes the folders and both .part files. archive is data/archive, opened; it
 * stays the caller's. NULL: nothing is left behind, note says why. */
struct recording *recording_open(int archive, enum recording_profile,
    const struct spool_msg *, char note[128]) MUST_CHECK;
/* New facts of the same broadcast; what is empty stays as it was. */
void recording_facts(struct recording *, const struct spool_msg *);
/* Keeps both until they are written; head, only before the first block, may be
 * NULL. False: it is broken, now or before. */
bool recording_write(
    struct recording *, struct block *head, struct block *) MUST_CHECK;
/* To be called about once a second. False: it is broken. */
bool recording_point(struct recording *, int64_t point_ms) MUST_CHECK;
/* So many bytes of the broadcast are not in it, before what comes next; 0: it
 * is not known what would have come. since_ms, mono, is when the gap began; 0:
 * at the last block. Several before one block are one gap. */
void recording_gap(
    struct recording *, uint64_t bytes, int64_t since_ms, const char *note);
/* What comes next has that title. */
void recording_title(struct recording *, const char *title);
/* Why it ended or has a gap, unless that is said already. */
void recording_note(struct recording *, const char *note);
/* It belongs to something longer: not trash, however short it is. */
void recording_keep(struct recording *);
/* How many bytes it will have when all is written. */
uint64_t recording_end(const struct recording *);
const struct recording_msg *recording_row(const struct recording *);
/* Finishes and frees it. False: there was nothing in it and it is gone, without
 * a row. */
bool recording_close(struct recording *, struct recording_msg *row);

/* For a folder and its name below the one before; syncs the one before, so that
 * the name lasts. The folder for files of that naming, -1 with errno. */
int recording_folder(int archive, const struct naming *) MUST_CHECK;

#endif
