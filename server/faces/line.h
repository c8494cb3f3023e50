/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * line - a command line of the table, with what was asked for in its places.
 * Pure.
 *
 * A value is always one word, and never an option: what begins with "--" is
 * refused.
 */
#ifndef FACES_LINE_H
#define FACES_LINE_H

#include "base/check.h"
#include "loop/messages.h"

#include <stdbool.h>

/* The value of a name, NULL when it is not given; valid until the next call. */
typedef const char *line_value(void *arg, const char *name);

/* Fills argv and argc of run, which has room for RUN_WORDS. False, and *why is
 * a sentence and *name what it is about: then there may be words already. */
bool line_make(struct run_msg *run, const char *line, line_value *value,
    void *arg, const char **why, char name[64]) MUST_CHECK;

#endif
