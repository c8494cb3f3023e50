/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "units.h"

#define CBR128 0xfffb9000u /* MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 */

static void
add_frame(struct bytes *bytes, uint32_t header, size_t len)
{
	uint8_t *room = bytes_room(bytes, len);

	memset(room, 0x55, len);
	room[0] = (uint8_t)(header >> 24);
	room[1] = (uint8_t)(header >> 16);
	room[2] = (uint8_t)(header >> 8);
	room[3] = (uint8_t)header;
	bytes_added(bytes, len);
}

static void
add_frames(struct bytes *bytes, uint32_t header, size_t len, int count)
{
	while (count-- > 0)
		add_frame(bytes, header, len);
}

static void
feed_all(struct units *units, const struct bytes *bytes, bool expected)
{
	void *state = format_mp3.open();

	assert_int_equal(units_feed(units, &format_mp3, state, bytes->data,
			     bytes->len, 1000),
	    expected);
	format_mp3.close(state);
}

static void
frame_lengths_follow_the_header(void **state)
{
	static const struct {
		uint32_t header;
		size_t len; /* 0: no such header */
		unsigned sample_rate, channels, bitrate;
	} rows[] = {
		{ 0xfffb9000, 417, 44100, 2, 128000 },
		{ 0xfffb9200, 418, 44100, 2, 128000 },
		{ 0xfffb94c0, 384, 48000, 1, 128000 },
		{ 0xfffbe800, 1440, 32000, 2, 320000 },
		{ 0xfffa9000, 417, 44100, 2, 128000 }, /* with a checksum */
		{ 0xfff38000, 208, 22050, 2, 64000 },
		{ 0xffe310c0, 52, 11025, 1, 8000 },
		{ 0xffe318c0, 72, 8000, 1, 8000 },
		{ 0xfffd9000, 522, 44100, 2, 160000 }, /* layer II */
		{ 0xfffdb400, 672, 48000, 2, 224000 },
		{ 0xffff9000, 312, 44100, 2, 288000 }, /* layer I */
		{ 0xfffb0000, 0, 0, 0, 0 },            /* free format */
		{ 0xfffbf000, 0, 0, 0, 0 },
		{ 0xfffb9c00, 0, 0, 0, 0 },
		{ 0xffeb9000, 0, 0, 0, 0 },
		{ 0xfff99000, 0, 0, 0, 0 },
		{ 0xff1b9000, 0, 0, 0, 0 },
	};
	struct media_facts facts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct units units = { 0 };
		struct bytes bytes = { 0 };
		void *mp3 = format_mp3.open();

		add_frames(&bytes, rows[i].header,
		    rows[i].len > 0 ? rows[i].len : 417, 4);
		assert_true(units_feed(&units, &format_mp3, mp3, bytes.data,
		    bytes.len, bytes.len));
		format_mp3.facts(mp3, &facts);
		assert_int_equal(units.count, rows[i].len > 0 ? 4 : 0);
		if (rows[i].len > 0)
			assert_int_equal(units.lens[3], rows[i].len);
		assert_int_equal(facts.sample_rate, rows[i].sample_rate);
		assert_int_equal(facts.channels, rows[i].channels);
		assert_int_equal(facts.bitrate, rows[i].bitrate);
		format_mp3.close(mp3);
		units_free(&units);
		bytes_free(&bytes);
	}
}

static void
every_frame_of_a_real_stream_is_a_place_to_start(void **state)
{
	struct bytes bytes = units_file("cbr128.mp3");
	struct units units = { 0 };
	size_t i, at = 0;

	(void)state;
	feed_all(&units, &bytes, true);
	assert_true(units.count > 470);
	for (i = 0; i < units.count; i++) {
		assert_int_equal(units.flags[i], UNIT_SYNC);
		assert_int_equal(units.bytes.data[at], 0xff);
		at += units.lens[i];
	}
	assert_null(memmem(units.bytes.data, 2000, "Info", 4));
	assert_null(memmem(units.bytes.data, 2000, "ID3", 3));
	assert_int_equal(units.heads.len, 0);
	units_free(&units);
	bytes_free(&bytes);
}

static void
tags_are_dropped(void **state)
{
	static const uint8_t id3[] = { 'I', 'D', '3', 4, 0, 0, 0, 0, 1, 2 };
	struct bytes bytes = { 0 };
	struct units units = { 0 };
	uint8_t tag[130] = { 0xff, 0xfb, 0x90 };
	int i;

	(void)state;
	for (i = 0; i < 2; i++) { /* as when files are sent one by one */
		bytes_append(&bytes, id3, sizeof(id3));
		bytes_append(&bytes, tag, 130);
		add_frame(&bytes, CBR128, 417);
		memset(bytes.data + bytes.len - 413, 0, 413);
		memcpy(bytes.data + bytes.len - 417 + 36, "Xing", 4);
		add_frames(&bytes, CBR128, 417, 3);
		bytes_text(&bytes, "TAG");
		bytes_append(&bytes, tag, 125);
	}
	feed_all(&units, &bytes, true);
	assert_int_equal(units.count, 6);
	assert_int_equal(units.bytes.len, 6 * 417);
	units_any_cut(&format_mp3, bytes.data, bytes.len);
	units_free(&units);
	bytes_free(&bytes);
}

