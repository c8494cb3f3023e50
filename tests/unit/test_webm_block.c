/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "webm_streams.h"

#define FRAME(bytes) bytes, sizeof(bytes) - 1

static const struct {
	const char *codec_id;
	const char *frame;
	size_t len;
	enum webm_key key;
} frames[] = {
	{ "V_VP8", FRAME("\x10"), WEBM_KEY_YES },
	{ "V_VP8", FRAME("\x11"), WEBM_KEY_NO },
	{ "V_VP8", FRAME(""), WEBM_KEY_NO },
	{ "V_VP9", FRAME("\x82"), WEBM_KEY_YES },
	{ "V_VP9", FRAME("\x86"), WEBM_KEY_NO },
	{ "V_VP9", FRAME("\x88"), WEBM_KEY_NO },  /* shown again */
	{ "V_VP9", FRAME("\xb1"), WEBM_KEY_YES }, /* profile 3 */
	{ "V_VP9", FRAME("\xb2"), WEBM_KEY_NO },
	{ "V_VP9", FRAME("\x02"), WEBM_KEY_UNKNOWN }, /* no VP9 */
	{ "V_AV1", FRAME("\x12\0\x0a\1\0\x32\1\0"), WEBM_KEY_UNKNOWN },
	{ "V_AV1", FRAME("\x12\0\x32\1\0"), WEBM_KEY_NO },
	{ "V_AV1", FRAME("\x12\x85"), WEBM_KEY_NO },
	{ "V_AV1", FRAME("\x12\x05\0"), WEBM_KEY_NO },
	{ "V_MPEG4/ISO/AVC", FRAME("\0\0\0\2\x09\x10\0\0\0\1\x65"),
	    WEBM_KEY_YES },
	{ "V_MPEG4/ISO/AVC", FRAME("\0\0\0\1\x41"), WEBM_KEY_NO },
	{ "V_MPEG4/ISO/AVC", FRAME("\0\0\0\2\6\6\0\0\0\1\x41"),
	    WEBM_KEY_UNKNOWN },
	{ "V_MPEG4/ISO/AVC", FRAME("\0\0\0\1\x67\0\0\0\1\x41"),
	    WEBM_KEY_UNKNOWN },
	{ "V_MPEG4/ISO/AVC", FRAME("\0\0\0\5\x65"), WEBM_KEY_NO },
	{ "V_MPEGH/ISO/HEVC", FRAME("\0\0\0\1\x40\0\0\0\1\x26"), WEBM_KEY_YES },
	{ "V_MPEGH/ISO/HEVC", FRAME("\0\0\0\1\2"), WEBM_KEY_NO },
};

static void
frames_say_whether_they_are_key(void **state)
{
	const struct webm_track track = { .length_bytes = 4 };

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		const struct webm_codec *codec = webm_codec_of(
		    frames[i].codec_id);
		uint8_t *frame = mem_copy(frames[i].frame, frames[i].len);
		enum webm_key key = codec->key(&track, frame, frames[i].len);

		if (key != frames[i].key)
			print_error("row %zu\n", i);
		assert_int_equal(key, frames[i].key);
		free(frame);
	}
}

static void
codecs_are_known_by_the_start_of_their_id(void **state)
{
	(void)state;
	assert_string_equal(webm_codec_of("A_AAC/MPEG4/LC")->name, "aac");
	assert_string_equal(webm_codec_of("V_MPEG4/ISO/AVC")->name, "h264");
	assert_string_equal(webm_codec_of("V_MPEG4/ISO/ASP")->name, "mpeg4");
	assert_string_equal(webm_codec_of("A_OPUSX")->name, "");
	assert_string_equal(webm_codec_of("")->name, "");
}

/* One track of H.264 without CodecPrivate. */
static void
put_avc_head(struct bytes *to)
{
	const struct described described = { .doc_type = "matroska",
		.video = "V_MPEG4/ISO/AVC" };

	put_head(to, &described);
	put_cluster(to, 0);
}

static void
start_codes_become_lengths(void **state)
{
	static const char frame[] = "\x81\0\0\x80"
				    "\0\0\0\1\x67\1\2\3\0\0\1\x68\4\0\0\0\1"
				    "\x65\5\0";
	static const char out[] = "\x81\0\0\x80"
				  "\0\0\0\4\x67\1\2\3\0\0\0\2\x68\4\0\0\0\2"
				  "\x65\5";
	static const char setup[] = "\1\1\2\3\xff\xe1\0\4\x67\1\2\3\1\0\2\x68"
				    "\4";
	const uint32_t kinds[] = { WEBM_SIMPLE_BLOCK, WEBM_BLOCK };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bytes bytes = { 0 }, block = { 0 }, want = { 0 };
		struct collected all = { 0 };

		put_avc_head(&bytes);
		ebml_put(&block, kinds[i], frame, sizeof(frame) - 1);
		ebml_put(&want, kinds[i], out, sizeof(out) - 1);
		if (i == 0)
			bytes_append(&bytes, block.data, block.len);
		else
			put_master(&bytes, WEBM_BLOCK_GROUP, &block);
		feed_two(&all, &bytes, &bytes, true);
		assert_int_equal(all.units.count, 2);
		assert_int_equal(all.units.flags[1], UNIT_SYNC);
		assert_int_equal(all.heads, 1);
		assert_memory_equal(
		    all.units.bytes.data + all.units.lens[0] - want.len,
		    want.data, want.len);
		assert_memory_equal(all.units.head.data + all.units.head.len -
			(sizeof(setup) - 1),
		    setup, sizeof(setup) - 1);
		bytes_free(&bytes);
		bytes_free(&block);
		bytes_free(&want);
		collect_free(&all);
	}
}

static void
new_parameter_sets_make_a_new_head(void **state)
{
	static const char one[] =
	    "\x81\0\0\x80\0\0\0\1\x67\1\2\3\0\0\0\1\x68\4\0\0\0\1\x65\5";
	static const char other[] =
	    "\x81\0\x28\x80\0\0\0\1\x67\1\2\4\0\0\0\1\x68\4\0\0\0\1\x65\5";
	static const char bare[] = "\x81\0\x50\x80\0\0\0\1\x65\5";
	struct bytes bytes = { 0 };
	struct collected all = { 0 };

	(void)state;
	put_avc_head(&bytes);
	/* Without parameter sets it cannot be the first. */
	ebml_put(&bytes, WEBM_SIMPLE_BLOCK, bare, sizeof(bare) - 1);
	ebml_put(&bytes, WEBM_SIMPLE_BLOCK, one, sizeof(one) - 1);
	ebml_put(&bytes, WEBM_SIMPLE_BLOCK, other, sizeof(other) - 1);
	ebml_put(&bytes, WEBM_SIMPLE_BLOCK, bare, sizeof(bare) - 1);
	feed_two(&all, &bytes, NULL, false);
	assert_int_equal(all.units.count, 3);
	assert_int_equal(all.heads, 2);
	assert_int_equal(all.heads_at[1], 1);
	assert_int_equal(all.units.flags[1], UNIT_SYNC);
	assert_int_equal(all.units.flags[2], UNIT_SYNC);
	bytes_free(&bytes);
	collect_free(&all);
}

TEST_MAIN(TEST(frames_say_whether_they_are_key),
    TEST(codecs_are_known_by_the_start_of_their_id),
    TEST(start_codes_become_lengths), TEST(new_parameter_sets_make_a_new_head))
