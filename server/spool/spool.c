/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/spool.h"

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "spool/deck.h"
#include "spool/drops.h"

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

TAILQ_HEAD(deck_list, deck);

struct spool {
	struct loop *loop, *desk, *clerk, *archivist;
	int64_t most_bytes, point_ms;
	unsigned thread_no;
	int archive; /* data/archive */
	struct track_out out;
	struct track_setup setup;
	struct room room;
	struct deck_list decks;
	struct table feeds; /* mount number -> struct deck, while it has one */
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

static struct deck *
find_feed(struct spool *spool, uint32_t mount_no)
{
	return table_get(&spool->feeds, mount_no);
}

static struct deck *
find_deck(struct spool *spool, const char *mount)
{
	struct deck *deck;

	TAILQ_FOREACH (deck, &spool->decks, link) {
		if (strcmp(deck->facts.mount, mount) == 0)
			return deck;
	}
	return NULL;
}

static void
drop_deck(struct spool *spool, struct deck *deck)
{
	TAILQ_REMOVE(&spool->decks, deck, link);
	deck_free(deck);
}

/* Another member's mount of that name is another one. */
static void
open_deck(struct spool *spool, const struct spool_msg *facts)
{
	struct deck *deck = find_deck(spool, facts->mount);

	if (deck != NULL && deck->is_closed &&
	    deck->facts.member != facts->member) {
		drop_deck(spool, deck);
		deck = NULL;
	}
	if (deck == NULL) {
		deck = deck_new(&spool->setup, facts);
		deck_room(deck, spool->room.state);
		TAILQ_INSERT_TAIL(&spool->decks, deck, link);
	} else {
		deck_open(deck, facts);
	}
	table_put(&spool->feeds, facts->mount_no, deck);
}

static void
close_feed(struct spool *spool, const struct spool_msg *facts)
{
	struct deck *deck = table_take(&spool->feeds, facts->mount_no);

	if (deck != NULL &&
	    !deck_close(deck, facts->is_final,
		drops_look(&spool->drops, facts->mount_no)))
		drop_deck(spool, deck);
}

static void
lose_source(struct spool *spool, const struct spool_msg *facts)
{
	struct deck *deck = find_feed(spool, facts->mount_no);

	if (deck != NULL)
		deck_away(deck);
}

static void
run_command(struct spool *spool, const struct record_msg *command)
{
	struct result_msg *result = message_new(MSG_RESULT, sizeof(*result));
	struct deck *deck = find_deck(spool, command->mount);
	const char *why = "nothing is recorded there, or it is not on air";
	char text[128];

	if (deck != NULL)
		why = deck_command(deck, command->what, command->title);
	snprintf(text, sizeof(text), "%s\n", why != NULL ? why : "done");
	result->reply_to = command->reply_to;
	result->status = why != NULL;
	result->text = block_text(text);
	loop_post(spool->desk, &result->message);
}

static void
take_block(struct spool *spool, struct offer_msg *offer)
{
	struct deck *deck = find_feed(spool, offer->block.mount_no);

	if (deck != NULL)
		deck_block(deck, offer->block.block, offer->dropped_bytes);
	atomic_fetch_sub(
	    &spool->waiting_bytes, (long long)offer->block.block->len);
}

/* The desk may free the spool as soon as it has DONE. */
static void
stop(struct spool *spool)
{
	struct done_msg *done = message_new(MSG_DONE, sizeof(*done));
	struct deck *deck;

	while ((deck = TAILQ_FIRST(&spool->decks)) != NULL) {
		if (!deck->is_closed)
			deck_close(deck, true,
			    drops_look(&spool->drops, deck->facts.mount_no));
		drop_deck(spool, deck);
	}
	table_free(&spool->feeds);
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

	if (spool->timer == NULL) { /* stopped */
		message_free(message);
		return;
	}
	switch (message->kind) {
	case MSG_SPOOL_OPEN:
		open_deck(spool, facts);
		break;
	case MSG_SPOOL_AWAY:
		lose_source(spool, facts);
		break;
	case MSG_SPOOL_CLOSE:
		close_feed(spool, facts);
		break;
	case MSG_RECORD:
		run_command(spool, (struct record_msg *)message);
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
	enum room_state room = room_look(&spool->room);
	struct deck *deck, *next;

	(void)fd;
	(void)what;
	for (deck = TAILQ_FIRST(&spool->decks); deck != NULL; deck = next) {
		next = TAILQ_NEXT(deck, link);
		deck_room(deck, room);
		if (!deck_point(deck, spool->point_ms))
			drop_deck(spool, deck);
	}
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
	TAILQ_INIT(&spool->decks);
	spool->setup.archive = spool->room.archive = archive;
	spool->setup.zones = zones_new();
	spool->setup.out = &spool->out;
	spool->room.reserve_bytes = (uint64_t)setup->reserve_bytes;
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
	zones_free(spool->setup.zones);
	free(spool);
}
