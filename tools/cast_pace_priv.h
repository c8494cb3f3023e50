/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * cast_pace_priv - between cast_pace.c and the readers of stamps.
 *
 * A step looks at what stands at bytes and answers how many bytes to move on,
 * which may be more than len; 0 means that it must see more first, which it may
 * only ask for below PACE_HELD_BYTES.
 */
#ifndef CAST_PACE_PRIV_H
#define CAST_PACE_PRIV_H

#include "cast_pace.h"

#define PACE_HELD_BYTES 1024

void pace_add(struct pace *, uint64_t units, unsigned rate);
void pace_stamp(struct pace *, int64_t stamp_us);
uint64_t pace_number(const uint8_t *bytes, unsigned len); /* big-endian */
/* To the next byte of this value, at least one on. */
size_t pace_hunt(const uint8_t *bytes, size_t len, uint8_t value);

size_t pace_step_ogg(struct pace *, const uint8_t *bytes, size_t len);
size_t pace_step_matroska(struct pace *, const uint8_t *bytes, size_t len);
size_t pace_step_ts(struct pace *, const uint8_t *bytes, size_t len);
size_t pace_step_flac(struct pace *, const uint8_t *bytes, size_t len);

#endif
