/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * pump - gives a new block to all idle listeners of a mount, some at a time.
 *
 * A socket that is not full is written to at once, without asking the poller.
 * With thousands of listeners that takes long: after each PUMP_SLICE of them
 * the loop sees to everybody else (newcomers, encoders, other mounts) before
 * the next slice. Mounts take turns. One pump for each worker, in its thread.
 *
 * A listener is due a pace after it was last sent to. Blocks of a mount with
 * many listeners come in steps shorter than that: each step serves those who
 * are due, with all they have not had, so a listener costs one send for each
 * pace, and the line sees an even flow instead of a wave:
 *
 *   pace   |---------------------------|---------------------------|
 *   step   |----|----|----|----|----|--|-|----|----|----|----|----|-
 *   sends   a b  c    d e  f g  h   i   a b  c    d e  f g  h   i
 */
#ifndef STREAM_PUMP_H
#define STREAM_PUMP_H

#include "stream/mount.h"

#define PUMP_SLICE 64 /* sends in a row: less than a millisecond of radio */

struct pump;

struct pump *pump_new(struct event_base *);
void pump_free(struct pump *);
/* The first slice is served before this returns. */
void pump_start(struct mount *);
/* The mount is going away. */
void pump_forget(struct mount *);

#endif
