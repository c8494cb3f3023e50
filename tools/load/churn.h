/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * churn - short connections at a steady rate, beside the listeners.
 *
 * Each asks for a mount in turn, reads until the first byte of the stream and
 * closes with a reset, so that no port stays taken. They count in totals->churn
 * and nowhere else. A visit is one of them; the places of those that are over
 * are used again.
 */
#ifndef LOAD_CHURN_H
#define LOAD_CHURN_H

#include "base/bytes.h"
#include "load/options.h"
#include "load/totals.h"
#include "load/wire.h"
#include "load/world.h"

#include <stdbool.h>
#include <stdint.h>

enum visit_state {
	VISIT_FREE,
	VISIT_DIALLING,
	VISIT_ASKING,
	VISIT_READING,
};

struct visit {
	struct wire wire;
	enum visit_state state;
	unsigned turn; /* which mount, URL and address */
	size_t asked;  /* bytes of the request sent */
	bool is_in;    /* the head is read, and good */
	int64_t dialled_us;
	struct bytes head;
	struct visit *next_free;
};

struct churn {
	const struct options *options;
	struct totals *totals;
	struct world *worlds;
	int epoll;
	struct visit *visits;
	unsigned size, used; /* of the places: all, and ever taken */
	unsigned active;
	struct visit *free;
	int64_t begin_us; /* 0: not begun, or over */
};

void churn_open(struct churn *, const struct options *, struct totals *,
    struct world *, int epoll);
void churn_close(struct churn *);
void churn_begin(struct churn *, int64_t now_us);
/* Dials those that are due. */
void churn_dial(struct churn *, int64_t now_us);
int64_t churn_due_us(const struct churn *); /* INT64_MAX: none will be */
void churn_event(struct churn *, unsigned index, int64_t now_us);
/* Lets go of those without an answer for too long. */
void churn_drop_late(struct churn *, int64_t now_us);
void churn_end(struct churn *); /* dials no more */

#endif
