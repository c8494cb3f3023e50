/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/flac.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "format/comments.h"
#include "format/format.h"

#include <stdlib.h>
#include <string.h>

/* Native FLAC, RFC 9639: a frame is a unit. A frame does not tell its length:
 * it ends where its CRC-16 is right and another one begins, so each waits for
 * the first bytes of the next. */

#define MARK          "fLaC"
#define MARK_BYTES    4
#define BLOCK_BYTES   4 /* header of a metadata block */
#define HEAD_BYTES    (MARK_BYTES + BLOCK_BYTES + FLAC_INFO_BYTES)
#define FRAME_MOST    (1 << 20)
#define SCAN_MOST     (64 << 10) /* without a frame */
#define COMMENTS_MOST (256 << 10)
#define METADATA_MOST (64 << 20) /* four pictures of the largest kind */
#define LEAST_FRAME   9          /* header 6, one subframe, CRC-16 */
#define TYPE_INFO     0
#define TYPE_COMMENTS 4
#define LAST_BLOCK    0x80
#define FIXED_NUMBER  0x7fffffffu
#define VARIABLE_MASK 0xfffffffffu

struct flac {
	struct bytes held;
	enum {
		AT_MARK,
		AT_BLOCK,
		AT_FRAME
	} stage;
	size_t skip; /* of a metadata block */
	size_t metadata;
	bool is_last; /* the block at hand */
	bool has_info, was_resumed;
	bool is_found;           /* a frame begins at held.data */
	size_t scanned;          /* of it, all in crc */
	size_t lost;             /* bytes since a frame */
	uint16_t crc;            /* of the frame so far */
	struct flac_frame frame; /* the one at hand */
	struct flac_info info;
	uint8_t head[HEAD_BYTES]; /* listeners have it */
	bool has_given;           /* a frame */
	bool is_variable;         /* the frames given */
	uint64_t number;          /* of the next frame given */
	uint64_t shift;           /* from the encoder's numbers to ours */
	bool is_first, is_cut;    /* the next frame, of its encoding */
	char title[COMMENTS_TITLE_BYTES];
};

static void *
flac_open(void)
{
	return mem_new(sizeof(struct flac));
}

/* The next bytes are the start of an encoding. */
static void
restart(struct flac *flac)
{
	flac->stage = AT_MARK;
	flac->skip = flac->metadata = flac->lost = 0;
	flac->is_found = flac->has_info = false;
	flac->title[0] = '\0';
	flac->was_resumed = flac->has_given;
}

/* What a newcomer gets tells nothing that only a file can know. */
static void
live_head(const uint8_t *info, uint8_t head[HEAD_BYTES])
{
	memset(head, 0, HEAD_BYTES);
	memcpy(head, MARK, MARK_BYTES);
	head[MARK_BYTES] = LAST_BLOCK | TYPE_INFO;
	head[MARK_BYTES + 3] = FLAC_INFO_BYTES;
	head += MARK_BYTES + BLOCK_BYTES;
	memcpy(head, info, 4);           /* block sizes */
	memcpy(head + 10, info + 10, 4); /* rate, channels, bits */
	head[13] &= 0xf0;                /* first bits of the total */
}

static bool
take_info(struct flac *flac, const uint8_t *info, const char **why)
{
	uint8_t head[HEAD_BYTES];

	if (flac->has_info || !flac_info_parse(info, &flac->info)) {
		*why = "the headers of this FLAC stream are damaged";
		return false;
	}
	live_head(info, head);
	if (flac->was_resumed && memcmp(head, flac->head, sizeof(head)) != 0)
		flac->is_cut = true;
	memcpy(flac->head, head, sizeof(head));
	flac->has_info = true;
	return true;
}

static void
end_metadata(struct flac *flac, const struct format_out *out)
{
	if (!flac->was_resumed || flac->is_cut)
		out->head(out->arg, flac->head, sizeof(flac->head));
	if (flac->title[0] != '\0')
		out->title(out->arg, flac->title);
	flac->is_first = true;
	flac->stage = AT_FRAME;
}

