/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/engine.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "load/listener.h"
#include "load/source.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define EVENTS       512 /* taken at once */
#define SPARE_FILES  16  /* beside the clients' sockets */
#define SOURCE_EVENT 0   /* listeners are numbered from 1 on */
#define SCAN_US      250000

struct engine {
	const struct options *options;
	struct totals *totals;
	int epoll;
	struct wire_target targets[OPTIONS_URLS];
	struct listener_world worlds[OPTIONS_URLS];
	struct listener *listeners;
	unsigned started; /* of the listeners */
	unsigned alive;   /* of these, not gone */
	struct wire_target source_target;
	struct weburl source_url;
	struct source source;
	bool has_source;
	bool is_ending;
	int64_t ramp_us;  /* when the first listener may dial */
	int64_t scan_us;  /* when to look for late ones again */
	int64_t until_us; /* of this part of the run */
};

static volatile sig_atomic_t is_stopped;

static void
stop(int number)
{
	(void)number;
	is_stopped = 1;
}

void
engine_make_room(const struct options *options)
{
	rlim_t wanted = (rlim_t)options->clients + SPARE_FILES;
	struct rlimit limit;

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= wanted)
		return;
	fprintf(stderr,
	    "all2all-load: %u clients need %llu open files and this process "
	    "may have %llu; raise the hard limit (ulimit -Hn) or ask for "
	    "fewer\n",
	    options->clients, (unsigned long long)wanted,
	    (unsigned long long)limit.rlim_cur);
	exit(2);
}

static void
watch(struct engine *engine, int fd, int how, uint32_t events, uint64_t number)
{
	struct epoll_event event = { .events = events, .data.u64 = number };

	CHECK(epoll_ctl(engine->epoll, how, fd, &event) == 0);
}

static void
write_request(struct listener_world *world)
{
	const struct weburl *url = world->target->url;

	/* HTTP/1.0, so that the answer is never chunked. */
	bytes_text(&world->request, "GET ");
	bytes_text(&world->request, url->path);
	bytes_format(&world->request,
	    " HTTP/1.0\r\nHost: %s:%u\r\nUser-Agent: all2all-load\r\n%s\r\n",
	    url->host, url->port,
	    world->options->is_icy ? "Icy-MetaData: 1\r\n" : "");
}

static void
open_worlds(struct engine *engine, uint8_t *scratch)
{
	for (unsigned i = 0; i < engine->options->url_count; i++) {
		struct listener_world *world = &engine->worlds[i];

		wire_find(&engine->targets[i], &engine->options->urls[i],
		    engine->options);
		world->options = engine->options;
		world->target = &engine->targets[i];
		world->totals = engine->totals;
		world->scratch = scratch;
		write_request(world);
	}
}

/* Which ones are slow, and which check: spread evenly over all. */
static bool
is_chosen(unsigned index, unsigned some, unsigned all)
{
	return (uint64_t)(index + 1) * some / all >
	    (uint64_t)index * some / all;
}

static void
set_up_listeners(struct engine *engine)
{
	const struct options *options = engine->options;
	unsigned quick = options->clients - options->slow, index = 0;
	struct listener *listener;

	engine->listeners = mem_new(
	    (options->clients + 1) * sizeof(*engine->listeners));
	for (unsigned i = 0; i < options->clients; i++) {
		listener = &engine->listeners[i];
		listener->wire.fd = -1;
		listener->world = &engine->worlds[i % options->url_count];
		listener->is_slow = is_chosen(
		    i, options->slow, options->clients);
		if (!listener->is_slow)
			listener->is_checked = is_chosen(
			    index++, options->sample, quick);
	}
}

static void
handle_source(struct engine *engine, int64_t now_us)
{
	uint32_t before = source_wants(&engine->source);

	source_event(&engine->source, now_us);
	if (engine->source.wire.fd != -1 &&
	    source_wants(&engine->source) != before)
		watch(engine, engine->source.wire.fd, EPOLL_CTL_MOD,
		    source_wants(&engine->source), SOURCE_EVENT);
}

