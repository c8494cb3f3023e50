/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * mem - allocation that either succeeds or ends the process with a line.
 *
 * Used for small things whose size no peer decides. Where a peer decides how
 * much, the caller bounds it first or uses malloc and answers for NULL.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_new(size_t bytes); /* zeroed */
void *mem_grow(void *old, size_t bytes);
char *mem_text(const char *text); /* a copy; NULL stays NULL */
void *mem_copy(const void *bytes, size_t len);

#endif
