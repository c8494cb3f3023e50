/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/frames.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define GO_ON_FRAMES 4096 /* between two questions */
#define US_PER_SEC   1000000

int64_t
frames_time_us(const struct frames *frames)
{
	int64_t us = frames->before_us;

	if (frames->rate != 0)
		us += (int64_t)(frames->samples * US_PER_SEC / frames->rate);
	return us;
}

/* Every step-th frame is kept; when there is no more room, every second of
 * those. */
static void
keep_place(struct frames *frames, int64_t at)
{
	if (frames->count % frames->step != 0)
		return;
	if (frames->place_count == FRAMES_PLACES) {
		for (unsigned i = 0; i < FRAMES_PLACES / 2; i++)
			frames->places[i] = frames->places[2 * i];
		frames->place_count /= 2;
		frames->step *= 2;
		if (frames->count % frames->step != 0)
			return;
	}
	frames->places[frames->place_count].at_us = frames_time_us(frames);
	frames->places[frames->place_count++].byte = (uint64_t)at;
}

static void
count_frame(struct frames *frames, const struct frame_head *head, int64_t at)
{
	if (head->sample_rate != frames->rate) {
		frames->before_us = frames_time_us(frames);
		frames->samples = 0;
		frames->rate = head->sample_rate;
	}
	keep_place(frames, at);
	frames->is_variable |= frames->count > 0 &&
	    head->bitrate != frames->first.bitrate;
	if (frames->count == 0)
		frames->first = *head;
	frames->count++;
	frames->bytes += head->length;
	frames->samples += head->samples;
}

enum finish_result
frames_count(struct frames *frames, const struct finish_job *job,
    struct view *view, struct finish_facts *facts)
{
	struct frame_walk walk = { .view = view, .kind = frames->kind };
	struct frame_head head;
	size_t mark = 0;

	frames->step = 1;
	frames->places = mem_new(FRAMES_PLACES * sizeof(*frames->places));
	while (frame_walk_next(&walk)) {
		if (frames->count % GO_ON_FRAMES == 0 && !finish_goes_on(job))
			return FINISH_STOPPED;
		CHECK(frames->head(
		    view_look(view, walk.at, frames->kind->header_bytes),
		    &head));
		finish_pass_marks(job, &mark, (uint64_t)walk.at,
		    frames_time_us(frames) / 1000);
		finish_add_point(
		    facts, frames_time_us(frames) / 1000, frames->bytes);
		count_frame(frames, &head, (int64_t)frames->bytes);
	}
	if (view->error != 0 || frames->count == 0)
		return FINISH_FAILED;
	facts->duration_ms = frames_time_us(frames) / 1000;
	facts->sample_rate = frames->first.sample_rate;
	facts->channels = frames->first.channels;
	facts->passed_over_bytes = walk.passed_over_bytes;
	finish_pass_marks(job, &mark, UINT64_MAX, facts->duration_ms);
	finish_marks_to_chapters(job, facts);
	return FINISH_AS_IS;
}

uint64_t
frames_byte_at(const struct frames *frames, int64_t at_us)
{
	unsigned low = 0, high = frames->place_count;

	while (high - low > 1) {
		unsigned middle = low + (high - low) / 2;

		if (frames->places[middle].at_us <= at_us)
			low = middle;
		else
			high = middle;
	}
	return frames->places[low].byte;
}

bool
frames_copy(const struct frames *frames, const struct finish_job *job,
    struct view *view, struct sink *sink)
{
	struct frame_walk walk = { .view = view, .kind = frames->kind };
	uint64_t count = 0;

	while (frame_walk_next(&walk)) {
		if (count++ % GO_ON_FRAMES == 0 && !finish_goes_on(job))
			return false;
		if (!sink_copy(sink, view, walk.at, walk.len))
			return false;
	}
	return view->error == 0 && count == frames->count;
}

void
frames_free(struct frames *frames)
{
	free(frames->places);
	frames->places = NULL;
}
