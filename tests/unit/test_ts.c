/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "format/pes.h"
#include "format/psi.h"

#include "units.h"

#define PACKET    188
#define PMT_PID   0x1000
#define VIDEO_PID 0x100
#define AUDIO_PID 0x101

static uint32_t
crc32_mpeg(const uint8_t *bytes, size_t len)
{
	uint32_t crc = 0xffffffffu;
	int bit;

	while (len-- > 0) {
		crc ^= (uint32_t)*bytes++ << 24;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 31 ? crc << 1 ^ 0x04c11db7u : crc << 1;
	}
	return crc;
}

/* body: from table_id to before the CRC, its length is filled in here; may
 * need several packets. */
static void
add_section(struct bytes *bytes, unsigned pid, const uint8_t *body, size_t len)
{
	uint8_t section[1200] = { 0 };
	uint8_t packet[PACKET];
	size_t at = 0, head, n;
	uint32_t crc;

	memcpy(section, body, len);
	section[1] = (uint8_t)(0xb0 | (len + 1) >> 8);
	section[2] = (uint8_t)(len + 1);
	crc = crc32_mpeg(section, len);
	section[len++] = (uint8_t)(crc >> 24);
	section[len++] = (uint8_t)(crc >> 16);
	section[len++] = (uint8_t)(crc >> 8);
	section[len++] = (uint8_t)crc;
	for (; at < len; at += n) {
		memset(packet, 0xff, sizeof(packet));
		packet[0] = 0x47;
		packet[1] = (uint8_t)((at == 0 ? 0x40 : 0) | pid >> 8);
		packet[2] = (uint8_t)pid;
		packet[3] = 0x10;
		packet[4] = 0;
		head = at == 0 ? 5 : 4;
		n = len - at < PACKET - head ? len - at : PACKET - head;
		memcpy(packet + head, section + at, n);
		bytes_append(bytes, packet, sizeof(packet));
	}
}

static void
add_tables(struct bytes *bytes, unsigned video_type)
{
	const uint8_t pat[] = { 0, 0, 0, 0, 1, 0xc1, 0, 0, 0, 1,
		0xe0 | PMT_PID >> 8, PMT_PID & 0xff };
	const uint8_t pmt[] = { 2, 0, 0, 0, 1, 0xc1, 0, 0, 0xe1, 0, 0xf0, 0,
		(uint8_t)video_type, 0xe1, 0, 0xf0, 0, 0x0f, 0xe1, 1, 0xf0, 0 };

	add_section(bytes, 0, pat, sizeof(pat));
	add_section(bytes, PMT_PID, pmt, sizeof(pmt));
}

/* One packet with the start of a PES at a time and with this start code. */
static void
add_picture(struct bytes *bytes, unsigned pid, uint64_t time, unsigned code)
{
	uint8_t packet[PACKET] = { 0x47, (uint8_t)(0x40 | pid >> 8),
		(uint8_t)pid, 0x10, 0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5 };

	packet[13] = (uint8_t)(0x21 | (time >> 30 & 7) << 1);
	packet[14] = (uint8_t)(time >> 22);
	packet[15] = (uint8_t)(1 | time >> 14);
	packet[16] = (uint8_t)(time >> 7);
	packet[17] = (uint8_t)(1 | time << 1);
	memset(packet + 18, 0x55, PACKET - 18);
	memcpy(packet + 18, "\0\0\1", 3);
	packet[21] = (uint8_t)code;
	bytes_append(bytes, packet, sizeof(packet));
}

static uint64_t
time_of(const uint8_t *packet)
{
	return (uint64_t)(packet[13] >> 1 & 7) << 30 |
	    (uint64_t)packet[14] << 22 | (uint64_t)(packet[15] >> 1) << 15 |
	    (uint64_t)packet[16] << 7 | packet[17] >> 1;
}

static void *
feed_new(struct units *units, const struct bytes *bytes)
{
	void *ts = format_ts.open();

	assert_true(
	    units_feed(units, &format_ts, ts, bytes->data, bytes->len, 1316));
	return ts;
}

