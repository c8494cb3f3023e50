/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * disposal - the only ways in which a recording goes: into the trash, and from
 * there for good.
 *
 * Both look into the sidecar first: what is held there stays, whatever its row
 * says. The archivist's thread; blocks on the disk.
 */
#ifndef ARCHIVE_DISPOSAL_H
#define ARCHIVE_DISPOSAL_H

#include "base/check.h"
#include "loop/messages.h"

#include <stdbool.h>

struct archivist;

/* why is for the audit log, as "older than keep-log". False: it is held, or its
 * sidecar cannot be read or written; it is said. */
bool disposal_trash(struct archivist *, const struct recording_msg *,
    const char *why) MUST_CHECK;
/* Deletes its files, and has its row deleted. False: not all of it is gone, or
 * it is held. */
bool disposal_delete(
    struct archivist *, const struct recording_msg *, const char *why);

#endif
