/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * drops - how many bytes of each mount were refused since its last block went
 * to the spool.
 *
 * A refused block may not become a message: while the disk hangs those would
 * pile up. It is counted here, and the count travels with the mount's next
 * block, so the spool learns of a gap at the place where it is.
 *
 * Many threads, no lock: a slot is claimed with one compare-and-swap, and only
 * the thread that feeds the mount (one at a time) adds to it and takes it. A
 * mount that ends while its blocks are refused keeps its slot; mount numbers
 * come back, and when all slots are taken nothing is refused any more.
 */
#ifndef SPOOL_DROPS_H
#define SPOOL_DROPS_H

#include "base/check.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define DROPS_SLOTS 1024

struct drop_slot {
	atomic_ullong owner; /* mount_no + 1; 0: free */
	atomic_ullong bytes;
};

/* Zeroed is empty. */
struct drops {
	atomic_uint used; /* slots */
	struct drop_slot slots[DROPS_SLOTS];
};

/* False: there is no slot for it. */
bool drops_add(struct drops *, uint32_t mount_no, uint64_t bytes) MUST_CHECK;
/* What was counted, and forgets it. */
uint64_t drops_take(struct drops *, uint32_t mount_no);
/* The same without forgetting it; from any thread. */
uint64_t drops_look(struct drops *, uint32_t mount_no);

#endif
