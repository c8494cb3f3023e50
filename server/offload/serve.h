/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * serve - the Unix socket of all2all-archived: answers what offload/ask.h asks.
 *
 * The main thread accepts; each conversation has a thread of its own, at most
 * SERVE_MOST of them, with its own connection to inventory and store. A peer
 * that has no whole question, or did not take an answer, after SERVE_IDLE_MS is
 * let go.
 */
#ifndef OFFLOAD_SERVE_H
#define OFFLOAD_SERVE_H

#include "base/check.h"
#include "offload/mover.h"
#include "offload/settings.h"

#define SERVE_MOST    16
#define SERVE_IDLE_MS 30000

struct serve;

/* What it is given must outlive it. NULL, and *error. */
struct serve *serve_open(
    const struct settings *, struct mover *, char **error) MUST_CHECK;
/* Until stop_fd is readable. */
void serve_run(struct serve *, int stop_fd);
void serve_close(struct serve *); /* ends all conversations */

#endif
