/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "finish_help.h"
#include "webm_seen.h"
#include "webm_streams.h"

static void
see_chapter(const struct seen *seen, const char *title)
{
	assert_non_null(memmem(
	    seen->chapters.data, seen->chapters.len, title, strlen(title)));
}

static const struct described film = {
	.doc_type = "webm", .video = "V_VP8", .audio = "A_VORBIS"
};
static const struct described song = {
	.doc_type = "webm", .audio = "A_VORBIS", .title = "Song"
};

/* Two seconds of pictures, a key one each half second; sound beside them. */
static void
add_film(struct bytes *to, uint64_t from)
{
	put_head(to, &film);
	for (unsigned at = 0; at < 2000; at += 40) {
		if (at % 1000 == 0)
			put_cluster(to, from + at);
		put_block(to, VIDEO, (int)(at % 1000), at % 520 == 0);
		put_block(to, AUDIO, (int)(at % 1000) + 7, true);
	}
}

static void
add_song(struct bytes *to, uint64_t from, unsigned seconds)
{
	put_head(to, &song);
	for (unsigned at = 0; at < seconds * 1000; at += 20) {
		if (at % 1000 == 0)
			put_cluster(to, from + at);
		put_block(to, AUDIO, (int)(at % 1000), true);
	}
}

static void
a_film_gets_its_length_and_cues(void **state)
{
	struct finish_job job = { .extension = "webm", .title = "Evening" };
	struct finished done = { 0 };
	struct bytes stream = { 0 };
	struct seen seen = { 0 };

	(void)state;
	add_film(&stream, 500000);
	finish_bytes(&done, &job, stream.data, stream.len);
	assert_int_equal(done.result, FINISH_WRITTEN);
	see(&seen, &done.file);
	assert_int_equal(seen.of_track[VIDEO], 50);
	assert_int_equal(seen.of_track[AUDIO], 50);
	assert_int_equal(seen.first[VIDEO], 0);
	assert_int_equal(seen.first[AUDIO], 7);
	assert_int_equal(seen.last[VIDEO], 1960);
	assert_int_equal(seen.cues, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(seen.cue_time[i], i * 520);
	/* The last sound begins at 1967 and is as long as the one before. */
	assert_float_equal(seen.duration, 2007, 0);
	assert_int_equal(done.facts.duration_ms, 2007);
	assert_int_equal(seen.chapters.len, 0);
	bytes_free(&stream);
	forget(&seen);
	finished_free(&done);
}

static void
sound_is_found_each_five_seconds(void **state)
{
	struct finish_mark marks[] = { { .byte = 0, .title = "One" },
		{ .title = "Two" } };
	struct finish_job job = {
		.extension = "webm", .marks = marks, .mark_count = 2
	};
	struct finished done = { 0 };
	struct bytes stream = { 0 };
	struct seen seen = { 0 };

	(void)state;
	add_song(&stream, 77000, 32);
	finish_bytes(&done, &job, stream.data, stream.len);
	assert_int_equal(done.result, FINISH_WRITTEN);
	see(&seen, &done.file);
	assert_int_equal(seen.of_track[AUDIO], 1600);
	assert_int_equal(seen.last[AUDIO], 31980);
	assert_int_equal(seen.cues, 7);
	assert_int_equal(seen.clusters, 7);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(seen.cue_time[i], i * 5000);
	assert_int_equal(done.facts.duration_ms, 32000);
	assert_true(done.file.len < stream.len + 1000);
	assert_int_equal(done.facts.chapter_count, 2);
	see_chapter(&seen, "One");
	see_chapter(&seen, "Two");
	bytes_free(&stream);
	forget(&seen);
	finished_free(&done);
}

/* As the spool keeps it: what the format gives. From unit on. */
static void
record(struct bytes *to, const struct bytes *stream, size_t unit, size_t *lens)
{
	struct collected all = { 0 };
	size_t at;

	feed_two(&all, stream, NULL, false);
	assert_true((all.units.flags[unit] & UNIT_SYNC) != 0);
	bytes_append(to, all.units.head.data, all.units.head.len);
	at = (size_t)(collect_at(&all, unit) - all.units.bytes.data);
	bytes_append(to, all.units.bytes.data + at, all.units.bytes.len - at);
	if (lens != NULL)
		for (size_t i = 0; i < all.units.count; i++)
			lens[i] = all.units.lens[i];
	collect_free(&all);
}

/* The second key picture stands in the middle of its cluster, and a sound that
 * is heard before it comes after it. */
static void
what_began_anywhere_begins_at_0(void **state)
{
	struct finish_job job = { .extension = "mkv" };
	struct bytes stream = { 0 }, recording = { 0 };
	struct finished done = { 0 };
	struct seen seen = { 0 };

	(void)state;
	put_head(&stream, &film);
	put_cluster(&stream, 9000);
	put_block(&stream, VIDEO, 0, true);
	put_block(&stream, VIDEO, 400, true);
	put_block(&stream, AUDIO, 370, true);
	put_block(&stream, AUDIO, 390, true);
	put_block(&stream, VIDEO, 440, false);
	put_block(&stream, VIDEO, 480, true);
	record(&recording, &stream, 1, NULL);
	finish_bytes(&done, &job, recording.data, recording.len);
	assert_int_equal(done.result, FINISH_WRITTEN);
	see(&seen, &done.file);
	assert_int_equal(seen.of_track[VIDEO], 3);
	assert_int_equal(seen.first[VIDEO], 30);
	assert_int_equal(seen.first[AUDIO], 0);
	assert_int_equal(seen.last[AUDIO], 20);
	assert_int_equal(seen.last[VIDEO], 110);
	assert_int_equal(seen.cues, 2);
	assert_int_equal(seen.cue_time[0], 30);
	assert_int_equal(seen.cue_time[1], 110);
	assert_float_equal(seen.duration, 150, 0);
	bytes_free(&stream);
	bytes_free(&recording);
	forget(&seen);
	finished_free(&done);
}

/* A mark is where its byte is. */
static void
marks_become_chapters(void **state)
{
	struct finish_mark marks[3] = { { .title = "A" },
		{ .is_gap = true, .title = "dropped" }, { .title = "C" } };
	struct finish_job job = {
		.extension = "webm", .marks = marks, .mark_count = 3
	};
	struct bytes stream = { 0 }, recording = { 0 };
	struct finished done = { 0 };
	size_t lens[200], at, units;
	struct seen seen = { 0 };

	(void)state;
	add_film(&stream, 0);
	record(&recording, &stream, 0, lens);
	at = recording.len;
	for (units = 100; units > 0; units--) {
		at -= lens[units - 1];
		if (units == 51)
			marks[2].byte = at;
		if (units == 41)
			marks[1].byte = at;
	}
	finish_bytes(&done, &job, recording.data, recording.len);
	assert_int_equal(done.result, FINISH_WRITTEN);
	assert_int_equal(marks[0].at_ms, 0);
	assert_int_equal(marks[1].at_ms, 800);
	assert_int_equal(marks[2].at_ms, 1000);
	assert_int_equal(done.facts.chapter_count, 2);
	see(&seen, &done.file);
	see_chapter(&seen, "A");
	see_chapter(&seen, "C");
	bytes_free(&stream);
	bytes_free(&recording);
	forget(&seen);
	finished_free(&done);
}

static bool
has_tag(const struct seen *seen, const char *text)
{
	return seen->tags.len > 0 &&
	    memmem(seen->tags.data, seen->tags.len, text, strlen(text)) != NULL;
}

static void
one_of_many_titles_is_not_that_of_all(void **state)
{
	static const struct described described = { .doc_type = "webm",
		.audio = "A_VORBIS",
		.title = "First",
		.artist = "Ana" };
	struct finish_job job = { .extension = "webm",
		.artist = "Radio",
		.started_ms = 1795374000000 };
	struct bytes stream = { 0 };
	struct finished done = { 0 };
	struct seen seen = { 0 };

	(void)state;
	put_head(&stream, &described);
	put_cluster(&stream, 0);
	put_block(&stream, AUDIO, 0, true);
	put_block(&stream, AUDIO, 20, true);
	put_tags(&stream, "Bo", "Second");
	put_cluster(&stream, 40);
	put_block(&stream, AUDIO, 0, true);
	finish_bytes(&done, &job, stream.data, stream.len);
	assert_int_equal(done.result, FINISH_WRITTEN);
	assert_int_equal(done.facts.chapter_count, 2);
	assert_string_equal(done.facts.chapters[0].title, "Ana - First");
	assert_int_equal(done.facts.chapters[0].at_ms, 0);
	assert_string_equal(done.facts.chapters[1].title, "Bo - Second");
	assert_int_equal(done.facts.chapters[1].at_ms, 40);
	see(&seen, &done.file);
	see_chapter(&seen, "Bo - Second");
	assert_false(has_tag(&seen, "Ana"));
	assert_true(has_tag(&seen, "Radio"));
	assert_true(has_tag(&seen, "2026-11-22"));
	bytes_free(&stream);
	forget(&seen);
	finished_free(&done);
}

static void
a_stream_that_came_again_goes_on(void **state)
{
	struct finish_job job = { .extension = "webm" };
	struct bytes stream = { 0 };
	struct finished done = { 0 };
	struct seen seen = { 0 };

	(void)state;
	add_song(&stream, 5000, 3);
	add_song(&stream, 0, 4);
	finish_bytes(&done, &job, stream.data, stream.len);
	assert_int_equal(done.result, FINISH_WRITTEN);
	see(&seen, &done.file);
	assert_int_equal(seen.of_track[AUDIO], 350);
	assert_int_equal(seen.last[AUDIO], 6980);
	assert_int_equal(done.facts.duration_ms, 7000);
	bytes_free(&stream);
	forget(&seen);
	finished_free(&done);
}

static void
other_tracks_leave_it_as_it_is(void **state)
{
	struct finish_job job = { .extension = "webm" };
	struct bytes stream = { 0 };
	struct finished done = { 0 };

	(void)state;
	add_song(&stream, 5000, 3);
	add_film(&stream, 0);
	finish_bytes(&done, &job, stream.data, stream.len);
	assert_int_equal(done.result, FINISH_AS_IS);
	assert_int_equal(done.facts.duration_ms, 5007);
	bytes_free(&stream);
	finished_free(&done);
}

/* Its sizes are known now; nothing else changes. */
static void
what_is_finished_stays_the_same(void **state)
{
	struct finish_mark marks[] = { { .byte = 0, .title = "One" },
		{ .byte = 1000, .title = "Two" } };
	struct finish_job job = { .extension = "webm",
		.title = "Evening",
		.marks = marks,
		.mark_count = 2 };
	struct finished once = { 0 }, twice = { 0 };
	struct bytes stream = { 0 };

	(void)state;
	add_film(&stream, 1000);
	finish_bytes(&once, &job, stream.data, stream.len);
	assert_int_equal(once.facts.chapter_count, 2);
	job.mark_count = 0;
	finish_bytes(&twice, &job, once.file.data, once.file.len);
	assert_int_equal(twice.result, FINISH_WRITTEN);
	assert_int_equal(once.file.len, twice.file.len);
	assert_memory_equal(once.file.data, twice.file.data, once.file.len);
	bytes_free(&stream);
	finished_free(&once);
	finished_free(&twice);
}

static void
any_cut_gives_a_right_file(void **state)
{
	struct finish_job job = { .extension = "webm" };
	struct bytes stream = { 0 }, cut = { 0 };
	struct finished done = { 0 };
	int64_t before = -1;
	struct seen seen = { 0 };

	(void)state;
	add_film(&stream, 1000);
	for (size_t len = 0; len <= stream.len; len++) {
		bytes_append(&cut, stream.data + cut.len, len - cut.len);
		finish_bytes(&done, &job, cut.data, cut.len);
		if (done.result == FINISH_FAILED)
			continue;
		assert_int_equal(done.result, FINISH_WRITTEN);
		see(&seen, &done.file);
		assert_true(seen.duration >= before);
		before = done.facts.duration_ms;
		assert_float_equal(seen.duration, (double)before, 0);
	}
	assert_int_equal(before, 2007);
	bytes_free(&stream);
	bytes_free(&cut);
	forget(&seen);
	finished_free(&done);
}

#define PARTS   20
#define NEAR_MS 50

/* Whole, and cut. */
static void
what_muxers_make_is_finished(void **state)
{
	static const struct {
		const char *name;
		int64_t ms; /* of the longest track, as ffprobe has it */
	} files[] = { { "av1.webm", 2000 },
		{ "chromium-mediarecorder-avc-nocodecprivate.mkv", 4062 },
		{ "chromium-mediarecorder-blockgroup.webm", 4995 },
		{ "ffmpeg-h264-aac.mkv", 1791 },
		{ "ffmpeg-h264-bframes.mkv", 3861 },
		{ "ffmpeg-midcluster-keyframes.webm", 20021 },
		{ "ffmpeg-vp8-flac-audiofirst.mkv", 1280 },
		{ "ffmpeg-vp8-opus-live.webm", 5141 },
		{ "firefox-mediarecorder.webm", 5760 },
		{ "gst-streamable-nul-strings.webm", 4281 } };
	struct finish_job job = { .extension = "webm" };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct finished done = { 0 };
		struct bytes stream = { 0 };
		int64_t before = -1;
		struct seen seen = { 0 };

		load_stream(&stream, files[i].name);
		for (size_t part = 1; part <= PARTS; part++) {
			finish_bytes(&done, &job, stream.data,
			    stream.len * part / PARTS);
			if (done.result != FINISH_WRITTEN)
				continue;
			see(&seen, &done.file);
			assert_true(done.facts.duration_ms >= before);
			before = done.facts.duration_ms;
		}
		assert_true(llabs(before - files[i].ms) <= NEAR_MS);
		bytes_free(&stream);
		forget(&seen);
		finished_free(&done);
	}
}

