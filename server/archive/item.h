/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * item - one finished recording, changed or deleted.
 *
 * The sidecar is the truth: it is replaced, durable, before anything else is
 * done. Only names of ours are deleted, through the folder they are in. The
 * archivist's thread; blocks on the disk.
 */
#ifndef ARCHIVE_ITEM_H
#define ARCHIVE_ITEM_H

#include "spool/sidecar.h"

/* The names of the folders and the file say what it is; a sidecar only adds to
 * that. */
void item_take_names(struct recording_msg *, const struct naming *);
/* The sidecar's words of the recording at that path (recording_msg), to be
 * cleared; its path and its member stay what they are. False: there is none
 * that can be read; errno. */
bool item_read(int archive, const char *path, struct sidecar *) MUST_CHECK;
/* Its text, NUL added; free() it. NULL with errno. */
char *item_text(int archive, const char *path) MUST_CHECK;
/* In the place of the one there is. */
bool item_write(
    int archive, const char *path, const struct sidecar *) MUST_CHECK;
/* Whether an authority's word keeps it. */
bool item_is_held(const struct recording_msg *, int64_t now_ms);
/* Media, twin, sidecar and index, and the folders that are empty then. False:
 * some of it is still there; errno. */
bool item_delete(int archive, const char *path) MUST_CHECK;

#endif
