/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "post/poster.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/letters.h"
#include "loop/messages.h"
#include "post/seal.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORE_NAME "all2all.sqlite"
#define LOOK_SECS  30
#define GRACE_SECS 5 /* for a letter that is on its way when we stop */
#define STATEMENT  "statement"

static const char select_relay[] = "SELECT v FROM meta WHERE k = 'relay_id'";

struct poster {
	struct loop *loop, *desk, *clerk;
	struct store *store; /* NULL: stopped */
	struct seal *seal;
	struct smtp_server server; /* its texts are ours */
	char relay[40];
	struct event *look_timer, *step, *grace;
	struct letter letter; /* that smtp sends */
	struct smtp *smtp;    /* NULL: none is on its way */
	struct letter_msg told;
	bool is_told; /* the store does not have told yet */
	bool is_stopping;
	bool is_store_failing;
	unsigned thread_no;
};

static void
stop_now(struct poster *poster)
{
	struct done_msg *done = message_new(MSG_DONE, sizeof(*done));

	event_free(poster->look_timer);
	event_free(poster->step);
	event_free(poster->grace);
	poster->look_timer = poster->step = poster->grace = NULL;
	smtp_end(poster->smtp);
	poster->smtp = NULL;
	letter_clear(&poster->letter);
	store_close(poster->store);
	poster->store = NULL;
	done->thread_no = poster->thread_no;
	loop_post(poster->desk, &done->message);
	loop_end(poster->loop);
}

static void
tell(struct poster *poster)
{
	struct letter_msg *told = message_new(MSG_LETTER, sizeof(*told));

	told->id = poster->told.id;
	told->tries = poster->told.tries;
	told->is_sent = poster->told.is_sent;
	memcpy(told->error, poster->told.error, sizeof(told->error));
	loop_post(poster->clerk, &told->message);
}

/* Takes error, which is NULL when the letter was sent. */
static void
finish(struct poster *poster, char *error)
{
	struct letter_msg *told = &poster->told;

	memset(told, 0, sizeof(*told));
	told->id = poster->letter.id;
	told->tries = poster->letter.tries;
	told->is_sent = error == NULL;
	if (error != NULL)
		text_clean(
		    told->error, sizeof(told->error), error, strlen(error));
	free(error);
	letter_clear(&poster->letter);
	poster->is_told = true;
	tell(poster);
	smtp_end(poster->smtp);
	poster->smtp = NULL;
	if (poster->is_stopping)
		stop_now(poster);
}

/* Between two steps messages are heard. */
static void
step_again(struct poster *poster)
{
	const struct timeval at_once = { 0, 0 };

	event_add(poster->step, &at_once);
}

static void
on_step(evutil_socket_t fd, short what, void *arg)
{
	struct poster *poster = arg;
	char *error = NULL;

	(void)fd;
	(void)what;
	switch (smtp_step(poster->smtp, &error)) {
	case SMTP_GOES_ON:
		step_again(poster);
		break;
	case SMTP_ACCEPTED:
		finish(poster, NULL);
		break;
	default:
		finish(poster, error);
		break;
	}
}

static void
send_letter(struct poster *poster)
{
	const struct letter *letter = &poster->letter;
	const struct mime_letter mail = { .relay = poster->relay,
		.id = letter->id,
		.made_ms = letter->made_ms,
		.from = poster->server.from,
		.to = letter->address,
		.to_name = letter->name,
		.subject = letter->title,
		.body = letter->body,
		.is_notice = strcmp(letter->kind, STATEMENT) != 0 };
	struct bytes bytes = { 0 };
	char *error = NULL;

	if (seal_letter(
		poster->seal, &mail, letter->fingerprint, &bytes, &error))
		poster->smtp = smtp_begin(
		    &poster->server, letter->address, &bytes, &error);
	bytes_free(&bytes);
	if (poster->smtp != NULL)
		step_again(poster);
	else
		finish(poster, error);
}

/* Once for each time. */
static void
note_store(struct poster *poster, bool is_failing)
{
	if (is_failing && !poster->is_store_failing)
		log_error("store: letters cannot be read: %s",
		    store_reason(poster->store));
	poster->is_store_failing = is_failing;
}

