/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "cast_pace.h"
#include "load/numbered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES (4 << 20)

static uint8_t file_bytes[MOST_BYTES];

static size_t
read_sample(const char *name)
{
	const char *root = getenv("srcdir");
	char path[512];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/data/muxers/%s",
	    root != NULL ? root : ".", name);
	file = fopen(path, "rb");
	if (file == NULL)
		return 0;
	len = fread(file_bytes, 1, sizeof(file_bytes), file);
	fclose(file);
	return len;
}

static int64_t
pace_of(size_t len, size_t piece, unsigned times)
{
	struct pace pace;
	int64_t us;

	pace_open(&pace, pace_sniff(file_bytes, len), 0);
	for (unsigned i = 0; i < times; i++) {
		pace_restart(&pace);
		for (size_t at = 0; at < len; at += piece)
			pace_read(&pace, file_bytes + at,
			    len - at < piece ? len - at : piece);
	}
	us = pace.us;
	pace_close(&pace);
	return us;
}

/* Durations as the files' own headers and timestamps have them: up to the
 * latest stamp, which is where the last frame begins in some formats. */
static const struct {
	const char *name;
	enum pace_kind kind;
	int64_t ms;
} samples[] = {
	{ "aac128.adts", PACE_ADTS, 12283 },
	{ "cbr128.mp3", PACE_MP3, 12500 },
	{ "vorbis128.ogg", PACE_OGG, 40000 },
	{ "opus.ogg", PACE_OGG, 20006 },
	{ "flac.ogg", PACE_OGG, 20000 },
	{ "theora-vorbis.ogv", PACE_OGG, 5098 },
	{ "av1.webm", PACE_MATROSKA, 1960 },
	{ "h264-aac.ts", PACE_TS, 1520 },
};

static void
files_take_as_long_as_they_play_however_they_are_cut(void **state)
{
	size_t len;
	int64_t us;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		len = read_sample(samples[i].name);
		assert_true(len > 0); /* the files come with the tests */
		assert_int_equal(pace_sniff(file_bytes, len), samples[i].kind);
		us = pace_of(len, len, 1);
		assert_in_range(
		    us / 1000, samples[i].ms - 60, samples[i].ms + 60);
		assert_true(pace_of(len, 1, 1) == us);
		assert_true(pace_of(len, 997, 1) == us);
		/* One rounding per file is allowed. */
		assert_in_range(pace_of(len, 4096, 3), 3 * us - 3, 3 * us + 3);
	}
}

static void
every_frame_of_mp3_counts_its_samples(void **state)
{
	struct numbered_frame frame = { 1, 0, 0 };
	uint8_t bytes[NUMBERED_FRAME_MAX];
	struct pace pace;

	(void)state;
	pace_open(&pace, PACE_MP3, 0);
	for (; frame.number < 1225; frame.number++)
		pace_read(&pace, bytes, numbered_mp3.make(bytes, 128, &frame));
	assert_true(pace.us == 32000000);
	pace_close(&pace);
}

static void
a_said_bitrate_is_kept(void **state)
{
	static const uint8_t bytes[1000];
	struct pace pace;

	(void)state;
	pace_open(&pace, PACE_RATE, 64000);
	for (unsigned i = 0; i < 24; i++)
		pace_read(&pace, bytes, sizeof(bytes));
	assert_true(pace.us == 3000000);
	pace_close(&pace);
}

static void
noise_is_no_kind_and_does_no_harm(void **state)
{
	uint32_t seed = 1;
	struct pace pace;

	(void)state;
	for (size_t i = 0; i < 65536; i++) {
		seed = seed * 1103515245 + 12345;
		file_bytes[i] = (uint8_t)(seed >> 16);
	}
	assert_int_equal(
	    pace_sniff(file_bytes, PACE_SNIFF_BYTES), PACE_UNKNOWN);
	for (unsigned kind = PACE_MP3; kind <= PACE_FLAC; kind++) {
		pace_open(&pace, (enum pace_kind)kind, 0);
		pace_read(&pace, file_bytes, 65536);
		assert_true(pace.us >= 0);
		pace_close(&pace);
	}
}

static void
an_id3_tag_is_measured(void **state)
{
	static const uint8_t tag[] = { 'I', 'D', '3', 4, 0, 0, 0, 0, 1, 5 };
	static const uint8_t footed[] = { 'I', 'D', '3', 4, 0, 0x10, 0, 0, 0,
		1 };

	(void)state;
	assert_int_equal(pace_id3_bytes(tag, sizeof(tag)), 10 + 128 + 5);
	assert_int_equal(pace_id3_bytes(footed, sizeof(footed)), 21);
	assert_int_equal(pace_id3_bytes(tag, 9), 0);
}

TEST_MAIN(TEST(files_take_as_long_as_they_play_however_they_are_cut),
    TEST(every_frame_of_mp3_counts_its_samples), TEST(a_said_bitrate_is_kept),
    TEST(noise_is_no_kind_and_does_no_harm), TEST(an_id3_tag_is_measured))
