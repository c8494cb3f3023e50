/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/m4a.h"

#include "base/mem.h"
#include "base/sentence.h"
#include "finish/m4a_boxes.h"
#include "format/frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GO_ON_FRAMES 4096    /* between two questions */
#define FIRST_ROOM   1024    /* frames */
#define KIND_MASK    0xfdc0u /* profile, rate and channels in a head */
#define HEAD_BYTES   7
#define CRC_BYTES    2

struct m4a {
	const struct m4a_job *job;
	struct view view;
	struct m4a_track track;
	uint32_t room;   /* of sizes */
	uint32_t header; /* what KIND_MASK leaves of it; of all frames */
	const char *why; /* it cannot be done; NULL: errno says */
};

/* Of the frame found: where its sound begins, behind its head. */
static size_t
head_bytes(const uint8_t *frame)
{
	return (frame[1] & 1) != 0 ? HEAD_BYTES : HEAD_BYTES + CRC_BYTES;
}

static bool
goes_on(const struct m4a *m4a, uint32_t frames)
{
	return frames % GO_ON_FRAMES != 0 || m4a->job->go_on == NULL ||
	    m4a->job->go_on(m4a->job->arg);
}

static void
take_kind(struct m4a *m4a, const uint8_t *frame)
{
	struct m4a_kind *kind = &m4a->track.kind;
	struct frame_head head;

	CHECK(adts_head(frame, &head));
	m4a->header = frame_header(frame) & KIND_MASK;
	kind->object = (frame[2] >> 6) + 1u;
	kind->rate_index = frame[2] >> 2 & 15;
	kind->channel_index = (frame[2] & 1u) << 2 | frame[3] >> 6;
	kind->sample_rate = head.sample_rate;
	kind->channels = head.channels;
}

/* One description holds for all frames of a track. */
static const char *
objection(struct m4a *m4a, const uint8_t *frame)
{
	if (m4a->track.count == 0)
		take_kind(m4a, frame);
	if ((frame_header(frame) & KIND_MASK) != m4a->header)
		return "its frames are not all of one kind";
	if (m4a->track.kind.channels == 0)
		return "its head does not say how many channels there are";
	if ((frame[6] & 3) != 0)
		return "several blocks are in one frame";
	if (m4a->track.count == M4A_MOST_FRAMES)
		return "it is too long";
	return NULL;
}

static void
add_size(struct m4a *m4a, size_t size)
{
	struct m4a_track *track = &m4a->track;

	if (track->count == m4a->room) {
		m4a->room = m4a->room == 0 ? FIRST_ROOM : m4a->room * 2;
		track->sizes = mem_grow(
		    track->sizes, m4a->room * sizeof(*track->sizes));
	}
	track->sizes[track->count++] = (uint16_t)size;
	track->bytes += size;
}

static enum finish_result
measure(struct m4a *m4a)
{
	struct frame_walk walk = { .view = &m4a->view, .kind = &adts_frames };
	const uint8_t *frame;

	while (frame_walk_next(&walk)) {
		if (!goes_on(m4a, m4a->track.count))
			return FINISH_STOPPED;
		frame = view_look(&m4a->view, walk.at, HEAD_BYTES);
		if (frame == NULL)
			return FINISH_FAILED;
		m4a->why = objection(m4a, frame);
		if (m4a->why != NULL)
			return FINISH_FAILED;
		add_size(m4a, walk.len - head_bytes(frame));
	}
	if (m4a->view.error != 0)
		return FINISH_FAILED;
	m4a->why = m4a->track.count == 0 ? "no frame is in it" : NULL;
	return m4a->why != NULL ? FINISH_FAILED : FINISH_WRITTEN;
}

/* Frames are found again where they were, unless the disk says otherwise. */
static enum finish_result
copy(struct m4a *m4a, struct sink *sink)
{
	struct frame_walk walk = { .view = &m4a->view, .kind = &adts_frames };
	const uint8_t *frame;
	uint32_t done = 0;
	size_t size;

	while (frame_walk_next(&walk)) {
		if (!goes_on(m4a, done))
			return FINISH_STOPPED;
		frame = view_look(&m4a->view, walk.at, walk.len);
		if (frame == NULL || sink->error != 0)
			return FINISH_FAILED;
		size = walk.len - head_bytes(frame);
		if (done == m4a->track.count || size != m4a->track.sizes[done])
			break;
		sink_put(sink, frame + walk.len - size, size);
		done++;
	}
	if (m4a->view.error != 0)
		return FINISH_FAILED;
	if (done == m4a->track.count && walk.next == m4a->view.size)
		return FINISH_WRITTEN;
	m4a->why = "it changed while it was read";
	return FINISH_FAILED;
}

static enum finish_result
make(struct m4a *m4a)
{
	struct sink sink = { .fd = m4a->job->to };
	enum finish_result result = measure(m4a);

	if (result != FINISH_WRITTEN)
		return result;
	m4a_front(&sink, &m4a->track, m4a->job);
	result = copy(m4a, &sink);
	if (!sink_end(&sink) && result == FINISH_WRITTEN)
		result = FINISH_FAILED;
	return result;
}

enum finish_result
m4a_write(const struct m4a_job *job, char **error)
{
	struct m4a *m4a = mem_new(sizeof(*m4a));
	enum finish_result result;

	*error = NULL;
	m4a->job = job;
	m4a->view.fd = job->from;
	m4a->view.size = job->from_bytes;
	result = make(m4a);
	if (m4a->view.error != 0)
		errno = m4a->view.error;
	if (result == FINISH_FAILED)
		(void)sentence(
		    error, "%s", m4a->why != NULL ? m4a->why : strerror(errno));
	free(m4a->track.sizes);
	free(m4a);
	return result;
}