/* False: the clerk has not written what it was told, or we cannot see. */
static bool
is_settled(struct poster *poster)
{
	enum letters_answer answer;

	if (!poster->is_told)
		return true;
	answer = letters_waits(
	    poster->store, poster->told.id, poster->told.tries);
	note_store(poster, answer == LETTERS_FAILED);
	if (answer == LETTERS_FOUND)
		tell(poster);
	poster->is_told = answer != LETTERS_NONE;
	return !poster->is_told;
}

static void
look(struct poster *poster)
{
	enum letters_answer answer;

	if (poster->smtp != NULL || poster->is_stopping || !is_settled(poster))
		return;
	answer = letters_next(poster->store, &poster->letter);
	note_store(poster, answer == LETTERS_FAILED);
	if (answer == LETTERS_FOUND)
		send_letter(poster);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	look(arg);
}

static void
on_grace(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	stop_now(arg);
}

static void
stop(struct poster *poster)
{
	const struct timeval grace = { .tv_sec = GRACE_SECS };

	poster->is_stopping = true;
	if (poster->smtp == NULL)
		stop_now(poster);
	else
		event_add(poster->grace, &grace);
}

static void
handle(void *owner, struct message *message)
{
	struct poster *poster = owner;

	if (poster->store != NULL && message->kind == MSG_LETTERS)
		look(poster);
	else if (poster->store != NULL && message->kind == MSG_STOP)
		stop(poster);
	message_free(message);
}

static bool
read_relay(struct poster *poster)
{
	sqlite3_stmt *prepared = store_prepare(poster->store, select_relay);
	int step = sqlite3_step(prepared);

	if (step == SQLITE_ROW) {
		text_copy(poster->relay, sizeof(poster->relay),
		    store_text(prepared, 0));
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

static void
copy_server(struct smtp_server *to, const struct smtp_server *from)
{
	to->url = mem_text(from->url);
	to->user = mem_text(from->user);
	to->password = mem_text(from->password);
	to->from = mem_text(from->from);
	to->ca = mem_text(from->ca);
}

static void
free_server(struct smtp_server *server)
{
	if (server->password != NULL)
		explicit_bzero(
		    (char *)server->password, strlen(server->password));
	free((char *)server->url);
	free((char *)server->user);
	free((char *)server->password);
	free((char *)server->from);
	free((char *)server->ca);
}

static bool
open_store(struct poster *poster, const char *data, char **error)
{
	char *path;

	CHECK(asprintf(&path, "%s/" STORE_NAME, data) > 0);
	poster->store = store_open_reader(path, error);
	free(path);
	if (poster->store == NULL)
		return false;
	if (read_relay(poster) && smtp_prepare())
		return true;
	*error = mem_text("mail cannot be sent by this machine");
	store_close(poster->store);
	return false;
}

struct poster *
poster_open(const struct poster_setup *setup, char **error)
{
	struct poster *poster = mem_new(sizeof(*poster));
	struct event_base *base;

	if (!open_store(poster, setup->data, error)) {
		free(poster);
		return NULL;
	}
	poster->seal = seal_new(setup->data);
	copy_server(&poster->server, &setup->server);
	poster->desk = setup->desk;
	poster->clerk = setup->clerk;
	poster->thread_no = setup->thread_no;
	poster->loop = loop_new("poster", handle, poster);
	base = loop_base(poster->loop);
	poster->look_timer = event_new(base, -1, EV_PERSIST, on_look, poster);
	poster->step = event_new(base, -1, 0, on_step, poster);
	poster->grace = event_new(base, -1, 0, on_grace, poster);
	CHECK(poster->look_timer != NULL && poster->step != NULL &&
	    poster->grace != NULL);
	return poster;
}

bool
poster_start(struct poster *poster)
{
	const struct timeval often = { .tv_sec = LOOK_SECS };

	event_active(poster->look_timer, 0, 0);
	return event_add(poster->look_timer, &often) == 0 &&
	    loop_start(poster->loop);
}

struct loop *
poster_loop(struct poster *poster)
{
	return poster->loop;
}

void
poster_free(struct poster *poster)
{
	if (poster == NULL)
		return;
	loop_join(poster->loop);
	if (poster->look_timer != NULL) {
		event_free(poster->look_timer);
		event_free(poster->step);
		event_free(poster->grace);
	}
	loop_free(poster->loop);
	smtp_end(poster->smtp);
	letter_clear(&poster->letter);
	free_server(&poster->server);
	seal_free(poster->seal);
	store_close(poster->store);
	free(poster);
}
