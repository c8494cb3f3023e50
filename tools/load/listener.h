/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * listener - one client: dials, asks for the mount, drinks, ends.
 *
 *      UNBORN -> DIALLING -> ASKING -> HEAD -> BODY -> ENDING -> GONE
 *                                `---> STUCK (slow) ---^
 *
 * A listener that checks keeps what it needs for that; the others hold nothing
 * and let the kernel throw the bytes away. What it counted goes into the totals
 * when it is gone.
 */
#ifndef LOAD_LISTENER_H
#define LOAD_LISTENER_H

#include "base/bytes.h"
#include "load/wire.h"
#include "load/world.h"

#include <stdbool.h>
#include <stdint.h>

enum listener_state {
	LISTENER_UNBORN,
	LISTENER_DIALLING,
	LISTENER_ASKING,
	LISTENER_HEAD,
	LISTENER_BODY,
	LISTENER_STUCK,
	LISTENER_ENDING,
	LISTENER_GONE,
};

struct listener {
	struct wire wire;
	struct world *world;
	unsigned mount;
	enum listener_state state;
	bool is_slow, is_checked;
	bool is_late; /* got nothing for too long */
	size_t asked; /* bytes of the request sent */
	int64_t dialled_us, first_us, body_us, read_us, gap_us;
	uint64_t head_bytes, body_bytes;
	struct bytes head;       /* until it is whole */
	struct tasting *tasting; /* only when checked */
};

/* It may be GONE then. */
void listener_dial(
    struct listener *, const struct in_addr *from, int64_t now_us);
void listener_event(struct listener *, int64_t now_us);
/* The run is over for it. */
void listener_end(struct listener *, int64_t now_us);
/* It took too long: to be let in, or to be let go. */
void listener_give_up(struct listener *, int64_t now_us);
/* What epoll shall wait for. */
uint32_t listener_wants(const struct listener *);

#endif
