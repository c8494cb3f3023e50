/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "stream/source.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"
#include "http/chunked.h"
#include "http/request.h"
#include "icy/metadata.h"
#include "stream/feed.h"
#include "stream/meter.h"
#include "stream/mount.h"
#include "stream/rate_cap.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE_MAGIC  0x736f7572u
#define PATIENT_BYTES 16384 /* wake the poller before a step is over */
#define PHASES        4     /* in which the mounts of a worker take turns */

/* The interim answer has no headers, and no 200 follows it until the body ends:
 * curl stops uploading on an early one, liquidsoap wants exactly this. */
static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
/* butt and libshout wait for a 200 before they send anything; small encoders
 * read once, so there is nothing but the status. */
static const char go[] = "HTTP/1.0 200 OK\r\n\r\n";
static const char done[] = "HTTP/1.1 200 OK\r\nServer: all2all\r\n"
			   "Connection: close\r\nContent-Length: 0\r\n\r\n";

enum framing {
	UNTIL_CLOSE,
	BY_LENGTH,
	BY_CHUNKS
};

struct source {
	unsigned magic;
	struct worker *worker;
	struct conn *conn;
	struct feed *feed;
	uint32_t mount_no;
	int64_t member;
	char name[MOUNT_BYTES];
	enum framing framing;
	struct chunked chunked;
	uint64_t length_left;
	struct icy_strip *strip; /* NULL: no titles between the bytes */
	bool owes_answer;        /* a 200 when the body has ended */
	struct meter meter;
	struct rate_cap cap;
	struct event step; /* reads and sends on; unset: as bytes come */
	bool is_patient;   /* the poller tells of many bytes only */
};

static void event(struct conn *, enum conn_event, void *);
static void closed(struct conn *, enum close_reason, void *);
static void end_body(struct source *);

static const struct conn_stage source_stage = {
	.name = "source",
	.event = event,
	.closed = closed,
};

/* Encoders name the same thing in three ways. */
static const char *
said_header(const struct request *request, const char *name)
{
	static const char *const prefixes[] = { "ice-", "icy-",
		"x-audiocast-" };
	const char *value = NULL;
	char full[64];

	for (size_t i = 0; i < 3 && value == NULL; i++) {
		snprintf(full, sizeof(full), "%s%s", prefixes[i], name);
		value = request_header(request, full);
	}
	return value;
}

static void
copy_said(char *to, size_t size, const struct request *request,
    const char *name, const char *short_name)
{
	const char *value = said_header(request, name);

	if (value == NULL && short_name != NULL)
		value = said_header(request, short_name);
	if (value != NULL)
		text_clean(to, size, value, strlen(value));
}

/* "ice-samplerate=44100;ice-bitrate=128": the number after "bitrate=". */
static unsigned
info_bitrate(const char *info)
{
	const char *at = strstr(info, "bitrate=");

	return at != NULL ? (unsigned)strtoul(at + 8, NULL, 10) : 0;
}

static void
read_said(struct mount_facts *said, const struct request *request)
{
	char number[32] = "";
	const char *agent = request_header(request, "user-agent");

	memset(said, 0, sizeof(*said));
	copy_said(said->name, sizeof(said->name), request, "name", NULL);
	copy_said(said->description, sizeof(said->description), request,
	    "description", "desc");
	copy_said(said->genre, sizeof(said->genre), request, "genre", NULL);
	copy_said(said->url, sizeof(said->url), request, "url", NULL);
	if (!text_is_web_url(said->url))
		said->url[0] = '\0';
	copy_said(said->audio_info, sizeof(said->audio_info), request,
	    "audio-info", NULL);
	copy_said(number, sizeof(number), request, "public", "pub");
	said->is_public = number[0] == '1';
	number[0] = '\0';
	copy_said(number, sizeof(number), request, "bitrate", "br");
	said->bitrate_kbps = (unsigned)strtoul(number, NULL, 10);
	if (said->bitrate_kbps == 0)
		said->bitrate_kbps = info_bitrate(said->audio_info);
	if (said->bitrate_kbps > 100000)
		said->bitrate_kbps = 0;
	if (agent != NULL)
		text_clean(
		    said->agent, sizeof(said->agent), agent, strlen(agent));
}

