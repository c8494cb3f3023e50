/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "units.h"

static const uint8_t lc44[7] = { 0xff, 0xf1, 0x50, 0x80, 0, 0x1f, 0xfc };

static void
add_frames(struct bytes *bytes, const uint8_t header[7], size_t len, int count)
{
	uint8_t *room;

	while (count-- > 0) {
		room = bytes_room(bytes, len);
		memset(room, 0x21, len);
		memcpy(room, header, 7);
		room[3] = (uint8_t)((room[3] & 0xfc) | len >> 11);
		room[4] = (uint8_t)(len >> 3);
		room[5] = (uint8_t)((room[5] & 0x1f) | len << 5);
		bytes_added(bytes, len);
	}
}

static void
headers_are_told_from_others(void **state)
{
	static const struct {
		uint8_t header[7];
		size_t len;
		size_t count;
		unsigned sample_rate, channels;
	} rows[] = {
		{ { 0xff, 0xf1, 0x50, 0x80, 0, 0x1f, 0xfc }, 400, 4, 44100, 2 },
		{ { 0xff, 0xf9, 0x50, 0x80, 0, 0x1f, 0xfc }, 400, 4, 44100, 2 },
		{ { 0xff, 0xf0, 0x4c, 0x40, 0, 0x1f, 0xfc }, 90, 4, 48000, 1 },
		{ { 0xff, 0xf1, 0x71, 0xc0, 0, 0x1f, 0xfc }, 8191, 4, 7350, 8 },
		{ { 0xff, 0xf1, 0x50, 0x80, 0, 0x1f, 0xfc }, 8, 4, 44100, 2 },
		{ { 0xff, 0xf1, 0x50, 0x80, 0, 0x1f, 0xfc }, 7, 0, 0, 0 },
		{ { 0xff, 0xf0, 0x50, 0x80, 0, 0x1f, 0xfc }, 9, 0, 0, 0 },
		{ { 0xff, 0xf1, 0x74, 0x80, 0, 0x1f, 0xfc }, 90, 0, 0, 0 },
		{ { 0xff, 0xf3, 0x50, 0x80, 0, 0x1f, 0xfc }, 90, 0, 0, 0 },
		{ { 0xff, 0xe1, 0x50, 0x80, 0, 0x1f, 0xfc }, 90, 0, 0, 0 },
	};
	struct media_facts facts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct units units = { 0 };
		struct bytes bytes = { 0 };
		void *adts = format_adts.open();

		add_frames(&bytes, rows[i].header, rows[i].len, 4);
		assert_true(units_feed(&units, &format_adts, adts, bytes.data,
		    bytes.len, bytes.len));
		format_adts.facts(adts, &facts);
		assert_int_equal(units.count, rows[i].count);
		assert_int_equal(facts.sample_rate, rows[i].sample_rate);
		assert_int_equal(facts.channels, rows[i].channels);
		format_adts.close(adts);
		units_free(&units);
		bytes_free(&bytes);
	}
}

static void
every_frame_of_a_real_stream_is_a_place_to_start(void **state)
{
	struct bytes bytes = units_file("aac128.adts");
	struct units units = { 0 };
	struct media_facts facts;
	void *adts = format_adts.open();
	size_t i, at = 0;

	(void)state;
	assert_true(units_feed(
	    &units, &format_adts, adts, bytes.data, bytes.len, 1460));
	assert_true(units.count > 400);
	for (i = 0; i < units.count; i++) {
		assert_int_equal(units.flags[i], UNIT_SYNC);
		assert_int_equal(units.bytes.data[at], 0xff);
		at += units.lens[i];
	}
	assert_memory_equal(units.bytes.data, bytes.data, units.bytes.len);
	format_adts.facts(adts, &facts);
	assert_string_equal(facts.media_type, "audio/aac");
	assert_true(facts.bitrate > 100000 && facts.bitrate < 150000);
	format_adts.close(adts);
	units_any_cut(&format_adts, bytes.data, 3000);
	units_free(&units);
	bytes_free(&bytes);
}

static void
lost_frames_are_looked_for(void **state)
{
	struct bytes bytes = { 0 };
	struct units units = { 0 };
	void *adts = format_adts.open();

	(void)state;
	bytes_text(&bytes, "some rest \xff\xf1z");
	add_frames(&bytes, lc44, 300, 3);
	bytes_text(&bytes, "rubbish \xff\xff\xf1");
	add_frames(&bytes, lc44, 200, 3);
	assert_true(
	    units_feed(&units, &format_adts, adts, bytes.data, bytes.len, 100));
	assert_int_equal(units.count, 6);
	format_adts.close(adts);
	units_any_cut(&format_adts, bytes.data, bytes.len);
	units_free(&units);
	bytes_free(&bytes);
}

static void
a_flood_is_given_up_soon(void **state)
{
	struct units units = { 0 };
	void *adts = format_adts.open();
	uint8_t flood[1000];
	size_t fed;

	(void)state;
	memset(flood, 0xff, sizeof(flood));
	for (fed = 0; fed < 1 << 20; fed += sizeof(flood))
		if (!units_feed(&units, &format_adts, adts, flood,
			sizeof(flood), sizeof(flood)))
			break;
	assert_true(fed < 68 << 10);
	assert_non_null(units.why);
	format_adts.close(adts);
	units_free(&units);
}

static void
a_new_encoding_continues_when_decoders_can(void **state)
{
	static const struct {
		uint8_t header[7];
		unsigned flags;
	} rows[] = {
		{ { 0xff, 0xf1, 0x50, 0x80, 0, 0x1f, 0xfc }, UNIT_SYNC },
		{ { 0xff, 0xf1, 0x4c, 0x80, 0, 0x1f, 0xfc },
		    UNIT_SYNC | UNIT_CUT },
		{ { 0xff, 0xf1, 0x50, 0x40, 0, 0x1f, 0xfc },
		    UNIT_SYNC | UNIT_CUT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes first = { 0 }, second = { 0 };
		struct units units = { 0 };
		void *adts = format_adts.open();

		add_frames(&first, lc44, 300, 4);
		add_frames(&second, rows[i].header, 200, 4);
		assert_true(units_feed(&units, &format_adts, adts, first.data,
		    first.len - 100, 50));
		format_adts.resume(adts);
		assert_true(units_feed(
		    &units, &format_adts, adts, second.data, second.len, 50));
		assert_int_equal(units.count, 7);
		assert_int_equal(units.flags[3], rows[i].flags);
		assert_int_equal(units.flags[4], UNIT_SYNC);
		format_adts.close(adts);
		units_free(&units);
		bytes_free(&first);
		bytes_free(&second);
	}
}

TEST_MAIN(TEST(headers_are_told_from_others),
    TEST(every_frame_of_a_real_stream_is_a_place_to_start),
    TEST(lost_frames_are_looked_for), TEST(a_flood_is_given_up_soon),
    TEST(a_new_encoding_continues_when_decoders_can))