static void
handle_listener(struct engine *engine, unsigned index)
{
	struct listener *listener = &engine->listeners[index];
	uint32_t before = listener_wants(listener);

	if (listener->state == LISTENER_GONE)
		return;
	listener_event(listener, clock_mono_us());
	if (listener->state == LISTENER_GONE)
		engine->alive--;
	else if (listener_wants(listener) != before)
		watch(engine, listener->wire.fd, EPOLL_CTL_MOD,
		    listener_wants(listener), index + 1);
}

static void
tick_source(struct engine *engine)
{
	bool wanted_write;

	if (!engine->has_source || engine->source.state != SOURCE_LIVE)
		return;
	wanted_write = engine->source.wire.wants_write;
	source_tick(&engine->source, clock_mono_us());
	if (engine->source.wire.fd != -1 &&
	    engine->source.wire.wants_write != wanted_write)
		watch(engine, engine->source.wire.fd, EPOLL_CTL_MOD,
		    source_wants(&engine->source), SOURCE_EVENT);
}

static void
start_one(struct engine *engine, int64_t now_us)
{
	const struct options *options = engine->options;
	unsigned index = engine->started++;
	struct listener *listener = &engine->listeners[index];
	struct in_addr from;

	if (options->from_count > 0)
		from.s_addr = htonl(
		    ntohl(options->from.s_addr) + index % options->from_count);
	if (!listener_dial(
		listener, options->from_count > 0 ? &from : NULL, now_us))
		return;
	engine->alive++;
	watch(engine, listener->wire.fd, EPOLL_CTL_ADD,
	    listener_wants(listener), index + 1);
}

static void
start_due(struct engine *engine)
{
	int64_t now_us = clock_mono_us();
	uint64_t due = (uint64_t)(now_us - engine->ramp_us) *
		engine->options->ramp / 1000000 +
	    1;

	/* A few at a time, so that the others are not left waiting. */
	for (unsigned i = 0; i < 64; i++) {
		if (engine->started >= due ||
		    engine->started == engine->options->clients)
			return;
		start_one(engine, now_us);
	}
}

static void
drop_late(struct engine *engine, int64_t now_us)
{
	struct listener *listener;

	if (now_us < engine->scan_us)
		return;
	engine->scan_us = now_us + SCAN_US;
	for (unsigned i = 0; i < engine->started; i++) {
		listener = &engine->listeners[i];
		if (listener->state >= LISTENER_BODY)
			continue;
		listener_give_up(listener, now_us);
		engine->alive -= listener->state == LISTENER_GONE;
	}
}

/* How long epoll may wait, at most until the next thing is due. */
static int
wait_ms(const struct engine *engine, int64_t now_us)
{
	int64_t wait_us = SCAN_US, due_us;

	if (engine->until_us - now_us < wait_us)
		wait_us = engine->until_us - now_us;
	if (engine->has_source && engine->source.state == SOURCE_LIVE &&
	    !engine->source.wire.wants_write) {
		due_us = source_due_us(&engine->source) - now_us;
		wait_us = due_us < wait_us ? due_us : wait_us;
	}
	if (engine->ramp_us != 0 && !engine->is_ending &&
	    engine->started < engine->options->clients && wait_us > 5000)
		wait_us = 5000;
	return wait_us <= 0 ? 0 : (int)((wait_us + 999) / 1000);
}

static void
turn(struct engine *engine)
{
	struct epoll_event events[EVENTS];
	int64_t now_us = clock_mono_us();
	int n = epoll_wait(
	    engine->epoll, events, EVENTS, wait_ms(engine, now_us));

	CHECK(n >= 0 || errno == EINTR);
	for (int i = 0; i < n; i++) {
		if (events[i].data.u64 == SOURCE_EVENT)
			handle_source(engine, clock_mono_us());
		else
			handle_listener(
			    engine, (unsigned)events[i].data.u64 - 1);
		/* A frame must not wait for hundreds of reads. */
		if (i % 64 == 63)
			tick_source(engine);
	}
	tick_source(engine);
}

