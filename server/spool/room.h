/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * room - what the archive's disk still takes.
 *
 * While less than the reserve is free nothing is recorded, so that the ledger
 * and the finishing of what is there have room; the legal log pauses at twice
 * the reserve. Each comes back when an eighth more than that is free. Spool
 * thread; asks the disk at most once a second, and says once a minute that
 * something is not recorded.
 */
#ifndef SPOOL_ROOM_H
#define SPOOL_ROOM_H

#include <stdint.h>

enum room_state {
	ROOM_FOR_ALL,
	ROOM_FOR_PROGRAMMES, /* not for logs */
	ROOM_FOR_NONE
};

struct room {
	int archive; /* data/archive */
	uint64_t reserve_bytes;
	enum room_state state;
	int64_t asked_ms, said_ms; /* mono; 0: never */
};

enum room_state room_look(struct room *);

#endif
