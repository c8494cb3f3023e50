/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "spool/whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST_BYTES (1 << 20)

static uint8_t stream[MOST_BYTES];
static size_t stream_len;

static void
load(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/data/muxers/%s",
	    srcdir != NULL ? srcdir : ".", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	stream_len = fread(stream, 1, MOST_BYTES, file);
	fclose(file);
}

static int64_t
whole_of(const char *extension, const void *bytes, size_t len)
{
	int fd = memfd_create("whole", MFD_CLOEXEC);
	int64_t whole;

	assert_true(fd != -1);
	assert_int_equal(write(fd, bytes, len), len);
	whole = whole_bytes(extension, fd, (int64_t)len);
	close(fd);
	return whole;
}

/* However it was cut: never more than there is, never less than for a shorter
 * cut, never more than most_lost behind, the same again for what was kept. */
static void
cut_everywhere(const char *extension, size_t most_lost, size_t step)
{
	int64_t whole, before = 0;

	for (size_t len = 1; len < stream_len; len += step) {
		whole = whole_of(extension, stream, len);
		assert_true(whole >= before && whole <= (int64_t)len);
		assert_true((int64_t)len - whole <= (int64_t)most_lost);
		before = whole;
	}
	assert_true(before > 0);
}

/* ts gives up one more unit each time it is asked: it cannot know better. */
static void
again_is_the_same(const char *extension, size_t step)
{
	int64_t whole;

	for (size_t len = 1; len < stream_len; len += step) {
		whole = whole_of(extension, stream, len);
		if (whole == 0)
			continue;
		assert_int_equal(
		    whole_of(extension, stream, (size_t)whole), whole);
	}
}

static void
ogg_is_cut_after_a_page(void **state)
{
	static const char *const names[] = { "opus.ogg", "vorbis128.ogg",
		"flac.ogg", "theora-vorbis.ogv" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		load(names[i]);
		cut_everywhere("ogg", 65307, 3571);
		again_is_the_same("ogg", 7919);
	}
}

static void
a_page_with_a_wrong_bit_is_no_page(void **state)
{
	int64_t whole;

	(void)state;
	load("opus.ogg");
	whole = whole_of("opus", stream, stream_len / 2);
	stream[whole - 1] ^= 1;
	assert_true(whole_of("opus", stream, stream_len / 2) < whole);
	/* What comes after a bad page is kept all the same. */
	assert_true(whole_of("opus", stream, stream_len) > whole);
}

static void
frames_are_cut_after_a_frame(void **state)
{
	(void)state;
	load("cbr128.mp3");
	cut_everywhere("mp3", 2000, 977);
	again_is_the_same("mp3", 3001);
	load("aac128.adts");
	cut_everywhere("aac", 2000, 977);
	again_is_the_same("aac", 3001);
}

static void
every_cut_of_three_frames(void **state)
{
	(void)state;
	memset(stream, 0x55, 3 * 417);
	for (unsigned i = 0; i < 3; i++)
		memcpy(stream + i * 417, "\xff\xfb\x90\x64", 4);
	for (size_t len = 1; len <= 3 * 417; len++)
		assert_int_equal(whole_of("mp3", stream, len),
		    /* one frame alone, with a bit of a next, is no proof */
		    len > 417 && len < 421 ? 0 : (int64_t)(len / 417 * 417));
}

static void
noise_between_frames_is_passed_over(void **state)
{
	(void)state;
	load("cbr128.mp3");
	memset(stream + 50000, 0xff, 3000);
	assert_true(whole_of("mp3", stream, 100000) > 99000);
}

static void
webm_is_cut_after_a_block(void **state)
{
	static const char *const names[] = { "firefox-mediarecorder.webm",
		"chromium-mediarecorder-blockgroup.webm",
		"ffmpeg-vp8-opus-live.webm", "gst-streamable-nul-strings.webm",
		"ffmpeg-h264-aac.mkv", "ffmpeg-vp8-flac-audiofirst.mkv" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		load(names[i]);
		cut_everywhere("webm", 90000, 4099);
		again_is_the_same("webm", 9973);
	}
}

static void
every_cut_of_a_small_webm(void **state)
{
	static const uint8_t webm[] = {
		0x1a, 0x45, 0xdf, 0xa3, 0x81, 0, /* EBML, 6 */
		0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff,                                  /* Segment, 18 */
		0x16, 0x54, 0xae, 0x6b, 0x82, 1, 2,          /* Tracks, 25 */
		0x1f, 0x43, 0xb6, 0x75, 0xff, 0xe7, 0x81, 1, /* Cluster, 33 */
		0xa3, 0x84, 0x81, 0, 0, 0x80,                /* block, 39 */
		0xa0, 0x83, 0xa1, 0x81, 1,                   /* group, 44 */
		0x1f, 0x43, 0xb6, 0x75, 0xff, 0xe7, 0x81, 9, /* 52 */
		0xa3, 0x84, 0x81, 0, 0, 0x80,                /* 58 */
	};
	static const size_t ends[] = { 6, 25, 39, 44, 58 };
	size_t best;

	(void)state;
	for (size_t len = 1; len <= sizeof(webm); len++) {
		best = 0;
		for (unsigned i = 0; i < 5; i++) {
			if (ends[i] <= len)
				best = ends[i];
		}
		assert_int_equal(whole_of("webm", webm, len), best);
	}
}

