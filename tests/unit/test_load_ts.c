/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "format/pes.h"
#include "load/numbered.h"

#include "units.h"

#define PACKET   188
#define KEY_UNIT 25 /* pictures from one place to start to the next */

static void
add_run(struct bytes *stream, uint32_t run, unsigned kbps, uint64_t first,
    uint64_t after)
{
	struct numbered_frame frame = { run, first, 0 };

	for (; frame.number < after; frame.number++) {
		frame.sent_us = numbered_ts.due_us(kbps, frame.number);
		bytes_added(stream,
		    numbered_ts.make(
			bytes_room(stream, NUMBERED_FRAME_MAX), kbps, &frame));
	}
}

static void
add_frames(struct bytes *stream, unsigned kbps, uint64_t first, uint64_t after)
{
	add_run(stream, 7, kbps, first, after);
}

/* How many frames there are before this time. */
static uint64_t
frames_until(unsigned kbps, int64_t us)
{
	uint64_t number = 0;

	while (numbered_ts.due_us(kbps, number) < us)
		number++;
	return number;
}

static struct numbered_counts
check_in_pieces(const uint8_t *bytes, size_t len, size_t piece)
{
	struct numbered_check check = { .encoding = &numbered_ts };

	for (size_t at = 0; at < len; at += piece)
		numbered_read(
		    &check, bytes + at, len - at < piece ? len - at : piece);
	return check.counts;
}

static void
assert_counts(struct numbered_counts counts, const struct numbered_counts want)
{
	assert_int_equal(counts.frames, want.frames);
	assert_int_equal(counts.lost, want.lost);
	assert_int_equal(counts.doubled, want.doubled);
	assert_int_equal(counts.reordered, want.reordered);
	assert_int_equal(counts.damaged, want.damaged);
	assert_int_equal(counts.restarts, want.restarts);
}

static void
only_its_bitrates_are_known(void **state)
{
	(void)state;
	assert_false(numbered_ts.knows(99));
	assert_true(numbered_ts.knows(100));
	assert_true(numbered_ts.knows(50000));
	assert_false(numbered_ts.knows(50001));
	assert_ptr_equal(numbered_find("ts"), &numbered_ts);
	assert_ptr_equal(numbered_find("mp3"), &numbered_mp3);
	assert_null(numbered_find("ogg"));
}

static void
every_bitrate_is_kept_to_the_packet(void **state)
{
	static const unsigned rates[] = { 100, 101, 128, 999, 6000, 49999 };
	uint64_t bytes, frames;

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		frames = frames_until(rates[i], 47 * 1000000);
		bytes = (frames + 2 * 47) * PACKET;
		assert_in_range(
		    bytes, 47 * rates[i] * 125 - PACKET, 47 * rates[i] * 125);
		for (uint64_t n = 1; n < frames; n++)
			assert_in_range(numbered_ts.due_us(rates[i], n) -
				numbered_ts.due_us(rates[i], n - 1),
			    0, 40000);
	}
}

static void
what_is_written_is_read_however_it_is_cut(void **state)
{
	struct bytes stream = { 0 };
	struct numbered_counts counts;

	(void)state;
	add_frames(&stream, 700, 5000, 5080);
	for (size_t piece = 1; piece < 400; piece++) {
		counts = check_in_pieces(stream.data, stream.len, piece);
		assert_counts(counts, (struct numbered_counts){ .frames = 80 });
		assert_int_equal(counts.lead_bytes, 0);
		assert_int_equal(counts.strange_bytes, 0);
	}
	bytes_free(&stream);
}

static void
remember_frame(void *arg, const struct numbered_frame *frame)
{
	*(struct numbered_frame *)arg = *frame;
}

static void
numbers_and_times_come_through(void **state)
{
	struct numbered_frame frame = { 0xFFFFFFFF, 0, INT64_MAX };
	struct numbered_frame found = { 0 };
	struct numbered_check check = {
		.encoding = &numbered_ts, .frame = remember_frame, .arg = &found
	};
	uint8_t bytes[NUMBERED_FRAME_MAX];
	size_t len;

	(void)state;
	for (frame.number = 1; frame.number < UINT64_MAX / 8;
	     frame.number *= 7) {
		len = numbered_ts.make(bytes, 6000, &frame);
		numbered_read(&check, bytes, len);
		assert_true(found.number == frame.number);
		assert_true(found.sent_us == frame.sent_us);
		assert_int_equal(found.run, frame.run);
	}
}

static void
a_listener_may_begin_at_any_byte(void **state)
{
	struct bytes stream = { 0 };
	struct numbered_counts counts;

	(void)state;
	add_frames(&stream, 128, 400, 410);
	for (size_t from = 1; from <= PACKET; from++) {
		counts = check_in_pieces(
		    stream.data + from, stream.len - from, 100);
		assert_counts(counts, (struct numbered_counts){ .frames = 9 });
		assert_int_equal(counts.lead_bytes, PACKET - from);
	}
	bytes_free(&stream);
}

/* A server counts the tables that it gives to newcomers by itself. */
static bool
is_table_counter(const struct bytes *stream, size_t at, unsigned bit)
{
	const uint8_t *packet = stream->data + at / PACKET * PACKET;

	return at % PACKET == 3 && bit < 4 && (packet[1] & 0x1f) != 1;
}

