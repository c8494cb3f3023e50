/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "webm_streams.h"

static const struct described vp8_opus = { .doc_type = "webm",
	.video = "V_VP8",
	.audio = "A_OPUS",
	.setup = "OpusHead" };
static const struct described opus = {
	.doc_type = "webm", .audio = "A_OPUS", .setup = "OpusHead"
};

/* Key pictures as ffprobe counts them. */
static const struct {
	const char *name, *media_type, *extension, *codecs;
	unsigned keys, width, rate, channels;
} files[] = {
	{ "av1.webm", "video/webm", "webm", "av1", 1, 640, 0, 0 },
	{ "chromium-mediarecorder-avc-nocodecprivate.mkv", "video/x-matroska",
	    "mkv", "h264, opus", 2, 640, 48000, 2 },
	{ "chromium-mediarecorder-blockgroup.webm", "video/webm", "webm",
	    "vp8, opus", 2, 640, 48000, 2 },
	{ "ffmpeg-h264-aac.mkv", "video/x-matroska", "mkv", "h264, aac", 1, 640,
	    48000, 1 },
	{ "ffmpeg-h264-bframes.mkv", "video/x-matroska", "mkv", "h264, aac", 2,
	    640, 48000, 1 },
	{ "ffmpeg-midcluster-keyframes.webm", "video/webm", "webm", "vp8, opus",
	    50, 320, 48000, 1 },
	{ "ffmpeg-vp8-flac-audiofirst.mkv", "video/x-matroska", "mkv",
	    "vp8, flac", 1, 320, 96000, 1 },
	{ "ffmpeg-vp8-opus-live.webm", "video/webm", "webm", "vp8, opus", 3,
	    640, 48000, 1 },
	{ "firefox-mediarecorder.webm", "video/webm", "webm", "vp8, opus", 3,
	    640, 44100, 1 },
	{ "gst-streamable-nul-strings.webm", "video/webm", "webm",
	    "vp8, vorbis", 3, 640, 48000, 1 },
};

#define FILES (sizeof(files) / sizeof(files[0]))

static unsigned
count_flags(const struct collected *all, unsigned flag)
{
	unsigned count = 0;

	for (size_t i = 0; i < all->units.count; i++)
		count += (all->units.flags[i] & flag) != 0;
	return count;
}

/* EBML, and a Segment with what a decoder needs and no more. */
static void
check_head(const struct bytes *head)
{
	struct ebml_span span = { head->data, head->len };
	struct ebml_child child;

	assert_true(ebml_next(&span, &child));
	assert_int_equal(child.id, WEBM_EBML);
	assert_true(span.len > 12);
	assert_memory_equal(
	    span.at, "\x18\x53\x80\x67\1\xff\xff\xff\xff\xff\xff\xff", 12);
	span.at += 12;
	span.len -= 12;
	assert_true(ebml_next(&span, &child));
	assert_int_equal(child.id, WEBM_INFO);
	for (struct ebml_span info = { child.data, child.len };
	     ebml_next(&info, &child);)
		assert_int_not_equal(child.id, 0x4489); /* Duration */
	assert_true(ebml_next(&span, &child));
	assert_int_equal(child.id, WEBM_TRACKS_ID);
	if (ebml_next(&span, &child))
		assert_int_equal(child.id, WEBM_TAGS);
	assert_int_equal(span.len, 0);
}

static void
check_facts(const void *webm, size_t file)
{
	struct media_facts facts;

	format_webm.facts(webm, &facts);
	assert_string_equal(facts.media_type, files[file].media_type);
	assert_string_equal(facts.extension, files[file].extension);
	assert_string_equal(facts.codecs, files[file].codecs);
	assert_true(facts.has_video);
	assert_false(facts.takes_icy);
	assert_int_equal(facts.width, files[file].width);
	assert_int_equal(facts.sample_rate, files[file].rate);
	assert_int_equal(facts.channels, files[file].channels);
}

