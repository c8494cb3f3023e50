/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * all2all-cast - sends files or standard input to a server as a live stream.
 *
 * One thread, one connection. Answers 0: all sent; 1: refused or lost; 2: wrong
 * use. A signal ends it properly, a second one at once.
 */
#include "base/clock.h"
#include "base/text.h"
#include "cast_input.h"
#include "cast_options.h"
#include "cast_pace.h"
#include "cast_server.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_BYTES   2048
#define LATE_US       INT64_C(10000000) /* what is lost is not caught up */
#define PROGRESS_US   INT64_C(1000000)
#define SEND_SLICE_US INT64_C(250000) /* of one sleep */

enum sent {
	SENT_ALL,
	SENT_LOST,
	SENT_STOPPED
};

struct cast {
	struct cast_options options;
	struct cast_server server;
	struct cast_input input;
	struct pace pace;
	const char *type; /* announced */
	int64_t begin_us; /* of the run; 0: not yet */
	int64_t zero_us;  /* when pace.us was 0 */
	int64_t shown_us;
	uint64_t bytes;
};

static volatile sig_atomic_t is_stopped;

static void
stop(int number)
{
	(void)number;
	is_stopped = 1;
}

static void say(const char *format, ...) PRINTF_LIKE(1, 2);

static void
say(const char *format, ...)
{
	va_list args;

	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	fputs("all2all-cast: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void
show_progress(struct cast *cast, int64_t now_us)
{
	int64_t secs = (now_us - cast->begin_us) / 1000000;
	bool is_tty = isatty(STDERR_FILENO) != 0;

	if (!cast->options.has_progress ||
	    now_us - cast->shown_us < PROGRESS_US)
		return;
	cast->shown_us = now_us;
	fprintf(stderr,
	    "%s%" PRId64 ":%02" PRId64 ":%02" PRId64 "  %.0f kbit/s  %s%s",
	    is_tty ? "\r\033[K" : "", secs / 3600, secs / 60 % 60, secs % 60,
	    (double)cast->bytes * 8e3 / (double)(now_us - cast->begin_us),
	    cast->options.title != NULL ? cast->options.title
					: cast->input.name,
	    is_tty ? "" : "\n");
	fflush(stderr);
}

static bool
is_over(const struct cast *cast, int64_t now_us)
{
	return is_stopped ||
	    (cast->options.duration_secs > 0 && cast->begin_us != 0 &&
		now_us - cast->begin_us >=
		    (int64_t)cast->options.duration_secs * 1000000);
}

static void
sleep_us(int64_t us)
{
	struct timespec time = { .tv_sec = us / 1000000,
		.tv_nsec = us % 1000000 * 1000 };

	nanosleep(&time, NULL);
}

/* Until what was sent has been played. */
static void
keep_pace(struct cast *cast)
{
	int64_t now_us = clock_mono_us(), wait_us;

	if (now_us - (cast->zero_us + cast->pace.us) > LATE_US)
		cast->zero_us = now_us - cast->pace.us;
	while (!is_over(cast, now_us)) {
		show_progress(cast, now_us);
		wait_us = cast->zero_us + cast->pace.us - now_us;
		if (cast->options.is_fast || wait_us <= 0)
			return;
		sleep_us(wait_us < SEND_SLICE_US ? wait_us : SEND_SLICE_US);
		now_us = clock_mono_us();
	}
}

static enum sent
send_input(struct cast *cast)
{
	uint8_t bytes[CHUNK_BYTES];
	ssize_t n;

	while (!is_over(cast, clock_mono_us())) {
		n = cast_input_read(&cast->input, bytes, sizeof(bytes));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			say("cannot read %s: %s", cast->input.name,
			    strerror(errno));
		if (n <= 0)
			return SENT_ALL;
		if (!cast_server_send(&cast->server, bytes, (size_t)n))
			return SENT_LOST;
		cast->bytes += (uint64_t)n;
		pace_read(&cast->pace, bytes, (size_t)n);
		keep_pace(cast);
	}
	return SENT_STOPPED;
}

static bool
go_live(struct cast *cast)
{
	if (!cast_server_open(&cast->server, &cast->options, cast->type))
		return false;
	cast->zero_us = clock_mono_us() - cast->pace.us;
	if (cast->begin_us == 0)
		cast->begin_us = cast->shown_us = clock_mono_us();
	if (cast->options.title != NULL &&
	    !cast_server_title(&cast->server, cast->options.title))
		say("the server did not take the title");
	return true;
}

/* True: live again. What cannot be sent from its middle is sent again. */
static bool
come_back(struct cast *cast)
{
	bool is_stdin = strcmp(cast->options.files[0], "-") == 0;
	bool needs_head = cast->input.kind == PACE_OGG ||
	    cast->input.kind == PACE_MATROSKA || cast->input.kind == PACE_FLAC;

	cast_server_close(&cast->server);
	if (is_stdin && needs_head)
		return false;
	while (!is_over(cast, clock_mono_us())) {
		say("%s; trying again in %u s", cast->server.why,
		    cast->options.reconnect_secs);
		for (unsigned i = 0; i < cast->options.reconnect_secs * 4 &&
		     !is_over(cast, clock_mono_us());
		     i++)
			sleep_us(SEND_SLICE_US);
		if (is_over(cast, clock_mono_us()))
			return false;
		if (go_live(cast))
			return true;
		if (cast->server.is_final)
			return false;
	}
	return false;
}

/* False, and why, when the file is none to send in this run. */
static bool
open_file(struct cast *cast, const char *name)
{
	char *why = cast->server.why;
	size_t size = sizeof(cast->server.why);

	if (!cast_input_open(&cast->input, name)) {
		snprintf(
		    why, size, "cannot read %s: %s", name, strerror(errno));
		return false;
	}
	if (cast->input.first.len == 0) {
		snprintf(why, size, "%s is empty", cast->input.name);
	} else if (cast->pace.kind != PACE_RATE &&
	    cast->input.kind != cast->pace.kind) {
		snprintf(why, size,
		    "%s is %s, which does not go on where the file before it "
		    "ended",
		    cast->input.name, cast->input.type);
	} else {
		pace_restart(&cast->pace);
		return true;
	}
	cast_input_close(&cast->input);
	return false;
}

static bool
send_file(struct cast *cast, const char *name)
{
	bool is_stdin = strcmp(name, "-") == 0;
	enum sent sent;

	for (;;) {
		sent = send_input(cast);
		if (sent != SENT_LOST)
			return true;
		if (cast->options.reconnect_secs == 0 || !come_back(cast))
			return is_over(cast, clock_mono_us());
		if (is_stdin)
			continue;
		cast_input_close(&cast->input);
		if (!open_file(cast, name))
			return false;
	}
}

/* The first file is open already: its kind had to be known. */
static bool
send_all(struct cast *cast)
{
	char **files = cast->options.files;
	unsigned i = 0;

	while (send_file(cast, files[i])) {
		cast_input_close(&cast->input);
		i++;
		if (files[i] == NULL && !cast->options.is_loop)
			return true;
		if (files[i] == NULL)
			i = 0;
		if (is_over(cast, clock_mono_us()))
			return true;
		if (!open_file(cast, files[i]))
			break;
	}
	if (is_stopped)
		return true;
	say("%s", cast->server.why);
	return false;
}

/* The kind of the first file decides what is announced and how it is paced. */
static int
choose_kind(struct cast *cast)
{
	const struct cast_options *options = &cast->options;
	enum pace_kind kind = cast->input.kind;

	if (options->bitrate_kbps > 0 ||
	    (options->is_fast && kind == PACE_UNKNOWN)) {
		kind = PACE_RATE;
	} else if (kind == PACE_UNKNOWN) {
		say("%s is of no kind whose pace is known: give --bitrate or "
		    "--fast",
		    cast->input.name);
		return 2;
	}
	pace_open(&cast->pace, kind,
	    options->bitrate_kbps > 0 ? options->bitrate_kbps * 1000 : 1000);
	cast->type = options->type != NULL ? options->type : cast->input.type;
	if (cast_server_knows(cast->type))
		return 0;
	if (options->type != NULL) {
		say("libshout cannot announce %s", options->type);
		return 2;
	}
	say("announced as audio/mpeg, for libshout has no name for %s",
	    cast->input.type);
	cast->type = "audio/mpeg";
	return 0;
}

static int
run(struct cast *cast)
{
	int status;

	cast->pace.kind = PACE_RATE;
	if (!open_file(cast, cast->options.files[0])) {
		say("%s", cast->server.why);
		return 1;
	}
	status = choose_kind(cast);
	if (status != 0)
		return status;
	if (!go_live(cast) &&
	    (cast->options.reconnect_secs == 0 || cast->server.is_final ||
		!come_back(cast))) {
		say("%s", cast->server.why);
		return 1;
	}
	return send_all(cast) ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static struct cast cast = { .input.fd = -1 };
	/* No SA_RESTART: reading must end too. A second signal ends at once. */
	struct sigaction action = { .sa_handler = stop,
		.sa_flags = (int)SA_RESETHAND };
	int status;

	cast_options_read(&cast.options, argc, argv);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	shout_init();
	status = run(&cast);
	cast_server_close(&cast.server);
	cast_input_close(&cast.input);
	pace_close(&cast.pace);
	if (cast.options.has_progress && isatty(STDERR_FILENO))
		fputc('\n', stderr);
	shout_shutdown();
	explicit_bzero(cast.options.key, sizeof(cast.options.key));
	return status;
}
