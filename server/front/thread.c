/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "front/thread.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/zone.h"
#include "conf/conf.h"
#include "front/visit.h"
#include "serve/events.h"
#include "serve/reader.h"
#include "stream/feed.h"
#include "stream/listener.h"
#include "stream/pump.h"
#include "stream/source.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS  250 /* how often it looks whether a flush or slot is due */
#define PULSE_MS 1000

static void handle(void *, struct message *);
static void tick(evutil_socket_t, short, void *);

static void
on_closed(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	worker_post_closed(arg);
}

struct worker *
worker_new(const struct worker_setup *setup)
{
	const struct timeval wait = { .tv_usec = TICK_MS * 1000 };
	struct worker *worker = mem_new(sizeof(*worker));

	worker->number = setup->number;
	worker->worker_count = setup->worker_count;
	worker->desk = setup->desk;
	worker->clerk = setup->clerk;
	worker->workers = setup->workers;
	worker->spool = setup->spool;
	worker->librarian = setup->librarian;
	worker->porter = setup->porter;
	worker->assets = setup->assets;
	worker->ticket_secret = setup->ticket_secret;
	worker->run = setup->run;
	worker->events = events_new(worker);
	worker->conf = conf_ref(setup->conf);
	worker->loop = loop_new("worker", handle, worker);
	worker->wheel = wheel_new(loop_base(worker->loop));
	worker->home = conn_home_new(loop_base(worker->loop), worker->wheel);
	worker->pump = pump_new(loop_base(worker->loop));
	worker->uniques = uniques_new(&setup->seed, worker->clerk);
	worker->zones = zones_new();
	worker->apart_ms = clock_apart_ms();
	meter_next_slot(worker);
	worker->flushed_ms = clock_mono_ms();
	worker->flush = event_new(
	    loop_base(worker->loop), -1, EV_PERSIST, tick, worker);
	CHECK(worker->flush != NULL && event_add(worker->flush, &wait) == 0);
	worker->tell_closed = evtimer_new(
	    loop_base(worker->loop), on_closed, worker);
	CHECK(worker->tell_closed != NULL);
	worker->silence = block_new("", 1, 0);
	worker->thread_no = setup->thread_no;
	return worker;
}

struct loop *
worker_loop(struct worker *worker)
{
	return worker->loop;
}

bool
worker_start(struct worker *worker)
{
	return loop_start(worker->loop);
}

/* Of the time until what is counted is on the disk, three quarters are the
 * worker's, with the tick in which it looks; the clerk has the rest. Asking the
 * kernel about each listener costs a tenth of sending to it: so not more
 * often. */
static int64_t
own_flush_ms(int64_t flush_ms)
{
	return flush_ms * 3 / 4 - TICK_MS;
}

int64_t
worker_clerk_flush_ms(int64_t flush_ms)
{
	return flush_ms / 4;
}

static void
end_mounts(struct worker *worker)
{
	struct mount *mount;
	size_t at;

	for (;;) {
		at = 0;
		mount = table_next(&worker->mounts, &at);
		if (mount == NULL)
			return;
		mount_end(mount);
	}
}

void
worker_free(struct worker *worker)
{
	loop_join(worker->loop);
	event_free(worker->flush);
	conn_home_free(worker->home);
	events_free(worker->events);
	end_mounts(worker);
	worker_post_closed(worker);
	event_free(worker->tell_closed);
	pump_free(worker->pump);
	wheel_free(worker->wheel);
	loop_free(worker->loop);
	conf_unref(worker->conf);
	table_free(&worker->conns);
	table_free(&worker->mounts);
	meter_free(worker);
	block_unref(worker->silence);
	uniques_free(worker->uniques);
	zones_free(worker->zones);
	free(worker);
}

void
worker_drop_feed(struct feed *feed)
{
	feed_free(feed);
}

