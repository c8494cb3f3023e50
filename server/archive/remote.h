/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * remote - recordings of which only the object is left, by way of
 * all2all-archived. For a thread that may block, REMOTE_MS at most each time;
 * what fails is said in the log.
 */
#ifndef ARCHIVE_REMOTE_H
#define ARCHIVE_REMOTE_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REMOTE_MS 10000

/* Whether it can be read, and how much it is. */
bool remote_find(
    const char *socket, const char *id, uint64_t *bytes) MUST_CHECK;
/* All of these bytes, or false. */
bool remote_read(const char *socket, const char *id, uint64_t at, void *to,
    size_t len) MUST_CHECK;

#endif