static void
lost_frames_are_looked_for(void **state)
{
	struct bytes bytes = { 0 };
	struct units units = { 0 };

	(void)state;
	bytes_text(&bytes, "the end of a frame \xff\xfb\x90 and so on");
	add_frames(&bytes, CBR128, 417, 4);
	bytes_text(&bytes, "rubbish \xff\xff\xff");
	add_frames(&bytes, CBR128, 417, 3);
	feed_all(&units, &bytes, true);
	assert_int_equal(units.count, 7);
	units_any_cut(&format_mp3, bytes.data, bytes.len);
	units_free(&units);
	bytes_free(&bytes);
}

static void
rubbish_is_given_up_soon(void **state)
{
	static const uint8_t fillers[] = { 0xff, 0x00, 0xfb, 'I', 'T' };
	uint8_t flood[1000];
	size_t i, fed;

	(void)state;
	for (i = 0; i < sizeof(fillers); i++) {
		struct units units = { 0 };
		void *mp3 = format_mp3.open();

		memset(flood, fillers[i], sizeof(flood));
		for (fed = 0; fed < 1 << 20; fed += sizeof(flood))
			if (!units_feed(&units, &format_mp3, mp3, flood,
				sizeof(flood), sizeof(flood)))
				break;
		assert_true(fed < 68 << 10);
		assert_non_null(units.why);
		assert_int_equal(units.count, 0);
		format_mp3.close(mp3);
		units_free(&units);
	}
}

static void
a_new_encoding_continues_when_decoders_can(void **state)
{
	static const struct {
		uint32_t header;
		size_t len;
		unsigned flags;
	} rows[] = {
		{ 0xfffb9000, 417, UNIT_SYNC },
		{ 0xfffba000, 522, UNIT_SYNC },            /* other bit rate */
		{ 0xfffb9040, 417, UNIT_SYNC },            /* joint stereo */
		{ 0xfffb90c0, 417, UNIT_SYNC | UNIT_CUT }, /* mono */
		{ 0xfffb9400, 384, UNIT_SYNC | UNIT_CUT }, /* 48 kHz */
		{ 0xfff38000, 208, UNIT_SYNC | UNIT_CUT }, /* MPEG-2 */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes first = { 0 }, second = { 0 };
		struct units units = { 0 };
		void *mp3 = format_mp3.open();

		add_frames(&first, CBR128, 417, 4);
		add_frames(&second, rows[i].header, rows[i].len, 4);
		assert_true(units_feed(
		    &units, &format_mp3, mp3, first.data, first.len - 100, 50));
		format_mp3.resume(mp3);
		assert_true(units_feed(
		    &units, &format_mp3, mp3, second.data, second.len, 50));
		assert_int_equal(units.count, 3 + 4);
		assert_int_equal(units.flags[3], rows[i].flags);
		assert_int_equal(units.flags[4], UNIT_SYNC);
		assert_int_equal(units.lens[3], rows[i].len);
		format_mp3.close(mp3);
		units_free(&units);
		bytes_free(&first);
		bytes_free(&second);
	}
}

static void
a_varying_bit_rate_is_averaged(void **state)
{
	struct bytes bytes = { 0 };
	struct units units = { 0 };
	struct media_facts facts;
	void *mp3 = format_mp3.open();

	(void)state;
	add_frames(&bytes, 0xfffb9400, 384, 3); /* 128 kbit/s */
	add_frames(&bytes, 0xfffbb400, 576, 3); /* 192 kbit/s */
	assert_true(
	    units_feed(&units, &format_mp3, mp3, bytes.data, bytes.len, 100));
	format_mp3.facts(mp3, &facts);
	assert_int_equal(facts.bitrate, 160000);
	assert_string_equal(facts.codecs, "mp3");
	assert_string_equal(facts.media_type, "audio/mpeg");
	assert_true(facts.takes_icy);
	format_mp3.close(mp3);
	units_free(&units);
	bytes_free(&bytes);
}

TEST_MAIN(TEST(frame_lengths_follow_the_header),
    TEST(every_frame_of_a_real_stream_is_a_place_to_start),
    TEST(tags_are_dropped), TEST(lost_frames_are_looked_for),
    TEST(rubbish_is_given_up_soon),
    TEST(a_new_encoding_continues_when_decoders_can),
    TEST(a_varying_bit_rate_is_averaged))