static void
set_framing(struct source *source, const struct request *request)
{
	if (request->is_chunked) {
		source->framing = BY_CHUNKS;
	} else if (request->has_length && request->method == METHOD_PUT) {
		source->framing = BY_LENGTH;
		source->length_left = request->length;
	}
}

static void
send_text(struct conn *conn, const char *text)
{
	conn_send(conn, text, strlen(text));
}

static void
answer_login(struct source *source, const struct request *request)
{
	if (request->method != METHOD_PUT) {
		send_text(source->conn, go);
	} else if (request->expects_continue) {
		send_text(source->conn, go_on);
		source->owes_answer = true;
	} else if (source->framing == UNTIL_CLOSE) {
		send_text(source->conn, go);
	} else {
		source->owes_answer = true;
	}
}

static void
set_strip(struct source *source, const struct request *request)
{
	const char *metaint = request_header(request, "icy-metaint");
	unsigned long interval = metaint ? strtoul(metaint, NULL, 10) : 0;

	if (interval < 1 || interval > (1 << 24))
		return;
	source->strip = mem_new(sizeof(*source->strip));
	icy_strip_open(source->strip, interval);
}

static void
watch_stall(struct source *source)
{
	conn_deadline(source->conn, source->worker->conf->source_stall_ms);
}

static void
set_patience(struct source *source, bool on)
{
	if (source->is_patient != on)
		conn_wait_for(source->conn, on ? PATIENT_BYTES : 1);
	source->is_patient = on;
}

/* What comes in a step goes out at its end, so it is read only then: encoders
 * send each frame by itself, and to look at each would cost more than all the
 * rest. The mounts of a worker end their steps together, in a few phases, so
 * that the other threads are not woken for each mount. */
static void
begin_step(struct source *source)
{
	int64_t step_ms = feed_begin_step(source->feed), phase_ms, wait_ms;
	struct timeval wait;

	set_patience(source, step_ms > 0);
	if (step_ms == 0)
		return;
	phase_ms = source->mount_no % PHASES * step_ms / PHASES;
	wait_ms = step_ms - (clock_mono_ms() + phase_ms) % step_ms;
	if (wait_ms < step_ms / 4) /* it came a little early */
		wait_ms += step_ms;
	wait.tv_sec = wait_ms / 1000;
	wait.tv_usec = wait_ms % 1000 * 1000;
	event_add(&source->step, &wait);
}

static void
end_step(evutil_socket_t fd, short what, void *arg)
{
	struct source *source = arg;
	struct conn *conn = source->conn;

	(void)fd;
	(void)what;
	conn_pull(conn);
	if (conn_is_finishing(conn)) /* and the source may be gone */
		return;
	feed_flush(source->feed);
	begin_step(source);
}

static bool
is_recorded(const struct conf_mount *rules)
{
	return rules->record != RECORD_NO || rules->has_log;
}

