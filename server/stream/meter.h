/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * meter - what a worker has counted since it last told the clerk.
 *
 * A meter is in every stage that carries traffic: it remembers what of its conn
 * was counted already. meter_take() counts the rest. Definitions:
 * docs/ledger.md.
 */
#ifndef STREAM_METER_H
#define STREAM_METER_H

#include "net/conn.h"
#include "stream/worker.h"

#define USAGE_SLOT_MS  300000
#define USAGE_ALIVE_MS 10000 /* listening goes on so long without an ack */
#define USAGE_LONG_MS  60000 /* sessions that count as listening */

struct meter {
	struct conn_counts last;
	int64_t last_ms;     /* mono: counted until here */
	int64_t progress_ms; /* mono: bytes were last acknowledged */
	uint64_t listen_ms;  /* of this session in all */
};

/* What was listened to so long is of that length, the rest of the last one. */
extern const int64_t meter_length_ms[USAGE_LENGTHS - 1];

/* The conn's traffic from before (the request) goes with this meter too. */
void meter_begin(struct meter *);
void meter_start(struct worker *, int64_t member, const char *mount,
    uint32_t mount_no, enum usage_kind);
/* True: it was listening meanwhile. */
bool meter_take(struct worker *, struct meter *, struct conn *, int64_t member,
    const char *mount, uint32_t mount_no, enum usage_kind);
/* A session ends: counted by how long it listened. After meter_take(). */
void meter_end(struct worker *, const struct meter *, int64_t member,
    const char *mount, uint32_t mount_no);
/* Posts all that was counted to the clerk, and begins anew. */
void meter_post(struct worker *);
void meter_free(struct worker *);
/* Whether that must be now: flush_ms have passed, the slot is over, or the wall
 * clock was set, which ends the slot early. Then meter_next_slot(). */
bool meter_is_due(struct worker *, int64_t flush_ms);
void meter_next_slot(struct worker *);

#endif