static void
no_null_packets(const struct units *units)
{
	size_t at;

	assert_int_equal(units->bytes.len % PACKET, 0);
	for (at = 0; at < units->bytes.len; at += PACKET) {
		assert_int_equal(units->bytes.data[at], 0x47);
		assert_int_not_equal(pes_pid(units->bytes.data + at), 0x1fff);
	}
}

static void
a_real_stream_starts_at_its_key_frame(void **state)
{
	struct bytes bytes = units_file("h264-aac.ts");
	struct units units = { 0 };
	struct media_facts facts;
	void *ts = feed_new(&units, &bytes);
	size_t i, keys = 0;

	(void)state;
	format_ts.facts(ts, &facts);
	assert_string_equal(facts.codecs, "h264, aac");
	assert_true(facts.has_video);
	assert_false(facts.takes_icy);
	assert_int_equal(units.head.len, 2 * PACKET);
	assert_int_equal(pes_pid(units.head.data), 0);
	assert_int_equal(units.flags[0], UNIT_SYNC);
	assert_true(pes_is_random(units.bytes.data));
	for (i = 0; i < units.count; i++)
		keys += (units.flags[i] & UNIT_SYNC) != 0;
	assert_int_equal(
	    keys, 1); /* one group of pictures; the rest refer to it */
	no_null_packets(&units);
	format_ts.close(ts);
	units_free(&units);
	bytes_free(&bytes);
}

static void
key_frames_are_found_without_a_mark(void **state)
{
	struct bytes bytes = units_file("h264-aac.ts");
	struct units marked = { 0 }, bare = { 0 };
	size_t at, i;

	(void)state;
	format_ts.close(feed_new(&marked, &bytes));
	for (at = 0; at + PACKET <= bytes.len; at += PACKET)
		if ((bytes.data[at + 3] & 0x20) && bytes.data[at + 4] > 0)
			bytes.data[at + 5] &= 0xbf;
	format_ts.close(feed_new(&bare, &bytes));
	assert_int_equal(marked.count, bare.count);
	for (i = 0; i < bare.count; i++)
		assert_int_equal(marked.flags[i], bare.flags[i]);
	units_free(&marked);
	units_free(&bare);
	bytes_free(&bytes);
}

static void
start_codes_of_each_codec_are_known(void **state)
{
	static const struct {
		unsigned type, code;
		bool is_key;
	} rows[] = {
		{ 0x1b, 0x65, true },    /* H.264 IDR */
		{ 0x1b, 0x41, false },   /* H.264 slice */
		{ 0x24, 19 << 1, true }, /* HEVC IDR */
		{ 0x24, 21 << 1, true }, /* HEVC CRA */
		{ 0x24, 1 << 1, false }, /* HEVC trailing */
		{ 0x02, 0xb3, true },    /* MPEG-2 sequence */
		{ 0x02, 0x00, false },   /* MPEG-2 picture */
		{ 0x10, 0xb6, false },   /* not known */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct units units = { 0 };
		struct bytes bytes = { 0 };

		add_tables(&bytes, rows[i].type);
		add_picture(&bytes, VIDEO_PID, 1000, rows[i].code);
		add_picture(&bytes, VIDEO_PID, 4600, rows[i].code);
		format_ts.close(feed_new(&units, &bytes));
		assert_int_equal(units.count, rows[i].is_key ? 1 : 0);
		units_free(&units);
		bytes_free(&bytes);
	}
}

static void
pieces_do_not_matter(void **state)
{
	struct bytes bytes = units_file("h264-aac.ts");
	struct bytes small = { 0 };
	struct units whole = { 0 }, cut = { 0 };
	size_t pieces[] = { 1, 187, 188, 189, 65536 };
	size_t i;

	(void)state;
	format_ts.close(feed_new(&whole, &bytes));
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		void *ts = format_ts.open();

		assert_true(units_feed(
		    &cut, &format_ts, ts, bytes.data, bytes.len, pieces[i]));
		format_ts.close(ts);
		units_same(&whole, &cut);
		units_free(&cut);
	}
	bytes_text(&small, "rubbish G before");
	add_tables(&small, 0x1b);
	add_picture(&small, VIDEO_PID, 1000, 0x65);
	add_picture(&small, AUDIO_PID, 1000, 0);
	bytes_text(&small, "GG");
	add_picture(&small, VIDEO_PID, 4600, 0x41);
	add_picture(&small, VIDEO_PID, 8200, 0x41);
	add_picture(&small, VIDEO_PID, 8200, 0x41);
	units_any_cut(&format_ts, small.data, small.len);
	units_free(&whole);
	bytes_free(&bytes);
	bytes_free(&small);
}

