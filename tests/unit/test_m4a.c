/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "finish/m4a_boxes.h"
#include "finish_help.h"
#include "m4a_seen.h"

#include <fcntl.h>

#define STARTED_MS 1795374000000
#define MOST_BYTES (1 << 20)

/* An ADTS stream, and its frames alone. */
struct made {
	struct bytes stream, sound;
	uint32_t frames;
};

struct twin {
	enum finish_result result;
	char *error;
	struct bytes file;
};

static void
add_frame(struct made *made, const uint8_t head[3], size_t size)
{
	size_t head_len = (head[0] & 1) != 0 ? 7 : 9, len = size + head_len;
	uint8_t *room = bytes_room(&made->stream, len);

	room[0] = 0xff;
	memcpy(room + 1, head, 3);
	room[3] = (uint8_t)(head[2] | len >> 11);
	room[4] = (uint8_t)(len >> 3);
	room[5] = (uint8_t)(len << 5 | 0x1f);
	room[6] = 0xfc;
	memset(room + 7, 0x21, head_len - 7);
	for (size_t i = 0; i < size; i++)
		room[head_len + i] = (uint8_t)(made->frames * 7 + i);
	bytes_append(&made->sound, room + head_len, size);
	bytes_added(&made->stream, len);
	made->frames++;
}

static const uint8_t lc44[3] = { 0xf1, 0x50, 0x80 };
static const uint8_t lc44_sums[3] = { 0xf0, 0x50, 0x80 };
static const uint8_t lc48[3] = { 0xf1, 0x4c, 0x80 };

static void
made_free(struct made *made)
{
	bytes_free(&made->stream);
	bytes_free(&made->sound);
}

static void
twin_free(struct twin *twin)
{
	free(twin->error);
	bytes_free(&twin->file);
}

static void
make_twin(struct twin *twin, struct m4a_job *job, const void *bytes, size_t len)
{
	struct stat st;

	*twin = (struct twin){ 0 };
	if (job->title == NULL)
		job->title = "";
	if (job->artist == NULL)
		job->artist = "";
	job->started_ms = STARTED_MS;
	job->from = file_of(bytes, len);
	job->from_bytes = (int64_t)len;
	job->to = file_of("", 0);
	twin->result = m4a_write(job, &twin->error);
	assert_int_equal(twin->result == FINISH_FAILED, twin->error != NULL);
	assert_int_equal(fstat(job->to, &st), 0);
	assert_in_range(st.st_size, 0, MOST_BYTES);
	assert_int_equal(
	    pread(job->to, bytes_room(&twin->file, MOST_BYTES), MOST_BYTES, 0),
	    st.st_size);
	bytes_added(&twin->file, (size_t)st.st_size);
	close(job->from);
	close(job->to);
}

static struct span
span_of(const struct twin *twin)
{
	return (struct span){ twin->file.data, twin->file.len };
}

struct gathered {
	struct span file;
	struct bytes sound;
};

static void
gather(void *arg, uint64_t offset, uint32_t size)
{
	struct gathered *gathered = arg;

	assert_true(offset + size <= gathered->file.len);
	bytes_append(&gathered->sound, gathered->file.at + offset, size);
}

/* By its tables, all sound of the stream up to some frame; how many frames. */
static uint32_t
check_sound(const struct twin *twin, const struct made *made)
{
	struct gathered gathered = { .file = span_of(twin) };
	uint32_t frames = each_frame(span_of(twin), gather, &gathered);
	struct span mdat = find_box(span_of(twin), "mdat");

	assert_in_range(gathered.sound.len, 0, made->sound.len);
	assert_memory_equal(
	    gathered.sound.data, made->sound.data, gathered.sound.len);
	assert_int_equal(mdat.len, gathered.sound.len);
	assert_ptr_equal(mdat.at + mdat.len, twin->file.data + twin->file.len);
	bytes_free(&gathered.sound);
	return frames;
}

