/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * desk - the main thread: accepts, decides who may do what, knows every mount.
 *
 * It never touches stream bytes and never waits for a disk (but once, while
 * starting and while reading a new configuration). All state in this room is
 * the desk's alone.
 */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "base/check.h"

#include <stdbool.h>

struct conf;
struct desk;

/* Binds every address, reads certificates: what may need privileges. Dies with
 * a sentence when it cannot. conf is taken over. */
struct desk *desk_open(const char *conf_path, const struct conf *conf);
/* Opens the store and the archive, starts the other threads. */
void desk_start(struct desk *);
/* The addresses really bound, one a line, in the order of the file. */
void desk_print_addresses(const struct desk *, int fd);
void desk_run(struct desk *); /* until a signal or "stop" */
void desk_free(struct desk *);

#endif
