/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * worker - a thread that owns conns, and its own copy of every mount.
 *
 * This is the state all its stages share, and the few ways out to the other
 * threads. Everything here belongs to the worker's own thread.
 */
#ifndef STREAM_WORKER_H
#define STREAM_WORKER_H

#include "base/table.h"
#include "base/tap.h"
#include "loop/loop.h"
#include "loop/messages.h"
#include "loop/wheel.h"
#include "net/conn.h"

#include <stdint.h>

struct assets;
struct events;
struct mount;
struct pump;
struct spool;
struct uniques;
struct zones;

struct worker {
	unsigned number; /* 0 is the first worker */
	unsigned worker_count;
	struct loop *loop;
	struct loop *desk, *clerk;
	struct loop **workers; /* all of them, this one too; shared, constant */
	struct spool *spool;
	struct loop *librarian;
	struct loop *porter;
	const struct assets *assets;  /* shared, constant */
	const uint8_t *ticket_secret; /* the same */
	const struct conf *conf;      /* a reference */
	struct wheel *wheel;
	struct conn_home *home;
	struct pump *pump;
	struct table conns;  /* conn number -> struct conn */
	struct table mounts; /* mount number -> struct mount */
	struct table usage;  /* key made in meter.c -> struct usage_delta */
	int64_t slot;        /* of accounting: now is counted into this */
	int64_t apart_ms;    /* of the two clocks, to see a step */
	struct uniques *uniques;
	struct zones *zones;
	struct event *flush;
	struct closed_msg *closed; /* not told yet, or NULL */
	struct event *tell_closed;
	int64_t flushed_ms;
	int64_t pulse_us,
	    pulse_cpu_us; /* mono and CPU time, told to the desk */
	uint64_t pulse_sent;
	struct events *events; /* who follows what is on air */
	uint64_t run;          /* random, of this run of the server */
	struct tap tap;        /* what recordings may take */
	uint64_t archive_sent; /* bytes of recordings, since the last pulse */
	uint64_t archive_need_bps; /* of all that are being read */
	struct block *silence;     /* ICY metadata that says: no news */
	unsigned thread_no;
};

/* What is not told yet of conns that are gone. */
void worker_post_closed(struct worker *);
void worker_tell_desk(struct worker *, struct message *);
/* This conn is closing: nobody finds it any more, and the desk is told within
 * some milliseconds. */
void worker_forget(struct worker *, const struct conn *);
/* A worker finds its mounts by number; NULL: not here (any more). */
struct mount *worker_mount(const struct worker *, uint32_t mount_no);

#endif