static bool
never(void *arg)
{
	(void)arg;
	return false;
}

static void
it_stops_when_told(void **state)
{
	struct finish_job job = { .extension = "webm", .go_on = never };
	struct bytes stream = { 0 };
	struct finished done = { 0 };

	(void)state;
	add_film(&stream, 0);
	finish_bytes(&done, &job, stream.data, stream.len);
	assert_int_equal(done.result, FINISH_STOPPED);
	bytes_free(&stream);
	finished_free(&done);
}

static void
what_makes_no_sense_is_said(void **state)
{
	static const char noise[1000] = "\x1a\x45\xdf\xa3, or so it says";
	struct finish_job job = { .extension = "mka" };
	struct bytes stream = { 0 };
	struct finished done = { 0 };

	(void)state;
	finish_bytes(&done, &job, noise, sizeof(noise));
	assert_int_equal(done.result, FINISH_FAILED);
	put_head(&stream, &film);
	finish_bytes(&done, &job, stream.data, stream.len);
	assert_int_equal(done.result, FINISH_FAILED);
	assert_string_equal(done.error, "nothing in it can be understood");
	bytes_free(&stream);
	finished_free(&done);
}

TEST_MAIN(TEST(a_film_gets_its_length_and_cues),
    TEST(sound_is_found_each_five_seconds),
    TEST(what_began_anywhere_begins_at_0), TEST(marks_become_chapters),
    TEST(one_of_many_titles_is_not_that_of_all),
    TEST(a_stream_that_came_again_goes_on),
    TEST(other_tracks_leave_it_as_it_is), TEST(what_is_finished_stays_the_same),
    TEST(any_cut_gives_a_right_file), TEST(what_muxers_make_is_finished),
    TEST(it_stops_when_told), TEST(what_makes_no_sense_is_said))
