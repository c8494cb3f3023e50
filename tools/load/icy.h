/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * icy - takes the titles out of a stream they are woven into.
 *
 * After every metaint stream bytes stands a length byte, counting sixteens, and
 * that many bytes of title. Exact to the byte, however the bytes are cut. A
 * metaint of 0 means that nothing is woven in. Pure; no allocation.
 */
#ifndef LOAD_ICY_H
#define LOAD_ICY_H

#include <stddef.h>
#include <stdint.h>

struct icy {
	size_t metaint; /* stream bytes between titles */
	void (*stream)(void *arg, const uint8_t *bytes, size_t len);
	void *arg;
	size_t since;         /* stream bytes since the last title */
	size_t title_left;    /* bytes of this title still to come */
	uint64_t titles;      /* that were not empty */
	uint64_t woven_bytes; /* length bytes and titles */
};

void icy_read(struct icy *, const uint8_t *bytes, size_t len);

#endif
