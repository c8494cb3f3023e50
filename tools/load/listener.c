/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/listener.h"

#include "base/mem.h"
#include "load/head.h"
#include "load/icy.h"
#include "load/numbered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* What a checking listener keeps of the stream. */
struct tasting {
	struct icy icy;
	struct numbered_check check;
	struct totals *totals;
	int64_t since_us; /* frames made before this were in the burst */
	int64_t now_us;
};

static void
taste_frame(void *arg, const struct numbered_frame *frame)
{
	struct tasting *tasting = arg;

	if (frame->sent_us >= tasting->since_us)
		spread_add(&tasting->totals->latency_us,
		    tasting->now_us - frame->sent_us);
}

static void
taste_stream(void *arg, const uint8_t *bytes, size_t len)
{
	struct tasting *tasting = arg;

	numbered_read(&tasting->check, bytes, len);
}

static void
start_tasting(struct listener *listener, size_t metaint)
{
	struct tasting *tasting = mem_new(sizeof(*tasting));

	tasting->totals = listener->world->totals;
	tasting->since_us = listener->body_us;
	tasting->icy.metaint = metaint;
	tasting->icy.stream = taste_stream;
	tasting->icy.arg = tasting;
	tasting->check.encoding = listener->world->options->encoding;
	tasting->check.frame = taste_frame;
	tasting->check.arg = tasting;
	listener->tasting = tasting;
}

static void
add_counts(struct numbered_counts *to, const struct numbered_counts *from)
{
	to->frames += from->frames;
	to->lost += from->lost;
	to->doubled += from->doubled;
	to->reordered += from->reordered;
	to->damaged += from->damaged;
	to->restarts += from->restarts;
	to->lead_bytes += from->lead_bytes;
	to->strange_bytes += from->strange_bytes;
}

static void
finish_tasting(struct listener *listener)
{
	struct tasting *tasting = listener->tasting;
	struct totals *totals = listener->world->totals;

	if (tasting == NULL)
		return;
	totals->checked++;
	totals->titles += tasting->icy.titles;
	if (tasting->check.counts.frames > 0) {
		totals->numbered++;
		add_counts(&totals->counts, &tasting->check.counts);
	}
	free(tasting);
	listener->tasting = NULL;
}

/* A server that stops sending shows as a gap too, up to the end of the run, and
 * makes late even who was let in and never fed. */
static void
note_gap(struct listener *listener, int64_t now_us)
{
	int64_t late_us = (int64_t)listener->world->options->late_ms * 1000;
	int64_t fed_us = listener->read_us;

	if (fed_us > 0 && now_us - fed_us > listener->gap_us)
		listener->gap_us = now_us - fed_us;
	if (fed_us == 0)
		fed_us = listener->body_us;
	if (listener->state == LISTENER_BODY && now_us - fed_us > late_us)
		listener->is_late = true;
}

/* why is NULL: a clean end. */
static void
leave(struct listener *listener, const char *why)
{
	struct totals *totals = listener->world->totals;
	bool was_in = listener->state >= LISTENER_BODY;

	if (!was_in)
		tally_add(&totals->failed, why);
	else if (why != NULL)
		tally_add(&totals->ended, why);
	else
		totals->clean++;
	totals->head_bytes += listener->head_bytes;
	totals->body_bytes += listener->body_bytes;
	if (listener->is_slow)
		totals->slow_bytes += listener->body_bytes;
	totals->raw_bytes += wire_raw_bytes(
	    &listener->wire, listener->head_bytes + listener->body_bytes);
	if (was_in && !listener->is_slow)
		spread_add(&totals->gap_us, listener->gap_us);
	totals->late += listener->is_late;
	finish_tasting(listener);
	bytes_free(&listener->head);
	wire_close(&listener->wire, listener->world->options->is_abort);
	listener->state = LISTENER_GONE;
}

void
listener_dial(
    struct listener *listener, const struct in_addr *from, int64_t now_us)
{
	listener->world->totals->started++;
	listener->dialled_us = now_us;
	listener->state = LISTENER_DIALLING;
	if (!wire_dial(&listener->wire, &listener->world->target, from))
		leave(listener, listener->wire.why);
}

static void
ask(struct listener *listener)
{
	const struct bytes *request = world_request(
	    listener->world, listener->mount);
	ssize_t n = wire_write(&listener->wire, request->data + listener->asked,
	    request->len - listener->asked);

	if (n == WIRE_LOST)
		leave(listener, listener->wire.why);
	if (n <= 0)
		return;
	listener->asked += (size_t)n;
	if (listener->asked < request->len)
		return;
	listener->state = LISTENER_HEAD;
	if (listener->is_slow) {
		listener->state = LISTENER_STUCK;
		listener->world->totals->connected++;
	}
}

static void
shake(struct listener *listener, int64_t now_us)
{
	int answer = wire_shake(&listener->wire, &listener->world->target);

	if (answer == WIRE_LOST)
		leave(listener, listener->wire.why);
	if (answer != WIRE_DONE)
		return;
	spread_add(&listener->world->totals->connect_us,
	    now_us - listener->dialled_us);
	listener->state = LISTENER_ASKING;
	ask(listener);
}

static void
drink(
    struct listener *listener, const uint8_t *bytes, size_t len, int64_t now_us)
{
	if (len == 0)
		return;
	listener->body_bytes += len;
	listener->world->totals->read_bytes += len;
	note_gap(listener, now_us);
	listener->read_us = now_us;
	if (listener->tasting != NULL) {
		listener->tasting->now_us = now_us;
		icy_read(&listener->tasting->icy, bytes, len);
	}
}

