/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * digest - the SHA-256 of a recording, taken while it is written.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 65 /* in hex, with its NUL */

struct digest; /* OpenSSL's */

struct digest *digest_new(void);
void digest_add(struct digest *, const void *bytes, size_t len);
/* Frees it. */
void digest_end(struct digest *, char hex[DIGEST_BYTES]);
/* Of the first bytes of a file; false with errno when it cannot be read. */
bool digest_file(int fd, uint64_t bytes, char hex[DIGEST_BYTES]) MUST_CHECK;

#endif
