/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/frames.h"
#include "finish/id3.h"

#include <string.h>

/* The first frame of the file describes it: a frame of the stream's own kind
 * that is silent, with the count of frames and bytes and a table of contents
 * where main data would be ("Xing", or "Info" when all bit rates are the same;
 * there is no standard but use). */

#define TABLE_ENTRIES 100
#define FIELDS        (4 + 4 + 4 + 4 + TABLE_ENTRIES)
#define HAS_FRAMES    1
#define HAS_BYTES     2
#define HAS_TABLE     4
#define MOST_LENGTH   2048

static void
put_32(uint8_t *to, uint64_t value)
{
	if (value > UINT32_MAX)
		value = UINT32_MAX;
	for (unsigned i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Where main data begins: after the header and the side information. */
static size_t
data_offset(const struct frame_head *head)
{
	if (head->is_first)
		return 4 + (head->is_mono ? 17 : 32);
	return 4 + (head->is_mono ? 9 : 17);
}

/* The head of the stream with the least bit rate that has room, without
 * padding and checksum. */
static bool
choose_head(const uint8_t *stream, uint8_t head[4], struct frame_head *parsed)
{
	memcpy(head, stream, 4);
	head[1] |= 1;
	for (unsigned index = 1; index < 15; index++) {
		head[2] = (uint8_t)(index << 4 | (stream[2] & 0x0c));
		if (mp3_head(head, parsed) &&
		    parsed->length >= data_offset(parsed) + FIELDS &&
		    parsed->length <= MOST_LENGTH)
			return true;
	}
	return false;
}

static void
put_table(uint8_t *to, const struct frames *frames, size_t own_bytes)
{
	int64_t all_us = frames_time_us(frames);
	uint64_t bytes = frames->bytes + own_bytes, at;

	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		at = own_bytes +
		    frames_byte_at(frames, all_us * i / TABLE_ENTRIES);
		to[i] = (uint8_t)(at * 256 / bytes);
	}
}

static bool
put_description(
    struct sink *sink, const struct frames *frames, const uint8_t *stream)
{
	uint8_t frame[MOST_LENGTH] = { 0 }, *at;
	struct frame_head head;

	if (!choose_head(stream, frame, &head))
		return false;
	at = frame + data_offset(&head);
	memcpy(at, frames->is_variable ? "Xing" : "Info", 4);
	put_32(at + 4, HAS_FRAMES | HAS_BYTES | HAS_TABLE);
	put_32(at + 8, frames->count);
	put_32(at + 12, frames->bytes + head.length);
	put_table(at + 16, frames, head.length);
	sink_put(sink, frame, head.length);
	return true;
}

static void
shift_points(struct finish_facts *facts, uint64_t bytes)
{
	for (size_t i = 0; i < facts->point_count; i++)
		facts->points[i].byte += bytes;
}

static enum finish_result
write_all(const struct finish_job *job, struct view *view,
    struct finish_facts *facts, const struct frames *frames)
{
	struct frame_walk walk = { .view = view, .kind = &mp3_frames };
	struct sink sink = { .fd = job->to };
	uint8_t head[4];
	bool is_whole;

	CHECK(frame_walk_next(&walk));
	memcpy(head, view_look(view, walk.at, 4), 4);
	id3_put(&sink, job, facts);
	if (!put_description(&sink, frames, head)) {
		bytes_free(&sink.waiting);
		return FINISH_AS_IS;
	}
	shift_points(facts, sink.at);
	is_whole = frames_copy(frames, job, view, &sink);
	if (!sink_end(&sink))
		return FINISH_FAILED;
	if (is_whole)
		return FINISH_WRITTEN;
	return finish_goes_on(job) ? FINISH_FAILED : FINISH_STOPPED;
}

enum finish_result
finish_mp3(
    const struct finish_job *job, struct view *view, struct finish_facts *facts)
{
	struct frames frames = { .kind = &mp3_frames, .head = mp3_head };
	enum finish_result result = frames_count(&frames, job, view, facts);

	if (result == FINISH_AS_IS && frames.first.layer == 3)
		result = write_all(job, view, facts, &frames);
	frames_free(&frames);
	return result;
}
