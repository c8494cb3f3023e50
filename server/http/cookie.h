/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * cookie - one cookie of a Cookie header (RFC 6265 section 4.2). Pure.
 */
#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>

/* The first of that name. False: there is none, or it has no room; value is ""
 * then. */
bool cookie_get(
    const char *header, const char *name, char *value, size_t size) MUST_CHECK;

#endif
