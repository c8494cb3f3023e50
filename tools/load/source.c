/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/source.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "load/head.h"
#include "load/numbered.h"
#include "load/world.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define OUT_BYTES (64 << 10) /* made before it is sent */

static void
leave(struct source *source, const char *why)
{
	struct totals *totals = source->totals;

	if (source->state != SOURCE_ENDING && totals->source_lost[0] == '\0')
		text_copy(
		    totals->source_lost, sizeof(totals->source_lost), why);
	source->state = SOURCE_GONE;
	wire_close(&source->wire, false);
}

static void
write_request(struct source *source)
{
	const struct options *options = source->options;
	const struct weburl *url = source->target->url;
	struct bytes *request = &source->request;
	struct bytes pair = { 0 }, path = { 0 };
	char *coded;

	bytes_format(&pair, "%s:%s", options->user, options->key);
	coded = mem_new(pair.len / 3 * 4 + 5);
	EVP_EncodeBlock((unsigned char *)coded, pair.data, (int)pair.len);
	bytes_text(request, "PUT ");
	world_path(&path, options->source, source->mount);
	bytes_append(&path, "", 1);
	text_url_path(request, (const char *)path.data);
	bytes_format(request,
	    " HTTP/1.1\r\nHost: %s:%u\r\n"
	    "Authorization: Basic %s\r\n"
	    "User-Agent: all2all-load\r\n"
	    "Content-Type: %s\r\n"
	    "Ice-Name: numbered frames\r\nIce-Public: 0\r\n"
	    "Ice-Bitrate: %u\r\n"
	    "Expect: 100-continue\r\n\r\n",
	    url->host, url->port, coded, options->encoding->media_type,
	    options->bitrate);
	free(coded);
	bytes_free(&pair);
	bytes_free(&path);
}

void
source_dial(struct source *source, int64_t now_us)
{
	source->dialled_us = now_us;
	random_bytes(&source->run, sizeof(source->run));
	write_request(source);
	source->state = SOURCE_DIALLING;
	if (!wire_dial(&source->wire, source->target, NULL))
		leave(source, source->wire.why);
}

static void
ask(struct source *source)
{
	ssize_t n = wire_write(
	    &source->wire, source->request.data, source->request.len);

	if (n == WIRE_LOST)
		leave(source, source->wire.why);
	if (n <= 0)
		return;
	bytes_eat(&source->request, (size_t)n);
	if (source->request.len == 0)
		source->state = SOURCE_WAITING;
}

static void
shake(struct source *source)
{
	int answer = wire_shake(&source->wire, source->target);

	if (answer == WIRE_LOST)
		leave(source, source->wire.why);
	if (answer != WIRE_DONE)
		return;
	source->state = SOURCE_ASKING;
	ask(source);
}

static void
take_answer(struct source *source, const struct head *head, int64_t now_us)
{
	char why[64];

	bytes_eat(&source->answer, head->len);
	if (head->status == 100 || head->status == 200) {
		if (source->state == SOURCE_WAITING) {
			source->state = SOURCE_LIVE;
			source->live_us = source->due_us = now_us;
		}
		return;
	}
	if (head->status < 200)
		return;
	snprintf(why, sizeof(why), "HTTP status %u%s", head->status,
	    head->status == 401 ? " (wrong key)" : "");
	leave(source, why);
}

static void
read_answer(struct source *source, int64_t now_us)
{
	ssize_t n = wire_read(&source->wire, source->scratch, WIRE_READ_BYTES);
	struct head head;
	enum head_answer answer = HEAD_DONE;

	if (n == WIRE_END || n == WIRE_LOST)
		leave(source,
		    n == WIRE_END ? "closed by the server" : source->wire.why);
	if (n <= 0)
		return;
	bytes_append(&source->answer, source->scratch, (size_t)n);
	while (answer == HEAD_DONE && source->answer.len > 0 &&
	    source->state != SOURCE_GONE) {
		answer = head_read(
		    &head, source->answer.data, source->answer.len);
		if (answer == HEAD_DONE)
			take_answer(source, &head, now_us);
		else if (answer == HEAD_BAD)
			leave(source, "an answer that is not HTTP");
	}
}

static void
make_frame(struct source *source, int64_t now_us)
{
	const struct numbered_encoding *encoding = source->options->encoding;
	struct numbered_frame frame = { source->run, source->number, now_us };
	uint8_t *room = bytes_room(&source->out, NUMBERED_FRAME_MAX);
	unsigned kbps = source->options->bitrate;

	if (now_us - source->due_us > source->totals->source_late_us)
		source->totals->source_late_us = now_us - source->due_us;
	bytes_added(&source->out, encoding->make(room, kbps, &frame));
	source->out_frames++;
	source->due_us = source->live_us +
	    encoding->due_us(kbps, ++source->number);
}

static void
make_due(struct source *source, int64_t now_us)
{
	while (source->due_us <= now_us && source->out.len < OUT_BYTES)
		make_frame(source, now_us);
}

void
source_tick(struct source *source, int64_t now_us)
{
	ssize_t n;

	while (source->state == SOURCE_LIVE) {
		if (source->out.len == 0)
			make_due(source, now_us);
		if (source->out.len == 0)
			return;
		n = wire_write(
		    &source->wire, source->out.data, source->out.len);
		if (n == WIRE_LOST)
			leave(source, source->wire.why);
		if (n <= 0)
			return;
		bytes_eat(&source->out, (size_t)n);
		source->totals->source_bytes += (uint64_t)n;
		if (source->out.len > 0)
			continue;
		source->totals->source_frames += source->out_frames;
		source->out_frames = 0;
	}
}

void
source_event(struct source *source, int64_t now_us)
{
	switch (source->state) {
	case SOURCE_DIALLING:
		shake(source);
		break;
	case SOURCE_ASKING:
		ask(source);
		break;
	case SOURCE_LIVE:
		if (source->wire.wants_write)
			source_tick(source, now_us);
		if (source->state == SOURCE_LIVE)
			read_answer(source, now_us);
		break;
	case SOURCE_WAITING:
	case SOURCE_ENDING:
		read_answer(source, now_us);
		break;
	case SOURCE_GONE:
		break;
	}
}

void
source_give_up(struct source *source, int64_t now_us)
{
	if (source->state < SOURCE_LIVE &&
	    now_us - source->dialled_us > WIRE_WAIT_US)
		leave(source, "no answer in 10 s");
}

void
source_end(struct source *source)
{
	if (source->state == SOURCE_GONE)
		return;
	source->state = SOURCE_ENDING;
	wire_finish(&source->wire);
}

void
source_close(struct source *source)
{
	wire_close(&source->wire, false);
	source->state = SOURCE_GONE;
	bytes_free(&source->request);
	bytes_free(&source->answer);
	bytes_free(&source->out);
}

uint32_t
source_wants(const struct source *source)
{
	if (source->state == SOURCE_ASKING)
		return EPOLLOUT;
	if (source->state == SOURCE_DIALLING)
		return source->wire.wants_write ? EPOLLOUT : EPOLLIN;
	return source->wire.wants_write ? EPOLLIN | EPOLLOUT : EPOLLIN;
}
