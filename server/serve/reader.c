/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "serve/reader.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "conf/conf.h"
#include "http/range.h"
#include "serve/answer.h"

#include <stdlib.h>
#include <string.h>

#define READER_MAGIC  0x72656164u
#define PIECE_BYTES   (128 << 10)
#define LEAST_BYTES   (16 << 10)     /* of a piece when the line is full */
#define GROWS_MS      250            /* until more is looked for */
#define LEAST_BPS     UINT64_C(8000) /* bytes a second, of any recording */
#define ARCHIVE_BIT   0x80000000u    /* no number of a mount on air has it */
#define MARK_LETTERS  24
#define END_OF_GROWTH UINT64_MAX

struct reader {
	unsigned magic;
	struct worker *worker;
	struct conn *conn;
	struct meter meter;
	struct found_msg *found; /* a copy; its fd is ours */
	struct range ranges[RANGES_MOST];
	unsigned count, current;
	char mark[ANSWER_BREAK_BYTES];
	struct answer answer;
	uint64_t at, end; /* next byte of the file, and behind the last */
	struct block *piece;
	size_t sent;  /* of it */
	size_t asked; /* bytes of the piece that was asked for; 0: none is */
	bool is_whole;
	bool is_head;         /* what comes is the head before start_byte */
	uint64_t rate, taken; /* bytes a second, bytes so far */
	uint64_t need_bps;    /* as the worker counts it */
	int64_t began_ms;
	uint32_t mount_no; /* of its own, in the books */
};

static void event(struct conn *, enum conn_event, void *);
static void closed(struct conn *, enum close_reason, void *);

static const struct conn_stage reader_stage = {
	.name = "reader",
	.event = event,
	.closed = closed,
};

static struct reader *
reader_of(const struct conn *conn)
{
	return conn_owner(conn, &reader_stage);
}

void
reader_shut(struct found_msg *found)
{
	struct fetch_msg *shut;

	if (found->fd == -1)
		return;
	shut = message_new(MSG_SHUT, sizeof(*shut));
	shut->fd = found->fd;
	found->fd = -1;
	loop_post(found->librarian, &shut->message);
}

/* Its mount may not be on air: a number for the books from its name. */
static uint32_t
number_of(const char *mount)
{
	uint32_t number = 2166136261u;

	for (; *mount != '\0'; mount++)
		number = (number ^ (uint8_t)*mount) * 16777619u;
	return number | ARCHIVE_BIT;
}

/* What is not finished yet may still be as it was on air. */
static bool
is_growing(const struct found_msg *found)
{
	return found->row.state == RECORDING_ACTIVE ||
	    found->row.state == RECORDING_FINISHING;
}

static uint64_t
rate_of(const struct found_msg *found)
{
	int64_t ms = is_growing(found) ? clock_wall_ms() - found->row.started_ms
				       : found->row.duration_ms;
	uint64_t rate = ms > 0 ? found->size * 1000 / (uint64_t)ms : 0;

	return rate > LEAST_BPS ? rate : LEAST_BPS;
}

uint64_t
reader_need_bps(const struct found_msg *found)
{
	return 8 * rate_of(found);
}

static void
ask(struct reader *reader)
{
	struct fetch_msg *fetch = message_new(MSG_FETCH, sizeof(*fetch));
	uint64_t left = reader->end - reader->at;

	fetch->worker = reader->worker->loop;
	fetch->conn_no = conn_number(reader->conn);
	text_copy(fetch->id, sizeof(fetch->id), reader->found->row.id);
	fetch->fd = reader->found->fd;
	fetch->at = reader->at;
	fetch->len = tap_piece(&reader->worker->tap,
	    left < PIECE_BYTES ? (size_t)left : PIECE_BYTES, LEAST_BYTES);
	reader->asked = fetch->len;
	tap_take(&reader->worker->tap, reader->asked);
	loop_post_from(
	    reader->worker->loop, reader->found->librarian, &fetch->message);
}

static void
put_between(struct reader *reader, const struct range *range)
{
	struct bytes out = { 0 };

	if (reader->answer.mark == NULL)
		return;
	answer_part(&out, &reader->answer, range);
	conn_send(reader->conn, out.data, out.len);
	bytes_free(&out);
}

/* False: there was none. */
static bool
next_range(struct reader *reader)
{
	const struct range *range;

	if (reader->is_head) {
		reader->is_head = false;
		reader->at = reader->found->start_byte;
		reader->end = reader->answer.is_growing ? END_OF_GROWTH
							: reader->found->size;
		return true;
	}
	if (reader->current == reader->count)
		return false;
	range = &reader->ranges[reader->current++];
	put_between(reader, range);
	reader->at = range->first;
	reader->end = range->last + 1;
	return true;
}