static void
meter_all(struct worker *worker)
{
	struct listener *listener;
	struct conn *conn;
	size_t at = 0;

	while ((conn = table_next(&worker->conns, &at)) != NULL) {
		listener = listener_of(conn);
		if (listener != NULL) {
			listener_meter(listener);
			continue;
		}
		reader_meter(conn);
		events_meter(conn);
		source_meter(conn);
	}
}

/* Once for all listeners of a mount. */
static void
set_days(struct worker *worker)
{
	int64_t now_ms = clock_wall_ms();
	struct mount *mount;
	size_t at = 0;

	while ((mount = table_next(&worker->mounts, &at)) != NULL)
		mount->day = zone_day(mount->zone, now_ms);
}

static void
drop_stalled(struct worker *worker)
{
	struct listener *listener, *next;
	struct mount *mount;
	size_t at = 0;

	while ((mount = table_next(&worker->mounts, &at)) != NULL) {
		for (listener = TAILQ_FIRST(&mount->busy); listener != NULL;
		     listener = next) {
			next = TAILQ_NEXT(listener, link);
			if (listener_is_stalled(
				listener, worker->conf->listener_stall_ms))
				conn_close(listener->conn, CLOSE_SLOW);
		}
	}
}

static void
flush(struct worker *worker)
{
	set_days(worker);
	meter_all(worker);
	meter_post(worker);
	uniques_post(worker->uniques);
	worker->flushed_ms = clock_mono_ms();
}

static void
tell_pulse(struct worker *worker)
{
	int64_t now_us = clock_mono_us(), cpu_us = clock_thread_us();
	int64_t since_us = now_us - worker->pulse_us;
	struct pulse_msg *pulse;

	if (since_us < PULSE_MS * 1000)
		return;
	pulse = message_new(MSG_PULSE, sizeof(*pulse));
	pulse->worker = worker->number;
	pulse->sent_bps = (conn_home_sent(worker->home) - worker->pulse_sent) *
	    8000000 / (uint64_t)since_us;
	worker->pulse_sent = conn_home_sent(worker->home);
	pulse->archive_bps = worker->archive_sent * 8000000 /
	    (uint64_t)since_us;
	worker->archive_sent = 0;
	pulse->need_bps = worker->archive_need_bps;
	pulse->busy_permille = (unsigned)((cpu_us - worker->pulse_cpu_us) *
	    1000 / since_us);
	worker->pulse_us = now_us;
	worker->pulse_cpu_us = cpu_us;
	worker_tell_desk(worker, &pulse->message);
}

/* What was sent before the slot ended is counted into that slot. */
static void
tick(evutil_socket_t fd, short what, void *arg)
{
	struct worker *worker = arg;

	(void)fd;
	(void)what;
	if (meter_is_due(worker, own_flush_ms(worker->conf->flush_ms))) {
		flush(worker);
		drop_stalled(worker);
	}
	meter_next_slot(worker);
	events_tick(worker->events);
	tell_pulse(worker);
}

static void
take_conn(struct worker *worker, struct conn_msg *message)
{
	struct conn *conn = conn_new(
	    worker->home, message->fd, message->conn_no, &message->peer);

	message->fd = -1;
	visit_begin(worker, conn, message);
}

static void
return_feed(struct worker *worker, struct answer_msg *answer)
{
	struct feed_msg *lost;

	if (answer->kind != ASK_SOURCE || answer->status != 200)
		return;
	lost = message_new(MSG_FEED_LOST, sizeof(*lost));
	lost->mount_no = answer->mount_no;
	lost->conn_no = answer->conn_no;
	lost->feed = answer->feed;
	lost->reason = "lost";
	worker_tell_desk(worker, &lost->message);
}

static void
take_answer(struct worker *worker, struct answer_msg *answer)
{
	struct conn *conn = table_get(&worker->conns, answer->conn_no);
	struct visit *visit = conn != NULL ? visit_of(conn) : NULL;

	if (visit != NULL && visit->state == VISIT_ASKING &&
	    !conn_is_finishing(conn)) {
		visit_answer(visit, answer);
		return;
	}
	return_feed(worker, answer);
	message_free(&answer->message);
}

