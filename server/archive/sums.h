/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * sums - SHA256SUMS of a day folder: the media in it, for sha256sum -c.
 *
 * A line for each finished recording, and for its twin, in the order of their
 * names; what is in the trash is there too, as its file is. It is replaced by
 * rename, by way of SHA256SUMS.new, and can be made again from the sidecars, so
 * that nothing depends on it. The archivist's thread; blocks on the disk.
 */
#ifndef ARCHIVE_SUMS_H
#define ARCHIVE_SUMS_H

#include "base/bytes.h"
#include "base/check.h"

#include <stdbool.h>

#define SUMS_NAME "SHA256SUMS"
#define SUMS_NEW  "SHA256SUMS.new"

/* The line of this file in the folder, new or another; sha256 "": none any
 * more, and no empty file. False: it is as it was; errno. */
bool sums_put(int folder, const char *file, const char *sha256) MUST_CHECK;
/* As one line of it. */
void sums_line(struct bytes *, const char *file, const char *sha256);
/* All of it: exactly these lines, unless they are there already. */
bool sums_replace(int folder, const struct bytes *lines) MUST_CHECK;

#endif
