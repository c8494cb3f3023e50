/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/m4a_boxes.h"

#include "base/text.h"

#include <string.h>

#define EPOCH_SECS    2082844800 /* from 1904 to 1970 */
#define UNITS_PER_MS  10000      /* of a chapter's time */
#define TITLE_MOST    255        /* of a chapter */
#define ENTRY_BYTES   4          /* of a size */
#define TABLE_HEAD    16         /* of a box with a count */
#define MDAT_HEAD     8
#define MDAT_HEAD_64  16
#define LANGUAGE_NONE 0x55c4 /* "und", five bits each */
#define PIECE_BYTES   4096

/* The boxes that stand around the tables, which are put after all else. */
struct front {
	struct bytes out;
	const struct m4a_track *track;
	const struct m4a_job *job;
	uint32_t chunks;
	uint64_t samples, created;
	bool is_far;  /* offsets have 64 bits */
	bool is_long; /* times have 64 bits */
};

static void
put(struct bytes *out, uint64_t value, unsigned bytes)
{
	uint8_t *to = bytes_room(out, bytes);

	for (unsigned i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
	bytes_added(out, bytes);
}

static void
put_zeros(struct bytes *out, unsigned count)
{
	memset(bytes_room(out, count), 0, count);
	bytes_added(out, count);
}

static size_t
begin(struct front *front, const char *name)
{
	size_t at = front->out.len;

	put(&front->out, 0, 4);
	bytes_append(&front->out, name, 4);
	return at;
}

static size_t
begin_full(
    struct front *front, const char *name, unsigned version, unsigned flags)
{
	size_t at = begin(front, name);

	put(&front->out, version << 24 | flags, 4);
	return at;
}

/* after: bytes of it that are not here yet. */
static void
end(struct front *front, size_t at, uint64_t after)
{
	uint64_t size = front->out.len - at + after;

	for (unsigned i = 0; i < 4; i++)
		front->out.data[at + i] = (uint8_t)(size >> (24 - 8 * i));
}

static unsigned
offset_bytes(const struct front *front)
{
	return front->is_far ? 8 : 4;
}

static uint64_t
offsets_bytes(const struct front *front)
{
	return TABLE_HEAD + (uint64_t)front->chunks * offset_bytes(front);
}

/* What comes after out, and is in moov. */
static uint64_t
tables_bytes(const struct front *front)
{
	return (uint64_t)front->track->count * ENTRY_BYTES +
	    offsets_bytes(front);
}

static void
put_ftyp(struct front *front)
{
	size_t at = begin(front, "ftyp");

	bytes_text(&front->out, "M4A ");
	put(&front->out, 0, 4);
	bytes_text(&front->out, "M4A mp42isom");
	end(front, at, 0);
}

/* The two times, of creation and of change. */
static void
put_times(struct front *front)
{
	unsigned bytes = front->is_long ? 8 : 4;

	put(&front->out, front->created, bytes);
	put(&front->out, front->created, bytes);
}

static void
put_duration(struct front *front)
{
	put(&front->out, front->samples, front->is_long ? 8 : 4);
}

static void
put_matrix(struct bytes *out)
{
	static const uint32_t unity[9] = { 0x10000, 0, 0, 0, 0x10000, 0, 0, 0,
		0x40000000 };

	for (unsigned i = 0; i < 9; i++)
		put(out, unity[i], 4);
}

static void
put_mvhd(struct front *front)
{
	struct bytes *out = &front->out;
	size_t at = begin_full(front, "mvhd", front->is_long, 0);

	put_times(front);
	put(out, front->track->kind.sample_rate, 4);
	put_duration(front);
	put(out, 0x10000, 4); /* as fast as it is */
	put(out, 0x100, 2);   /* as loud */
	put_zeros(out, 2 + 8);
	put_matrix(out);
	put_zeros(out, 6 * 4);
	put(out, 2, 4); /* the next track would be */
	end(front, at, 0);
}

static void
put_tkhd(struct front *front)
{
	struct bytes *out = &front->out;
	size_t at = begin_full(front, "tkhd", front->is_long, 7);

	put_times(front);
	put(out, 1, 4); /* its number */
	put_zeros(out, 4);
	put_duration(front);
	put_zeros(out, 8 + 2 + 2);
	put(out, 0x100, 2); /* as loud as it is */
	put_zeros(out, 2);
	put_matrix(out);
	put_zeros(out, 4 + 4);
	end(front, at, 0);
}

static void
put_mdhd(struct front *front)
{
	size_t at = begin_full(front, "mdhd", front->is_long, 0);

	put_times(front);
	put(&front->out, front->track->kind.sample_rate, 4);
	put_duration(front);
	put(&front->out, LANGUAGE_NONE, 2);
	put_zeros(&front->out, 2);
	end(front, at, 0);
}

static void
put_hdlr(struct front *front, const char *kind, const char *maker)
{
	size_t at = begin_full(front, "hdlr", 0, 0);

	put_zeros(&front->out, 4);
	bytes_text(&front->out, kind);
	bytes_text(&front->out, maker);
	put_zeros(&front->out, 12 - (unsigned)strlen(maker));
	put_zeros(&front->out, 1); /* no name */
	end(front, at, 0);
}

/* --- what is in it */

static void
put_tag(struct front *front, const char *name, const char *text)
{
	size_t item, data;

	if (text[0] == '\0')
		return;
	item = begin(front, name);
	data = begin(front, "data");
	put(&front->out, 1, 4); /* UTF-8 */
	put_zeros(&front->out, 4);
	bytes_text(&front->out, text);
	end(front, data, 0);
	end(front, item, 0);
}

static void
put_meta(struct front *front)
{
	size_t meta, list;

	if (front->job->title[0] == '\0' && front->job->artist[0] == '\0')
		return;
	meta = begin_full(front, "meta", 0, 0);
	put_hdlr(front, "mdir", "appl");
	list = begin(front, "ilst");
	put_tag(front, "\251nam", front->job->title);
	put_tag(front, "\251ART", front->job->artist);
	end(front, list, 0);
	end(front, meta, 0);
}

/* No standard but use: version 1, four bytes that are 0, a byte that says how
 * many. */
static void
put_chapters(struct front *front)
{
	size_t count = front->job->chapter_count, at;
	const struct finish_mark *chapter = front->job->chapters;
	char title[TITLE_MOST + 1];

	if (count == 0)
		return;
	if (count > M4A_MOST_CHAPTERS)
		count = M4A_MOST_CHAPTERS;
	at = begin_full(front, "chpl", 1, 0);
	put_zeros(&front->out, 4);
	put(&front->out, count, 1);
	for (; count > 0; count--, chapter++) {
		text_copy(title, sizeof(title), chapter->title);
		put(&front->out, (uint64_t)chapter->at_ms * UNITS_PER_MS, 8);
		put(&front->out, strlen(title), 1);
		bytes_text(&front->out, title);
	}
	end(front, at, 0);
}

static void
put_udta(struct front *front)
{
	size_t at = begin(front, "udta");

	put_meta(front);
	put_chapters(front);
	end(front, at, 0);
}

/* --- how it is coded */

/* The most in any second. */
static uint64_t
highest_bitrate(const struct m4a_track *track)
{
	uint32_t second = track->kind.sample_rate / M4A_FRAME_SAMPLES + 1;
	uint64_t sum = 0, most = 0;

	for (uint32_t i = 0; i < track->count; i++) {
		sum += track->sizes[i];
		if (i >= second)
			sum -= track->sizes[i - second];
		if (sum > most)
			most = sum;
	}
	return most * 8;
}

static unsigned
largest_frame(const struct m4a_track *track)
{
	unsigned most = 0;

	for (uint32_t i = 0; i < track->count; i++) {
		if (track->sizes[i] > most)
			most = track->sizes[i];
	}
	return most;
}

/* Descriptors of ISO/IEC 14496-1, section 7.2.6, and in the last but one the
 * AudioSpecificConfig of 14496-3, section 1.6.2.1. */
static void
put_esds(struct front *front)
{
	const struct m4a_track *track = front->track;
	const struct m4a_kind *kind = &track->kind;
	struct bytes *out = &front->out;
	size_t at = begin_full(front, "esds", 0, 0);

	put(out, 3 << 8 | 25, 2); /* ES_Descriptor */
	put_zeros(out, 3);
	put(out, 4 << 8 | 17, 2);    /* DecoderConfigDescriptor */
	put(out, 0x40 << 8 | 21, 2); /* Audio ISO/IEC 14496-3; it is sound */
	put(out, largest_frame(track), 3);
	put(out, highest_bitrate(track), 4);
	put(out, track->bytes * 8 * kind->sample_rate / front->samples, 4);
	put(out, 5 << 8 | 2, 2); /* DecoderSpecificInfo */
	put(out,
	    kind->object << 11 | kind->rate_index << 7 |
		kind->channel_index << 3,
	    2);
	put(out, 6 << 16 | 1 << 8 | 2, 3); /* SLConfigDescriptor, as in MP4 */
	end(front, at, 0);
}

static void
put_stsd(struct front *front)
{
	const struct m4a_kind *kind = &front->track->kind;
	struct bytes *out = &front->out;
	size_t at = begin_full(front, "stsd", 0, 0), entry;

	put(out, 1, 4);
	entry = begin(front, "mp4a");
	put_zeros(out, 6);
	put(out, 1, 2); /* where the data is: dref's first */
	put_zeros(out, 8);
	put(out, kind->channels, 2);
	put(out, 16, 2);
	put_zeros(out, 4);
	/* Whole hertz above a binary point; what is more does not fit. */
	put(out, kind->sample_rate <= UINT16_MAX ? kind->sample_rate : 0, 2);
	put_zeros(out, 2);
	put_esds(front);
	end(front, entry, 0);
	end(front, at, 0);
}

static void
put_stts(struct front *front)
{
	size_t at = begin_full(front, "stts", 0, 0);

	put(&front->out, 1, 4);
	put(&front->out, front->track->count, 4);
	put(&front->out, M4A_FRAME_SAMPLES, 4);
	end(front, at, 0);
}

/* Chunks all alike, but for the last. */
static void
put_stsc(struct front *front)
{
	uint32_t whole = front->track->count / M4A_CHUNK_FRAMES;
	uint32_t rest = front->track->count % M4A_CHUNK_FRAMES;
	struct bytes *out = &front->out;
	size_t at = begin_full(front, "stsc", 0, 0);

	put(out, (whole > 0) + (rest > 0), 4);
	if (whole > 0) {
		put(out, 1, 4);
		put(out, M4A_CHUNK_FRAMES, 4);
		put(out, 1, 4);
	}
	if (rest > 0) {
		put(out, whole + 1, 4);
		put(out, rest, 4);
		put(out, 1, 4);
	}
	end(front, at, 0);
}

static void
put_stbl(struct front *front)
{
	size_t at = begin(front, "stbl"), sizes;

	put_stsd(front);
	put_stts(front);
	put_stsc(front);
	sizes = begin_full(front, "stsz", 0, 0);
	put(&front->out, 0, 4); /* not all alike */
	put(&front->out, front->track->count, 4);
	end(front, sizes, (uint64_t)front->track->count * ENTRY_BYTES);
	end(front, at, tables_bytes(front));
}

/* The sound is in this file. */
static void
put_dinf(struct front *front)
{
	size_t info = begin(front, "dinf");
	size_t list = begin_full(front, "dref", 0, 0), url;

	put(&front->out, 1, 4);
	url = begin_full(front, "url ", 0, 1);
	end(front, url, 0);
	end(front, list, 0);
	end(front, info, 0);
}

static void
put_trak(struct front *front)
{
	size_t trak = begin(front, "trak"), mdia, minf, smhd;

	put_tkhd(front);
	mdia = begin(front, "mdia");
	put_mdhd(front);
	put_hdlr(front, "soun", "");
	minf = begin(front, "minf");
	smhd = begin_full(front, "smhd", 0, 0);
	put_zeros(&front->out, 4);
	end(front, smhd, 0);
	put_dinf(front);
	put_stbl(front);
	end(front, minf, tables_bytes(front));
	end(front, mdia, tables_bytes(front));
	end(front, trak, tables_bytes(front));
}

static void
put_moov(struct front *front)
{
	size_t at = begin(front, "moov");

	put_mvhd(front);
	put_udta(front);
	put_trak(front);
	end(front, at, tables_bytes(front));
}

/* --- tables, as long as the recording */

static void
flush(struct sink *sink, struct bytes *piece, size_t least)
{
	if (piece->len < least)
		return;
	sink_put(sink, piece->data, piece->len);
	bytes_eat(piece, piece->len);
}

static void
put_sizes(struct sink *sink, const struct m4a_track *track)
{
	struct bytes piece = { 0 };

	for (uint32_t i = 0; i < track->count; i++) {
		put(&piece, track->sizes[i], ENTRY_BYTES);
		flush(sink, &piece, PIECE_BYTES);
	}
	flush(sink, &piece, 0);
	bytes_free(&piece);
}

static void
put_offsets(struct sink *sink, const struct front *front, uint64_t first)
{
	struct bytes piece = { 0 };

	put(&piece, offsets_bytes(front), 4);
	bytes_text(&piece, front->is_far ? "co64" : "stco");
	put_zeros(&piece, 4);
	put(&piece, front->chunks, 4);
	for (uint32_t i = 0; i < front->track->count; i++) {
		if (i % M4A_CHUNK_FRAMES == 0)
			put(&piece, first, offset_bytes(front));
		first += front->track->sizes[i];
		flush(sink, &piece, PIECE_BYTES);
	}
	flush(sink, &piece, 0);
	bytes_free(&piece);
}

static void
put_mdat(struct sink *sink, const struct front *front)
{
	uint64_t bytes = front->track->bytes;
	struct bytes head = { 0 };

	put(&head, front->is_far ? 1 : bytes + MDAT_HEAD, 4);
	bytes_text(&head, "mdat");
	if (front->is_far)
		put(&head, bytes + MDAT_HEAD_64, 8);
	sink_put(sink, head.data, head.len);
	bytes_free(&head);
}

static void
put_front(struct front *front)
{
	front->out.len = 0;
	put_ftyp(front);
	put_moov(front);
}

static uint64_t
end_of_front(const struct front *front)
{
	return front->out.len + tables_bytes(front) +
	    (front->is_far ? MDAT_HEAD_64 : MDAT_HEAD);
}

void
m4a_front(
    struct sink *sink, const struct m4a_track *track, const struct m4a_job *job)
{
	struct front front = { .track = track, .job = job };

	front.chunks = (track->count - 1) / M4A_CHUNK_FRAMES + 1;
	front.samples = (uint64_t)track->count * M4A_FRAME_SAMPLES;
	front.created = (uint64_t)(job->started_ms / 1000 + EPOCH_SECS);
	front.is_long = front.samples > UINT32_MAX ||
	    front.created > UINT32_MAX;
	put_front(&front);
	if (end_of_front(&front) + track->bytes > UINT32_MAX) {
		front.is_far = true;
		put_front(&front);
	}
	sink_put(sink, front.out.data, front.out.len);
	put_sizes(sink, track);
	put_offsets(sink, &front, end_of_front(&front));
	put_mdat(sink, &front);
	bytes_free(&front.out);
}
