/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/engine.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "load/churn.h"
#include "load/listener.h"
#include "load/sources.h"
#include "load/watched.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define EVENTS      512 /* taken at once */
#define SPARE_FILES 16  /* beside the sockets */
#define SCAN_US     250000
#define GOODBYE_US  1000000 /* for the server to let go of a source or visit */

struct engine {
	const struct options *options;
	struct totals *totals;
	int epoll;
	struct world worlds[OPTIONS_URLS];
	struct listener *listeners;
	unsigned started; /* of the listeners */
	unsigned alive;   /* of these, not gone */
	struct sources sources;
	struct churn churn;
	bool is_feeding;   /* listeners may dial */
	int64_t ramp_us;   /* when the first listener may dial */
	int64_t let_in_us; /* when the last one was, or failed; 0: not yet */
	int64_t steady_us; /* when the steady part began; 0: not yet */
	int64_t scan_us;   /* when to look for late ones again */
	int64_t until_us;  /* of this part of the run */
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
	rlim_t wanted = (rlim_t)options->clients + options->churn +
	    (options->source != NULL ? options->mounts : 0) + SPARE_FILES;
	struct rlimit limit;

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	/* More than wanted: short connections may pile up. */
	if (limit.rlim_cur < limit.rlim_max) {
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
		listener->mount = i % options->mounts + 1;
		listener->is_slow = is_chosen(
		    i, options->slow, options->clients);
		if (!listener->is_slow)
			listener->is_checked = is_chosen(
			    index++, options->sample, quick);
	}
}

static void
settle(struct engine *engine, unsigned index)
{
	struct listener *listener = &engine->listeners[index];

	if (listener->state == LISTENER_GONE)
		engine->alive--;
	else
		wire_watch(&listener->wire, engine->epoll,
		    listener_wants(listener), WIRE_LISTENER, index);
}

static void
handle_listener(struct engine *engine, unsigned index)
{
	if (engine->listeners[index].state == LISTENER_GONE)
		return;
	listener_event(&engine->listeners[index], clock_mono_us());
	settle(engine, index);
}

static void
start_one(struct engine *engine, int64_t now_us)
{
	const struct options *options = engine->options;
	unsigned index = engine->started++;
	struct in_addr from;

	if (options->from_count > 0)
		from.s_addr = htonl(
		    ntohl(options->from.s_addr) + index % options->from_count);
	engine->alive++;
	listener_dial(&engine->listeners[index],
	    options->from_count > 0 ? &from : NULL, now_us);
	settle(engine, index);
}

/* INT64_MAX: no listener will dial. */
static int64_t
ramp_due_us(const struct engine *engine)
{
	if (!engine->is_feeding || engine->started == engine->options->clients)
		return INT64_MAX;
	return engine->ramp_us +
	    (int64_t)((uint64_t)engine->started * 1000000 /
		engine->options->ramp);
}

static void
start_due(struct engine *engine)
{
	int64_t now_us = clock_mono_us();

	/* A few at a time, so that the others are not left waiting. */
	for (unsigned i = 0; i < 64 && ramp_due_us(engine) <= now_us; i++)
		start_one(engine, now_us);
}

/* Every listener has got in, or never will. */
static bool
is_settled(const struct engine *engine)
{
	return engine->started == engine->options->clients &&
	    engine->totals->connected + tally_total(&engine->totals->failed) >=
	    engine->options->clients;
}

static void
drop_late(struct engine *engine, int64_t now_us)
{
	struct listener *listener;

	if (now_us < engine->scan_us)
		return;
	engine->scan_us = now_us + SCAN_US;
	churn_drop_late(&engine->churn, now_us);
	if (engine->let_in_us != 0)
		return;
	for (unsigned i = 0; i < engine->started; i++) {
		listener = &engine->listeners[i];
		if (listener->state >= LISTENER_BODY)
			continue;
		listener_give_up(listener, now_us);
		engine->alive -= listener->state == LISTENER_GONE;
	}
}

