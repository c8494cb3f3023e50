/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * mover_priv - what the mover's files share: its thread only.
 */
#ifndef OFFLOAD_MOVER_PRIV_H
#define OFFLOAD_MOVER_PRIV_H

#include "offload/bucket.h"
#include "offload/inventory.h"
#include "offload/mover.h"
#include "spool/naming.h"

#include <pthread.h>
#include <stdatomic.h>

struct mover {
	const struct settings *settings;
	struct inventory *inventory;
	struct bucket *bucket;
	struct wire *wire; /* for parts */
	int archive;       /* the folder */
	pthread_t thread;
	int wake_fd; /* an eventfd */
	atomic_bool is_stopping, wants_scan;
	bool is_forgetting;      /* so that this does not interrupt itself */
	bool is_woken;           /* and what for is not looked at yet */
	int64_t scan_ms;         /* mono: when the next look is due */
	int64_t orphans_ms;      /* mono: and the next for orphans */
	int64_t rest_ms;         /* mono: the store is left alone until then */
	unsigned store_failures; /* one after the other */
};

/* Whether an item's work may go on: what buckets ask. */
bool mover_goes_on(void *mover);

/* What is at hand while an item is worked on. */
struct work {
	struct mover *mover;
	struct item *item;
	struct naming naming;
	int folder, fd;
	bool is_broken;           /* a part could not be noted */
	char why[WIRE_WHY_BYTES]; /* "": the bucket knows */
};

/* steps.c: one item, until it is verified or something fails; that is noted. */
void mover_do(struct mover *, struct item *);
void mover_note(
    struct mover *, const struct item *, enum bucket_end, const char *why);

/* forget.c */
void mover_forget(struct mover *, struct item *);
void mover_look_for_orphans(struct mover *);

/* steps.c: what steps share. Each returns how it ended; BUCKET_REFUSED with a
 * sentence in why, or in the bucket. */
enum bucket_end work_refuse(struct work *, const char *why);
/* The inventory could not be written, or forgetting was asked for meanwhile. */
enum bucket_end work_broke_off(struct work *);
enum bucket_end work_become(struct work *, enum ask_state);
/* Whether what is in the store may be it; BUCKET_GONE: there is nothing. */
enum bucket_end work_look_at_object(struct work *, bool *is_it);
enum bucket_end work_put_sidecar(struct work *);

/* upload.c, verify.c: the steps, named by the state they begin in. */
enum bucket_end work_from_local(struct work *);
enum bucket_end work_from_uploading(struct work *);
enum bucket_end work_from_uploaded(struct work *);

#endif