/* False with *why NULL: more bytes are needed. */
static bool
take_block(struct flac *flac, const char **why)
{
	const uint8_t *bytes = flac->held.data;
	size_t len;
	unsigned type;

	*why = NULL;
	if (flac->held.len < BLOCK_BYTES)
		return false;
	type = bytes[0] & 0x7f;
	len = (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
	flac->metadata += BLOCK_BYTES + len;
	flac->is_last = (bytes[0] & LAST_BLOCK) != 0;
	if (flac->metadata > METADATA_MOST || type == 0x7f ||
	    (type == TYPE_INFO) == flac->has_info ||
	    (type == TYPE_INFO && len != FLAC_INFO_BYTES)) {
		*why = "the headers of this FLAC stream are damaged";
		return false;
	}
	flac->skip = BLOCK_BYTES + len;
	if (type != TYPE_INFO && (type != TYPE_COMMENTS || len > COMMENTS_MOST))
		return true;
	if (flac->held.len < BLOCK_BYTES + len) {
		flac->metadata -= BLOCK_BYTES + len;
		flac->skip = 0;
		return false;
	}
	if (type == TYPE_INFO)
		return take_info(flac, bytes + BLOCK_BYTES, why);
	(void)comments_title(bytes + BLOCK_BYTES, len, flac->title);
	return true;
}

static bool
take_metadata(struct flac *flac, const struct format_out *out, const char **why)
{
	size_t len;

	for (;;) {
		len = flac->skip < flac->held.len ? flac->skip : flac->held.len;
		bytes_eat(&flac->held, len);
		flac->skip -= len;
		if (flac->skip > 0)
			return true;
		if (flac->is_last) {
			end_metadata(flac, out);
			return true;
		}
		if (!take_block(flac, why))
			return *why == NULL;
	}
}

/* Frames that say something else than STREAMINFO are chance. */
static enum flac_found
find_frame(const struct flac *flac, size_t at, struct flac_frame *frame)
{
	enum flac_found found = flac_frame_parse(
	    flac->held.data + at, flac->held.len - at, frame);

	if (found != FLAC_YES)
		return found;
	return (frame->rate == 0 || frame->rate == flac->info.rate) &&
		(frame->bits == 0 || frame->bits == flac->info.bits) &&
		frame->channels == flac->info.channels &&
		frame->block <= flac->info.max_block
	    ? FLAC_YES
	    : FLAC_NO;
}

static uint64_t
next_number(const struct flac_frame *frame)
{
	return frame->number + (frame->is_variable ? frame->block : 1);
}

/* The first frame of an encoding decides how its time continues ours. */
static void
join_time(struct flac *flac)
{
	const struct flac_frame *frame = &flac->frame;

	flac->is_first = false;
	flac->shift = 0;
	if (!flac->was_resumed)
		return;
	flac->was_resumed = false;
	if (frame->is_variable != flac->is_variable)
		flac->is_cut = true;
	if (!flac->is_cut)
		flac->shift = flac->number - frame->number;
}

static void
give_renumbered(struct flac *flac, size_t len, uint64_t number, unsigned flags,
    const struct format_out *out)
{
	uint8_t *room = mem_new(len + FLAC_NUMBER_BYTES);

	len = flac_renumber(flac->held.data, len, &flac->frame, number, room);
	out->unit(out->arg, room, len, flags);
	free(room);
}

static void
give_frame(struct flac *flac, size_t len, const struct format_out *out)
{
	const struct flac_frame *frame = &flac->frame;
	unsigned flags = UNIT_SYNC;
	uint64_t number;

	if (flac->is_first)
		join_time(flac);
	if (flac->is_cut)
		flags |= UNIT_CUT;
	flac->is_cut = false;
	number = (frame->number + flac->shift) &
	    (frame->is_variable ? VARIABLE_MASK : FIXED_NUMBER);
	flac->is_variable = frame->is_variable;
	flac->number = next_number(frame) + flac->shift;
	flac->has_given = true;
	if (number == frame->number)
		out->unit(out->arg, flac->held.data, len, flags);
	else
		give_renumbered(flac, len, number, flags, out);
}

static void
begin_frame(struct flac *flac, const struct flac_frame *frame)
{
	flac->frame = *frame;
	flac->is_found = true;
	flac->scanned = 0;
	flac->crc = 0;
}

enum end_found {
	END_NOT,
	END_MORE,
	END_FRAME, /* another frame begins here */
	END_MARK   /* another encoding does */
};

/* Does the frame at hand end after what was scanned? */
static enum end_found
find_end(const struct flac *flac, struct flac_frame *next)
{
	const uint8_t *bytes = flac->held.data + flac->scanned;
	size_t left = flac->held.len - flac->scanned;
	bool is_whole = flac->crc == 0 && flac->scanned >= LEAST_FRAME;

	if (bytes[0] == MARK[0] && is_whole) {
		if (memcmp(bytes, MARK, left < 4 ? left : 4) != 0)
			return END_NOT;
		return left < 4 ? END_MORE : END_MARK;
	}
	if (bytes[0] != 0xff || flac->scanned < LEAST_FRAME)
		return END_NOT;
	switch (find_frame(flac, flac->scanned, next)) {
	case FLAC_NO:
		return END_NOT;
	case FLAC_MORE:
		return END_MORE;
	case FLAC_YES:
		break;
	}
	/* Chance, unless it is the one that has to follow: then the frame at
	 * hand is damaged. */
	return is_whole ||
		(next->number == next_number(&flac->frame) &&
		    next->is_variable == flac->frame.is_variable)
	    ? END_FRAME
	    : END_NOT;
}

static bool
scan_frame(struct flac *flac, const struct format_out *out, const char **why)
{
	struct flac_frame next;
	enum end_found end;

	while (flac->scanned < flac->held.len) {
		end = find_end(flac, &next);
		if (end == END_MORE)
			break;
		if (end != END_NOT) {
			if (flac->crc == 0)
				give_frame(flac, flac->scanned, out);
			bytes_eat(&flac->held, flac->scanned);
			if (end == END_MARK)
				restart(flac);
			else
				begin_frame(flac, &next);
			return true;
		}
		flac->crc = flac_crc16(
		    flac->crc, flac->held.data + flac->scanned++, 1);
	}
	if (flac->scanned <= FRAME_MOST)
		return true;
	*why = "this is not FLAC: a frame does not end within 1 MiB";
	return false;
}

static bool
seek_frame(struct flac *flac, const char **why)
{
	struct flac_frame frame;
	size_t at = 0;

	for (; at < flac->held.len; at++) {
		switch (find_frame(flac, at, &frame)) {
		case FLAC_NO:
			continue;
		case FLAC_MORE:
			break;
		case FLAC_YES:
			bytes_eat(&flac->held, at);
			begin_frame(flac, &frame);
			flac->lost = 0;
			return true;
		}
		break;
	}
	bytes_eat(&flac->held, at);
	flac->lost += at;
	if (flac->lost <= SCAN_MOST)
		return true;
	*why = "this is not FLAC: no frame in 64 KiB";
	return false;
}

static bool
take_mark(struct flac *flac, const char **why)
{
	size_t len = flac->held.len < MARK_BYTES ? flac->held.len : MARK_BYTES;

	if (memcmp(flac->held.data, MARK, len) != 0) {
		*why = "this FLAC stream has no beginning";
		return false;
	}
	if (len == MARK_BYTES) {
		bytes_eat(&flac->held, len);
		flac->stage = AT_BLOCK;
		flac->is_last = false;
	}
	return true;
}

static bool
take_some(struct flac *flac, const struct format_out *out, const char **why)
{
	switch (flac->stage) {
	case AT_MARK:
		return take_mark(flac, why);
	case AT_BLOCK:
		return take_metadata(flac, out, why);
	case AT_FRAME:
		break;
	}
	return flac->is_found ? scan_frame(flac, out, why)
			      : seek_frame(flac, why);
}

static bool
flac_read(void *state, const uint8_t *bytes, size_t len,
    const struct format_out *out, const char **why)
{
	struct flac *flac = state;
	size_t before, stage;
	bool was_found;

	bytes_append(&flac->held, bytes, len);
	do {
		before = flac->held.len;
		stage = flac->stage;
		was_found = flac->is_found;
		if (before > 0 && !take_some(flac, out, why))
			return false;
	} while (flac->held.len != before || flac->stage != stage ||
	    flac->is_found != was_found);
	bytes_trim(&flac->held);
	return true;
}

static void
flac_resume(void *state)
{
	struct flac *flac = state;

	bytes_eat(&flac->held, flac->held.len);
	restart(flac);
}

static void
flac_finish(void *state, const struct format_out *out)
{
	struct flac *flac = state;

	if (flac->stage == AT_FRAME && flac->is_found &&
	    flac->held.len >= LEAST_FRAME &&
	    flac_crc16(0, flac->held.data, flac->held.len) == 0)
		give_frame(flac, flac->held.len, out);
	flac->is_found = false;
	bytes_eat(&flac->held, flac->held.len);
}

static void
flac_facts(const void *state, struct media_facts *facts)
{
	const struct flac *flac = state;

	memset(facts, 0, sizeof(*facts));
	facts->media_type = "audio/flac";
	facts->extension = "flac";
	memcpy(facts->codecs, "flac", sizeof("flac"));
	facts->sample_rate = flac->info.rate;
	facts->channels = flac->info.channels;
}

static void
flac_close(void *state)
{
	struct flac *flac = state;

	bytes_free(&flac->held);
	free(flac);
}

const struct format format_flac = {
	.name = "flac",
	.open = flac_open,
	.read = flac_read,
	.resume = flac_resume,
	.finish = flac_finish,
	.facts = flac_facts,
	.close = flac_close,
};