static void
every_frame_is_found_by_the_tables(void **state)
{
	static const struct {
		uint8_t head[3];
		uint32_t frames;
		unsigned rate, channels;
		uint16_t config; /* AudioSpecificConfig */
	} rows[] = {
		{ { 0xf1, 0x50, 0x80 }, 1, 44100, 2, 0x1210 },
		{ { 0xf1, 0x50, 0x80 }, 63, 44100, 2, 0x1210 },
		{ { 0xf9, 0x50, 0x80 }, 64, 44100, 2, 0x1210 },
		{ { 0xf0, 0x4c, 0x40 }, 65, 48000, 1, 0x1188 },
		{ { 0xf1, 0x5c, 0x80 }, 200, 22050, 2, 0x1390 },
		{ { 0xf1, 0x0d, 0xc0 }, 300, 48000, 8, 0x09b8 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct m4a_job job = { 0 };
		struct made made = { 0 };
		struct twin twin;
		struct span box;

		for (uint32_t n = 0; n < rows[i].frames; n++)
			add_frame(&made, rows[i].head, 1 + n * 37 % 900);
		make_twin(&twin, &job, made.stream.data, made.stream.len);
		assert_int_equal(twin.result, FINISH_WRITTEN);
		assert_int_equal(check_sound(&twin, &made), rows[i].frames);
		box = find_box(span_of(&twin), "moov/trak/mdia/mdhd");
		assert_int_equal(number(box.at + 12, 4), rows[i].rate);
		assert_int_equal(number(box.at + 16, 4), rows[i].frames * 1024);
		box = find_box(span_of(&twin), STBL "stts");
		assert_int_equal(number(box.at + 8, 4), rows[i].frames);
		assert_int_equal(number(box.at + 12, 4), 1024);
		box = find_box(span_of(&twin), STBL "stsd/mp4a");
		assert_int_equal(number(box.at + 16, 2), rows[i].channels);
		assert_int_equal(number(box.at + 24, 2), rows[i].rate);
		box = find_box(span_of(&twin), STBL "stsd/mp4a/esds");
		assert_int_equal(box.len, 31);
		assert_int_equal(number(box.at + 26, 2), rows[i].config);
		twin_free(&twin);
		made_free(&made);
	}
}

static void
the_table_of_contents_stands_first(void **state)
{
	static const char *const order[] = { "ftyp", "moov", "mdat" };
	struct m4a_job job = { 0 };
	struct made made = { 0 };
	struct span file, box;
	struct twin twin;
	char name[5];

	(void)state;
	for (int i = 0; i < 5; i++)
		add_frame(&made, lc44, 100);
	make_twin(&twin, &job, made.stream.data, made.stream.len);
	file = span_of(&twin);
	for (int i = 0; i < 3; i++) {
		assert_true(next_box(&file, name, &box));
		assert_string_equal(name, order[i]);
	}
	assert_false(next_box(&file, name, &box));
	twin_free(&twin);
	made_free(&made);
}

static void
cut_anywhere(const uint8_t head[3])
{
	struct m4a_job job = { 0 };
	struct made made = { 0 };
	size_t ends[8];
	uint32_t whole = 0;

	for (unsigned i = 0; i < 8; i++) {
		add_frame(&made, head, 10 + 40 * i);
		ends[i] = made.stream.len;
	}
	for (size_t len = 0; len <= made.stream.len; len++) {
		struct twin twin;

		while (whole < 8 && ends[whole] <= len)
			whole++;
		make_twin(&twin, &job, made.stream.data, len);
		if (twin.result == FINISH_WRITTEN)
			assert_int_equal(check_sound(&twin, &made), whole);
		else
			assert_int_equal(twin.result, FINISH_FAILED);
		/* One frame is believed when another begins, or at its end. */
		assert_true(twin.result == FINISH_WRITTEN || whole < 2);
		twin_free(&twin);
	}
	made_free(&made);
}

/* Whole frames, or nothing at all. */
static void
cut_anywhere_it_has_whole_frames_or_is_none(void **state)
{
	(void)state;
	cut_anywhere(lc44);
	cut_anywhere(lc44_sums);
}

static void
what_is_between_frames_is_passed_over(void **state)
{
	struct m4a_job job = { 0 };
	struct made made = { 0 };
	struct twin twin;

	(void)state;
	bytes_text(&made.stream, "ID3 and more");
	for (int i = 0; i < 6; i++) {
		add_frame(&made, lc44, 300);
		if (i % 2 == 1)
			bytes_text(&made.stream, "noise\xff\xf1noise");
	}
	make_twin(&twin, &job, made.stream.data, made.stream.len);
	assert_int_equal(twin.result, FINISH_WRITTEN);
	/* A frame before noise, where none follows, is believed as it follows
	 * one itself. */
	assert_int_equal(check_sound(&twin, &made), 6);
	twin_free(&twin);
	made_free(&made);
}

static void
title_and_chapters_are_in_it(void **state)
{
	struct finish_mark marks[300] = { 0 };
	struct m4a_job job = { .title = "Night",
		.artist = "Léa",
		.chapters = marks,
		.chapter_count = 300 };
	struct made made = { 0 };
	struct span box;
	struct twin twin;

	(void)state;
	add_frame(&made, lc44, 100);
	for (unsigned i = 0; i < 300; i++) {
		marks[i].at_ms = i * 1000;
		snprintf(marks[i].title, FINISH_TITLE_BYTES, "Song %u", i);
	}
	memset(marks[1].title, 'a', 254);
	strcpy(marks[1].title + 254, "é too long");
	make_twin(&twin, &job, made.stream.data, made.stream.len);
	assert_int_equal(twin.result, FINISH_WRITTEN);
	box = find_box(span_of(&twin), "moov/udta/meta/ilst/\251nam/data");
	assert_int_equal(box.len, 8 + 5);
	assert_memory_equal(box.at + 8, "Night", 5);
	box = find_box(span_of(&twin), "moov/udta/meta/ilst/\251ART/data");
	assert_memory_equal(box.at + 8, "Léa", 4);
	box = find_box(span_of(&twin), "moov/udta/chpl");
	assert_int_equal(box.at[8], 255);
	assert_int_equal(box.at[17], strlen("Song 0"));
	assert_memory_equal(box.at + 18, "Song 0", 6);
	assert_int_equal(number(box.at + 24, 8), 10000000);
	assert_int_equal(box.at[32], 254); /* cut at a character */
	twin_free(&twin);
	made_free(&made);
}

static void
what_one_track_cannot_hold_has_no_twin(void **state)
{
	static const uint8_t unsaid[3] = { 0xf1, 0x50, 0x00 };
	struct m4a_job job = { 0 };
	struct made mixed = { 0 }, many = { 0 }, bare = { 0 };
	const struct {
		struct made *made;
		const char *why;
	} rows[] = {
		{ &mixed, "its frames are not all of one kind" },
		{ &many, "several blocks are in one frame" },
		{ &bare, "its head does not say how many channels there are" },
	};

	(void)state;
	for (int i = 0; i < 4; i++) {
		add_frame(&mixed, i < 2 ? lc44 : lc48, 100);
		add_frame(&many, lc44, 100);
		add_frame(&bare, unsaid, 100);
	}
	many.stream.data[107 + 6] |= 1;
	for (size_t i = 0; i < 3; i++) {
		struct twin twin;

		make_twin(&twin, &job, rows[i].made->stream.data,
		    rows[i].made->stream.len);
		assert_int_equal(twin.result, FINISH_FAILED);
		assert_string_equal(twin.error, rows[i].why);
		assert_int_equal(twin.file.len, 0);
		twin_free(&twin);
		made_free(rows[i].made);
	}
}

static bool
count_down(void *arg)
{
	return (*(int *)arg)-- > 0;
}

static void
it_stops_when_told(void **state)
{
	struct made made = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		add_frame(&made, lc44, 100);
	for (int questions = 0; questions <= 2; questions++) {
		int left = questions;
		struct m4a_job job = { .go_on = count_down, .arg = &left };
		struct twin twin;

		make_twin(&twin, &job, made.stream.data, made.stream.len);
		assert_int_equal(twin.result,
		    questions < 2 ? FINISH_STOPPED : FINISH_WRITTEN);
		twin_free(&twin);
	}
	made_free(&made);
}

struct line {
	uint64_t next;
	uint32_t size;
};

static void
stands_in_line(void *arg, uint64_t offset, uint32_t size)
{
	struct line *line = arg;

	assert_int_equal(offset, line->next);
	assert_int_equal(size, line->size);
	line->next += size;
}

/* On both sides of 4 GiB, and of 2^32 samples. */
static void
nothing_ends_at_32_bits(void **state)
{
	static const struct {
		uint32_t count;
		uint16_t size;
		unsigned offset_bytes, version;
	} rows[] = {
		{ 520000, 8184, 4, 0 },
		{ 530000, 8184, 8, 0 },
		{ 4194303, 3, 4, 0 },
		{ 4194304, 3, 4, 1 },
		{ 4194304, 2000, 8, 1 },
	};
	const struct m4a_job job = {
		.title = "", .artist = "", .started_ms = STARTED_MS
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct m4a_track track = { .kind = { 2, 4, 2, 44100, 2 },
			.count = rows[i].count,
			.bytes = (uint64_t)rows[i].count * rows[i].size };
		struct sink sink = { .fd = file_of("", 0) };
		struct line line = { .size = rows[i].size };
		struct span file, box;

		track.sizes = mem_new(track.count * sizeof(*track.sizes));
		for (uint32_t n = 0; n < track.count; n++)
			track.sizes[n] = rows[i].size;
		m4a_front(&sink, &track, &job);
		line.next = sink.at;
		assert_true(sink_end(&sink));
		file.len = sink.at + track.bytes;
		/* As long as it would be, without what is in it. */
		assert_int_equal(ftruncate(sink.fd, (off_t)file.len), 0);
		file.at = mmap(
		    NULL, file.len, PROT_READ, MAP_PRIVATE, sink.fd, 0);
		assert_ptr_not_equal(file.at, MAP_FAILED);
		assert_int_equal(
		    see_tables(file).offset_bytes, rows[i].offset_bytes);
		assert_int_equal(
		    each_frame(file, stands_in_line, &line), track.count);
		assert_int_equal(line.next, file.len);
		assert_int_equal(find_box(file, "mdat").len, track.bytes);
		box = find_box(file, "moov/trak/mdia/mdhd");
		assert_int_equal(box.at[0], rows[i].version);
		assert_int_equal(rows[i].version == 1 ? number(box.at + 24, 8)
						      : number(box.at + 16, 4),
		    (uint64_t)track.count * 1024);
		munmap((void *)file.at, file.len);
		close(sink.fd);
		free(track.sizes);
	}
}

static void
a_full_disk_is_said(void **state)
{
	struct m4a_job job = { .title = "", .artist = "" };
	struct made made = { 0 };
	char *error;

	(void)state;
	for (int i = 0; i < 10; i++)
		add_frame(&made, lc44, 100);
	job.from = file_of(made.stream.data, made.stream.len);
	job.from_bytes = (int64_t)made.stream.len;
	job.to = open("/dev/full", O_WRONLY);
	assert_true(job.to != -1);
	assert_int_equal(m4a_write(&job, &error), FINISH_FAILED);
	assert_string_equal(error, "No space left on device");
	free(error);
	close(job.from);
	close(job.to);
	made_free(&made);
}

TEST_MAIN(TEST(every_frame_is_found_by_the_tables),
    TEST(the_table_of_contents_stands_first),
    TEST(cut_anywhere_it_has_whole_frames_or_is_none),
    TEST(what_is_between_frames_is_passed_over),
    TEST(title_and_chapters_are_in_it),
    TEST(what_one_track_cannot_hold_has_no_twin), TEST(it_stops_when_told),
    TEST(nothing_ends_at_32_bits), TEST(a_full_disk_is_said))