void
source_begin(struct worker *worker, struct conn *conn,
    const struct request *request, struct answer_msg *answer, bool is_shoutcast)
{
	struct mount *mount = worker_mount(worker, answer->mount_no);
	struct source *source = mem_new(sizeof(*source));
	const char *type = request_header(request, "content-type");
	struct mount_facts said;

	CHECK(mount != NULL);
	source->magic = SOURCE_MAGIC;
	source->worker = worker;
	source->conn = conn;
	source->mount_no = answer->mount_no;
	source->member = answer->member;
	text_copy(source->name, sizeof(source->name), mount->name);
	source->feed = answer->feed != NULL ? answer->feed : feed_new();
	answer->feed = NULL;
	set_framing(source, request);
	set_strip(source, request);
	read_said(&said, request);
	feed_join(source->feed, worker, source->mount_no, &said,
	    type != NULL ? type : "",
	    is_recorded(mount->rules) && answer->may_record);
	rate_cap_open(&source->cap, answer->max_bitrate_kbps, clock_mono_ms());
	meter_begin(&source->meter);
	meter_start(worker, source->member, source->name, source->mount_no,
	    USAGE_SOURCE_IN);
	log_info("#%llu source %s on air agent=\"%s\" type=%s tls=%d",
	    (unsigned long long)conn_number(conn), mount->name, said.agent,
	    type != NULL ? type : "-", conn_is_tls(conn));
	evtimer_assign(
	    &source->step, loop_base(worker->loop), end_step, source);
	if (is_recorded(mount->rules) && !answer->may_record)
		log_warn("#%llu source %s is not recorded: its member's "
			 "storage is full",
		    (unsigned long long)conn_number(conn), mount->name);
	conn_own(conn, &source_stage, source);
	watch_stall(source);
	if (!is_shoutcast)
		answer_login(source, request);
	conn_read(conn, true);
	if (source->framing == BY_LENGTH && source->length_left == 0)
		end_body(source);
}

static struct source *
find_source(struct worker *worker, uint32_t mount_no)
{
	struct source *source;
	struct conn *conn;
	size_t at = 0;

	while ((conn = table_next(&worker->conns, &at)) != NULL) {
		source = conn_owner(conn, &source_stage);
		if (source != NULL && source->mount_no == mount_no &&
		    source->feed != NULL)
			return source;
	}
	return NULL;
}

struct feed *
source_feed(struct worker *worker, uint32_t mount_no)
{
	struct source *source = find_source(worker, mount_no);

	return source != NULL ? source->feed : NULL;
}

void
source_kick(struct worker *worker, uint32_t mount_no)
{
	struct source *source = find_source(worker, mount_no);

	if (source != NULL)
		conn_close(source->conn, CLOSE_KICKED);
}

void
source_meter(struct conn *conn)
{
	struct source *source = conn_owner(conn, &source_stage);

	if (source != NULL)
		meter_take(source->worker, &source->meter, conn, source->member,
		    source->name, source->mount_no, USAGE_SOURCE_IN);
}

/* A conn that is finishing has said before why it gave its feed back. */
static const char *
reason_word(enum close_reason reason)
{
	switch (reason) {
	case CLOSE_KICKED:
		return "kicked";
	case CLOSE_STOP:
		return "stopped";
	case CLOSE_MEDIA:
	case CLOSE_BAD:
		return "bad";
	default:
		return "lost";
	}
}

/* Gives the feed back to the desk; the mount may go on without this conn. */
static void
lose_feed(struct source *source, const char *reason)
{
	struct feed_msg *lost;

	if (source->feed == NULL)
		return;
	event_del(&source->step);
	feed_leave(source->feed);
	lost = message_new(MSG_FEED_LOST, sizeof(*lost));
	lost->mount_no = source->mount_no;
	lost->conn_no = conn_number(source->conn);
	lost->feed = source->feed;
	lost->reason = reason;
	source->feed = NULL;
	worker_tell_desk(source->worker, &lost->message);
}

/* False: the conn is closed. */
static bool
pass_on(struct source *source, const uint8_t *bytes, size_t len)
{
	int64_t before_ms = feed_unit_ms(source->feed);
	const char *why = "";

	if (!feed_read(source->feed, bytes, len, &why)) {
		log_warn("#%llu source %s media: %s",
		    (unsigned long long)conn_number(source->conn), source->name,
		    why);
		conn_close(source->conn, CLOSE_MEDIA);
		return false;
	}
	if (feed_unit_ms(source->feed) != before_ms)
		watch_stall(source);
	return true;
}

static void
set_stripped_title(struct source *source, const char *raw)
{
	char title[TITLE_BYTES];

	text_clean(title, sizeof(title), raw, strlen(raw));
	feed_set_title(source->feed, title, "");
}