static int64_t
settle_due_us(const struct engine *engine)
{
	if (!engine->is_feeding || engine->let_in_us == 0 ||
	    engine->steady_us != 0)
		return INT64_MAX;
	return engine->let_in_us +
	    (int64_t)engine->options->settle_secs * 1000000;
}

/* How long epoll may wait, at most until the next thing is due. */
static int
wait_ms(const struct engine *engine, int64_t now_us)
{
	const int64_t dues_us[] = { now_us + SCAN_US, engine->until_us,
		sources_due_us(&engine->sources), churn_due_us(&engine->churn),
		ramp_due_us(engine), settle_due_us(engine) };
	int64_t due_us = dues_us[0];

	for (unsigned i = 1; i < sizeof(dues_us) / sizeof(dues_us[0]); i++)
		due_us = dues_us[i] < due_us ? dues_us[i] : due_us;
	return due_us <= now_us ? 0 : (int)((due_us - now_us + 999) / 1000);
}

static void
handle(struct engine *engine, uint64_t number)
{
	unsigned index = (unsigned)number;

	switch ((enum wire_owner)(number >> 32)) {
	case WIRE_LISTENER:
		handle_listener(engine, index);
		break;
	case WIRE_SOURCE:
		sources_event(&engine->sources, index, clock_mono_us());
		break;
	case WIRE_VISIT:
		churn_event(&engine->churn, index, clock_mono_us());
		break;
	}
}

static void
turn(struct engine *engine)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(
	    engine->epoll, events, EVENTS, wait_ms(engine, clock_mono_us()));

	CHECK(n >= 0 || errno == EINTR);
	for (int i = 0; i < n; i++) {
		handle(engine, events[i].data.u64);
		/* A frame must not wait for hundreds of reads. */
		if (i % 64 == 63)
			sources_tick(&engine->sources);
	}
	sources_tick(&engine->sources);
}

static void
bring_up_sources(struct engine *engine)
{
	struct sources *sources = &engine->sources;

	while (!sources_are_up(sources) && !is_stopped) {
		engine->until_us = clock_mono_us() + SCAN_US;
		sources_dial(sources, clock_mono_us());
		turn(engine);
	}
}

/* 0 when the process is gone. */
static double
cpu_since(pid_t pid, double before_secs)
{
	double secs = watched_cpu_secs(pid) - before_secs;

	return secs > 0 ? secs : 0;
}

static void
begin_steady(struct engine *engine, int64_t now_us)
{
	struct watched_totals *watched = &engine->totals->watched;

	engine->steady_us = now_us;
	watched->steady_bytes = engine->totals->read_bytes;
	if (engine->options->watch != 0)
		watched->cpu_secs = watched_cpu_secs(engine->options->watch);
	churn_begin(&engine->churn, now_us);
}

static void
end_steady(struct engine *engine)
{
	struct watched_totals *watched = &engine->totals->watched;
	pid_t pid = engine->options->watch;

	churn_end(&engine->churn);
	if (engine->steady_us == 0 || pid == 0)
		return;
	watched->cpu_secs = cpu_since(pid, watched->cpu_secs);
	watched->steady_us = clock_mono_us() - engine->steady_us;
	watched->steady_bytes = engine->totals->read_bytes -
	    watched->steady_bytes;
	watched->memory_bytes = watched_memory_bytes(pid);
	for (unsigned i = 0; i < engine->started; i++)
		watched->listeners += engine->listeners[i].state ==
		    LISTENER_BODY;
}

static void
look_for_steady(struct engine *engine)
{
	int64_t now_us = clock_mono_us();

	if (engine->let_in_us == 0 && is_settled(engine))
		engine->let_in_us = now_us;
	if (now_us >= settle_due_us(engine))
		begin_steady(engine, now_us);
}

/* Nobody left, and nobody to come. */
static bool
is_deserted(const struct engine *engine)
{
	return engine->options->clients > 0 && engine->options->churn == 0 &&
	    engine->started == engine->options->clients && engine->alive == 0;
}