static void
ts_is_cut_before_what_was_begun(void **state)
{
	int64_t whole;

	(void)state;
	load("h264-aac.ts");
	cut_everywhere("ts", 100000, 4099);
	for (size_t len = 20000; len < stream_len; len += 20011) {
		whole = whole_of("ts", stream, len);
		assert_int_equal(whole % 188, 0);
		assert_int_equal(stream[whole], 0x47);
		assert_true((stream[whole + 1] & 0x40) != 0);
	}
}

/* Two frames with right checksums, silence in 16 bits mono, 192 samples. */
static void
flac_is_cut_after_a_frame(void **state)
{
	static const uint8_t flac[] = { 'f', 'L', 'a', 'C', 0x80, 0, 0, 0 };
	static const uint8_t frames[2][11] = {
		{ 0xff, 0xf8, 0x19, 0x08, 0x00 },
		{ 0xff, 0xf8, 0x19, 0x08, 0x01 },
	};
	size_t len = sizeof(flac), ends[3] = { sizeof(flac) };
	unsigned crc;

	(void)state;
	memcpy(stream, flac, sizeof(flac));
	for (unsigned i = 0; i < 2; i++) {
		uint8_t *frame = stream + len;

		memcpy(frame, frames[i], 11);
		crc = 0;
		for (unsigned bit = 0; bit < 40; bit++) {
			crc ^= (unsigned)(frame[bit / 8] >> (7 - bit % 8) & 1)
			    << 7;
			crc = (crc << 1 ^ ((crc & 0x80) != 0 ? 0x07 : 0)) &
			    0xff;
		}
		frame[5] = (uint8_t)crc;
		crc = 0;
		for (unsigned bit = 0; bit < 72; bit++) {
			crc ^= (unsigned)(frame[bit / 8] >> (7 - bit % 8) & 1)
			    << 15;
			crc = (crc << 1 ^ ((crc & 0x8000) != 0 ? 0x8005 : 0)) &
			    0xffff;
		}
		frame[9] = (uint8_t)(crc >> 8);
		frame[10] = (uint8_t)crc;
		len += 11;
		ends[i + 1] = len;
	}
	assert_int_equal(whole_of("flac", stream, len), ends[2]);
	for (size_t cut = ends[1]; cut < ends[2]; cut++)
		assert_int_equal(whole_of("flac", stream, cut), ends[1]);
}

static void
zeros_the_disk_never_wrote_go(void **state)
{
	static const char *const kinds[][2] = { { "mp3", "cbr128.mp3" },
		{ "aac", "aac128.adts" }, { "ogg", "opus.ogg" },
		{ "webm", "firefox-mediarecorder.webm" },
		{ "ts", "h264-aac.ts" } };
	int64_t whole;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		load(kinds[i][1]);
		whole = whole_of(kinds[i][0], stream, 150000);
		memset(stream + 150000, 0, 300000);
		assert_int_equal(whole_of(kinds[i][0], stream, 450000), whole);
	}
}

static void
noise_has_nothing_whole(void **state)
{
	static const char *const extensions[] = { "mp3", "aac", "ogg", "webm",
		"ts", "flac" };

	(void)state;
	memset(stream, 'n', 100000);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(whole_of(extensions[i], stream, 100000), 0);
		assert_int_equal(whole_of(extensions[i], stream, 0), 0);
	}
	assert_int_equal(whole_of("mp4", stream, 100000), 100000);
	assert_int_equal(whole_of("bin", stream, 0), 0);
}

static void
an_unreadable_file_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(whole_bytes("ogg", -1, 1000), -1);
}

TEST_MAIN(TEST(ogg_is_cut_after_a_page),
    TEST(a_page_with_a_wrong_bit_is_no_page),
    TEST(frames_are_cut_after_a_frame), TEST(every_cut_of_three_frames),
    TEST(noise_between_frames_is_passed_over), TEST(webm_is_cut_after_a_block),
    TEST(every_cut_of_a_small_webm), TEST(ts_is_cut_before_what_was_begun),
    TEST(flac_is_cut_after_a_frame), TEST(zeros_the_disk_never_wrote_go),
    TEST(noise_has_nothing_whole), TEST(an_unreadable_file_is_an_error))