static bool
take_body(struct source *source, const uint8_t *bytes, size_t len)
{
	char title[ICY_METADATA_MOST_BYTES + 1];
	const uint8_t *audio;
	bool has_title;
	size_t n;

	if (source->strip == NULL)
		return pass_on(source, bytes, len);
	do {
		n = icy_strip_read(source->strip, &bytes, &len, &audio,
		    &has_title, title, sizeof(title));
		if (has_title)
			set_stripped_title(source, title);
		if (n > 0 && !pass_on(source, audio, n))
			return false;
	} while (n > 0);
	return true;
}

static void
end_body(struct source *source)
{
	if (source->owes_answer)
		send_text(source->conn, done);
	lose_feed(source, "left");
	conn_finish(source->conn, CLOSE_DONE);
}

static void
take_chunks(struct source *source, const uint8_t *bytes, size_t len)
{
	const uint8_t *data;
	size_t data_len;

	for (;;) {
		switch (chunked_read(
		    &source->chunked, &bytes, &len, &data, &data_len)) {
		case CHUNKED_MORE:
			return;
		case CHUNKED_DATA:
			if (!take_body(source, data, data_len))
				return;
			break;
		case CHUNKED_END:
			end_body(source);
			return;
		case CHUNKED_BAD:
			log_warn("#%llu source %s chunks make no sense",
			    (unsigned long long)conn_number(source->conn),
			    source->name);
			conn_close(source->conn, CLOSE_BAD);
			return;
		}
	}
}

static void
take_length(struct source *source, const uint8_t *bytes, size_t len)
{
	if (len > source->length_left)
		len = (size_t)source->length_left;
	source->length_left -= len;
	if (take_body(source, bytes, len) && source->length_left == 0)
		end_body(source);
}

static void
take_data(struct source *source)
{
	struct conn *conn = source->conn;
	const uint8_t *bytes;
	size_t len;

	if (source->feed == NULL)
		return;
	if (!event_pending(&source->step, EV_TIMEOUT, NULL))
		begin_step(source);
	bytes = conn_input(conn, &len);
	if (!rate_cap_take(&source->cap, len, clock_mono_ms())) {
		log_warn("#%llu source %s sends more than the %lld kbit/s of "
			 "its plan",
		    (unsigned long long)conn_number(conn), source->name,
		    (long long)source->cap.kbps);
		conn_close(conn, CLOSE_FAST);
		return;
	}
	switch (source->framing) {
	case UNTIL_CLOSE:
		(void)take_body(source, bytes, len);
		break;
	case BY_LENGTH:
		take_length(source, bytes, len);
		break;
	case BY_CHUNKS:
		take_chunks(source, bytes, len);
		break;
	}
}

static void
event(struct conn *conn, enum conn_event what, void *owner)
{
	struct source *source = owner;
	size_t len;

	CHECK(source->magic == SOURCE_MAGIC);
	switch (what) {
	case CONN_READY:
	case CONN_DRAINED:
		break;
	case CONN_DATA:
		take_data(source);
		if (!conn_is_finishing(conn)) {
			(void)conn_input(conn, &len);
			conn_used(conn, len);
		}
		break;
	case CONN_TIMEOUT:
		log_warn("#%llu source %s sent no whole frame in time",
		    (unsigned long long)conn_number(conn), source->name);
		conn_close(conn, CLOSE_IDLE);
		break;
	case CONN_EOF: /* FIN or reset, it is the normal end of a source */
		end_body(source);
		break;
	case CONN_ERROR:
		conn_close(conn, CLOSE_DONE);
		break;
	}
}

static void
closed(struct conn *conn, enum close_reason reason, void *owner)
{
	struct source *source = owner;

	lose_feed(source, reason_word(reason));
	source_meter(conn);
	log_info("#%llu source %s left: %s",
	    (unsigned long long)conn_number(conn), source->name,
	    close_text(reason));
	worker_forget(source->worker, conn);
	free(source->strip);
	free(source);
}
