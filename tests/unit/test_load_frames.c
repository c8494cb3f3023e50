/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "load/icy.h"
#include "load/numbered.h"

#include <string.h>

#define FRAMES 12

struct stream {
	size_t len;
	size_t at[FRAMES + 1]; /* where each frame begins */
	uint8_t bytes[FRAMES * NUMBERED_FRAME_MAX];
};

static void
add_frame(struct stream *stream, unsigned kbps, uint64_t number, unsigned i)
{
	struct numbered_frame frame = { 7, number, 1000 * (int64_t)number };

	stream->at[i] = stream->len;
	stream->len += numbered_mp3.make(
	    stream->bytes + stream->len, kbps, &frame);
	stream->at[i + 1] = stream->len;
}

static void
make_stream(struct stream *stream, unsigned kbps, const uint64_t *numbers,
    unsigned count)
{
	stream->len = 0;
	for (unsigned i = 0; i < count; i++)
		add_frame(stream, kbps, numbers[i], i);
}

static struct numbered_counts
check_in_pieces(const uint8_t *bytes, size_t len, size_t piece)
{
	struct numbered_check check = { .encoding = &numbered_mp3 };

	for (size_t at = 0; at < len; at += piece)
		numbered_read(
		    &check, bytes + at, len - at < piece ? len - at : piece);
	return check.counts;
}

static struct numbered_counts
check_all(const struct stream *stream)
{
	return check_in_pieces(stream->bytes, stream->len, stream->len);
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
every_bitrate_makes_frames_of_the_right_length(void **state)
{
	static const unsigned rates[] = { 32, 40, 48, 56, 64, 80, 96, 112, 128,
		160, 192, 224, 256, 320 };
	struct numbered_frame frame = { 0 };
	uint8_t bytes[NUMBERED_FRAME_MAX];
	uint64_t total;

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		assert_true(numbered_mp3.knows(rates[i]));
		total = 0;
		/* 1225 frames of 1152 samples are exactly 32 seconds. */
		for (frame.number = 0; frame.number < 1225; frame.number++)
			total += numbered_mp3.make(bytes, rates[i], &frame);
		assert_int_equal(total, rates[i] * 1000 / 8 * 32);
	}
	assert_false(numbered_mp3.knows(0));
	assert_false(numbered_mp3.knows(31));
	assert_false(numbered_mp3.knows(144));
	assert_false(numbered_mp3.knows(321));
}

static const struct {
	const char *name;
	unsigned count;
	uint64_t numbers[FRAMES];
	struct numbered_counts want;
} orders[] = {
	{ "in order", 5, { 90, 91, 92, 93, 94 }, { .frames = 5 } },
	{ "one lost", 4, { 1, 2, 4, 5 }, { .frames = 4, .lost = 1 } },
	{ "many lost", 3, { 1, 2, 5000 }, { .frames = 3, .lost = 4997 } },
	{ "doubled", 5, { 1, 2, 2, 3, 4 }, { .frames = 5, .doubled = 1 } },
	{ "doubled later", 6, { 1, 2, 3, 4, 2, 5 },
	    { .frames = 6, .doubled = 1 } },
	{ "reordered", 5, { 1, 3, 2, 4, 5 }, { .frames = 5, .reordered = 1 } },
	{ "before the first", 3, { 5, 4, 6 }, { .frames = 3, .reordered = 1 } },
	{ "too old to know", 3, { 1, 3000, 2 },
	    { .frames = 3, .reordered = 1, .lost = 2998 } },
	{ "late after a jump", 5, { 1, 9, 5, 5, 10 },
	    { .frames = 5, .lost = 6, .reordered = 1, .doubled = 1 } },
};

static void
orders_are_told_apart_however_they_are_cut(void **state)
{
	struct stream stream;

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		make_stream(&stream, 128, orders[i].numbers, orders[i].count);
		for (size_t piece = 1; piece <= stream.len;
		     piece += 1 + piece / 9)
			assert_counts(
			    check_in_pieces(stream.bytes, stream.len, piece),
			    orders[i].want);
	}
}

static void
one_cut_at_every_byte_changes_nothing(void **state)
{
	static const uint64_t numbers[] = { 41, 42, 43 };
	struct numbered_check check;
	struct stream stream;

	(void)state;
	make_stream(&stream, 320, numbers, 3);
	for (size_t cut = 0; cut <= stream.len; cut++) {
		check = (struct numbered_check){ .encoding = &numbered_mp3 };
		numbered_read(&check, stream.bytes, cut);
		numbered_read(&check, stream.bytes + cut, stream.len - cut);
		assert_counts(
		    check.counts, (struct numbered_counts){ .frames = 3 });
		assert_int_equal(check.counts.strange_bytes, 0);
		assert_int_equal(check.counts.lead_bytes, 0);
		assert_int_equal(check.held, 0);
	}
}

static void
a_listener_may_begin_at_any_byte(void **state)
{
	static const uint64_t numbers[] = { 1, 2, 3, 4 };
	struct numbered_counts counts;
	struct stream stream;

	(void)state;
	make_stream(&stream, 32, numbers, 4);
	for (size_t from = 0; from < stream.at[1]; from++) {
		counts = check_in_pieces(
		    stream.bytes + from, stream.len - from, 50);
		assert_counts(counts,
		    (struct numbered_counts){ .frames = from == 0 ? 4 : 3 });
		assert_int_equal(
		    counts.lead_bytes, from == 0 ? 0 : stream.at[1] - from);
	}
}