static void
every_key_picture_of_real_streams_is_a_place_to_start(void **state)
{
	static struct timed timed[MOST_TIMED];

	(void)state;
	for (size_t i = 0; i < FILES; i++) {
		struct bytes bytes = units_file(files[i].name);
		struct collected all = { 0 };
		void *webm = format_webm.open();

		assert_true(
		    collect_feed(&all, &format_webm, webm, &bytes, 4096));
		check_facts(webm, i);
		format_webm.close(webm);
		assert_int_equal(all.heads, 1);
		assert_int_equal(all.heads_at[0], 0);
		check_head(&all.units.head);
		assert_int_equal(count_flags(&all, UNIT_SYNC), files[i].keys);
		assert_int_equal(count_flags(&all, UNIT_CUT), 0);
		assert_int_equal(all.units.flags[0], UNIT_SYNC);
		for (size_t n = read_times(&all, timed); n-- > 0;) {
			if (timed[n].flags & UNIT_SYNC)
				assert_true(timed[n].has_cluster);
			assert_true(timed[n].time >= 0);
		}
		assert_true(timed[0].time < 100);
		collect_free(&all);
		bytes_free(&bytes);
	}
}

static void
the_pieces_that_bytes_come_in_change_nothing(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 4096 };

	(void)state;
	for (size_t i = 0; i < FILES; i++) {
		struct bytes bytes = units_file(files[i].name);
		struct collected whole = { 0 }, cut = { 0 };
		void *webm = format_webm.open();

		assert_true(collect_feed(
		    &whole, &format_webm, webm, &bytes, bytes.len));
		format_webm.close(webm);
		for (size_t n = 0; n < sizeof(pieces) / sizeof(*pieces); n++) {
			webm = format_webm.open();
			assert_true(collect_feed(
			    &cut, &format_webm, webm, &bytes, pieces[n]));
			format_webm.close(webm);
			units_same(&whole.units, &cut.units);
			collect_free(&cut);
		}
		collect_free(&whole);
		bytes_free(&bytes);
	}
}

static void
small_streams_may_be_cut_anywhere(void **state)
{
	struct bytes bytes = { 0 };

	(void)state;
	put_head(&bytes, &vp8_opus);
	put_cluster(&bytes, 7);
	put_block(&bytes, VIDEO, 0, true);
	put_block(&bytes, AUDIO, 3, true);
	put_tags(&bytes, "One", "Two");
	put_cluster(&bytes, 300);
	put_block(&bytes, VIDEO, 0, false);
	put_block(&bytes, VIDEO, 40, true);
	units_any_cut(&format_webm, bytes.data, bytes.len);
	bytes_free(&bytes);
}

/* Sound in order; pictures too, but where they come in decoding order. */
static void
check_order(const struct timed *timed, size_t count, bool has_b_frames)
{
	int64_t last[WEBM_TRACKS] = { 0 };

	for (size_t i = 0; i < count; i++) {
		unsigned track = timed[i].track;

		assert_true(track < WEBM_TRACKS);
		if (!has_b_frames || track != VIDEO)
			assert_true(timed[i].time >= last[track]);
		last[track] = timed[i].time;
	}
}

static void
an_encoder_that_returns_goes_on_where_it_stopped(void **state)
{
	static struct timed timed[MOST_TIMED];

	(void)state;
	for (size_t i = 0; i < FILES; i++) {
		struct bytes bytes = units_file(files[i].name);
		struct collected once = { 0 }, twice = { 0 };
		size_t count;
		int64_t gap;

		feed_two(&once, &bytes, NULL, false);
		feed_two(&twice, &bytes, &bytes, true);
		assert_int_equal(twice.heads, 1);
		assert_int_equal(count_flags(&twice, UNIT_CUT), 0);
		assert_int_equal(
		    count_flags(&twice, UNIT_SYNC), 2 * files[i].keys);
		assert_memory_equal(twice.units.bytes.data,
		    once.units.bytes.data, once.units.bytes.len);
		count = read_times(&twice, timed);
		check_order(
		    timed, count, strstr(files[i].name, "bframes") != NULL);
		assert_true(timed[once.units.count].has_cluster);
		gap = timed[once.units.count].time -
		    timed[once.units.count - 1].time;
		assert_true(gap > 0 && gap < 250);
		collect_free(&once);
		collect_free(&twice);
		bytes_free(&bytes);
	}
}

