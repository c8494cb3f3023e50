/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * watched - what a process uses, as the kernel counts it: the time of all its
 * threads, ended ones too, and its own memory. Reading it costs that process
 * nothing but a short hold on its map of memory.
 */
#ifndef LOAD_WATCHED_H
#define LOAD_WATCHED_H

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* False: there is no such process, or we may not look at it; *why is then the
 * file or call that said so, errno why. */
bool watched_allows(pid_t, const char **why) MUST_CHECK;
/* Since the process began; 0 when it is gone. */
double watched_cpu_secs(pid_t);
/* Anonymous memory: what no file has. 0 when it is gone. */
uint64_t watched_memory_bytes(pid_t);

#endif
