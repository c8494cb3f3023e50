/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "collect.h"
#include "format/flac.h"

#define FIXED    0xf8
#define VARIABLE 0xf9

/* At most so many samples in a frame, 44.1 kHz, stereo, 16 bits. */
static void
add_head(struct bytes *bytes, unsigned most_samples, const char *comment)
{
	uint8_t info[FLAC_INFO_BYTES] = { 0x10, 0, 0x10, 0, 1, 2, 3, 4, 5, 6,
		0x0a, 0xc4, 0x42, 0xf7, 9, 9, 9, 9 };
	uint8_t block[300] = { 0x84 };
	size_t len = strlen(comment);

	info[2] = (uint8_t)(most_samples >> 8);
	bytes_append(bytes, "fLaC\0\0\0\42", 8);
	bytes_append(bytes, info, sizeof(info));
	bytes_append(bytes, "\1\0\1\0", 4); /* padding, 256 bytes */
	memset(bytes_room(bytes, 256), 0, 256);
	bytes_added(bytes, 256);
	block[3] = (uint8_t)(12 + len);
	block[8] = 1;
	block[12] = (uint8_t)len;
	memcpy(block + 16, comment, len);
	bytes_append(bytes, block, 16 + len);
}

/* A stereo frame; its first bytes look like a frame of their own. */
static void
add_frame(struct bytes *bytes, uint8_t kind, uint64_t number)
{
	uint8_t frame[80] = { 0xff, kind, 0xc9, 0x18 };
	size_t len = 4 + flac_number(number, frame + 4);
	uint16_t crc;

	frame[len] = flac_crc8(frame, len);
	len++;
	memcpy(frame + len, frame, len);
	len *= 2;
	memset(frame + len, (int)(number & 0xff), 30);
	len += 30;
	crc = flac_crc16(0, frame, len);
	frame[len++] = (uint8_t)(crc >> 8);
	frame[len++] = (uint8_t)crc;
	bytes_append(bytes, frame, len);
}

static void
add_frames(struct bytes *bytes, uint8_t kind, uint64_t number, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		add_frame(bytes, kind,
		    kind == FIXED ? number + i : number + i * 4096);
}

static void
feed_parts(struct collected *all, const struct bytes *first,
    const struct bytes *second)
{
	const struct format_out out = collect_out(all);
	void *flac = format_flac.open();

	assert_true(collect_feed(all, &format_flac, flac, first, 100));
	if (second != NULL) {
		format_flac.resume(flac);
		assert_true(collect_feed(all, &format_flac, flac, second, 100));
	}
	format_flac.finish(flac, &out);
	format_flac.finish(flac, &out);
	format_flac.close(flac);
}

/* Number of the frame that a unit is; both its checksums are right. */
static uint64_t
unit_number(const struct collected *all, size_t unit)
{
	const uint8_t *bytes = collect_at(all, unit);
	size_t len = all->units.lens[unit];
	struct flac_frame frame;

	assert_int_equal(flac_frame_parse(bytes, len, &frame), FLAC_YES);
	assert_int_equal(flac_crc16(0, bytes, len), 0);
	return frame.number;
}

