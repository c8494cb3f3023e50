/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * engine - the one loop that runs the sources and all listeners, by epoll, in
 * the main thread. First the sources until all are live, then the listeners at
 * their ramp until the time is up or a signal comes, then their ends (at most
 * ENGINE_END_US, the sources still sending), then the sources'. Within the
 * second part lies the steady one: from when the last listener was let in or
 * failed, and a while for all to settle.
 */
#ifndef LOAD_ENGINE_H
#define LOAD_ENGINE_H

#include "load/options.h"
#include "load/totals.h"

#define ENGINE_END_US INT64_C(5000000)

/* Raises the limit of open files; exits with status 2 when it is too low. */
void engine_make_room(const struct options *);
void engine_run(const struct options *, struct totals *);

#endif
