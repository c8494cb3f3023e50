/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * listener - a conn that drinks a mount: a cursor in a ring.
 *
 * What goes out is: the answer's head, the stream's head in force where it
 * starts, then the ring's blocks; with ICY titles woven in after every metaint
 * bytes of body when it asked for them. It costs no copy of any of these.
 */
#ifndef STREAM_LISTENER_H
#define STREAM_LISTENER_H

#include "stream/meter.h"
#include "stream/mount.h"

#include <sys/queue.h>

#define LISTENER_MAGIC 0x6c697374u

enum listener_state {
	LISTENER_WAITING,
	LISTENER_FRESH,
	LISTENER_IDLE,
	LISTENER_BUSY
};

/* What every send needs stands first, for the sake of the cache. */
struct listener {
	unsigned magic;
	enum listener_state state : 8;
	uint8_t player;       /* enum player */
	uint16_t counted_day; /* among that day's listeners; its low bits */
	TAILQ_ENTRY(listener) link;
	struct conn *conn;
	struct mount *mount;
	struct cursor cursor;
	struct block *head;  /* in force; sent first, then kept to compare */
	struct block *meta;  /* being sent */
	uint64_t start;      /* seq it started at, or was skipped to */
	uint32_t head_sent;  /* bytes */
	uint32_t meta_sent;  /* bytes */
	uint32_t metaint;    /* 0: no titles wanted */
	uint32_t until_meta; /* body bytes to the next metadata block */
	int64_t taken_ms;    /* the socket last took bytes */
	struct block *title; /* last one sent, or NULL */
	struct meter meter;
	char *agent;
	uint32_t since_secs; /* mono */
	uint32_t skips;
};

struct listener_wish {
	bool wants_icy;
	const char *agent;
};

/* Takes over the conn. The mount must be there. */
void listener_begin(
    struct conn *, struct mount *, const struct listener_wish *);
void listener_start(struct listener *);
void listener_wake(struct listener *);
void listener_mount_ended(struct listener *);
void listener_kick(struct listener *);
/* Its socket has taken nothing for that long. */
bool listener_is_stalled(const struct listener *, int64_t stall_ms);
/* Counts what it got since last time. */
void listener_meter(struct listener *);
/* NULL when the conn is not a listener. */
struct listener *listener_of(const struct conn *);
/* Whole answer head of a mount, for listeners and HEAD alike. */
void listener_head(struct bytes *out, const struct mount *, bool with_icy);
int64_t listener_secs(const struct listener *); /* since it came */
/* Body bytes that wait in the ring for it. */
uint64_t listener_lag(const struct listener *);

#endif
