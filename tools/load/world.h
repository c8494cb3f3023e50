/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * world - what all listeners of one URL share, and what they ask for.
 *
 * {n} in a path stands for the number of a mount, from 1 on.
 */
#ifndef LOAD_WORLD_H
#define LOAD_WORLD_H

#include "base/bytes.h"
#include "load/options.h"
#include "load/totals.h"
#include "load/wire.h"

#include <stdint.h>

struct world {
	const struct options *options;
	struct wire_target target;
	struct totals *totals;
	uint8_t *scratch;       /* WIRE_READ_BYTES */
	struct bytes request;   /* as last asked for */
	unsigned request_mount; /* 0: none yet */
};

void world_open(struct world *, const struct options *, unsigned url_index,
    struct totals *, uint8_t *scratch);
void world_close(struct world *);
/* The request for this mount; valid until the next call. */
const struct bytes *world_request(struct world *, unsigned mount);
/* The path with the number filled in. */
void world_path(struct bytes *, const char *pattern, unsigned mount);

#endif
