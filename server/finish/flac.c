/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/flac.h"

#include "base/mem.h"
#include "finish/comments.h"
#include "finish/units.h"

#include <stdlib.h>
#include <string.h>

/* Native FLAC, RFC 9639. The recording is read twice: what is in it decides
 * what stands in front of the frames. These are numbered anew, from 0 and
 * without a hole, so that a seek finds what the table promises. */

#define MARK_BYTES     4
#define BLOCK_BYTES    4
#define HEAD_BYTES     (MARK_BYTES + BLOCK_BYTES + FLAC_INFO_BYTES)
#define TYPE_SEEK      3
#define TYPE_COMMENTS  4
#define LAST_BLOCK     0x80
#define POINT_BYTES    18
#define POINT_SECONDS  10
#define MOST_POINTS    20000
#define TOTAL_BITS     36
#define MOST_BLOCK_LEN 0xffffff

struct seek_point {
	uint64_t sample, byte; /* byte: from the first frame on */
	unsigned block;
};

struct flac {
	const struct finish_job *job;
	struct finish_facts *facts;
	struct sink sink;
	bool writes; /* else only counts */
	uint8_t info[FLAC_INFO_BYTES];
	struct flac_info parsed;
	bool has_info, has_two_infos;
	uint64_t recorded; /* bytes of the recording */
	uint64_t count, samples, bytes;
	size_t least, most; /* bytes of a frame */
	unsigned least_block, most_block;
	struct seek_point *points;
	size_t point_count;
	size_t next_mark;
};

static void
take_head(void *arg, const void *bytes, size_t len)
{
	struct flac *flac = arg;

	flac->recorded += len;
	flac->has_two_infos |= flac->has_info;
	if (len < HEAD_BYTES || flac->has_info)
		return;
	memcpy(flac->info, (const uint8_t *)bytes + MARK_BYTES + BLOCK_BYTES,
	    FLAC_INFO_BYTES);
	flac->has_info = flac_info_parse(flac->info, &flac->parsed);
}

static int64_t
time_ms(const struct flac *flac)
{
	return (int64_t)(flac->samples * 1000 / flac->parsed.rate);
}

static void
add_point(struct flac *flac, unsigned block)
{
	size_t count = flac->point_count;
	struct seek_point *point;

	if (count == MOST_POINTS ||
	    flac->samples < count * POINT_SECONDS * flac->parsed.rate)
		return;
	if ((count & (count - 1)) == 0)
		flac->points = mem_grow(flac->points,
		    (count == 0 ? 1 : 2 * count) * sizeof(*flac->points));
	point = &flac->points[flac->point_count++];
	point->sample = flac->samples;
	point->byte = flac->bytes;
	point->block = block;
}

static void
count_frame(struct flac *flac, const struct flac_frame *frame, size_t len)
{
	/* The last one may be shorter, and does not count: section 8.2. */
	if (flac->count == 0 || frame->block > flac->most_block)
		flac->most_block = frame->block;
	if (flac->count == 0 || len < flac->least)
		flac->least = len;
	if (len > flac->most)
		flac->most = len;
	flac->bytes += len;
	flac->samples += frame->block;
	flac->count++;
}

static void
take_unit(void *arg, const void *bytes, size_t len, unsigned flags)
{
	struct flac *flac = arg;
	struct flac_frame frame;
	uint8_t *room;
	size_t room_len;

	(void)flags;
	if (!flac->has_info || flac_frame_parse(bytes, len, &frame) != FLAC_YES)
		return;
	room = mem_new(len + FLAC_NUMBER_BYTES);
	room_len = flac_renumber(bytes, len, &frame,
	    frame.is_variable ? flac->samples : flac->count, room);
	if (flac->writes) {
		sink_put(&flac->sink, room, room_len);
	} else {
		finish_pass_marks(
		    flac->job, &flac->next_mark, flac->recorded, time_ms(flac));
		add_point(flac, frame.block);
	}
	count_frame(flac, &frame, room_len);
	flac->recorded += len;
	free(room);
}

