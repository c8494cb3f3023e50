/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * random - bytes nobody can guess, from the kernel. Any thread may ask.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *to, size_t len);
uint64_t random_u64(void);
/* len letters of Crockford's base 32 (5 bits each) and a NUL. */
void random_word(char *to, size_t len);

#endif