/* Ms until the next piece may be asked for; 0: now. */
static int64_t
wait_ms(const struct reader *reader)
{
	const struct conf *conf = reader->worker->conf;
	int64_t gone_ms = clock_mono_ms() - reader->began_ms, due_ms;
	uint64_t burst = reader->rate * (uint64_t)conf->archive_burst_ms / 1000;
	uint64_t rate = reader->rate * (uint64_t)conf->archive_rate;

	if (conf->archive_rate > 0 && reader->taken > burst) {
		due_ms = (int64_t)((reader->taken - burst) * 1000 / rate);
		if (due_ms > gone_ms)
			return due_ms - gone_ms;
	}
	return tap_wait_ms(&reader->worker->tap, clock_mono_us());
}

static void
finish(struct reader *reader)
{
	put_between(reader, NULL);
	conn_finish(reader->conn, CLOSE_DONE);
}

/* False: the socket is full, or broken and the reader gone. */
static bool
send_piece(struct reader *reader)
{
	struct iovec iov;
	ssize_t n;

	while (reader->sent < reader->piece->len) {
		iov.iov_base = reader->piece->bytes + reader->sent;
		iov.iov_len = reader->piece->len - reader->sent;
		n = conn_writev(reader->conn, &iov, 1);
		if (n < 0) {
			conn_close(reader->conn, CLOSE_GONE);
			return false;
		}
		if (n == 0) {
			conn_deadline(reader->conn,
			    reader->worker->conf->listener_stall_ms);
			return false;
		}
		reader->sent += (size_t)n;
		reader->taken += (uint64_t)n;
		reader->worker->archive_sent += (uint64_t)n;
	}
	block_unref(reader->piece);
	reader->piece = NULL;
	reader->sent = 0;
	return true;
}

static void
go_on(struct reader *reader)
{
	int64_t ms;

	if (reader->piece != NULL && !send_piece(reader))
		return;
	conn_deadline(reader->conn, 0);
	if (reader->asked > 0)
		return;
	if (reader->is_whole ||
	    (reader->at == reader->end && !next_range(reader))) {
		finish(reader);
		return;
	}
	ms = wait_ms(reader);
	if (ms > 0)
		conn_deadline(reader->conn, ms);
	else
		ask(reader);
}

void
reader_piece(struct conn *conn, struct piece_msg *piece)
{
	struct reader *reader = reader_of(conn);

	if (reader == NULL || reader->asked == 0 || conn_is_finishing(conn))
		return;
	tap_give(&reader->worker->tap,
	    reader->asked - (piece->block != NULL ? piece->block->len : 0));
	reader->asked = 0;
	reader->is_whole = piece->is_whole;
	if (piece->is_broken ||
	    (piece->is_whole && reader->end != END_OF_GROWTH)) {
		/* Less than was promised: the peer must notice. */
		log_error(
		    "archive: %s cannot be read", reader->found->row.path);
		conn_close(conn, CLOSE_BROKEN);
		return;
	}
	if (piece->block == NULL && !piece->is_whole) {
		conn_deadline(conn, GROWS_MS);
		return;
	}
	reader->piece = piece->block;
	piece->block = NULL;
	if (reader->piece != NULL)
		reader->at += reader->piece->len;
	go_on(reader);
}

/* What is finished has ranges and conditions. */
static void
choose_ranges(struct reader *reader, const struct request *request)
{
	const struct found_msg *found = reader->found;
	char etag[ANSWER_ETAG_BYTES];
	const struct validators known = { etag, found->modified_ms };
	unsigned most = (unsigned)reader->worker->conf->ranges;
	enum range_answer wanted = RANGE_WHOLE;

	answer_etag(found, etag);
	reader->answer.status = conditions_status(request, &known);
	if (reader->answer.status != 0)
		return;
	/* Ranges are for GET alone: RFC 9110 section 14.2. */
	if (request->method == METHOD_GET &&
	    conditions_allow_range(request, &known))
		wanted = range_parse(request_header(request, "range"),
		    found->size, reader->ranges, most, &reader->count);
	reader->answer.status = wanted == RANGE_NONE ? 416
	    : wanted == RANGE_PARTS                  ? 206
						     : 200;
	if (wanted == RANGE_WHOLE) {
		reader->ranges[0].first = 0;
		reader->ranges[0].last = found->size - 1;
		reader->count = found->size > 0 ? 1 : 0;
	} else if (wanted == RANGE_PARTS && reader->count > 1) {
		random_word(reader->mark, MARK_LETTERS);
		reader->answer.mark = reader->mark;
	}
	reader->answer.count = reader->count;
}

