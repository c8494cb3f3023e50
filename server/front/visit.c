/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "front/visit.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"
#include "front/reply.h"
#include "front/routes.h"
#include "http/response.h"
#include "net/address.h"
#include "serve/events.h"
#include "serve/reader.h"
#include "stream/feed.h"
#include "stream/listener.h"
#include "stream/source.h"

#include <stdlib.h>
#include <string.h>

static void event(struct conn *, enum conn_event, void *);
static void closed(struct conn *, enum close_reason, void *);

static const struct conn_stage visit_stage = {
	.name = "request",
	.event = event,
	.closed = closed,
};

struct visit *
visit_of(const struct conn *conn)
{
	return conn_owner(conn, &visit_stage);
}

void
visit_begin(
    struct worker *worker, struct conn *conn, const struct conn_msg *from)
{
	struct visit *visit = mem_new(sizeof(*visit));

	visit->magic = VISIT_MAGIC;
	visit->worker = worker;
	visit->conn = conn;
	visit->address = address_of(&from->peer);
	meter_begin(&visit->meter);
	table_put(&worker->conns, conn_number(conn), conn);
	conn_own(conn, &visit_stage, visit);
	conn_deadline(conn, worker->conf->request_deadline_ms);
	conn_begin(conn, from->tls, from->is_tls_only);
}

static void
free_visit(struct visit *visit)
{
	request_free(&visit->request);
	if (visit->found != NULL)
		message_free(&visit->found->message);
	bytes_free(&visit->body);
	explicit_bzero(&visit->icy, sizeof(visit->icy));
	free(visit);
}

struct ask_msg *
visit_new_ask(struct visit *visit, enum ask_kind kind, const char *path)
{
	struct ask_msg *ask = message_new(MSG_ASK, sizeof(*ask));
	const char *agent = request_header(&visit->request, "user-agent");

	ask->kind = kind;
	ask->worker = visit->worker->number;
	ask->conn_no = conn_number(visit->conn);
	ask->address = visit->address;
	/* A longer path is no mount's name, and must not look like one. */
	if (strlen(path) < sizeof(ask->path))
		text_copy(ask->path, sizeof(ask->path), path);
	ask->has_login = request_basic(&visit->request, ask->user,
	    sizeof(ask->user), ask->key, sizeof(ask->key));
	if (agent != NULL)
		text_clean(
		    ask->agent, sizeof(ask->agent), agent, strlen(agent));
	return ask;
}

void
visit_ask(struct visit *visit, struct ask_msg *ask)
{
	visit->state = VISIT_ASKING;
	conn_deadline(visit->conn, ASK_DEADLINE_MS);
	conn_read(visit->conn, false);
	worker_tell_desk(visit->worker, &ask->message);
}

void
visit_ask_page(struct visit *visit, struct page_ask_msg *ask)
{
	visit->state = VISIT_ASKING;
	conn_deadline(visit->conn, ASK_DEADLINE_MS);
	conn_read(visit->conn, false);
	loop_post_from(
	    visit->worker->loop, visit->worker->porter, &ask->message);
}

/* Other hosts' names and our own paths never reach the mounts' table. */
static const char *
path_error(const struct visit *visit)
{
	const struct request *request = &visit->request;

	if (request->method != METHOD_PUT && request->method != METHOD_SOURCE)
		return NULL;
	return mount_name_error(request->path);
}

static void
take_head(struct visit *visit)
{
	const struct conf *conf = visit->worker->conf;
	const struct request_limits limits = {
		.head_bytes = (size_t)conf->request_bytes,
		.lines = (unsigned)conf->request_lines,
	};
	const uint8_t *bytes;
	size_t len, used;

	bytes = conn_input(visit->conn, &len);
	switch (request_parse(&visit->request, bytes, len, &limits, &used)) {
	case PARSE_MORE:
		return;
	case PARSE_BAD:
		reply_error(
		    visit, visit->request.status, visit->request.why, 0);
		return;
	case PARSE_DONE:
		break;
	}
	conn_used(visit->conn, used);
	if (path_error(visit) != NULL)
		reply_error(visit, 400, path_error(visit), 0);
	else
		routes_follow(visit);
}

static void
end_body(struct visit *visit)
{
	bytes_append(&visit->body, "", 1);
	visit->take_form(visit);
}

/* 1 whole, 0 more to come, -1 bad. */
static int
take_chunks(struct visit *visit, const uint8_t *bytes, size_t len)
{
	const uint8_t *data;
	size_t data_len;

	for (;;) {
		switch (chunked_read(
		    &visit->chunked, &bytes, &len, &data, &data_len)) {
		case CHUNKED_MORE:
			return 0;
		case CHUNKED_END:
			return 1;
		case CHUNKED_BAD:
			return -1;
		case CHUNKED_DATA:
			if (visit->body.len + data_len >
			    (size_t)visit->worker->conf->body_bytes)
				return -1;
			bytes_append(&visit->body, data, data_len);
		}
	}
}

