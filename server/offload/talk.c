/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/talk.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "offload/bucket.h"
#include "offload/inventory.h"
#include "offload/line.h"
#include "offload/serve.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FORGET_MS      120000 /* at most, before it is said that it goes on */
#define FORGET_STEP_MS 50

/* A conversation, and what it has opened. */
struct session {
	struct talk *talk;
	struct inventory *inventory;
	struct bucket *bucket; /* once something is read from the store */
	uint64_t answering;    /* bytes that were asked for and not begun */
	char ahead[LINE_BYTES];
	size_t ahead_len;
};

static bool
goes_on(void *arg)
{
	struct session *session = arg;

	return !atomic_load(session->talk->is_stopping);
}

static int64_t
until(const struct session *session)
{
	return clock_mono_ms() + session->talk->idle_ms;
}

static bool
wait_for(const struct session *session, short what, int64_t until_ms)
{
	struct pollfd poll_fd = { .fd = session->talk->fd, .events = what };
	int64_t left_ms;
	int ready;

	do {
		left_ms = until_ms - clock_mono_ms();
		ready = left_ms > 0 ? poll(&poll_fd, 1, (int)left_ms) : 0;
	} while (ready == -1 && errno == EINTR);
	return ready > 0;
}

static bool
send_all(const struct session *session, const void *bytes, size_t len)
{
	int64_t until_ms = until(session);
	const char *at = bytes;
	ssize_t n;

	while (len > 0) {
		n = send(session->talk->fd, at, len, MSG_NOSIGNAL);
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return false;
		if (n == -1 && !wait_for(session, POLLOUT, until_ms))
			return false;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return true;
}

static bool say(const struct session *session, const char *format, ...)
    PRINTF_LIKE(2, 3);

static bool
say(const struct session *session, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (len > (int)sizeof(line) - 2)
		len = (int)sizeof(line) - 2;
	for (int i = 0; i < len; i++) {
		if (line[i] == '\n')
			line[i] = ' ';
	}
	line[len] = '\n';
	return send_all(session, line, (size_t)len + 1);
}

/* "Not known" is what a disk that fails must not be taken for. */
static bool
say_none(const struct session *session)
{
	return inventory_failed(session->inventory)
	    ? say(session, "ERROR %s", inventory_why(session->inventory))
	    : say(session, "NONE");
}

static bool
say_state(struct session *session, const struct line *line)
{
	struct bytes text = { 0 };
	struct item item;
	bool is_said;

	if (!inventory_find(session->inventory, line->id, &item))
		return say_none(session);
	line_write_state(&text, &item.facts);
	bytes_text(&text, "\n");
	is_said = send_all(session, text.data, text.len);
	bytes_free(&text);
	return is_said;
}

struct listing {
	struct bytes text;
	unsigned count;
};

static bool
add_item(void *arg, const struct item *item)
{
	struct listing *listing = arg;

	line_write_item(&listing->text, &item->facts);
	bytes_text(&listing->text, "\n");
	listing->count++;
	return true;
}

/* Gathered first: a slow peer must not hold the inventory. */
static bool
say_list(struct session *session)
{
	struct listing listing = { 0 };
	bool is_said;

	if (!inventory_each(session->inventory, add_item, &listing)) {
		bytes_free(&listing.text);
		return say(
		    session, "ERROR %s", inventory_why(session->inventory));
	}
	bytes_format(&listing.text, "OK %u\n", listing.count);
	is_said = send_all(session, listing.text.data, listing.text.len);
	bytes_free(&listing.text);
	return is_said;
}

/* It is not among the items. */
static bool
say_forgotten(const struct session *session, const char *id)
{
	return !inventory_failed(session->inventory) &&
		inventory_is_forgotten(session->inventory, id)
	    ? say(session, "OK")
	    : say_none(session);
}

static bool
forget(struct session *session, const struct line *line)
{
	int64_t until_ms = clock_mono_ms() + FORGET_MS;
	struct item item, now;

	if (!inventory_find(session->inventory, line->id, &item))
		return say_forgotten(session, line->id);
	if (!inventory_forget(session->inventory, line->id))
		return say(
		    session, "ERROR %s", inventory_why(session->inventory));
	mover_wake(session->talk->mover, false);
	while (inventory_find(session->inventory, line->id, &now)) {
		if (now.failures > item.failures)
			return say(session, "ERROR %s (it is tried again)",
			    now.facts.words);
		if (!goes_on(session) || clock_mono_ms() > until_ms)
			return say(session,
			    "ERROR it is not deleted yet (it is tried again)");
		poll(NULL, 0, FORGET_STEP_MS);
	}
	return say_forgotten(session, line->id);
}

/* The store has it, so the answer begins. */
static bool
pass_on(void *arg, const void *bytes, size_t len)
{
	struct session *session = arg;
	uint64_t length = session->answering;

	session->answering = 0;
	if (length > 0 && !say(session, "OK %llu", (unsigned long long)length))
		return false;
	return send_all(session, bytes, len);
}

static bool
get(struct session *session, const struct line *line)
{
	struct item item;
	enum bucket_end end;

	if (!inventory_find(session->inventory, line->id, &item))
		return say_none(session);
	if (item.facts.state != ASK_VERIFIED && item.facts.state != ASK_DROPPED)
		return say(session, "ERROR it is not in the store (yet): %s",
		    ask_state_name(item.facts.state));
	if (line->length == 0 || line->length > ASK_MOST_BYTES ||
	    line->offset > item.facts.bytes ||
	    line->length > item.facts.bytes - line->offset)
		return say(session, "ERROR it has no such bytes");
	if (session->bucket == NULL)
		session->bucket = bucket_new(
		    session->talk->settings, goes_on, session);
	session->answering = line->length;
	end = bucket_read(session->bucket, item.facts.key, item.facts.bytes,
	    line->offset, line->length, pass_on, session);
	if (end == BUCKET_FINE)
		return true;
	log_warn(
	    "offload: reading %s: %s", line->id, bucket_why(session->bucket));
	/* After the first bytes only the end can say that it failed. */
	return session->answering > 0 && end != BUCKET_CUT &&
	    say(session, "ERROR %s", bucket_why(session->bucket));
}

static bool
answer(struct session *session, const char *text)
{
	struct line line;

	if (!line_parse(&line, text))
		return say(session, "ERROR this is no question");
	switch (line.word) {
	case LINE_STATE:
		return say_state(session, &line);
	case LINE_GET:
		return get(session, &line);
	case LINE_SCAN:
		mover_wake(session->talk->mover, true);
		return say(session, "OK");
	case LINE_FORGET:
		return forget(session, &line);
	default:
		return say_list(session);
	}
}

/* Answers each whole line that is there, and waits for the next one from then
 * on; false ends the conversation. */
static bool
take_lines(struct session *session, int64_t *until_ms)
{
	char *end;
	size_t len;

	while (
	    (end = memchr(session->ahead, '\n', session->ahead_len)) != NULL) {
		len = (size_t)(end - session->ahead) + 1;
		*end = '\0';
		if (!goes_on(session) || !answer(session, session->ahead))
			return false;
		memmove(session->ahead, end + 1, session->ahead_len - len);
		session->ahead_len -= len;
		*until_ms = until(session);
	}
	return session->ahead_len < sizeof(session->ahead);
}

static void
listen_and_answer(struct session *session)
{
	int64_t until_ms = until(session);
	ssize_t n;

	while (wait_for(session, POLLIN, until_ms)) {
		n = recv(session->talk->fd, session->ahead + session->ahead_len,
		    sizeof(session->ahead) - session->ahead_len, 0);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return;
		session->ahead_len += (size_t)n;
		if (!take_lines(session, &until_ms))
			return;
	}
}

void
talk_run(struct talk *talk)
{
	struct session session = { .talk = talk };
	char *error = NULL;

	session.inventory = inventory_open(talk->settings->data, &error);
	if (session.inventory == NULL)
		say(&session, "ERROR %s", error);
	else
		listen_and_answer(&session);
	free(error);
	inventory_close(session.inventory);
	bucket_free(session.bucket);
	shutdown(talk->fd, SHUT_RDWR);
}