/* What does not have the bytes of the finished file has no ranges. */
static void
begin_behind_head(struct reader *reader)
{
	reader->answer.status = 200;
	reader->answer.is_growing = is_growing(reader->found);
	reader->answer.is_rest = !reader->answer.is_growing;
	reader->is_head = true;
	reader->at = 0;
	reader->end = reader->found->head_bytes;
}

static void
send_head(struct reader *reader)
{
	struct bytes out = { 0 };

	answer_head(&out, &reader->answer);
	conn_send(reader->conn, out.data, out.len);
	bytes_free(&out);
}

static struct reader *
new_reader(struct worker *worker, struct conn *conn, struct found_msg *found)
{
	struct reader *reader = mem_new(sizeof(*reader));

	reader->magic = READER_MAGIC;
	reader->worker = worker;
	reader->conn = conn;
	reader->found = mem_new(sizeof(*found));
	*reader->found = *found;
	found->fd = -1;
	reader->mount_no = number_of(found->row.mount);
	reader->rate = rate_of(found);
	reader->began_ms = clock_mono_ms();
	reader->answer.found = reader->found;
	reader->answer.ranges = reader->ranges;
	meter_begin(&reader->meter);
	return reader;
}

void
reader_begin(struct worker *worker, struct conn *conn,
    const struct request *request, struct found_msg *found)
{
	struct reader *reader = new_reader(worker, conn, found);
	char value[8];
	size_t len;

	reader->answer.is_attachment = query_get(
	    request->query, "download", value, sizeof(value), &len);
	if (is_growing(reader->found) || reader->found->start_byte > 0)
		begin_behind_head(reader);
	else
		choose_ranges(reader, request);
	meter_start(worker, found->row.member, found->row.mount,
	    reader->mount_no, USAGE_ARCHIVE);
	conn_own(conn, &reader_stage, reader);
	conn_read(conn, true);
	send_head(reader);
	if (request->method == METHOD_HEAD ||
	    (reader->answer.status != 200 && reader->answer.status != 206)) {
		conn_finish(conn, CLOSE_DONE);
		return;
	}
	reader->at = reader->is_head ? reader->at : reader->end;
	reader->need_bps = reader_need_bps(reader->found);
	worker->archive_need_bps += reader->need_bps;
	go_on(reader);
}

void
reader_meter(struct conn *conn)
{
	struct reader *reader = reader_of(conn);

	if (reader != NULL)
		meter_take(reader->worker, &reader->meter, conn,
		    reader->found->row.member, reader->found->row.mount,
		    reader->mount_no, USAGE_ARCHIVE);
}

static void
let_go(struct reader *reader)
{
	log_info("#%llu reader %s slow: let go",
	    (unsigned long long)conn_number(reader->conn),
	    reader->found->row.mount);
	conn_close(reader->conn, CLOSE_SLOW);
}

static void
event(struct conn *conn, enum conn_event what, void *owner)
{
	struct reader *reader = owner;

	CHECK(reader->magic == READER_MAGIC);
	switch (what) {
	case CONN_READY:
		break;
	case CONN_DATA:
		conn_skip(conn);
		break;
	case CONN_DRAINED:
		if (reader->piece != NULL)
			go_on(reader);
		break;
	case CONN_TIMEOUT:
		if (reader->piece != NULL)
			let_go(reader);
		else
			go_on(reader);
		break;
	case CONN_EOF:
		conn_finish(conn, CLOSE_GONE);
		break;
	case CONN_ERROR:
		conn_close(conn, CLOSE_GONE);
		break;
	}
}

/* What was meant for it is for the others. */
static void
give_back(struct reader *reader)
{
	size_t bytes = reader->asked;

	if (reader->piece != NULL)
		bytes += reader->piece->len - reader->sent;
	tap_give(&reader->worker->tap, bytes);
}

static void
closed(struct conn *conn, enum close_reason reason, void *owner)
{
	struct reader *reader = owner;

	reader_meter(conn);
	log_debug("#%llu reader %s %s bytes=%llu",
	    (unsigned long long)conn_number(conn), reader->found->row.path,
	    close_word(reason), (unsigned long long)reader->taken);
	reader->worker->archive_need_bps -= reader->need_bps;
	give_back(reader);
	worker_forget(reader->worker, conn);
	reader_shut(reader->found);
	block_unref(reader->piece);
	free(reader->found);
	free(reader);
}
