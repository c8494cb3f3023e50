/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * tap - so many bits a second for many takers together.
 *
 * Who wants bytes asks tap_wait_ms(); at 0 it says with tap_take() how many it
 * will take, and with tap_give() what it did not need of them. The level may
 * sink below nothing, so that a piece is never cut: the next ones wait the
 * longer. One thread; pure, the caller says what time it is.
 */
#ifndef BASE_TAP_H
#define BASE_TAP_H

#include <stddef.h>
#include <stdint.h>

#define TAP_DEEP_MS 250 /* what is not taken is kept so long */

struct tap {
	uint64_t bps; /* 0: as much as anybody wants */
	int64_t level_bytes;
	int64_t filled_us; /* mono; 0: never yet */
};

/* From now on it gives so much. */
void tap_set(struct tap *, uint64_t bps, int64_t now_us);
/* Until something may be taken; 0: now. */
int64_t tap_wait_ms(struct tap *, int64_t now_us);
void tap_take(struct tap *, size_t bytes);
void tap_give(struct tap *, size_t bytes);
/* What a piece should have at most, of wanted bytes: an eighth of a second, so
 * that all get something; never less than least. */
size_t tap_piece(const struct tap *, size_t wanted, size_t least);

#endif
