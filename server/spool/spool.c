/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/spool.h"

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "spool/drops.h"
#include "spool/track.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How often gathered bytes and the next point are looked after. */
#define TICK_LEAST_MS 20
#define TICK_MOST_MS  250

struct spool {
	struct loop *loop, *desk, *clerk, *archivist;
	int64_t most_bytes, point_ms;
	unsigned thread_no;
	int archive; /* data/archive */
	struct track_out out;
	struct table tracks; /* mount number -> struct track */
	struct event *timer;

	/* Shared with the feeding workers. */
	atomic_llong waiting_bytes; /* offered, and not handled yet */
	struct drops drops;
};

/* Begins with a block_msg, so that message_free() knows what to do. */
struct offer_msg {
	struct block_msg block;
	uint64_t dropped_bytes; /* refused just before it */
};

static void
post_row(struct loop *to, const struct recording_msg *row)
{
	struct recording_msg *copy = message_new(MSG_RECORDING, sizeof(*copy));
	struct message message = copy->message;

	*copy = *row;
	copy->message = message;
	loop_post(to, &copy->message);
}

static void
tell_row(void *arg, const struct recording_msg *row)
{
	struct spool *spool = arg;

	post_row(spool->clerk, row);
	post_row(spool->desk, row);
}

static void
hand_over(void *arg, const char *path)
{
	struct spool *spool = arg;
	struct finish_msg *finish = message_new(MSG_FINISH, sizeof(*finish));

	text_copy(finish->path, sizeof(finish->path), path);
	loop_post(spool->archivist, &finish->message);
}

static struct track *
find_track(struct spool *spool, uint32_t mount_no)
{
	return table_get(&spool->tracks, mount_no);
}

static void
open_track(struct spool *spool, const struct spool_msg *facts)
{
	struct track *track = find_track(spool, facts->mount_no);

	if (track != NULL) {
		track_facts(track, facts);
		return;
	}
	track = track_new(spool->archive, facts, &spool->out);
	table_put(&spool->tracks, facts->mount_no, track);
}

static void
close_track(struct spool *spool, struct track *track)
{
	table_take(&spool->tracks, track->facts.mount_no);
	track_end(track, drops_look(&spool->drops, track->facts.mount_no));
}

static void
take_block(struct spool *spool, struct offer_msg *offer)
{
	struct track *track = find_track(spool, offer->block.mount_no);

	if (track != NULL)
		track_block(track, offer->block.block, offer->dropped_bytes);
	atomic_fetch_sub(
	    &spool->waiting_bytes, (long long)offer->block.block->len);
}

/* The desk may free the spool as soon as it has DONE. */
static void
stop(struct spool *spool)
{
	struct done_msg *done = message_new(MSG_DONE, sizeof(*done));
	struct track *track;
	size_t at;

	for (;;) {
		at = 0;
		track = table_next(&spool->tracks, &at);
		if (track == NULL)
			break;
		close_track(spool, track);
	}
	table_free(&spool->tracks);
	event_free(spool->timer);
	spool->timer = NULL;
	done->thread_no = spool->thread_no;
	loop_end(spool->loop);
	loop_post(spool->desk, &done->message);
}

static void
handle(void *owner, struct message *message)
{
	struct spool *spool = owner;
	const struct spool_msg *facts = (const struct spool_msg *)message;
	struct track *track;

	if (spool->timer == NULL) { /* stopped */
		message_free(message);
		return;
	}
	switch (message->kind) {
	case MSG_SPOOL_OPEN:
		open_track(spool, facts);
		break;
	case MSG_SPOOL_CLOSE:
		track = find_track(spool, facts->mount_no);
		if (track != NULL)
			close_track(spool, track);
		break;
	case MSG_BLOCK:
		take_block(spool, (struct offer_msg *)message);
		break;
	case MSG_STOP:
		stop(spool);
		break;
	default:
		break;
	}
	message_free(message);
}

static void
point(evutil_socket_t fd, short what, void *arg)
{
	struct spool *spool = arg;
	struct track *track;
	size_t at = 0;

	(void)fd;
	(void)what;
	while ((track = table_next(&spool->tracks, &at)) != NULL)
		track_point(track, spool->point_ms);
}

static void
start_timer(struct spool *spool)
{
	int64_t ms = spool->point_ms;
	struct timeval each = { 0 };

	ms = ms < TICK_LEAST_MS ? TICK_LEAST_MS
	    : ms > TICK_MOST_MS ? TICK_MOST_MS
				: ms;
	each.tv_usec = ms * 1000;
	spool->timer = event_new(
	    loop_base(spool->loop), -1, EV_PERSIST, point, spool);
	CHECK(spool->timer != NULL && event_add(spool->timer, &each) == 0);
}

struct spool *
spool_open(const struct spool_setup *setup, char **error)
{
	int archive = naming_open_archive(setup->data);
	struct spool *spool;

	if (archive == -1) {
		if (asprintf(error, "%s/archive: %m", setup->data) == -1)
			*error = NULL;
		return NULL;
	}
	spool = mem_new(sizeof(*spool));
	spool->archive = archive;
	spool->desk = setup->desk;
	spool->clerk = setup->clerk;
	spool->archivist = setup->archivist;
	spool->most_bytes = setup->most_bytes;
	spool->point_ms = setup->point_ms;
	spool->thread_no = setup->thread_no;
	spool->out.row = tell_row;
	spool->out.arg = spool;
	spool->out.finish = hand_over;
	spool->loop = loop_new("spool", handle, spool);
	start_timer(spool);
	return spool;
}

bool
spool_start(struct spool *spool)
{
	return loop_start(spool->loop);
}

struct loop *
spool_loop(struct spool *spool)
{
	return spool->loop;
}

bool
spool_offer(struct spool *spool, struct loop *from, uint32_t mount_no,
    struct block *block)
{
	long long len = (long long)block->len;
	struct offer_msg *offer;

	if (atomic_fetch_add(&spool->waiting_bytes, len) + len >
		spool->most_bytes &&
	    drops_add(&spool->drops, mount_no, block->len)) {
		atomic_fetch_sub(&spool->waiting_bytes, len);
		block_unref(block);
		return false;
	}
	offer = message_new(MSG_BLOCK, sizeof(*offer));
	offer->block.mount_no = mount_no;
	offer->block.block = block;
	offer->dropped_bytes = drops_take(&spool->drops, mount_no);
	if (from != NULL)
		loop_post_from(from, spool->loop, &offer->block.message);
	else
		loop_post(spool->loop, &offer->block.message);
	return true;
}

void
spool_free(struct spool *spool)
{
	if (spool == NULL)
		return;
	loop_join(spool->loop);
	if (spool->timer != NULL) /* never started */
		event_free(spool->timer);
	loop_free(spool->loop);
	close(spool->archive);
	free(spool);
}
