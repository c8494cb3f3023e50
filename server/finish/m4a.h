/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * m4a - the frames of an ADTS file once more, in an MPEG-4 file.
 *
 * ISO/IEC 14496-12 and -14. In ADTS nobody can seek without reading all of it;
 * here a table of sizes stands before the sound, which is the same to the bit:
 * nothing is decoded. What SBR and PS add to it stays implicit, as in ADTS.
 *
 *   ftyp  moov (mvhd udta trak)  mdat (frames without their ADTS heads)
 *
 * The file is read twice; of each frame two bytes are kept meanwhile. Any
 * thread; blocks on the disk.
 */
#ifndef FINISH_M4A_H
#define FINISH_M4A_H

#include "finish/finish.h"

#define M4A_MOST_FRAMES (1 << 25) /* eight days at 48 kHz */

struct m4a_job {
	int from; /* the ADTS file */
	int64_t from_bytes;
	int to; /* an empty file, written, never synced */
	const char *title;
	const char *artist;                 /* both may be "" */
	int64_t started_ms;                 /* wall */
	const struct finish_mark *chapters; /* in the order of at_ms */
	size_t chapter_count;
	bool (*go_on)(void *arg); /* as in finish_job */
	void *arg;
};

/* WRITTEN, STOPPED, or FAILED and *error (free it) says why: it cannot be read
 * or written, no frame is in it, or one track cannot hold what is in it. */
enum finish_result m4a_write(const struct m4a_job *, char **error) MUST_CHECK;

#endif