/* Across the end of a second: tables, and a picture to start with. */
static void
a_flipped_bit_anywhere_is_one_damaged_packet(void **state)
{
	struct bytes stream = { 0 };
	struct numbered_counts counts;

	(void)state;
	add_frames(&stream, 250, frames_until(250, 960000), 180);
	for (size_t i = 8 * PACKET; i < 8 * (stream.len - PACKET); i++) {
		if (is_table_counter(&stream, i / 8, i % 8))
			continue;
		stream.data[i / 8] ^= (uint8_t)(1 << i % 8);
		counts = check_in_pieces(stream.data, stream.len, stream.len);
		assert_int_equal(counts.damaged, 1);
		assert_int_equal(counts.lost, 0);
		assert_int_equal(counts.strange_bytes, PACKET);
		stream.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	bytes_free(&stream);
}

static void
a_missing_byte_anywhere_is_one_damaged_packet(void **state)
{
	struct bytes stream = { 0 }, cut = { 0 };
	size_t at;

	(void)state;
	add_frames(&stream, 250, 0, 20);
	for (at = PACKET; at < 10 * PACKET; at++) {
		bytes_append(&cut, stream.data, at);
		bytes_append(&cut, stream.data + at + 1, stream.len - at - 1);
		assert_counts(check_in_pieces(cut.data, cut.len, cut.len),
		    (struct numbered_counts){
			.frames = at < 2 * PACKET ? 20 : 19, .damaged = 1 });
		bytes_free(&cut);
	}
	bytes_free(&stream);
}

static const struct {
	const char *name;
	unsigned count;
	uint64_t numbers[6];
	struct numbered_counts want;
} orders[] = {
	{ "in order", 3, { 90, 91, 92 }, { .frames = 3 } },
	{ "one lost", 3, { 1, 2, 4 }, { .frames = 3, .lost = 1 } },
	{ "doubled", 4, { 1, 2, 2, 3 }, { .frames = 4, .doubled = 1 } },
	{ "reordered", 4, { 1, 3, 2, 4 }, { .frames = 4, .reordered = 1 } },
};

static void
orders_are_told_apart(void **state)
{
	struct bytes stream = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		for (unsigned k = 0; k < orders[i].count; k++)
			add_frames(&stream, 6000, orders[i].numbers[k],
			    orders[i].numbers[k] + 1);
		assert_counts(
		    check_in_pieces(stream.data, stream.len, stream.len),
		    orders[i].want);
		bytes_free(&stream);
	}
}

static bool
feed(struct units *units, void *format, const struct bytes *stream)
{
	return units_feed(
	    units, &format_ts, format, stream->data, stream->len, 4096);
}

static void
the_server_lets_listeners_start_every_second(void **state)
{
	struct bytes stream = { 0 };
	struct units units = { 0 };
	struct format_out out = units_out(&units);
	struct media_facts facts;
	void *format = format_ts.open();
	uint64_t frames = frames_until(900, 4000000);

	(void)state;
	add_frames(&stream, 900, 0, frames);
	assert_true(feed(&units, format, &stream));
	format_ts.finish(format, &out);
	format_ts.facts(format, &facts);
	assert_true(facts.has_video);
	assert_string_equal(facts.codecs, "h264");
	assert_int_equal(units.head.len, 2 * PACKET);
	assert_int_equal(units.count, 4 * KEY_UNIT);
	for (size_t i = 0; i < units.count; i++)
		assert_int_equal(
		    units.flags[i], i % KEY_UNIT == 0 ? UNIT_SYNC : 0);
	assert_counts(check_in_pieces(units.bytes.data, units.bytes.len, 1000),
	    (struct numbered_counts){ .frames = frames });
	assert_counts(check_in_pieces(units.head.data, units.head.len, 1000),
	    (struct numbered_counts){ 0 });
	format_ts.close(format);
	units_free(&units);
	bytes_free(&stream);
}

/* Another run, whose counters and clocks the server moves to where the first
 * ended: that is no harm. */
static void
an_encoder_that_returns_is_followed(void **state)
{
	struct bytes first = { 0 }, second = { 0 };
	struct units units = { 0 };
	struct format_out out = units_out(&units);
	void *format = format_ts.open();
	uint64_t frames = frames_until(900, 1160000) + 7;
	struct numbered_counts counts;
	size_t at, given;

	(void)state;
	add_run(&first, 7, 900, 0, frames);
	add_run(&second, 8, 900, 0, frames);
	assert_true(feed(&units, format, &first));
	given = units.bytes.len / PACKET;
	format_ts.resume(format);
	assert_true(feed(&units, format, &second));
	format_ts.finish(format, &out);
	counts = check_in_pieces(units.bytes.data, units.bytes.len, 1000);
	assert_int_equal(counts.restarts, 1);
	assert_int_equal(counts.damaged, 0);
	assert_int_equal(counts.lost, 0);
	/* It did move them. */
	at = units.bytes.len - PACKET;
	assert_int_not_equal(
	    units.bytes.data[at + 3], second.data[second.len - PACKET + 3]);
	assert_true(counts.frames > given);
	format_ts.close(format);
	units_free(&units);
	bytes_free(&first);
	bytes_free(&second);
}

TEST_MAIN(TEST(only_its_bitrates_are_known),
    TEST(every_bitrate_is_kept_to_the_packet),
    TEST(what_is_written_is_read_however_it_is_cut),
    TEST(numbers_and_times_come_through),
    TEST(a_listener_may_begin_at_any_byte),
    TEST(a_flipped_bit_anywhere_is_one_damaged_packet),
    TEST(a_missing_byte_anywhere_is_one_damaged_packet),
    TEST(orders_are_told_apart),
    TEST(the_server_lets_listeners_start_every_second),
    TEST(an_encoder_that_returns_is_followed))