static void
take_found(struct worker *worker, struct found_msg *found)
{
	struct conn *conn = table_get(&worker->conns, found->conn_no);
	struct visit *visit = conn != NULL ? visit_of(conn) : NULL;

	if (visit != NULL && visit->state == VISIT_ASKING &&
	    !conn_is_finishing(conn))
		visit_found(visit, found);
	else
		message_free(&found->message);
}

static void
take_piece(struct worker *worker, struct piece_msg *piece)
{
	struct conn *conn = table_get(&worker->conns, piece->conn_no);

	if (conn != NULL)
		reader_piece(conn, piece);
}

static void
take_conf(struct worker *worker, struct conf_msg *message)
{
	struct mount *mount;
	size_t at = 0;

	conf_unref(worker->conf);
	worker->conf = message->conf;
	message->conf = NULL;
	while ((mount = table_next(&worker->mounts, &at)) != NULL)
		mount_set_rules(mount);
}

static void
take_block(struct worker *worker, struct block_msg *message)
{
	struct mount *mount = worker_mount(worker, message->mount_no);

	if (mount == NULL)
		return;
	mount_push(mount, message->block);
	message->block = NULL;
}

static void
take_crowd(struct worker *worker, const struct crowd_msg *message)
{
	struct mount *mount = worker_mount(worker, message->mount_no);

	if (mount != NULL && message->is_crowd)
		mount->other_crowds++;
	else if (mount != NULL && mount->other_crowds > 0)
		mount->other_crowds--;
}

static void
end_feed(struct worker *worker, struct feed_msg *message)
{
	struct feed_msg *ended = message_new(MSG_FEED_ENDED, sizeof(*ended));

	if (message->feed != NULL) {
		feed_finish(message->feed, worker, message->mount_no,
		    message->is_final);
		feed_free(message->feed);
	}
	ended->mount_no = message->mount_no;
	worker_tell_desk(worker, &ended->message);
}

static void
set_title(struct worker *worker, struct title_msg *message)
{
	struct feed *feed = source_feed(worker, message->mount_no);

	if (feed != NULL)
		feed_set_title(feed, message->title, message->url);
}

static void
kick(struct worker *worker, const struct kick_msg *message)
{
	struct mount *mount = worker_mount(worker, message->mount_no);
	struct conn *conn = table_get(&worker->conns, message->conn_no);

	if (message->what == KICK_SOURCE) {
		source_kick(worker, message->mount_no);
		visit_kick(worker, message->mount_no);
	} else if (message->what == KICK_LISTENERS && mount != NULL) {
		mount_kick_listeners(mount);
	} else if (message->what == KICK_CONN && conn != NULL) {
		conn_close(conn, CLOSE_KICKED);
	}
}

static unsigned
add_rows(struct listing_msg *listing, const struct listener_list *list)
{
	struct listener_row *row;
	struct listener *listener;

	TAILQ_FOREACH (listener, list, link) {
		row = &listing->rows[listing->count++];
		row->conn_no = conn_number(listener->conn);
		row->bytes = listener->meter.last.payload_out;
		row->lag_bytes = listener_lag(listener);
		row->secs = listener_secs(listener);
		row->is_tls = conn_is_tls(listener->conn);
		row->has_icy = listener->metaint > 0;
		text_copy(row->agent, sizeof(row->agent), listener->agent);
	}
	return listing->count;
}

static void
list_listeners(struct worker *worker, const struct listing_msg *asked)
{
	struct mount *mount = worker_mount(worker, asked->mount_no);
	unsigned most = mount != NULL ? mount->listeners : 0;
	struct listing_msg *listing = message_new(
	    MSG_LISTING, sizeof(*listing) + most * sizeof(listing->rows[0]));

	listing->reply_to = asked->reply_to;
	listing->mount_no = asked->mount_no;
	if (mount != NULL) {
		meter_all(worker);
		add_rows(listing, &mount->waiting);
		add_rows(listing, &mount->fresh);
		add_rows(listing, &mount->idle);
		add_rows(listing, &mount->busy);
	}
	worker_tell_desk(worker, &listing->message);
}