static const struct {
	uint8_t bytes[16];
	size_t len; /* without the checksum */
	enum flac_found found;
	uint64_t number;
	unsigned block, rate, channels, bits;
} header_rows[] = {
	{ { 0xff, 0xf8, 0xc9, 0x18, 0 }, 5, FLAC_YES, 0, 4096, 44100, 2, 16 },
	{ { 0xff, 0xf8, 0x10, 0x00, 0x7f }, 5, FLAC_YES, 127, 192, 0, 1, 0 },
	{ { 0xff, 0xf8, 0x5a, 0xac, 0xc2, 0x80 }, 6, FLAC_YES, 128, 4608, 48000,
	    2, 24 },
	{ { 0xff, 0xf9, 0x6c, 0x7e, 0xfe, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf,
	      99, 44 },
	    13, FLAC_YES, 0xfffffffff, 100, 44000, 8, 32 },
	{ { 0xff, 0xf8, 0x7d, 0x18, 0, 1, 0, 0xac, 0x44 }, 9, FLAC_YES, 0, 257,
	    44100, 2, 16 },
	{ { 0xff, 0xf8, 0x7e, 0x18, 0, 1, 0, 0xac, 0x44 }, 9, FLAC_YES, 0, 257,
	    441000, 2, 16 },
	{ { 0xff, 0xf8, 0x09, 0x18, 0 }, 5, FLAC_NO, 0, 0, 0, 0, 0 },
	{ { 0xff, 0xf8, 0xcf, 0x18, 0 }, 5, FLAC_NO, 0, 0, 0, 0, 0 },
	{ { 0xff, 0xf8, 0xc9, 0xb8, 0 }, 5, FLAC_NO, 0, 0, 0, 0, 0 },
	{ { 0xff, 0xf8, 0xc9, 0x16, 0 }, 5, FLAC_NO, 0, 0, 0, 0, 0 },
	{ { 0xff, 0xf8, 0xc9, 0x19, 0 }, 5, FLAC_NO, 0, 0, 0, 0, 0 },
	{ { 0xff, 0xf8, 0xc9, 0x18, 0x80 }, 5, FLAC_NO, 0, 0, 0, 0, 0 },
	{ { 0xff, 0xf8, 0xc9, 0x18, 0xc2, 0x00 }, 6, FLAC_NO, 0, 0, 0, 0, 0 },
	{ { 0xff, 0xf8, 0xc9, 0x18, 0xfe, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf },
	    11, FLAC_NO, 0, 0, 0, 0, 0 }, /* a frame has 31 bits */
	{ { 0xff, 0xfa, 0xc9, 0x18, 0 }, 5, FLAC_NO, 0, 0, 0, 0, 0 },
};

static void
frame_headers_are_read_as_they_are_written(void **state)
{
	struct flac_frame frame;
	uint8_t bytes[17];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(header_rows) / sizeof(header_rows[0]); i++) {
		memcpy(bytes, header_rows[i].bytes, header_rows[i].len);
		bytes[header_rows[i].len] = flac_crc8(
		    bytes, header_rows[i].len);
		assert_int_equal(
		    flac_frame_parse(bytes, header_rows[i].len + 1, &frame),
		    header_rows[i].found);
		if (header_rows[i].found == FLAC_NO)
			continue;
		assert_int_equal(frame.number, header_rows[i].number);
		assert_int_equal(frame.block, header_rows[i].block);
		assert_int_equal(frame.rate, header_rows[i].rate);
		assert_int_equal(frame.channels, header_rows[i].channels);
		assert_int_equal(frame.bits, header_rows[i].bits);
		assert_int_equal(frame.header_bytes, header_rows[i].len + 1);
		for (len = 0; len <= header_rows[i].len; len++)
			assert_int_equal(
			    flac_frame_parse(bytes, len, &frame), FLAC_MORE);
		bytes[header_rows[i].len] ^= 1;
		assert_int_equal(
		    flac_frame_parse(bytes, header_rows[i].len + 1, &frame),
		    FLAC_NO);
	}
}

static void
checksums_are_those_of_the_standard(void **state)
{
	(void)state;
	/* CRC-8 and CRC-16/UMTS of their usual check string */
	assert_int_equal(flac_crc8((const uint8_t *)"123456789", 9), 0xf4);
	assert_int_equal(
	    flac_crc16(0, (const uint8_t *)"123456789", 9), 0xfee8);
}

static void
a_live_head_tells_no_length(void **state)
{
	static const uint8_t head[42] = { 'f', 'L', 'a', 'C', 0x80, 0, 0, 34,
		0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0xc4, 0x42, 0xf0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 };
	size_t i;

	(void)state;
	add_head(&bytes, 4096, "TITLE=Song");
	add_frames(&bytes, FIXED, 0, 200);
	feed_parts(&all, &bytes, NULL);
	assert_int_equal(all.heads, 1);
	assert_int_equal(all.heads_at[0], 0);
	assert_int_equal(all.units.head.len, sizeof(head));
	assert_memory_equal(all.units.head.data, head, sizeof(head));
	assert_string_equal((char *)all.titles.data, "Song");
	assert_int_equal(all.units.count, 200);
	for (i = 0; i < 200; i++) {
		assert_int_equal(unit_number(&all, i), i);
		assert_int_equal(all.units.flags[i], UNIT_SYNC);
	}
	bytes_free(&bytes);
	collect_free(&all);
}

