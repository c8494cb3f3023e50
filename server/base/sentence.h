/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * sentence - why something failed, for a person: *error is the caller's to
 * free. Any thread.
 */
#ifndef BASE_SENTENCE_H
#define BASE_SENTENCE_H

#include "base/check.h"

#include <stdbool.h>

/* Always false, to be returned. */
bool sentence(char **error, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
