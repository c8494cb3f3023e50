/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * remote_file - the media of a recording is deleted here, or fetched from its
 * object store. The sidecar is the caller's. The archivist's thread; blocks.
 */
#ifndef ARCHIVE_REMOTE_FILE_H
#define ARCHIVE_REMOTE_FILE_H

#include "base/check.h"
#include "loop/messages.h"

#include <stdbool.h>

/* With its twin and their lines of SHA256SUMS. False with errno. */
bool remote_file_drop(int archive, const char *path) MUST_CHECK;
/* By way of STEM.ext.new, and only when it is the row's SHA-256. True also when
 * the file is there. False, and *error (free it) says why. */
bool remote_file_fetch(int archive, const char *socket,
    const struct recording_msg *, char **error) MUST_CHECK;

#endif