static void
note_first(struct listener *listener, int64_t now_us)
{
	if (listener->first_us != 0 || listener->is_slow)
		return;
	listener->first_us = now_us;
	spread_add(&listener->world->totals->first_byte_us,
	    now_us - listener->dialled_us);
}

static void
refuse(struct listener *listener, unsigned status)
{
	char reason[32];

	snprintf(reason, sizeof(reason), "HTTP status %u", status);
	leave(listener, reason);
}

/* The head is whole: what follows it is the stream. */
static void
enter(struct listener *listener, const struct head *head, int64_t now_us)
{
	uint8_t *bytes = listener->head.data;
	size_t len = listener->head.len;

	listener->head_bytes = head->len;
	if (head->status != 200) {
		listener->body_bytes = len - head->len;
		refuse(listener, head->status);
		return;
	}
	if (!listener->is_slow) {
		listener->world->totals->connected++;
		listener->state = LISTENER_BODY;
	}
	listener->body_us = now_us;
	if (listener->is_checked)
		start_tasting(listener, head->metaint);
	drink(listener, bytes + head->len, len - head->len, now_us);
	bytes_free(&listener->head);
}

static void
read_head(struct listener *listener, int64_t now_us)
{
	uint8_t *room = bytes_room(&listener->head, 4096);
	ssize_t n;
	struct head head;

	/* TLS: a whole record must fit, or epoll would not tell of the rest. */
	if (listener->wire.tls != NULL)
		room = bytes_room(&listener->head, WIRE_READ_BYTES);
	n = wire_read(&listener->wire, room,
	    listener->wire.tls != NULL ? WIRE_READ_BYTES : 4096);
	if (n == WIRE_END || n == WIRE_LOST) {
		listener->head_bytes = listener->head.len;
		leave(listener,
		    n == WIRE_END ? "closed without an answer"
				  : listener->wire.why);
	}
	if (n <= 0)
		return;
	note_first(listener, now_us);
	bytes_added(&listener->head, (size_t)n);
	switch (head_read(&head, listener->head.data, listener->head.len)) {
	case HEAD_MORE:
		break;
	case HEAD_BAD:
		listener->head_bytes = listener->head.len;
		leave(listener, "an answer that is not HTTP");
		break;
	case HEAD_DONE:
		enter(listener, &head, now_us);
		break;
	}
}

static void
read_body(struct listener *listener, int64_t now_us)
{
	uint8_t *scratch = listener->world->scratch;
	ssize_t n = listener->tasting != NULL
	    ? wire_read(&listener->wire, scratch, WIRE_READ_BYTES)
	    : wire_discard(&listener->wire, scratch, WIRE_READ_BYTES);

	if (n > 0)
		drink(listener, scratch, (size_t)n, now_us);
	else if (n == WIRE_LOST)
		leave(listener, listener->wire.why);
	else if (n == WIRE_END)
		leave(listener,
		    listener->state == LISTENER_ENDING
			? NULL
			: "closed by the server");
}

/* A slow one reads its answer only now, and its stream is never checked. */
static void
read_ending(struct listener *listener, int64_t now_us)
{
	if (listener->is_slow && listener->head_bytes == 0)
		read_head(listener, now_us);
	else
		read_body(listener, now_us);
}

/* The server let go of one that never reads: only then does epoll tell. */
static void
unstick(struct listener *listener)
{
	leave(listener, "slow one let go by the server");
}

void
listener_event(struct listener *listener, int64_t now_us)
{
	switch (listener->state) {
	case LISTENER_DIALLING:
		shake(listener, now_us);
		break;
	case LISTENER_ASKING:
		ask(listener);
		break;
	case LISTENER_HEAD:
		read_head(listener, now_us);
		break;
	case LISTENER_BODY:
		read_body(listener, now_us);
		break;
	case LISTENER_STUCK:
		unstick(listener);
		break;
	case LISTENER_ENDING:
		read_ending(listener, now_us);
		break;
	case LISTENER_UNBORN:
	case LISTENER_GONE:
		break;
	}
}

void
listener_end(struct listener *listener, int64_t now_us)
{
	if (listener->state == LISTENER_UNBORN ||
	    listener->state == LISTENER_GONE)
		return;
	if (listener->state < LISTENER_BODY) {
		listener->head_bytes = listener->head.len;
		leave(listener, "the run ended before an answer");
		return;
	}
	note_gap(listener, now_us);
	if (listener->world->options->is_abort) {
		leave(listener, NULL);
		return;
	}
	listener->read_us = 0;
	listener->state = LISTENER_ENDING;
	wire_finish(&listener->wire);
}

void
listener_give_up(struct listener *listener, int64_t now_us)
{
	if (listener->state == LISTENER_ENDING)
		leave(listener, "still fed 5 s after our end");
	else if (listener->state > LISTENER_UNBORN &&
	    listener->state < LISTENER_BODY &&
	    now_us - listener->dialled_us > WIRE_WAIT_US)
		leave(listener, "no answer in 10 s");
}

uint32_t
listener_wants(const struct listener *listener)
{
	if (listener->state == LISTENER_STUCK)
		return EPOLLRDHUP;
	if (listener->state == LISTENER_ASKING)
		return EPOLLOUT;
	return listener->wire.wants_write ? EPOLLOUT : EPOLLIN;
}
