/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * totals - everything one run counted, for the report.
 */
#ifndef LOAD_TOTALS_H
#define LOAD_TOTALS_H

#include "load/numbered.h"
#include "load/spread.h"
#include "load/tally.h"

#include <stdint.h>

/* Connections beside the listeners: they are counted nowhere else. */
struct churn_totals {
	uint64_t started;
	uint64_t connected;          /* got the stream's first byte */
	struct tally failed;         /* by reason */
	struct spread first_byte_us; /* dialling to that byte */
};

/* What the watched process used; bytes of memory are its own pages'. */
struct watched_totals {
	int64_t steady_us;     /* 0: the steady part never began */
	uint64_t steady_bytes; /* of bodies, read by the listeners in it */
	double cpu_secs;       /* in it */
	double cpu_all_secs;   /* from before the first dial to the end */
	uint64_t memory_before_bytes; /* before the first listener dialled */
	uint64_t memory_bytes;        /* at the end of the steady part */
	uint64_t listeners;           /* that were fed then */
};

struct totals {
	uint64_t started;    /* listeners that tried */
	uint64_t connected;  /* were let in */
	uint64_t clean;      /* ended by us, and read until the server's end */
	struct tally failed; /* never let in, by reason */
	struct tally ended;  /* let in, and not ended cleanly, by reason */

	uint64_t head_bytes; /* of answers, refusals included */
	uint64_t body_bytes;
	uint64_t read_bytes; /* of bodies, as they come: also of the living */
	uint64_t slow_bytes; /* of these, by those that never read in the run */
	uint64_t raw_bytes;  /* over TCP: more than head + body with TLS */

	struct spread connect_us;    /* dialling to connected, TLS included */
	struct spread first_byte_us; /* dialling to the first byte */
	struct spread gap_us;        /* each listener's longest time unfed */
	uint64_t late;               /* listeners unfed for too long, once in */
	struct spread latency_us; /* of numbered frames made since it joined */

	uint64_t checked;  /* listeners that looked at what they got */
	uint64_t numbered; /* of these, that found a numbered stream */
	struct numbered_counts counts;
	uint64_t titles;

	struct churn_totals churn;
	struct watched_totals watched;

	uint64_t source_frames, source_bytes;
	int64_t source_late_us; /* how late the latest frame was sent */
	char source_lost[96];   /* why the first one ended early, or "" */
	int64_t run_us;         /* from the first dial to the end's begin */
	int64_t end_us;         /* how long ending took */
	double cpu_secs;        /* of this process */
};

#endif