static void
take_title(void *arg, const char *title)
{
	(void)arg;
	(void)title;
}

static enum finish_result
read_frames(struct flac *flac, struct view *view)
{
	const struct format_out out = { take_head, take_unit, take_title,
		flac };

	flac->count = flac->samples = flac->bytes = flac->recorded = 0;
	flac->has_info = flac->has_two_infos = false;
	return units_read(flac->job, &format_flac, view, &out, flac->facts);
}

static void
put_number(uint8_t *to, uint64_t value, size_t len)
{
	while (len-- > 0) {
		to[len] = (uint8_t)value;
		value >>= 8;
	}
}

static void
put_block(struct sink *sink, unsigned type, const void *body, size_t len)
{
	uint8_t head[BLOCK_BYTES] = { (uint8_t)type };

	put_number(head + 1, len, 3);
	sink_put(sink, head, sizeof(head));
	sink_put(sink, body, len);
}

/* Section 8.2; the sum of the samples is not known, and 0 says so. */
static void
put_info(struct sink *sink, const struct flac *flac)
{
	uint8_t info[FLAC_INFO_BYTES];
	uint64_t total = flac->samples >> TOTAL_BITS == 0 ? flac->samples : 0;

	memcpy(info, flac->info, sizeof(info));
	put_number(info + 4, flac->least & MOST_BLOCK_LEN, 3);
	put_number(info + 7, flac->most & MOST_BLOCK_LEN, 3);
	info[13] = (uint8_t)((info[13] & 0xf0) | (total >> 32 & 0x0f));
	put_number(info + 14, total & UINT32_MAX, 4);
	memset(info + 18, 0, 16);
	sink_put(sink, "fLaC", MARK_BYTES);
	put_block(sink, 0, info, sizeof(info));
}

static void
put_points(struct sink *sink, const struct flac *flac)
{
	struct bytes table = { 0 };
	uint8_t entry[POINT_BYTES];

	for (size_t i = 0; i < flac->point_count; i++) {
		put_number(entry, flac->points[i].sample, 8);
		put_number(entry + 8, flac->points[i].byte, 8);
		put_number(entry + 16, flac->points[i].block, 2);
		bytes_append(&table, entry, sizeof(entry));
	}
	put_block(sink, TYPE_SEEK, table.data, table.len);
	bytes_free(&table);
}

static void
put_comments(struct sink *sink, const struct flac *flac)
{
	struct bytes text = { 0 };

	comments_put(&text, flac->job, flac->facts, NULL);
	put_block(sink, LAST_BLOCK | TYPE_COMMENTS, text.data, text.len);
	bytes_free(&text);
}

static enum finish_result
write_all(struct flac *flac, struct view *view)
{
	enum finish_result result;

	flac->sink.fd = flac->job->to;
	flac->writes = true;
	put_info(&flac->sink, flac);
	put_points(&flac->sink, flac);
	put_comments(&flac->sink, flac);
	result = read_frames(flac, view);
	if (!sink_end(&flac->sink))
		return FINISH_FAILED;
	return result == FINISH_AS_IS ? FINISH_WRITTEN : result;
}

enum finish_result
finish_flac(
    const struct finish_job *job, struct view *view, struct finish_facts *facts)
{
	struct flac flac = { .job = job, .facts = facts };
	enum finish_result result = read_frames(&flac, view);

	if (result == FINISH_AS_IS && flac.count == 0)
		result = FINISH_FAILED;
	if (result == FINISH_AS_IS) {
		facts->duration_ms = time_ms(&flac);
		finish_pass_marks(
		    job, &flac.next_mark, UINT64_MAX, facts->duration_ms);
		finish_marks_to_chapters(job, facts);
		if (!flac.has_two_infos)
			result = write_all(&flac, view);
	}
	free(flac.points);
	return result;
}
