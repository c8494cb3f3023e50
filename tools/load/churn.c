/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/churn.h"

#include "base/mem.h"
#include "load/head.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define PLACES_SECS 11 /* of the rate: longer than an answer may take */
#define AT_ONCE     64 /* dialled in a row */
#define READ_BYTES  2048

void
churn_open(struct churn *churn, const struct options *options,
    struct totals *totals, struct world *worlds, int epoll)
{
	churn->options = options;
	churn->totals = totals;
	churn->worlds = worlds;
	churn->epoll = epoll;
	churn->size = options->churn * PLACES_SECS;
	churn->visits = mem_new((churn->size + 1) * sizeof(*churn->visits));
}

void
churn_begin(struct churn *churn, int64_t now_us)
{
	if (churn->options->churn > 0)
		churn->begin_us = now_us;
}

static struct world *
world_of(const struct churn *churn, const struct visit *visit)
{
	return &churn->worlds[visit->turn % churn->options->url_count];
}

/* why is NULL: it got what it came for. */
static void
leave(struct churn *churn, struct visit *visit, const char *why)
{
	if (why != NULL)
		tally_add(&churn->totals->churn.failed, why);
	wire_close(&visit->wire, true);
	bytes_free(&visit->head);
	visit->state = VISIT_FREE;
	visit->next_free = churn->free;
	churn->free = visit;
	churn->active--;
}

static struct visit *
take_place(struct churn *churn)
{
	struct visit *visit = churn->free;

	if (visit != NULL)
		churn->free = visit->next_free;
	else if (churn->used < churn->size)
		visit = &churn->visits[churn->used++];
	else
		return NULL;
	memset(visit, 0, sizeof(*visit));
	visit->wire.fd = -1;
	churn->active++;
	return visit;
}

static void
watch(struct churn *churn, struct visit *visit)
{
	uint32_t events = EPOLLIN;

	if (visit->state == VISIT_ASKING || visit->wire.wants_write)
		events = EPOLLOUT;
	wire_watch(&visit->wire, churn->epoll, events, WIRE_VISIT,
	    (unsigned)(visit - churn->visits));
}

static void
start_one(struct churn *churn, int64_t now_us)
{
	const struct options *options = churn->options;
	uint64_t number = churn->totals->churn.started++;
	struct visit *visit = take_place(churn);
	struct in_addr from;

	if (visit == NULL) {
		tally_add(
		    &churn->totals->churn.failed, "too many without an answer");
		return;
	}
	visit->turn = (unsigned)number;
	visit->dialled_us = now_us;
	visit->state = VISIT_DIALLING;
	if (options->from_count > 0)
		from.s_addr = htonl(ntohl(options->from.s_addr) +
		    visit->turn % options->from_count);
	if (wire_dial(&visit->wire, &world_of(churn, visit)->target,
		options->from_count > 0 ? &from : NULL))
		watch(churn, visit);
	else
		leave(churn, visit, visit->wire.why);
}

int64_t
churn_due_us(const struct churn *churn)
{
	if (churn->begin_us == 0)
		return INT64_MAX;
	return churn->begin_us +
	    (int64_t)(churn->totals->churn.started * 1000000 /
		churn->options->churn);
}

void
churn_dial(struct churn *churn, int64_t now_us)
{
	/* A few at a time, so that the others are not left waiting. */
	for (unsigned i = 0; i < AT_ONCE && churn_due_us(churn) <= now_us; i++)
		start_one(churn, now_us);
}

static void
ask(struct churn *churn, struct visit *visit)
{
	const struct bytes *request = world_request(
	    world_of(churn, visit), visit->turn % churn->options->mounts + 1);
	ssize_t n = wire_write(&visit->wire, request->data + visit->asked,
	    request->len - visit->asked);

	if (n == WIRE_LOST)
		leave(churn, visit, visit->wire.why);
	if (n <= 0)
		return;
	visit->asked += (size_t)n;
	if (visit->asked == request->len)
		visit->state = VISIT_READING;
}

static void
shake(struct churn *churn, struct visit *visit)
{
	int answer = wire_shake(&visit->wire, &world_of(churn, visit)->target);

	if (answer == WIRE_LOST)
		leave(churn, visit, visit->wire.why);
	if (answer != WIRE_DONE)
		return;
	visit->state = VISIT_ASKING;
	ask(churn, visit);
}

/* Of its bytes the head holds all that came. */
static void
look_at_head(struct churn *churn, struct visit *visit)
{
	char why[32];
	struct head head;

	switch (head_read(&head, visit->head.data, visit->head.len)) {
	case HEAD_MORE:
		return;
	case HEAD_BAD:
		leave(churn, visit, "an answer that is not HTTP");
		return;
	case HEAD_DONE:
		break;
	}
	if (head.status != 200) {
		snprintf(why, sizeof(why), "HTTP status %u", head.status);
		leave(churn, visit, why);
		return;
	}
	visit->is_in = true;
	bytes_eat(&visit->head, head.len);
}

static void
drink(struct churn *churn, struct visit *visit, int64_t now_us)
{
	uint8_t *scratch = churn->worlds[0].scratch;
	ssize_t n = wire_read(&visit->wire, scratch,
	    visit->wire.tls != NULL ? WIRE_READ_BYTES : READ_BYTES);

	if (n == WIRE_END || n == WIRE_LOST)
		leave(churn, visit,
		    n == WIRE_LOST     ? visit->wire.why
			: visit->is_in ? "closed before the first byte"
				       : "closed without an answer");
	if (n <= 0)
		return;
	bytes_append(&visit->head, scratch, (size_t)n);
	if (!visit->is_in)
		look_at_head(churn, visit);
	if (visit->state == VISIT_FREE || !visit->is_in || visit->head.len == 0)
		return;
	churn->totals->churn.connected++;
	spread_add(
	    &churn->totals->churn.first_byte_us, now_us - visit->dialled_us);
	leave(churn, visit, NULL);
}

void
churn_event(struct churn *churn, unsigned index, int64_t now_us)
{
	struct visit *visit = &churn->visits[index];

	switch (visit->state) {
	case VISIT_FREE:
		return;
	case VISIT_DIALLING:
		shake(churn, visit);
		break;
	case VISIT_ASKING:
		ask(churn, visit);
		break;
	case VISIT_READING:
		drink(churn, visit, now_us);
		break;
	}
	watch(churn, visit);
}

void
churn_drop_late(struct churn *churn, int64_t now_us)
{
	for (unsigned i = 0; i < churn->used && churn->active > 0; i++) {
		if (churn->visits[i].state != VISIT_FREE &&
		    now_us - churn->visits[i].dialled_us > WIRE_WAIT_US)
			leave(churn, &churn->visits[i], "no answer in 10 s");
	}
}

void
churn_end(struct churn *churn)
{
	churn->begin_us = 0;
}

void
churn_close(struct churn *churn)
{
	for (unsigned i = 0; i < churn->used; i++) {
		if (churn->visits[i].state != VISIT_FREE)
			leave(churn, &churn->visits[i],
			    "the run ended before an answer");
	}
	free(churn->visits);
}
