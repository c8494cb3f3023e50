/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * far - recordings of which only the object is left, by way of
 * all2all-archived. For a thread that may block, FAR_MS at most each time;
 * what fails is said in the log.
 */
#ifndef ARCHIVE_FAR_H
#define ARCHIVE_FAR_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAR_MS 10000

/* Whether it can be read, and how much it is. */
bool far_find(const char *socket, const char *id, uint64_t *bytes) MUST_CHECK;
/* All of these bytes, or false. */
bool far_read(const char *socket, const char *id, uint64_t at, void *to,
    size_t len) MUST_CHECK;

#endif
