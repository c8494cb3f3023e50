/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * sources - all our own sources, one for each mount, on the host of the first
 * URL: which dials next, and whose frame is due next.
 *
 * A few dial at once: more would overflow the short queue of a server that
 * takes its connections one by one, and what overflows waits for a second. The
 * live ones stand in a heap by the time of their next frame, but for those
 * whose socket is full.
 */
#ifndef LOAD_SOURCES_H
#define LOAD_SOURCES_H

#include "load/options.h"
#include "load/source.h"
#include "load/totals.h"
#include "load/wire.h"

#include <stdbool.h>
#include <stdint.h>

struct sources {
	const struct options *options;
	struct totals *totals;
	int epoll;
	struct weburl url;
	struct wire_target target;
	struct source *all;
	unsigned count; /* 0: none are wanted */
	unsigned dialled;
	unsigned waiting;    /* of these, not live yet */
	unsigned alive;      /* of these, not gone */
	struct source **due; /* the heap */
	unsigned due_count;
};

void sources_open(struct sources *, const struct options *, struct totals *,
    int epoll, uint8_t *scratch);
void sources_close(struct sources *);
/* Goes on dialling, and lets go of those without an answer. */
void sources_dial(struct sources *, int64_t now_us);
/* All are live, or one will never be: totals say why. */
bool sources_are_up(const struct sources *);
void sources_event(struct sources *, unsigned index, int64_t now_us);
/* Sends what is due. */
void sources_tick(struct sources *);
int64_t sources_due_us(const struct sources *); /* INT64_MAX: nothing */
void sources_end(struct sources *);

#endif