static void
another_codec_cuts(void **state)
{
	struct bytes one = units_file("ffmpeg-vp8-opus-live.webm");
	struct bytes other = units_file("av1.webm");
	struct collected all = { 0 }, alone = { 0 };
	size_t cut;

	(void)state;
	feed_two(&alone, &other, NULL, false);
	feed_two(&all, &one, &other, true);
	assert_int_equal(all.heads, 2);
	cut = all.heads_at[1];
	assert_int_equal(all.units.flags[cut], UNIT_SYNC | UNIT_CUT);
	assert_int_equal(count_flags(&all, UNIT_CUT), 1);
	assert_int_equal(all.units.count - cut, alone.units.count);
	assert_memory_equal(
	    all.units.head.data, alone.units.head.data, alone.units.head.len);
	assert_memory_equal(collect_at(&all, cut), alone.units.bytes.data,
	    alone.units.bytes.len);
	collect_free(&all);
	collect_free(&alone);
	bytes_free(&one);
	bytes_free(&other);
}

static void
a_new_head_within_a_stream_is_like_a_drop(void **state)
{
	struct bytes bytes = { 0 };
	struct collected with = { 0 }, without = { 0 };

	(void)state;
	put_head(&bytes, &vp8_opus);
	put_cluster(&bytes, 0);
	put_block(&bytes, VIDEO, 0, true);
	put_block(&bytes, AUDIO, 3, true);
	feed_two(&with, &bytes, &bytes, true);
	feed_two(&without, &bytes, &bytes, false);
	assert_int_equal(with.heads, 1);
	assert_int_equal(with.units.count, 4);
	units_same(&with.units, &without.units);
	collect_free(&with);
	collect_free(&without);
	bytes_free(&bytes);
}

/* After a drop in the middle of pictures, the next key picture goes on. */
static void
what_no_decoder_can_show_is_left_out(void **state)
{
	static struct timed timed[MOST_TIMED];
	struct bytes one = { 0 }, other = { 0 };
	struct collected all = { 0 };

	(void)state;
	put_head(&one, &vp8_opus);
	put_head(&other, &vp8_opus);
	put_cluster(&one, 1000);
	put_block(&one, VIDEO, 0, false);
	put_block(&one, AUDIO, 0, true);
	put_block(&one, VIDEO, 40, true);
	put_block(&one, AUDIO, 60, true);
	put_block(&one, 5, 70, true); /* nobody told of this track */
	put_cluster(&other, 90000);
	put_block(&other, AUDIO, 0, true);
	put_block(&other, VIDEO, 10, false);
	put_block(&other, VIDEO, 50, true);
	put_block(&other, AUDIO, 5, true); /* this was heard before the drop */
	put_block(&other, AUDIO, 55, true);
	feed_two(&all, &one, &other, true);
	assert_int_equal(read_times(&all, timed), 4);
	assert_int_equal(timed[0].time, 40); /* in a cluster of its own */
	assert_int_equal(timed[1].time, 60);
	assert_int_equal(timed[2].track, VIDEO);
	assert_int_equal(timed[2].flags, UNIT_SYNC);
	assert_int_equal(timed[2].time, 80); /* both tracks have ended */
	assert_int_equal(timed[3].time, 85);
	bytes_free(&one);
	bytes_free(&other);
	collect_free(&all);
}