static void
flush_now(struct worker *worker, const struct flush_msg *asked)
{
	struct flush_msg *flushed = message_new(MSG_FLUSHED, sizeof(*flushed));

	flush(worker);
	flushed->reply_to = asked->reply_to;
	worker_tell_desk(worker, &flushed->message);
}

/* Everybody gets what is on its way; what has not left by then is cut. */
static void
stop(struct worker *worker)
{
	struct done_msg *done_message = message_new(
	    MSG_DONE, sizeof(*done_message));

	conn_home_close_all(worker->home);
	flush(worker);
	done_message->thread_no = worker->thread_no;
	worker_tell_desk(worker, &done_message->message);
	loop_end(worker->loop);
}

static void
lose_mount(struct worker *worker, const struct mount_msg *message)
{
	struct mount *mount = worker_mount(worker, message->mount_no);

	if (mount != NULL)
		mount_end(mount);
}

static void
take_facts(struct worker *worker, struct facts_msg *facts)
{
	struct mount *mount = worker_mount(worker, facts->mount_no);

	if (mount != NULL)
		mount_set_facts(mount, facts);
}

static void
take_page(struct worker *worker, struct page_msg *page)
{
	struct conn *conn = table_get(&worker->conns, page->conn_no);
	struct visit *visit = conn != NULL ? visit_of(conn) : NULL;

	if (visit != NULL)
		visit_page(visit, page);
	else
		message_free(&page->message);
}

/* All that is about who reads recordings, pages or events. */
static void
take_reading(struct worker *worker, struct message *message)
{
	if (message->kind == MSG_FOUND) {
		take_found(worker, (struct found_msg *)message);
		return;
	}
	if (message->kind == MSG_PAGE) {
		take_page(worker, (struct page_msg *)message);
		return;
	}
	if (message->kind == MSG_PIECE)
		take_piece(worker, (struct piece_msg *)message);
	else if (message->kind == MSG_EVENT)
		events_send(worker->events, (struct event_msg *)message);
	else
		tap_set(&worker->tap, ((struct room_msg *)message)->archive_bps,
		    clock_mono_us());
	message_free(message);
}

static void
handle(void *owner, struct message *message)
{
	struct worker *worker = owner;

	switch (message->kind) {
	case MSG_CONN:
		take_conn(worker, (struct conn_msg *)message);
		break;
	case MSG_ANSWER:
		take_answer(worker, (struct answer_msg *)message);
		return; /* freed there */
	case MSG_EVENT:
	case MSG_FOUND:
	case MSG_PAGE:
	case MSG_PIECE:
	case MSG_ROOM:
		take_reading(worker, message);
		return; /* freed there */
	case MSG_CONF:
		take_conf(worker, (struct conf_msg *)message);
		break;
	case MSG_MOUNT:
		mount_new(worker, (struct mount_msg *)message);
		break;
	case MSG_CROWD:
		take_crowd(worker, (struct crowd_msg *)message);
		break;
	case MSG_MOUNT_GONE:
		lose_mount(worker, (struct mount_msg *)message);
		break;
	case MSG_BLOCK:
		take_block(worker, (struct block_msg *)message);
		break;
	case MSG_FACTS:
		take_facts(worker, (struct facts_msg *)message);
		break;
	case MSG_FEED_END:
		end_feed(worker, (struct feed_msg *)message);
		break;
	case MSG_SET_TITLE:
		set_title(worker, (struct title_msg *)message);
		break;
	case MSG_KICK:
		kick(worker, (struct kick_msg *)message);
		break;
	case MSG_LIST:
		list_listeners(worker, (struct listing_msg *)message);
		break;
	case MSG_FLUSH:
		flush_now(worker, (struct flush_msg *)message);
		break;
	case MSG_STOP:
		stop(worker);
		break;
	default:
		CHECK(false);
	}
	message_free(message);
}