static void
a_flipped_bit_anywhere_is_one_damaged_frame(void **state)
{
	static const uint64_t numbers[] = { 1, 2, 3, 4, 5 };
	struct stream stream;

	(void)state;
	make_stream(&stream, 128, numbers, 5);
	for (size_t at = stream.at[1]; at < stream.at[2]; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			stream.bytes[at] ^= (uint8_t)(1 << bit);
			assert_counts(check_all(&stream),
			    (struct numbered_counts){
				.frames = 4, .damaged = 1 });
			stream.bytes[at] ^= (uint8_t)(1 << bit);
		}
	}
}

static void
a_missing_byte_anywhere_is_one_damaged_frame(void **state)
{
	static const uint64_t numbers[] = { 1, 2, 3, 4, 5 };
	struct stream stream, cut;

	(void)state;
	make_stream(&stream, 64, numbers, 5);
	for (size_t at = stream.at[2]; at < stream.at[3]; at++) {
		cut = stream;
		memmove(cut.bytes + at, cut.bytes + at + 1, cut.len - at - 1);
		cut.len--;
		assert_counts(check_all(&cut),
		    (struct numbered_counts){ .frames = 4, .damaged = 1 });
	}
}

static void
a_new_run_is_a_restart_and_no_loss(void **state)
{
	struct numbered_frame frame = { 1, 500, 0 };
	struct numbered_check check = { .encoding = &numbered_mp3 };
	uint8_t bytes[NUMBERED_FRAME_MAX];
	size_t len;

	(void)state;
	len = numbered_mp3.make(bytes, 128, &frame);
	numbered_read(&check, bytes, len);
	frame = (struct numbered_frame){ 2, 0, 0 };
	len = numbered_mp3.make(bytes, 128, &frame);
	numbered_read(&check, bytes, len);
	assert_counts(check.counts,
	    (struct numbered_counts){ .frames = 2, .restarts = 1 });
}

static void
remember_frame(void *arg, const struct numbered_frame *frame)
{
	*(struct numbered_frame *)arg = *frame;
}

static void
what_is_written_is_read(void **state)
{
	struct numbered_frame frame = { 0xFFFBFFFB, UINT64_MAX - 1, INT64_MAX };
	struct numbered_frame found = { 0 };
	struct numbered_check check = { .encoding = &numbered_mp3,
		.frame = remember_frame,
		.arg = &found };
	uint8_t bytes[NUMBERED_FRAME_MAX];

	(void)state;
	numbered_read(&check, bytes, numbered_mp3.make(bytes, 48, &frame));
	assert_int_equal(found.run, frame.run);
	assert_true(found.number == frame.number);
	assert_true(found.sent_us == frame.sent_us);
}

static void
other_streams_have_no_frames(void **state)
{
	static const uint8_t mp3[] = { 0xFF, 0xFB, 0x90, 0x64, 0, 0xFF, 0xFB };
	struct numbered_check check = { .encoding = &numbered_mp3 };

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		numbered_read(&check, mp3, sizeof(mp3));
	assert_counts(check.counts, (struct numbered_counts){ 0 });
	assert_true(check.counts.lead_bytes + check.held == 1000 * sizeof(mp3));
}

struct gathered {
	size_t len;
	uint8_t bytes[256];
};

static void
gather(void *arg, const uint8_t *bytes, size_t len)
{
	struct gathered *gathered = arg;

	assert_true(gathered->len + len <= sizeof(gathered->bytes));
	memcpy(gathered->bytes + gathered->len, bytes, len);
	gathered->len += len;
}

static void
titles_are_taken_out_at_every_cut(void **state)
{
	static const char woven[] = "abcd\0efgh\1StreamTitle='x';ijkl\0mn";
	size_t len = sizeof(woven) - 1;
	struct gathered gathered;
	struct icy icy;

	(void)state;
	for (size_t cut = 0; cut <= len; cut++) {
		gathered.len = 0;
		icy = (struct icy){
			.metaint = 4, .stream = gather, .arg = &gathered
		};
		icy_read(&icy, (const uint8_t *)woven, cut);
		icy_read(&icy, (const uint8_t *)woven + cut, len - cut);
		assert_int_equal(gathered.len, 14);
		assert_memory_equal(gathered.bytes, "abcdefghijklmn", 14);
		assert_int_equal(icy.titles, 1);
		assert_int_equal(icy.woven_bytes, len - 14);
	}
}

TEST_MAIN(TEST(every_bitrate_makes_frames_of_the_right_length),
    TEST(orders_are_told_apart_however_they_are_cut),
    TEST(one_cut_at_every_byte_changes_nothing),
    TEST(a_listener_may_begin_at_any_byte),
    TEST(a_flipped_bit_anywhere_is_one_damaged_frame),
    TEST(a_missing_byte_anywhere_is_one_damaged_frame),
    TEST(a_new_run_is_a_restart_and_no_loss), TEST(what_is_written_is_read),
    TEST(other_streams_have_no_frames), TEST(titles_are_taken_out_at_every_cut))