static void
the_frame_says_whether_it_is_key(void **state)
{
	static struct timed timed[MOST_TIMED];
	struct bytes bytes = { 0 };
	struct collected all = { 0 };

	(void)state;
	put_head(&bytes, &vp8_opus);
	put_cluster(&bytes, 0);
	put_block(&bytes, VIDEO, 0, true);
	/* A key flag on a picture that is none, and the other way round. */
	ebml_put(&bytes, WEBM_SIMPLE_BLOCK, "\x81\0\x28\x80\x11", 5);
	ebml_put(&bytes, WEBM_SIMPLE_BLOCK, "\x81\0\x50\0\x10", 5);
	feed_two(&all, &bytes, NULL, false);
	assert_int_equal(read_times(&all, timed), 3);
	assert_int_equal(timed[1].flags, 0);
	assert_int_equal(timed[2].flags, UNIT_SYNC);
	bytes_free(&bytes);
	collect_free(&all);
}

static void
sound_alone_can_be_joined_ten_times_a_second(void **state)
{
	static struct timed timed[MOST_TIMED];
	struct bytes bytes = { 0 };
	struct collected all = { 0 };

	(void)state;
	put_head(&bytes, &opus);
	put_cluster(&bytes, 500);
	for (int i = 0; i < 50; i++)
		put_block(&bytes, AUDIO, i * 20, false);
	put_cluster(&bytes, 1500);
	put_block(&bytes, AUDIO, 0, false);
	feed_two(&all, &bytes, NULL, false);
	assert_int_equal(read_times(&all, timed), 51);
	for (int i = 0; i < 51; i++) {
		assert_int_equal(timed[i].time, i * 20);
		assert_int_equal(timed[i].flags, i % 5 == 0 ? UNIT_SYNC : 0);
	}
	bytes_free(&bytes);
	collect_free(&all);
}

static void
another_scale_is_brought_to_the_first(void **state)
{
	static struct timed timed[MOST_TIMED];
	struct described finer = vp8_opus;
	struct bytes one = { 0 }, other = { 0 };
	struct collected all = { 0 };

	(void)state;
	finer.scale = 100000;
	put_head(&one, &vp8_opus);
	put_cluster(&one, 0);
	put_block(&one, VIDEO, 0, true);
	put_block(&one, VIDEO, 40, false);
	put_head(&other, &finer);
	put_cluster(&other, 10000);
	put_block(&other, VIDEO, 0, true);
	put_block(&other, VIDEO, 400, false);
	put_block(&other, VIDEO, 30000, false);
	feed_two(&all, &one, &other, true);
	assert_int_equal(all.heads, 1);
	assert_int_equal(read_times(&all, timed), 5);
	assert_int_equal(timed[2].time, 80);
	assert_int_equal(timed[3].time, 120);
	assert_int_equal(timed[4].time, 3080);
	collect_free(&all);
	/* The other way round, times grow beyond 16 bits. */
	feed_two(&all, &other, &one, true);
	assert_int_equal(read_times(&all, timed), 5);
	assert_int_equal(timed[4].time - timed[3].time, 400);
	bytes_free(&one);
	bytes_free(&other);
	collect_free(&all);
}

