/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * rates - bits per second of bytes counted in slots of 5 minutes. Any thread.
 */
#ifndef REPORTS_RATES_H
#define REPORTS_RATES_H

#include <stddef.h>
#include <stdint.h>

#define SLOT_MS 300000

uint64_t rates_bps(uint64_t slot_bytes);
/* The element ceil(0.95 n) of the slots in order of size, counted from 1; 0 of
 * none. */
uint64_t rates_percentile95(const uint64_t *slots, size_t count);
/* Where the largest is, the first of them. */
size_t rates_top(const uint64_t *slots, size_t count);

#endif
