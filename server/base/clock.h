/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * clock - the only place that asks what time it is.
 *
 * Durations and deadlines use the monotonic clock; the wall clock is for labels
 * and for accounting slots. Both are in milliseconds. Any thread may ask. Unit
 * tests set the time themselves; the server never does.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
int64_t clock_thread_us(void); /* CPU time of the thread that asks */
int64_t clock_wall_ms(void);   /* since 1970, UTC */

/* How far the wall clock was set since the last call: 0 when by not more than
 * CLOCK_STEP_MS. *apart_ms, from clock_apart_ms(), remembers. */
#define CLOCK_STEP_MS 2000
int64_t clock_apart_ms(void);
int64_t clock_stepped_ms(int64_t *apart_ms);

/* "2026-11-22T21:02:12Z" into at least 21 bytes. */
#define CLOCK_ISO_BYTES 21
void clock_iso(int64_t wall_ms, char text[CLOCK_ISO_BYTES]);

/* For tests: from now on both clocks stand still at these values. */
void clock_set(int64_t mono_ms, int64_t wall_ms);

#endif