static void
damaged_tables_are_not_believed(void **state)
{
	struct bytes bytes = { 0 };
	struct units units = { 0 };

	(void)state;
	add_tables(&bytes, 0x1b);
	bytes.data[PACKET + 20] ^= 1;
	add_picture(&bytes, VIDEO_PID, 1000, 0x65);
	add_picture(&bytes, VIDEO_PID, 4600, 0x65);
	format_ts.close(feed_new(&units, &bytes));
	assert_int_equal(units.count, 0);
	assert_int_equal(units.heads.len, 0);
	units_free(&units);
	bytes_free(&bytes);
}

static void
only_the_first_of_many_programs_is_taken(void **state)
{
	uint8_t pat[8 + 253 * 4] = { 0, 0, 0, 0, 9, 0xc1 };
	struct psi_program program = { 0 };
	struct bytes bytes = { 0 };
	struct units units = { 0 };
	unsigned i;

	(void)state;
	for (i = 0; i < 253; i++) {
		unsigned pid = PMT_PID + i;

		pat[8 + i * 4 + 1] = (uint8_t)(i + 1);
		pat[8 + i * 4 + 2] = (uint8_t)(0xe0 | pid >> 8);
		pat[8 + i * 4 + 3] = (uint8_t)pid;
	}
	add_section(&bytes, 0, pat, sizeof(pat));
	assert_true(bytes.len > 5 * PACKET);
	add_tables(&bytes, 0x1b);
	add_picture(&bytes, VIDEO_PID, 1000, 0x65);
	add_picture(&bytes, 0x77, 1000, 0x65); /* another program's */
	add_picture(&bytes, VIDEO_PID, 4600, 0x65);
	format_ts.close(feed_new(&units, &bytes));
	assert_int_equal(units.count, 1);
	assert_int_equal(units.bytes.len, PACKET);
	assert_true(psi_read_pat(units.head.data + 5, 16, &program));
	assert_int_equal(program.pmt_pid, PMT_PID);
	assert_false(crc32_mpeg(units.head.data + 5, 16));
	units_free(&units);
	bytes_free(&bytes);
}

static void
rubbish_is_given_up_soon(void **state)
{
	static const uint8_t fillers[] = { 0xff, 0x00, 0x47 };
	uint8_t flood[1000];
	size_t i, fed;

	(void)state;
	for (i = 0; i < sizeof(fillers); i++) {
		struct units units = { 0 };
		void *ts = format_ts.open();

		memset(flood, fillers[i], sizeof(flood));
		for (fed = 0; fed < 8 << 20; fed += sizeof(flood))
			if (!units_feed(&units, &format_ts, ts, flood,
				sizeof(flood), sizeof(flood)))
				break;
		assert_true(fed < (fillers[i] == 0x47 ? 5 << 20 : 68 << 10));
		assert_non_null(units.why);
		assert_int_equal(units.count, 0);
		format_ts.close(ts);
		units_free(&units);
	}
}