static void
take_body(struct visit *visit)
{
	const uint8_t *bytes;
	size_t len, want;
	int done;

	bytes = conn_input(visit->conn, &len);
	if (visit->request.is_chunked) {
		done = take_chunks(visit, bytes, len);
		conn_used(visit->conn, len);
	} else {
		want = (size_t)visit->request.length - visit->body.len;
		want = len < want ? len : want;
		bytes_append(&visit->body, bytes, want);
		conn_used(visit->conn, want);
		done = visit->body.len == visit->request.length;
	}
	if (done > 0)
		end_body(visit);
	else if (done < 0)
		reply_error(visit, 400, "the form makes no sense", 0);
}

void
visit_read_body(struct visit *visit, void (*take_form)(struct visit *))
{
	const struct conf *conf = visit->worker->conf;

	visit->take_form = take_form;
	if (!visit->request.is_chunked && !visit->request.has_length) {
		reply_error(visit, 411, "the form needs a length", 0);
		return;
	}
	if (visit->request.length > (uint64_t)conf->body_bytes) {
		reply_error(visit, 413, "the form is too long", 0);
		return;
	}
	visit->state = VISIT_BODY;
	if (visit->request.expects_continue)
		conn_send(visit->conn, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	conn_deadline(visit->conn, conf->body_deadline_ms);
	take_body(visit); /* some of it came with the head */
}

/* The mount is this encoder's, but its icy headers come only after our "OK2".
 */
static void
take_icy_headers(struct visit *visit)
{
	const struct conf *conf = visit->worker->conf;
	const struct request_limits limits = {
		.head_bytes = (size_t)conf->request_bytes,
		.lines = (unsigned)conf->request_lines,
	};
	struct answer_msg *granted = visit->granted;
	const uint8_t *bytes;
	size_t len, used;

	bytes = conn_input(visit->conn, &len);
	switch (request_parse_icy_headers(
	    &visit->request, bytes, len, &limits, &used)) {
	case PARSE_MORE:
		return;
	case PARSE_BAD:
		conn_close(visit->conn, CLOSE_BAD);
		return;
	case PARSE_DONE:
		break;
	}
	conn_used(visit->conn, used);
	visit->granted = NULL;
	source_begin(
	    visit->worker, visit->conn, &visit->request, granted, true);
	message_free(&granted->message);
	free_visit(visit);
}

static void
begin_source(struct visit *visit, struct answer_msg *answer)
{
	if (answer->feed == NULL)
		answer->feed = feed_new();
	if (visit->request.method != METHOD_ICY) {
		source_begin(
		    visit->worker, visit->conn, &visit->request, answer, false);
		message_free(&answer->message);
		free_visit(visit);
		return;
	}
	visit->granted = answer;
	visit->state = VISIT_ICY_HEADERS;
	conn_send(visit->conn, ICY_LOGIN_GOOD, strlen(ICY_LOGIN_GOOD));
	conn_deadline(visit->conn, visit->worker->conf->request_deadline_ms);
	conn_read(visit->conn, true);
}

static void
begin_listener(struct visit *visit, struct mount *mount)
{
	const char *icy = request_header(&visit->request, "icy-metadata");
	const char *agent = request_header(&visit->request, "user-agent");
	const struct listener_wish wish = {
		.wants_icy = icy != NULL && strtol(icy, NULL, 10) > 0,
		.agent = agent != NULL ? agent : "",
	};

	listener_begin(visit->conn, mount, &wish);
	free_visit(visit);
}

/* What is known of a recording, or it itself. */
static void
begin_reader(struct visit *visit)
{
	const struct found_msg *found = visit->found;

	if (found->document.body != NULL) {
		visit->member = found->row.member;
		reply_document(visit, &found->document, found->row.is_public);
		return;
	}
	reader_begin(visit->worker, visit->conn, &visit->request, visit->found);
	free_visit(visit);
}

/* Two bytes of the stream with a size nobody reaches (Apple's players). */
static void
send_first_bytes(struct visit *visit, struct mount *mount)
{
	struct block *block = ring_at(
	    &mount->ring, ring_newest_sync(&mount->ring));
	struct block *from = block != NULL && block->head != NULL ? block->head
								  : block;
	struct bytes out = { 0 };

	if (from == NULL || from->len < 2) {
		reply_error(visit, 503, "this stream has not begun yet", 5);
		return;
	}
	bytes_text(&out,
	    "HTTP/1.1 206 Partial Content\r\nServer: all2all\r\n"
	    "Connection: close\r\nContent-Length: 2\r\n"
	    "Content-Range: bytes 0-1/1073741824\r\n");
	bytes_append(&out, mount->lines->bytes, mount->lines->len);
	bytes_text(&out, "\r\n");
	bytes_append(&out, from->bytes, 2);
	conn_send(visit->conn, out.data, out.len);
	bytes_free(&out);
	conn_finish(visit->conn, CLOSE_DONE);
}

static void
send_head(struct visit *visit, struct mount *mount)
{
	const char *icy = request_header(&visit->request, "icy-metadata");
	struct bytes out = { 0 };

	if (mount->lines == NULL) {
		reply_error(visit, 503, "this stream has not begun yet", 5);
		return;
	}
	if (visit->request.method != METHOD_HEAD) {
		send_first_bytes(visit, mount);
		return;
	}
	listener_head(&out, mount,
	    mount->takes_icy && icy != NULL && strtol(icy, NULL, 10) > 0);
	conn_send(visit->conn, out.data, out.len);
	bytes_free(&out);
	conn_finish(visit->conn, CLOSE_DONE);
}

/* As long as it likes. */
static void
begin_events(struct visit *visit, const struct answer_msg *answer)
{
	events_begin(visit->worker, visit->conn, &visit->request, answer);
	free_visit(visit);
}

static void
follow_answer(struct visit *visit, struct answer_msg *answer)
{
	struct mount *mount = worker_mount(visit->worker, answer->mount_no);

	switch (answer->kind) {
	case ASK_SOURCE:
		CHECK(false); /* begin_source keeps the answer */
		break;
	case ASK_LISTEN:
	case ASK_HEAD:
		if (mount == NULL)
			reply_error(visit, 404, "the stream just ended", 0);
		else if (answer->kind == ASK_LISTEN)
			begin_listener(visit, mount);
		else
			send_head(visit, mount);
		break;
	case ASK_ITEM:
		begin_reader(visit);
		break;
	case ASK_TITLE:
		reply_title(visit, 200, answer->text);
		break;
	case ASK_LOGIN:
		CHECK(false); /* the porter asks it */
		break;
	case ASK_EVENTS:
		begin_events(visit, answer);
		break;
	case ASK_CATALOG:
		visit->member = answer->member;
		reply_document(visit, &answer->document, true);
		break;
	case ASK_PAGE:
		reply_text(visit, 200, answer->type, answer->body->bytes,
		    answer->body->len);
		break;
	}
}

void
visit_answer(struct visit *visit, struct answer_msg *answer)
{
	if (answer->status == 200 && answer->kind == ASK_SOURCE) {
		begin_source(visit, answer);
		return;
	}
	if (answer->status != 200)
		reply_error(
		    visit, answer->status, answer->text, answer->retry_secs);
	else
		follow_answer(visit, answer);
	message_free(&answer->message);
}

void
visit_page(struct visit *visit, struct page_msg *page)
{
	reply_page(visit, page);
	message_free(&page->message);
}

static void
take_data(struct visit *visit)
{
	switch (visit->state) {
	case VISIT_HEAD:
		take_head(visit);
		break;
	case VISIT_BODY:
		take_body(visit);
		break;
	case VISIT_ICY_HEADERS:
		take_icy_headers(visit);
		break;
	case VISIT_ASKING:
		break;
	}
}

static void
time_out(struct visit *visit)
{
	visit->is_waste = true;
	if (visit->state == VISIT_ASKING)
		reply_error(visit, 503, "busy, please try again later", 5);
	else if (visit->state == VISIT_BODY)
		reply_error(visit, 408, "the form did not come in time", 0);
	else
		conn_close(visit->conn, CLOSE_IDLE);
}

static void
event(struct conn *conn, enum conn_event what, void *owner)
{
	struct visit *visit = owner;

	CHECK(visit->magic == VISIT_MAGIC);
	switch (what) {
	case CONN_READY:
		if (visit->owes_options)
			reply_options(visit, true);
		visit->owes_options = false;
		break;
	case CONN_DATA:
		take_data(visit);
		break;
	case CONN_DRAINED:
		break;
	case CONN_TIMEOUT:
		time_out(visit);
		break;
	case CONN_EOF:
	case CONN_ERROR:
		visit->is_waste = true;
		conn_close(conn, CLOSE_GONE);
		break;
	}
}

void
visit_kick(struct worker *worker, uint32_t mount_no)
{
	struct visit *visit;
	struct conn *conn;
	size_t at = 0;

	while ((conn = table_next(&worker->conns, &at)) != NULL) {
		visit = visit_of(conn);
		if (visit != NULL && visit->granted != NULL &&
		    visit->granted->mount_no == mount_no) {
			conn_close(conn, CLOSE_KICKED);
			return;
		}
	}
}

/* A mount that was granted but never fed goes back with its feed. */
static void
give_back(struct visit *visit)
{
	struct feed_msg *lost;

	if (visit->granted == NULL)
		return;
	lost = message_new(MSG_FEED_LOST, sizeof(*lost));
	lost->mount_no = visit->granted->mount_no;
	lost->conn_no = conn_number(visit->conn);
	lost->feed = visit->granted->feed;
	worker_tell_desk(visit->worker, &lost->message);
	message_free(&visit->granted->message);
}

static void
closed(struct conn *conn, enum close_reason reason, void *owner)
{
	struct visit *visit = owner;
	struct worker *worker = visit->worker;

	log_debug("#%llu request %s %s: %s",
	    (unsigned long long)conn_number(conn), visit->request.method_name,
	    visit->request.path, close_word(reason));
	meter_take(worker, &visit->meter, conn, visit->member, "", 0,
	    visit->is_waste ? USAGE_WASTE : USAGE_PAGES);
	give_back(visit);
	worker_forget(worker, conn);
	free_visit(visit);
}