static void
a_damaged_frame_is_left_out(void **state)
{
	struct collected all = { 0 };
	struct bytes bytes = { 0 };
	size_t head_len;

	(void)state;
	add_head(&bytes, 4096, "A=b");
	head_len = bytes.len;
	add_frames(&bytes, FIXED, 0, 5);
	bytes.data[head_len + (bytes.len - head_len) / 2] ^= 0x10;
	feed_parts(&all, &bytes, NULL);
	assert_int_equal(all.units.count, 4);
	assert_int_equal(unit_number(&all, 1), 1);
	assert_int_equal(unit_number(&all, 2), 3);
	bytes_free(&bytes);
	collect_free(&all);
}

static void
a_returning_encoder_goes_on_counting(void **state)
{
	static const struct {
		uint8_t kind;
		uint64_t start, next; /* of the new encoding; ours */
	} rows[] = {
		{ FIXED, 0, 130 },
		{ FIXED, 1000, 130 },
		{ VARIABLE, 0, 130 * 4096 },
		{ VARIABLE, 0xfff000000, 130 * 4096 },
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct collected all = { 0 };
		struct bytes bytes = { 0 }, later = { 0 };
		uint64_t step = rows[i].kind == FIXED ? 1 : 4096;

		add_head(&bytes, 4096, "A=b");
		/* The last waits for a next one that never comes. */
		add_frames(&bytes, rows[i].kind, 0, 131);
		add_head(&later, 4096, "TITLE=Later");
		add_frames(&later, rows[i].kind, rows[i].start, 5);
		feed_parts(&all, &bytes, &later);
		assert_int_equal(all.units.count, 135);
		for (n = 130; n < 135; n++) {
			assert_int_equal(all.units.flags[n], UNIT_SYNC);
			assert_int_equal(unit_number(&all, n),
			    rows[i].next + (n - 130) * step);
		}
		assert_int_equal(all.heads, 1);
		assert_string_equal((char *)all.titles.data, "Later");
		bytes_free(&bytes);
		bytes_free(&later);
		collect_free(&all);
	}
}

static void
another_kind_of_encoding_is_cut(void **state)
{
	static const struct {
		unsigned most_samples;
		uint8_t kind;
		size_t heads;
	} rows[] = {
		{ 8192, FIXED, 2 },
		{ 4096, VARIABLE, 1 }, /* frames of both kinds do not mix */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct collected all = { 0 };
		struct bytes bytes = { 0 }, later = { 0 };

		add_head(&bytes, 4096, "A=b");
		add_frames(&bytes, FIXED, 0, 4);
		add_head(&later, rows[i].most_samples, "A=b");
		add_frames(&later, rows[i].kind, 0, 2);
		feed_parts(&all, &bytes, &later);
		assert_int_equal(all.heads, rows[i].heads);
		assert_int_equal(all.units.count, 5);
		assert_int_equal(all.units.flags[3], UNIT_SYNC | UNIT_CUT);
		assert_int_equal(all.units.flags[4], UNIT_SYNC);
		assert_int_equal(unit_number(&all, 3), 0);
		bytes_free(&bytes);
		bytes_free(&later);
		collect_free(&all);
	}
}

/* Who heard the first encoding cannot follow the third, whatever it shares
 * with the second, of which nobody heard anything. */
static void
an_encoding_without_frames_hides_no_cut(void **state)
{
	struct collected all = { 0 };
	struct bytes bytes = { 0 }, later = { 0 };
	void *flac = format_flac.open();

	(void)state;
	add_head(&bytes, 4096, "A=b");
	add_frames(&bytes, FIXED, 0, 3);
	add_head(&later, 8192, "A=b");
	assert_true(collect_feed(&all, &format_flac, flac, &bytes, 100));
	format_flac.resume(flac);
	assert_true(collect_feed(&all, &format_flac, flac, &later, 100));
	format_flac.resume(flac);
	add_frames(&later, FIXED, 0, 2);
	assert_true(collect_feed(&all, &format_flac, flac, &later, 100));
	assert_int_equal(all.units.count, 3);
	assert_int_equal(all.units.flags[2], UNIT_SYNC | UNIT_CUT);
	format_flac.close(flac);
	bytes_free(&bytes);
	bytes_free(&later);
	collect_free(&all);
}