static void
bring_up_source(struct engine *engine)
{
	struct source *source = &engine->source;

	engine->source_url = engine->options->urls[0];
	text_copy(engine->source_url.path, sizeof(engine->source_url.path),
	    engine->options->source);
	wire_find(&engine->source_target, &engine->source_url, engine->options);
	source->target = &engine->source_target;
	source->options = engine->options;
	source->totals = engine->totals;
	engine->has_source = true;
	engine->until_us = clock_mono_us() + LISTENER_WAIT_US;
	source_dial(source);
	if (source->state == SOURCE_GONE)
		return;
	watch(engine, source->wire.fd, EPOLL_CTL_ADD, source_wants(source),
	    SOURCE_EVENT);
	while (source->state < SOURCE_LIVE && !is_stopped) {
		if (clock_mono_us() >= engine->until_us) {
			engine->totals->source_lost = "no answer in 10 s";
			source_close(source);
		}
		turn(engine);
	}
}

static void
feed(struct engine *engine)
{
	int64_t start_us = clock_mono_us();

	engine->ramp_us = start_us;
	engine->until_us = start_us +
	    (int64_t)engine->options->duration_secs * 1000000;
	while (clock_mono_us() < engine->until_us && !is_stopped) {
		start_due(engine);
		turn(engine);
		drop_late(engine, clock_mono_us());
		/* Nobody left, and nobody to come. */
		if (engine->started == engine->options->clients &&
		    engine->alive == 0 && engine->options->clients > 0)
			break;
	}
	engine->totals->run_us = clock_mono_us() - start_us;
}

static void
end_listeners(struct engine *engine)
{
	int64_t start_us = clock_mono_us();
	struct listener *listener;
	uint32_t before;

	engine->is_ending = true;
	for (unsigned i = 0; i < engine->started; i++) {
		listener = &engine->listeners[i];
		if (listener->state == LISTENER_GONE)
			continue;
		before = listener_wants(listener);
		listener_end(listener, clock_mono_us());
		if (listener->state == LISTENER_GONE)
			engine->alive--;
		else if (listener_wants(listener) != before)
			watch(engine, listener->wire.fd, EPOLL_CTL_MOD,
			    listener_wants(listener), i + 1);
		if (i % 64 == 63)
			tick_source(engine);
	}
	engine->until_us = start_us + ENGINE_END_US;
	while (engine->alive > 0 && clock_mono_us() < engine->until_us)
		turn(engine);
	for (unsigned i = 0; i < engine->started; i++)
		listener_give_up(&engine->listeners[i], clock_mono_us());
	engine->totals->end_us = clock_mono_us() - start_us;
}

/* Waits a little for the server's end, so that it has read every frame. */
static void
end_source(struct engine *engine)
{
	if (!engine->has_source)
		return;
	source_end(&engine->source);
	engine->until_us = clock_mono_us() + 1000000;
	while (engine->source.state == SOURCE_ENDING &&
	    clock_mono_us() < engine->until_us)
		turn(engine);
	source_close(&engine->source);
	wire_forget(&engine->source_target);
}

static void
close_all(struct engine *engine)
{
	struct rusage usage;

	for (unsigned i = 0; i < engine->options->url_count; i++) {
		bytes_free(&engine->worlds[i].request);
		wire_forget(&engine->targets[i]);
	}
	free(engine->listeners);
	close(engine->epoll);
	getrusage(RUSAGE_SELF, &usage);
	engine->totals->cpu_secs = (double)(usage.ru_utime.tv_sec +
				       usage.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void
engine_run(const struct options *options, struct totals *totals)
{
	static uint8_t scratch[WIRE_READ_BYTES];
	static struct engine engine;

	/* A second signal ends at once. */
	struct sigaction action = { .sa_handler = stop,
		.sa_flags = (int)SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	engine.options = options;
	engine.totals = totals;
	engine.epoll = epoll_create1(EPOLL_CLOEXEC);
	CHECK(engine.epoll != -1);
	open_worlds(&engine, scratch);
	set_up_listeners(&engine);
	if (options->source != NULL)
		bring_up_source(&engine);
	if (totals->source_lost == NULL)
		feed(&engine);
	end_listeners(&engine);
	end_source(&engine);
	close_all(&engine);
}
