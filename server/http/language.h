/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * language - what a reader would like to read (RFC 9110 section 12.5.4). Pure.
 */
#ifndef HTTP_LANGUAGE_H
#define HTTP_LANGUAGE_H

#include <stddef.h>

/* Which of these, each of two letters, an Accept-Language header would like
 * most; the first when it names none, or is NULL. */
size_t language_wanted(
    const char *header, const char *const *codes, size_t count);

#endif