/* One file after another on one connection. */
static void
a_second_head_is_a_second_encoding(void **state)
{
	struct collected all = { 0 };
	struct bytes bytes = { 0 };
	size_t i;

	(void)state;
	add_head(&bytes, 4096, "TITLE=One");
	add_frames(&bytes, FIXED, 0, 3);
	add_head(&bytes, 4096, "TITLE=Two");
	add_frames(&bytes, FIXED, 0, 3);
	feed_parts(&all, &bytes, NULL);
	assert_int_equal(all.units.count, 6);
	for (i = 0; i < 6; i++)
		assert_int_equal(unit_number(&all, i), i);
	assert_memory_equal(all.titles.data, "One\0Two", 8);
	bytes_free(&bytes);
	collect_free(&all);
}

static void
any_cut_gives_the_same_units(void **state)
{
	struct bytes bytes = { 0 };

	(void)state;
	add_head(&bytes, 4096, "TITLE=One");
	bytes_append(&bytes, "noise \xff\xf8 noise", 14);
	add_frames(&bytes, FIXED, 126, 4);
	add_head(&bytes, 4096, "TITLE=Two");
	add_frames(&bytes, FIXED, 0, 4);
	units_any_cut(&format_flac, bytes.data, bytes.len);
	bytes_free(&bytes);
}

static void
what_is_no_flac_is_refused(void **state)
{
	static const struct {
		bool has_head, has_frame;
		uint8_t fill;
		size_t len;
		const char *why;
	} rows[] = {
		{ false, false, 'x', 10, "no beginning" },
		{ true, false, 0xff, 70000, "64 KiB" },
		{ true, false, 0, 70000, "64 KiB" },
		{ true, true, 0xff, 1100000, "1 MiB" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct collected all = { 0 };
		struct bytes bytes = { 0 };
		void *flac = format_flac.open();

		if (rows[i].has_head)
			add_head(&bytes, 4096, "A=b");
		if (rows[i].has_frame)
			add_frame(&bytes, FIXED, 0);
		memset(
		    bytes_room(&bytes, rows[i].len), rows[i].fill, rows[i].len);
		bytes_added(&bytes, rows[i].len);
		assert_false(
		    collect_feed(&all, &format_flac, flac, &bytes, 10000));
		assert_non_null(strstr(all.units.why, rows[i].why));
		format_flac.close(flac);
		bytes_free(&bytes);
		collect_free(&all);
	}
}

static void
damaged_metadata_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} rows[] = {
		{ 4, 4 },     /* comments first */
		{ 7, 35 },    /* STREAMINFO of another length */
		{ 10, 1 },    /* smallest block above the largest */
		{ 42, 0 },    /* STREAMINFO twice */
		{ 42, 0x7f }, /* forbidden type */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct collected all = { 0 };
		struct bytes bytes = { 0 };
		void *flac = format_flac.open();

		add_head(&bytes, 4096, "A=b");
		bytes.data[rows[i].at] = rows[i].value;
		assert_false(collect_feed(&all, &format_flac, flac, &bytes, 7));
		assert_non_null(strstr(all.units.why, "damaged"));
		assert_int_equal(all.units.count + all.heads, 0);
		format_flac.close(flac);
		bytes_free(&bytes);
		collect_free(&all);
	}
}

TEST_MAIN(TEST(frame_headers_are_read_as_they_are_written),
    TEST(checksums_are_those_of_the_standard),
    TEST(a_live_head_tells_no_length), TEST(a_damaged_frame_is_left_out),
    TEST(a_returning_encoder_goes_on_counting),
    TEST(another_kind_of_encoding_is_cut),
    TEST(an_encoding_without_frames_hides_no_cut),
    TEST(a_second_head_is_a_second_encoding),
    TEST(any_cut_gives_the_same_units), TEST(what_is_no_flac_is_refused),
    TEST(damaged_metadata_is_refused))
