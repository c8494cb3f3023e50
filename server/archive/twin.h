/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * twin - the MPEG-4 file beside a finished ADTS recording: the same frames, for
 * players that cannot seek in ADTS (finish/m4a.h).
 *
 * It is made after the recording is durable and before its sidecar says that it
 * is done, so who looks finds both or none: STEM.m4a.new, synced, renamed to
 * STEM.m4a, the folder synced; then the sidecar names it. A STEM.m4a that no
 * sidecar names is none, and is made again. What cannot have one (no room, its
 * frames are of two kinds) does without: the log says why. Programmes and what
 * was started by hand have one, logs have none. The archivist's thread; blocks
 * on the disk.
 */
#ifndef ARCHIVE_TWIN_H
#define ARCHIVE_TWIN_H

#include "archive/finishing.h"
#include "spool/sidecar.h"

/* Whether there should be one. */
bool twin_is_wanted(
    const struct finishing *, const struct recording_msg *) MUST_CHECK;
/* Whether the one that the row names is there and as long as it says. */
bool twin_is_right(
    int folder, const struct naming *, const struct recording_msg *) MUST_CHECK;
/* Makes it when it is wanted, else deletes what is left of one; the sidecar's
 * row, which is not written here, says what there is then. False: it was
 * stopped, and nothing is changed. */
bool twin_make(const struct finishing *, int folder, const struct naming *,
    struct sidecar *) MUST_CHECK;
/* The same of a recording that is here again; its line in SHA256SUMS too. */
void twin_restore(const struct finishing *, struct sidecar *);

#endif
