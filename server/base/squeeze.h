/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * squeeze - bytes as gzip (RFC 1952), by libarchive. The same bytes become the
 * same, as no time and no name is in it. Any thread.
 */
#ifndef BASE_SQUEEZE_H
#define BASE_SQUEEZE_H

#include "base/bytes.h"

#include <stdbool.h>

/* Appends to out. False: it could not be done, out is empty. */
bool squeeze(const void *bytes, size_t len, struct bytes *out) MUST_CHECK;

#endif