static void
a_new_encoding_goes_on_with_clock_and_counters(void **state)
{
	const uint64_t wrap = (UINT64_C(1) << 33) - 1800;
	struct bytes first = { 0 }, second = { 0 };
	struct units units = { 0 };
	const uint8_t *packet;
	void *ts;
	int i;

	(void)state;
	add_tables(&first, 0x1b);
	for (i = 0; i < 3; i++) {
		add_picture(&first, VIDEO_PID, wrap - 7200u + 3600u * i,
		    i == 0 ? 0x65 : 0x41);
		first.data[first.len - PACKET + 3] |= i;
	}
	add_tables(&second, 0x1b);
	for (i = 0; i < 4; i++) {
		add_picture(&second, VIDEO_PID, 90000u + 3600u * i,
		    i == 1 ? 0x65 : 0x41);
		second.data[second.len - PACKET + 3] |= 7 + i;
	}
	ts = feed_new(&units, &first);
	assert_int_equal(units.count, 2); /* the third may not be whole */
	format_ts.resume(ts);
	assert_true(
	    units_feed(&units, &format_ts, ts, second.data, second.len, 100));
	assert_int_equal(units.count, 4);
	assert_int_equal(units.flags[2], UNIT_SYNC);
	assert_int_equal(units.flags[3], 0);
	packet = units.bytes.data + 2 * PACKET;
	assert_int_equal(time_of(packet), wrap);
	assert_int_equal(packet[3] & 15, 2);
	assert_int_equal(time_of(packet + PACKET), 1800);
	assert_int_equal(packet[PACKET + 3] & 15, 3);
	format_ts.close(ts);
	units_free(&units);
	bytes_free(&first);
	bytes_free(&second);
}

static void
other_streams_do_not_continue(void **state)
{
	struct bytes first = { 0 }, second = { 0 };
	struct units units = { 0 };
	void *ts;

	(void)state;
	add_tables(&first, 0x1b);
	add_picture(&first, VIDEO_PID, 1000, 0x65);
	add_picture(&first, VIDEO_PID, 4600, 0x65);
	add_tables(&second, 0x02);
	add_picture(&second, VIDEO_PID, 1000, 0xb3);
	add_picture(&second, VIDEO_PID, 4600, 0xb3);
	ts = feed_new(&units, &first);
	format_ts.resume(ts);
	assert_true(
	    units_feed(&units, &format_ts, ts, second.data, second.len, 100));
	assert_int_equal(units.count, 2);
	assert_int_equal(units.flags[1], UNIT_SYNC | UNIT_CUT);
	assert_int_equal(time_of(units.bytes.data + PACKET), 1000);
	assert_int_equal(units.heads.len, 4 * PACKET);
	format_ts.close(ts);
	units_free(&units);
	bytes_free(&first);
	bytes_free(&second);
}

/* How many pictures come of two, when the second has three packets and only so
 * many of these arrive. */
static size_t
pictures_of(unsigned packets, bool is_stuffed)
{
	struct bytes bytes = { 0 };
	struct units units = { 0 };
	struct format_out out = units_out(&units);
	uint8_t *packet;
	size_t count;
	void *ts;

	add_tables(&bytes, 0x1b);
	for (unsigned i = 0; i < 1 + packets; i++) {
		add_picture(&bytes, VIDEO_PID, 3600u * i, i == 0 ? 0x65 : 0x41);
		packet = bytes.data + bytes.len - PACKET;
		packet[3] |= i;
		if (i > 1)
			packet[1] &= 0xbf; /* goes on */
		if (i == 3 && is_stuffed) {
			packet[3] |= 0x20;
			packet[4] = 9;
			packet[5] = 0;
		}
	}
	ts = feed_new(&units, &bytes);
	format_ts.finish(ts, &out);
	count = units.count;
	format_ts.close(ts);
	units_free(&units);
	bytes_free(&bytes);
	return count;
}

static void
half_a_picture_at_the_end_is_left_out(void **state)
{
	(void)state;
	assert_int_equal(pictures_of(1, true), 1);
	assert_int_equal(pictures_of(2, true), 1);
	assert_int_equal(pictures_of(3, true), 2);
	assert_int_equal(pictures_of(3, false), 1);
}

TEST_MAIN(TEST(a_real_stream_starts_at_its_key_frame),
    TEST(key_frames_are_found_without_a_mark),
    TEST(start_codes_of_each_codec_are_known), TEST(pieces_do_not_matter),
    TEST(damaged_tables_are_not_believed),
    TEST(only_the_first_of_many_programs_is_taken),
    TEST(rubbish_is_given_up_soon),
    TEST(a_new_encoding_goes_on_with_clock_and_counters),
    TEST(other_streams_do_not_continue),
    TEST(half_a_picture_at_the_end_is_left_out))
