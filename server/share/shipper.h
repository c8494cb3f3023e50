/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * shipper - the thread that copies what changed here to the store that relays
 * share.
 *
 * Every share-every milliseconds it reads, over a connection that only reads,
 * the rows that changed since the revision that the shared store has of this
 * relay, and writes them there in batches, each with the revision it brings it
 * to. So nothing about shipping is kept here: when the link is down, cut or set
 * back, the next round goes on from what really arrived. Streams and counting
 * never wait for it. On STOP it posts DONE
 * soon, whatever the link does.
 */
#ifndef SHARE_SHIPPER_H
#define SHARE_SHIPPER_H

#include "base/check.h"
#include "loop/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct shipper;

struct shipper_setup {
	const char *data;  /* folder; its store is there already */
	const char *where; /* as share/link.h takes it */
	int64_t every_ms;
	struct loop *desk;
	unsigned thread_no; /* given back in DONE */
};

/* NULL, and *error (free it) says why. */
struct shipper *shipper_open(
    const struct shipper_setup *, char **error) MUST_CHECK;
bool shipper_start(struct shipper *) MUST_CHECK;
/* From another thread: a round that goes on ends too. */
void shipper_stop(struct shipper *);
struct loop *shipper_loop(struct shipper *);
void shipper_free(struct shipper *); /* after DONE; NULL is fine */

#endif
