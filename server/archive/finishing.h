/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * finishing - from the files the spool left to a recording in the archive.
 *
 * Only what is on the disk counts, so a recording whose server was killed goes
 * the same way. By what is there:
 *
 *   STEM.json.part "active"     killed: the media is cut after its last whole
 *                               unit, and "recovered" is said
 *   anything else in it         complete, as the spool said
 *   STEM.ext.part without a byte  deleted, with what belongs to it
 *   STEM.ext.part and STEM.json   the last steps are done again
 *   STEM.ext and no .part, no STEM.json   finished from there on
 *
 * Order: media into STEM.ext.new and synced (or STEM.ext.part as it is), its
 * rename to STEM.ext, sync of the folder, its twin (archive/twin.h),
 * STEM.index, sidecar, and then only are the .part files deleted and the row
 * told. Until then STEM.ext.part is as the spool left it: killed at any point,
 * the next start begins again.
 *
 * What cannot be finished (no room, damaged) is kept as it was recorded, and
 * the note says why. What is no plain file with one name of ours is left alone.
 * The archivist's thread; blocks on the disk.
 */
#ifndef ARCHIVE_FINISHING_H
#define ARCHIVE_FINISHING_H

#include "base/check.h"
#include "loop/messages.h"

#include <stdbool.h>

struct finishing {
	int archive; /* data/archive, opened */
	/* Of the row of each one that is finished. */
	void (*row)(void *arg, const struct recording_msg *);
	/* Into name: of that member, as it is written in tags; may be NULL. */
	void (*name_of)(void *arg, int64_t member, char name[NAME_BYTES]);
	/* Whether there is to be an MPEG-4 file beside this one, and room for
	 * it; NULL: no. */
	bool (*wants_twin)(void *arg, const struct recording_msg *);
	bool (*go_on)(void *arg); /* false: leave it to the next start */
	void *arg;
};

/* path: as in recording_msg. False: it is as it was and worth another try, as
 * the disk may be better by then. */
bool finishing_run(const struct finishing *, const char *path) MUST_CHECK;

#endif
