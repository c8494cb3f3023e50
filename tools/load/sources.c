/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/sources.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

#define AT_ONCE 16 /* that dial */

void
sources_open(struct sources *sources, const struct options *options,
    struct totals *totals, int epoll, uint8_t *scratch)
{
	sources->options = options;
	sources->totals = totals;
	sources->epoll = epoll;
	if (options->source == NULL)
		return;
	sources->url = options->urls[0];
	wire_find(&sources->target, &sources->url, options);
	sources->count = options->mounts;
	sources->all = mem_new(sources->count * sizeof(*sources->all));
	sources->due = mem_new(sources->count * sizeof(struct source *));
	for (unsigned i = 0; i < sources->count; i++) {
		sources->all[i].wire.fd = -1;
		sources->all[i].target = &sources->target;
		sources->all[i].options = options;
		sources->all[i].totals = totals;
		sources->all[i].mount = i + 1;
		sources->all[i].scratch = scratch;
	}
}

void
sources_close(struct sources *sources)
{
	for (unsigned i = 0; i < sources->dialled; i++)
		source_close(&sources->all[i]);
	sources->due_count = 0;
	if (sources->count > 0)
		wire_forget(&sources->target);
	free(sources->all);
	free(sources->due);
}

static void
sift_down(struct sources *sources, unsigned at)
{
	struct source **due = sources->due, *source = due[at];
	unsigned child;

	while ((child = 2 * at + 1) < sources->due_count) {
		if (child + 1 < sources->due_count &&
		    due[child + 1]->due_us < due[child]->due_us)
			child++;
		if (source->due_us <= due[child]->due_us)
			break;
		due[at] = due[child];
		at = child;
	}
	due[at] = source;
}

static void
push_due(struct sources *sources, struct source *source)
{
	struct source **due = sources->due;
	unsigned at = sources->due_count++, parent;

	for (; at > 0; at = parent) {
		parent = (at - 1) / 2;
		if (due[parent]->due_us <= source->due_us)
			break;
		due[at] = due[parent];
	}
	due[at] = source;
	source->is_timed = true;
}

static void
take_first(struct sources *sources)
{
	struct source **due = sources->due;

	due[0]->is_timed = false;
	due[0] = due[--sources->due_count];
	if (sources->due_count > 0)
		sift_down(sources, 0);
}

static bool
is_ready(const struct source *source)
{
	return source->state == SOURCE_LIVE && !source->wire.wants_write;
}

/* What follows from a step of one source; before: its state until then. */
static void
settle(struct sources *sources, struct source *source, enum source_state before)
{
	if (before < SOURCE_LIVE && source->state >= SOURCE_LIVE)
		sources->waiting--;
	if (before != SOURCE_GONE && source->state == SOURCE_GONE)
		sources->alive--;
	if (is_ready(source) && !source->is_timed)
		push_due(sources, source);
	wire_watch(&source->wire, sources->epoll, source_wants(source),
	    WIRE_SOURCE, source->mount - 1);
}

void
sources_dial(struct sources *sources, int64_t now_us)
{
	struct source *source;
	enum source_state before;

	for (unsigned i = 0; i < sources->dialled; i++) {
		before = sources->all[i].state;
		source_give_up(&sources->all[i], now_us);
		settle(sources, &sources->all[i], before);
	}
	while (
	    sources->dialled < sources->count && sources->waiting < AT_ONCE) {
		source = &sources->all[sources->dialled++];
		sources->waiting++;
		sources->alive++;
		source_dial(source, now_us);
		settle(sources, source, SOURCE_DIALLING);
	}
}

bool
sources_are_up(const struct sources *sources)
{
	return sources->totals->source_lost[0] != '\0' ||
	    (sources->dialled == sources->count && sources->waiting == 0);
}

void
sources_event(struct sources *sources, unsigned index, int64_t now_us)
{
	struct source *source = &sources->all[index];
	enum source_state before = source->state;

	source_event(source, now_us);
	settle(sources, source, before);
}

void
sources_tick(struct sources *sources)
{
	struct source *source;
	enum source_state before;
	int64_t now_us;

	/* Each at most once: what is late must not hold up the listeners. */
	for (unsigned i = sources->due_count; i > 0; i--) {
		source = sources->due[0];
		now_us = clock_mono_us();
		if (source->due_us > now_us)
			return;
		before = source->state;
		if (is_ready(source))
			source_tick(source, now_us);
		if (is_ready(source))
			sift_down(sources, 0);
		else
			take_first(sources);
		settle(sources, source, before);
	}
}

int64_t
sources_due_us(const struct sources *sources)
{
	return sources->due_count > 0 ? sources->due[0]->due_us : INT64_MAX;
}

void
sources_end(struct sources *sources)
{
	enum source_state before;

	for (unsigned i = 0; i < sources->dialled; i++) {
		before = sources->all[i].state;
		source_end(&sources->all[i]);
		settle(sources, &sources->all[i], before);
	}
}