static void
clusters_that_jump_are_taken_up(void **state)
{
	static const struct {
		uint64_t cluster;
		int64_t time;
	} jumps[] = {
		{ 10000, 0 }, { 10040, 40 },
		{ 0, 80 },          /* back: the clock was set anew */
		{ 40, 120 },        /* and goes on from there */
		{ 5040, 5120 },     /* a hole stays one */
		{ 90000000, 5160 }, /* a day does not */
	};
	static struct timed timed[MOST_TIMED];
	struct bytes bytes = { 0 };
	struct collected all = { 0 };
	size_t count = sizeof(jumps) / sizeof(*jumps);

	(void)state;
	put_head(&bytes, &vp8_opus);
	for (size_t i = 0; i < count; i++) {
		put_cluster(&bytes, jumps[i].cluster);
		put_block(&bytes, VIDEO, 0, true);
	}
	feed_two(&all, &bytes, NULL, false);
	assert_int_equal(read_times(&all, timed), count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(timed[i].time, jumps[i].time);
	bytes_free(&bytes);
	collect_free(&all);
}

static void
tags_between_clusters_name_what_is_on_air(void **state)
{
	static struct timed timed[MOST_TIMED];
	struct described described = vp8_opus;
	struct bytes bytes = { 0 };
	struct collected all = { 0 };

	(void)state;
	described.title = "First";
	described.artist = "Somebody";
	put_head(&bytes, &described);
	put_cluster(&bytes, 0);
	put_block(&bytes, VIDEO, 0, true);
	put_tags(&bytes, "Somebody", "Second");
	put_cluster(&bytes, 40);
	put_block(&bytes, VIDEO, 0, false);
	put_block(&bytes, VIDEO, 40, true);
	feed_two(&all, &bytes, NULL, false);
	assert_int_equal(read_times(&all, timed), 4);
	assert_int_equal(timed[1].track, 0);
	assert_int_equal(timed[1].flags, 0);
	assert_true(timed[2].has_cluster);
	assert_int_equal(all.heads, 2);
	assert_int_equal(all.heads_at[1], 2);
	check_head(&all.units.head);
	assert_memory_equal(all.titles.data,
	    "Somebody - First\0Somebody - Second", all.titles.len);
	assert_int_equal(all.titles.len, 17 + 18);
	bytes_free(&bytes);
	collect_free(&all);
}

static void
a_doc_type_follows_the_codecs(void **state)
{
	static const struct {
		const char *doc_type, *video, *audio, *out, *media_type;
	} table[] = {
		{ "matroska", "V_VP9", "A_VORBIS", "webm", "video/webm" },
		{ "webm", "V_VP8", "A_AAC", "matroska", "video/x-matroska" },
		{ "webm", NULL, "A_OPUS", "webm", "audio/webm" },
		{ "matroska", NULL, "A_FLAC", "matroska", "audio/x-matroska" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct described described = {
			.doc_type = table[i].doc_type,
			.video = table[i].video,
			.audio = table[i].audio
		};
		struct bytes bytes = { 0 };
		struct collected all = { 0 };
		struct media_facts facts;
		struct ebml_span span;
		struct ebml_child child;
		void *webm = format_webm.open();

		put_head(&bytes, &described);
		put_cluster(&bytes, 0);
		ebml_put(&bytes, WEBM_SIMPLE_BLOCK,
		    table[i].video != NULL ? "\x81\0\0\x80\x80"
					   : "\x82\0\0\x80\x80",
		    5);
		assert_true(
		    collect_feed(&all, &format_webm, webm, &bytes, 1000));
		format_webm.facts(webm, &facts);
		assert_string_equal(facts.media_type, table[i].media_type);
		format_webm.close(webm);
		span = (struct ebml_span){ all.units.head.data,
			all.units.head.len };
		assert_true(ebml_next(&span, &child));
		span = (struct ebml_span){ child.data, child.len };
		while (ebml_next(&span, &child) && child.id != 0x4282)
			;
		assert_true(ebml_text_is(&child, table[i].out));
		bytes_free(&bytes);
		collect_free(&all);
	}
}

TEST_MAIN(TEST(every_key_picture_of_real_streams_is_a_place_to_start),
    TEST(the_pieces_that_bytes_come_in_change_nothing),
    TEST(small_streams_may_be_cut_anywhere),
    TEST(an_encoder_that_returns_goes_on_where_it_stopped),
    TEST(another_codec_cuts), TEST(a_new_head_within_a_stream_is_like_a_drop),
    TEST(what_no_decoder_can_show_is_left_out),
    TEST(the_frame_says_whether_it_is_key),
    TEST(sound_alone_can_be_joined_ten_times_a_second),
    TEST(another_scale_is_brought_to_the_first),
    TEST(clusters_that_jump_are_taken_up),
    TEST(tags_between_clusters_name_what_is_on_air),
    TEST(a_doc_type_follows_the_codecs))