static void
feed(struct engine *engine)
{
	int64_t start_us = clock_mono_us();

	engine->ramp_us = start_us;
	engine->is_feeding = true;
	engine->until_us = start_us +
	    (int64_t)engine->options->duration_secs * 1000000;
	while (clock_mono_us() < engine->until_us && !is_stopped &&
	    !is_deserted(engine)) {
		start_due(engine);
		churn_dial(&engine->churn, clock_mono_us());
		turn(engine);
		drop_late(engine, clock_mono_us());
		look_for_steady(engine);
	}
	engine->is_feeding = false;
	end_steady(engine);
	engine->totals->run_us = clock_mono_us() - start_us;
}

/* Short connections on their way may still arrive. */
static void
end_churn(struct engine *engine)
{
	engine->until_us = clock_mono_us() + GOODBYE_US;
	while (engine->churn.active > 0 && clock_mono_us() < engine->until_us)
		turn(engine);
	churn_close(&engine->churn);
}

static void
end_listeners(struct engine *engine)
{
	int64_t start_us = clock_mono_us();

	for (unsigned i = 0; i < engine->started; i++) {
		if (engine->listeners[i].state == LISTENER_GONE)
			continue;
		listener_end(&engine->listeners[i], clock_mono_us());
		settle(engine, i);
		if (i % 64 == 63)
			sources_tick(&engine->sources);
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
end_sources(struct engine *engine)
{
	sources_end(&engine->sources);
	engine->until_us = clock_mono_us() + GOODBYE_US;
	while (engine->sources.alive > 0 && clock_mono_us() < engine->until_us)
		turn(engine);
	sources_close(&engine->sources);
}

static void
close_all(struct engine *engine)
{
	struct rusage usage;

	for (unsigned i = 0; i < engine->options->url_count; i++)
		world_close(&engine->worlds[i]);
	free(engine->listeners);
	close(engine->epoll);
	getrusage(RUSAGE_SELF, &usage);
	engine->totals->cpu_secs = (double)(usage.ru_utime.tv_sec +
				       usage.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
run_parts(struct engine *engine)
{
	struct watched_totals *watched = &engine->totals->watched;
	pid_t pid = engine->options->watch;
	double cpu_secs = pid != 0 ? watched_cpu_secs(pid) : 0;

	bring_up_sources(engine);
	if (pid != 0)
		watched->memory_before_bytes = watched_memory_bytes(pid);
	if (engine->totals->source_lost[0] == '\0')
		feed(engine);
	end_churn(engine);
	end_listeners(engine);
	end_sources(engine);
	if (pid != 0)
		watched->cpu_all_secs = cpu_since(pid, cpu_secs);
}

static void
refuse_to_watch(const struct options *options)
{
	const char *why;

	if (options->watch == 0 || watched_allows(options->watch, &why))
		return;
	fprintf(stderr, "all2all-load: cannot watch process %ld, by %s: %s\n",
	    (long)options->watch, why, strerror(errno));
	exit(2);
}

void
engine_run(const struct options *options, struct totals *totals)
{
	static uint8_t scratch[WIRE_READ_BYTES];
	static struct engine engine;

	/* A second signal ends at once. */
	struct sigaction action = { .sa_handler = stop,
		.sa_flags = (int)SA_RESETHAND };

	refuse_to_watch(options);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	engine.options = options;
	engine.totals = totals;
	engine.epoll = epoll_create1(EPOLL_CLOEXEC);
	CHECK(engine.epoll != -1);
	for (unsigned i = 0; i < options->url_count; i++)
		world_open(&engine.worlds[i], options, i, totals, scratch);
	sources_open(&engine.sources, options, totals, engine.epoll, scratch);
	churn_open(&engine.churn, options, totals, engine.worlds, engine.epoll);
	set_up_listeners(&engine);
	run_parts(&engine);
	close_all(&engine);
}
