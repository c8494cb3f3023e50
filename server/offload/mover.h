/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * mover - the thread that brings recordings into the store.
 *
 * It looks through data/archive (scan.h), does what the inventory says is to be
 * done, one item after the other, and deletes what is to be forgotten. It only
 * reads below data/archive. It owns its bucket, its wire and its connection to
 * the inventory; others tell it by mover_wake() and mover_stop(), which any
 * thread may call. What fails is tried again later, with longer and longer
 * waits, until it works; the words of the last failure are in the inventory.
 */
#ifndef OFFLOAD_MOVER_H
#define OFFLOAD_MOVER_H

#include "base/check.h"
#include "offload/settings.h"

#include <stdbool.h>

struct mover;

/* Starts the thread; settings must outlive it. NULL, and *error. */
struct mover *mover_start(const struct settings *, char **error) MUST_CHECK;
/* Something is to be forgotten; with wants_scan the archive is looked through
 * too. */
void mover_wake(struct mover *, bool wants_scan);
/* Ends what goes on and waits for the thread. */
void mover_stop(struct mover *);

#endif
