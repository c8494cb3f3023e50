/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/ask.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/sentence.h"
#include "base/text.h"
#include "offload/line.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define AHEAD_BYTES 4096

/* What came and was not taken yet is from at to end. */
struct ask_stream {
	int fd;
	int64_t until_ms; /* mono */
	size_t at, end;
	uint64_t left; /* of the bytes of a GET */
	char ahead[AHEAD_BYTES];
};

static bool
wait_for(struct ask_stream *talk, short what)
{
	struct pollfd poll_fd = { .fd = talk->fd, .events = what };
	int64_t left_ms = talk->until_ms - clock_mono_ms();
	int ready;

	do {
		ready = left_ms > 0 ? poll(&poll_fd, 1, (int)left_ms) : 0;
		left_ms = talk->until_ms - clock_mono_ms();
	} while (ready == -1 && errno == EINTR);
	if (ready == 0)
		errno = ETIMEDOUT;
	return ready > 0;
}

static void
set_deadline(struct ask_stream *talk, int64_t most_ms)
{
	if (most_ms > INT32_MAX)
		most_ms = INT32_MAX;
	talk->until_ms = clock_mono_ms() + most_ms;
}

static bool
connect_to(struct ask_stream *talk, const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int done;

	talk->fd = socket(
	    AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (talk->fd == -1)
		return false;
	if (strlen(path) >= sizeof(name.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	text_copy(name.sun_path, sizeof(name.sun_path), path);
	/* EAGAIN: others wait to be heard already. */
	while ((done = connect(
		    talk->fd, (struct sockaddr *)&name, sizeof(name))) == -1 &&
	    (errno == EAGAIN || errno == EINTR)) {
		if (clock_mono_ms() >= talk->until_ms) {
			errno = ETIMEDOUT;
			return false;
		}
		poll(NULL, 0, 20);
	}
	return done == 0;
}

static bool
say(struct ask_stream *talk, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	while (len > 0) {
		if (!wait_for(talk, POLLOUT))
			return false;
		n = send(talk->fd, text, len, MSG_NOSIGNAL);
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return false;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return true;
}

/* 0 is never: an end is an error here. */
static ssize_t
receive(struct ask_stream *talk, void *to, size_t size)
{
	ssize_t n;

	do {
		if (!wait_for(talk, POLLIN))
			return -1;
		n = recv(talk->fd, to, size, 0);
	} while (n == -1 && (errno == EAGAIN || errno == EINTR));
	if (n == 0) {
		errno = ECONNRESET;
		return -1;
	}
	return n;
}

/* Without its end, with a NUL. */
static bool
hear_line(struct ask_stream *talk, char line[LINE_BYTES])
{
	size_t len = 0;
	ssize_t n;

	for (;;) {
		if (talk->at == talk->end) {
			n = receive(talk, talk->ahead, sizeof(talk->ahead));
			if (n == -1)
				return false;
			talk->at = 0;
			talk->end = (size_t)n;
		}
		if (talk->ahead[talk->at] == '\n')
			break;
		if (len == LINE_BYTES - 1) {
			errno = EMSGSIZE;
			return false;
		}
		line[len++] = talk->ahead[talk->at++];
	}
	talk->at++;
	line[len] = '\0';
	return true;
}

static void
say_why(char **error)
{
	if (errno == ENOENT || errno == ECONNREFUSED)
		sentence(error, "all2all-archived is not running here");
	else if (errno == ETIMEDOUT)
		sentence(error, "all2all-archived does not answer in time");
	else
		sentence(error, "all2all-archived: %s", strerror(errno));
}

/* Begins a conversation and hears the first line; NULL, and *error, when there
 * is none. */
static struct ask_stream *
begin(const char *socket, int64_t most_ms, const char *question,
    char line[LINE_BYTES], char **error)
{
	struct ask_stream *talk = mem_new(sizeof(*talk));

	set_deadline(talk, most_ms);
	if (connect_to(talk, socket) && say(talk, question) &&
	    hear_line(talk, line))
		return talk;
	say_why(error);
	ask_close(talk);
	return NULL;
}

/* What a line means that is no item. */
static enum ask_end
judge(const char *line, char **error)
{
	if (strcmp(line, "OK") == 0 || strncmp(line, "OK ", 3) == 0)
		return ASK_OK;
	if (strcmp(line, "NONE") == 0)
		return ASK_NONE;
	if (strncmp(line, "ERROR ", 6) == 0)
		sentence(error, "%s", line + 6);
	else
		sentence(error, "all2all-archived says \"%.80s\"", line);
	return ASK_FAILED;
}

static enum ask_end
ask_once(const char *socket, int64_t most_ms, const char *question,
    char line[LINE_BYTES], char **error)
{
	struct ask_stream *talk;

	talk = begin(socket, most_ms, question, line, error);
	if (talk == NULL)
		return ASK_FAILED;
	ask_close(talk);
	return judge(line, error);
}

enum ask_end
ask_state(const char *socket, const char *id, int64_t most_ms,
    struct ask_item *item, char **error)
{
	char question[ASK_ID_BYTES + 16], line[LINE_BYTES];
	enum ask_end end;

	snprintf(question, sizeof(question), "STATE %.39s\n", id);
	end = ask_once(socket, most_ms, question, line, error);
	if (end != ASK_OK)
		return end;
	if (line_read_state(line, item)) {
		text_copy(item->id, sizeof(item->id), id);
		return ASK_OK;
	}
	sentence(error, "all2all-archived says \"%.80s\"", line);
	return ASK_FAILED;
}

enum ask_end
ask_scan(const char *socket, int64_t most_ms, char **error)
{
	char line[LINE_BYTES];

	return ask_once(socket, most_ms, "SCAN\n", line, error);
}

enum ask_end
ask_forget(const char *socket, const char *id, int64_t most_ms, char **error)
{
	char question[ASK_ID_BYTES + 16], line[LINE_BYTES];

	snprintf(question, sizeof(question), "FORGET %.39s\n", id);
	return ask_once(socket, most_ms, question, line, error);
}

enum ask_end
ask_list(const char *socket, int64_t most_ms,
    bool (*tell)(void *arg, const struct ask_item *), void *arg, char **error)
{
	char line[LINE_BYTES];
	struct ask_item item;
	struct ask_stream *talk;
	bool goes_on = true;

	talk = begin(socket, most_ms, "LIST\n", line, error);
	if (talk == NULL)
		return ASK_FAILED;
	while (goes_on && line_read_item(line, &item)) {
		goes_on = tell(arg, &item);
		if (goes_on && !hear_line(talk, line)) {
			say_why(error);
			ask_close(talk);
			return ASK_FAILED;
		}
	}
	ask_close(talk);
	return goes_on ? judge(line, error) : ASK_OK;
}

enum ask_end
ask_open(const char *socket, const char *id, uint64_t offset, uint64_t length,
    int64_t most_ms, struct ask_stream **stream, char **error)
{
	char question[128], line[LINE_BYTES], expected[32];
	struct ask_stream *talk;
	enum ask_end end;

	snprintf(question, sizeof(question), "GET %.39s %llu %llu\n", id,
	    (unsigned long long)offset, (unsigned long long)length);
	talk = begin(socket, most_ms, question, line, error);
	if (talk == NULL)
		return ASK_FAILED;
	end = judge(line, error);
	snprintf(
	    expected, sizeof(expected), "OK %llu", (unsigned long long)length);
	if (end == ASK_OK && strcmp(line, expected) != 0) {
		sentence(error, "all2all-archived says \"%.80s\"", line);
		end = ASK_FAILED;
	}
	if (end != ASK_OK) {
		ask_close(talk);
		return end;
	}
	talk->left = length;
	*stream = talk;
	return ASK_OK;
}

int64_t
ask_take(struct ask_stream *talk, void *to, size_t size, int64_t most_ms,
    char **error)
{
	size_t here = talk->end - talk->at;
	ssize_t n;

	if (size > talk->left)
		size = (size_t)talk->left;
	if (size == 0)
		return 0;
	set_deadline(talk, most_ms);
	if (here > 0) {
		n = (ssize_t)(here < size ? here : size);
		memcpy(to, talk->ahead + talk->at, (size_t)n);
		talk->at += (size_t)n;
	} else {
		n = receive(talk, to, size);
	}
	if (n == -1) {
		say_why(error);
		talk->left = 0;
		return -1;
	}
	talk->left -= (uint64_t)n;
	return n;
}

enum ask_end
ask_read(const char *socket, const char *id, uint64_t offset, void *to,
    size_t length, int64_t most_ms, char **error)
{
	int64_t until_ms = clock_mono_ms() + most_ms, n;
	struct ask_stream *stream;
	uint8_t *place = to;
	enum ask_end end;

	end = ask_open(socket, id, offset, length, most_ms, &stream, error);
	if (end != ASK_OK)
		return end;
	while (length > 0 &&
	    (n = ask_take(stream, place, length, until_ms - clock_mono_ms(),
		 error)) > 0) {
		place += n;
		length -= (size_t)n;
	}
	ask_close(stream);
	return length == 0 ? ASK_OK : ASK_FAILED;
}

void
ask_close(struct ask_stream *talk)
{
	if (talk == NULL)
		return;
	if (talk->fd != -1)
		close(talk->fd);
	free(talk);
}
