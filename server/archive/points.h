/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * points - where the minutes of a finished recording are.
 *
 * STEM.index has a line for each: milliseconds, a blank, the byte. Lines that
 * are none are passed over. Any thread; blocks on the disk.
 */
#ifndef ARCHIVE_POINTS_H
#define ARCHIVE_POINTS_H

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

/* The byte of the last point that is not after at_ms. False: there is none. fd
 * stays the caller's. */
bool points_find(int fd, int64_t at_ms, uint64_t *byte) MUST_CHECK;

#endif
