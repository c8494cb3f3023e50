/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "deck_help.h"
#include "units.h"

#include "format/media.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define SPRING    (INT64_C(20541) * DAY_MS - HOUR_MS) /* 00:00 of 23 hours */
#define AUTUMN    (INT64_C(20751) * DAY_MS - 2 * HOUR_MS) /* of 25 hours */
#define MONDAY    (INT64_C(20780) * DAY_MS - HOUR_MS)

/* A frame each 30 s, at 10 s past, for so long; the pieces are whole and end at
 * the first frame after each border. */
static void
check_day(int64_t begin_ms, int64_t long_ms, unsigned files)
{
	mount_begin("aac", begin_ms + 10000);
	mount.facts.rules.has_programme = false;
	mount.facts.rules.has_log = true;
	mount_open();
	while (mount.wall_ms < begin_ms + long_ms) {
		mount_send(frames_new(1, 'a', BLOCK_SYNC));
		mount_pass(30000);
	}
	mount_stop();
	assert_int_equal(mount.count, files);
	for (unsigned i = 0; i < files; i++) {
		assert_int_equal(mount.rows[i].profile, PROFILE_LOG);
		assert_int_equal(
		    mount.rows[i].started_ms, begin_ms + 10000 + i * HOUR_MS);
		assert_int_equal(mount.rows[i].bytes, 120 * FRAME_BYTES);
	}
	mount_check_whole();
	mount_end();
}

static void
a_log_has_a_file_for_each_hour(void **state)
{
	(void)state;
	check_day(MONDAY, 24 * HOUR_MS, 24);
	check_day(SPRING, 23 * HOUR_MS, 23);
	check_day(AUTUMN, 25 * HOUR_MS, 25);
}

static void
a_day_begins_when_the_mount_says(void **state)
{
	(void)state;
	mount_begin("aac", AUTUMN - DAY_MS + 5 * HOUR_MS);
	mount.facts.rules.split_at = 150 * MINUTE_MS; /* twice that day */
	mount_open();
	for (unsigned i = 0; i < 72 * 6; i++) {
		mount_send(frames_new(1, 'a', BLOCK_SYNC));
		mount_pass(10 * MINUTE_MS);
	}
	mount_stop();
	assert_int_equal(mount.count, 4);
	assert_int_equal(mount.rows[1].started_ms, AUTUMN + 150 * MINUTE_MS);
	assert_int_equal(mount.rows[2].started_ms,
	    AUTUMN + DAY_MS + 210 * MINUTE_MS); /* 25 hours later */
	mount_check_whole();
	mount_end();
}

/* Around the border by one millisecond. */
static void
a_border_is_where_it_is_said_to_be(void **state)
{
	(void)state;
	mount_begin("aac", MONDAY + HOUR_MS - 2);
	mount.facts.rules.split_at = SPLIT_HOURLY;
	mount_open();
	for (unsigned i = 0; i < 4; i++) {
		mount_send(frames_new(1, 'a', BLOCK_SYNC));
		mount_pass(1);
	}
	mount_pass(2 * HOUR_MS - 4); /* nothing comes: one border, not two */
	mount_send(frames_new(1, 'a', BLOCK_SYNC));
	mount_send(frames_new(1, 'a', BLOCK_SYNC));
	mount_stop();
	assert_int_equal(mount.count, 3);
	assert_int_equal(mount.rows[0].bytes, 2 * FRAME_BYTES);
	assert_int_equal(mount.rows[1].bytes, 2 * FRAME_BYTES);
	mount_check_whole();
	mount_end();
}

static void
a_cut_waits_for_a_place_to_start(void **state)
{
	(void)state;
	mount_begin("aac", MONDAY + HOUR_MS - 1000);
	mount.facts.rules.split_at = SPLIT_HOURLY;
	mount_open();
	mount_frames(1, 'a');
	mount_send(frames_new(2, 'b', 0)); /* after the border */
	mount_pass(1000);
	mount_frames(3, 'c');
	mount_stop();
	assert_int_equal(mount.count, 2);
	assert_int_equal(mount.rows[0].bytes, 3 * FRAME_BYTES);
	mount_check_whole();
	mount_end();
}

static void
a_clock_that_is_set_costs_no_file(void **state)
{
	(void)state;
	mount_begin("aac", MONDAY + HOUR_MS - 5000);
	mount.facts.rules.split_at = SPLIT_HOURLY;
	mount_open();
	mount_frames(10, 'a'); /* one border */
	mount.wall_ms -= 10 * MINUTE_MS;
	mount_frames(300, 'b');
	assert_int_equal(mount.count, 1);
	mount_frames(400, 'c'); /* the same one again */
	mount_stop();
	assert_int_equal(mount.count, 3);
	mount_check_whole();
	mount_end();
}

static void
by_length_and_by_size(void **state)
{
	(void)state;
	mount_begin("aac", MONDAY);
	mount.facts.rules.split_after_ms = 60000;
	mount_open();
	mount_frames(150, 'a');
	mount_stop();
	assert_int_equal(mount.count, 3);
	assert_int_equal(mount.rows[0].bytes, 60 * FRAME_BYTES);
	assert_int_equal(mount.rows[2].bytes, 30 * FRAME_BYTES);
	mount_check_whole();
	mount_end();

	mount_begin("aac", MONDAY);
	mount.facts.rules.split_bytes = 10 * FRAME_BYTES;
	mount_open();
	mount_frames(25, 'a');
	mount_send(frames_new(30, 'b', BLOCK_SYNC)); /* larger than any file */
	mount_frames(1, 'c');
	mount_stop();
	assert_int_equal(mount.count, 5);
	assert_int_equal(mount.rows[0].bytes, 10 * FRAME_BYTES);
	assert_int_equal(mount.rows[1].bytes, 10 * FRAME_BYTES);
	assert_int_equal(mount.rows[3].bytes, 30 * FRAME_BYTES);
	mount_check_whole();
	mount_end();
}

static void
by_title_but_not_too_soon(void **state)
{
	(void)state;
	mount_begin("aac", MONDAY);
	mount.facts.rules.split_title = true;
	mount.facts.rules.split_least_ms = 60000;
	mount_open();
	mount_title("One");
	mount_frames(59, 'a');
	mount_title("Two");
	mount_frames(20, 'b');
	mount_title("Two"); /* said again */
	mount_frames(20, 'b');
	mount_title("Three");
	mount_send(frames_new(1, 'c', 0)); /* nothing starts here */
	mount_frames(10, 'd');
	mount_stop();
	assert_int_equal(mount.count, 2);
	assert_string_equal(mount.rows[0].title, "One");
	assert_string_equal(mount.rows[1].title, "Three");
	assert_string_equal(
	    mount_marks(0), "title 0 One;title 24603 Two;title 41283 Three;");
	assert_string_equal(mount_marks(1), "title 0 Three;");
	assert_int_equal(mount.rows[1].bytes, 10 * FRAME_BYTES);
	mount_check_whole();
	mount_end();
}

static void
by_schedule_with_its_names(void **state)
{
	(void)state;
	mount_begin("aac", MONDAY + 19 * HOUR_MS - 5000);
	strcpy(mount.facts.rules.schedule,
	    "mon 19:00-19:01 Jazz; mon 19:01-20:00 Talk");
	mount_open();
	mount_frames(5 + 60 + 1, 'a');
	mount_pass(HOUR_MS - 62000);
	mount_frames(10, 'b');
	mount_stop();
	assert_int_equal(mount.count, 4);
	assert_string_equal(mount.rows[0].title,
	    "Radio L\xc3\xa9"
	    "a");
	assert_string_equal(mount.rows[1].title, "Jazz");
	assert_string_equal(mount.rows[2].title, "Talk");
	assert_string_equal(mount.rows[3].title, mount.rows[0].title);
	assert_int_equal(mount.rows[1].bytes, 60 * FRAME_BYTES);
	assert_int_equal(mount.rows[2].bytes, 2 * FRAME_BYTES);
	mount_check_whole();
	mount_end();
}

static void
by_hand_and_beside_the_others(void **state)
{
	(void)state;
	mount_begin("aac", MONDAY + HOUR_MS - 40000);
	mount.facts.rules.has_manual = mount.facts.rules.has_log = true;
	mount_open();
	assert_non_null(deck_command(mount.deck, RECORD_STOP, ""));
	assert_non_null(deck_command(mount.deck, RECORD_MARK, ""));
	mount_frames(10, 'a');
	assert_null(deck_command(mount.deck, RECORD_START, "Interview"));
	assert_non_null(deck_command(mount.deck, RECORD_START, ""));
	mount_frames(10, 'b');
	assert_null(deck_command(mount.deck, RECORD_MARK, "Part 2"));
	mount_frames(10, 'c');
	assert_null(deck_command(mount.deck, RECORD_STOP, ""));
	mount_frames(20, 'd'); /* over the hour */
	mount_stop();
	assert_int_equal(mount.count, 6);
	assert_int_equal(mount.rows[0].profile, PROFILE_PROGRAMME);
	assert_int_equal(mount.rows[0].bytes, 20 * FRAME_BYTES);
	assert_int_equal(mount.rows[1].profile, PROFILE_MANUAL);
	assert_string_equal(mount.rows[1].title, "Interview");
	assert_int_equal(mount.rows[1].bytes, 10 * FRAME_BYTES);
	assert_int_equal(mount.rows[2].profile, PROFILE_MANUAL);
	assert_string_equal(mount.rows[2].title, "Part 2");
	assert_int_equal(mount.rows[2].bytes, 10 * FRAME_BYTES);
	assert_int_equal(mount.rows[3].profile, PROFILE_LOG);
	assert_int_equal(mount.rows[3].bytes, 40 * FRAME_BYTES);
	assert_int_equal(mount.rows[4].profile, PROFILE_PROGRAMME);
	assert_string_equal(mount.rows[4].title, "Part 2");
	assert_int_equal(mount.rows[4].bytes, 30 * FRAME_BYTES);
	assert_int_equal(mount.rows[5].bytes, 10 * FRAME_BYTES);
	mount_end();
}

static void
what_is_short_is_trash_unless_it_goes_on(void **state)
{
	(void)state;
	mount_begin("aac", MONDAY);
	mount.facts.rules.min_keep_ms = 10000;
	mount.facts.rules.has_manual = mount.facts.rules.has_log = true;
	mount_open();
	assert_null(deck_command(mount.deck, RECORD_START, ""));
	mount_frames(10, 'a'); /* from the first to the last: 9 s */
	mount_stop();
	assert_int_equal(mount.count, 3);
	assert_int_equal(mount.rows[0].profile, PROFILE_PROGRAMME);
	assert_int_equal(mount.rows[0].trashed_ms, mount.wall_ms);
	assert_int_equal(mount.rows[1].trashed_ms, 0);
	assert_int_equal(mount.rows[2].trashed_ms, 0);
	mount.facts.rules.has_log = false;
	mount_open();
	mount_frames(5, 'b');
	assert_null(deck_command(mount.deck, RECORD_MARK, ""));
	mount_frames(5, 'c');
	mount_stop();
	mount_open();
	mount_frames(11, 'd');
	mount_stop();
	assert_int_equal(mount.count, 6);
	for (unsigned i = 3; i < 6; i++)
		assert_int_equal(mount.rows[i].trashed_ms, 0);
	mount_end();
}

/* As server/stream/feed.c does it. */
struct gatherer {
	struct bytes gathered;
	unsigned flags;
};

static void
gather_flush(struct gatherer *gatherer)
{
	struct bytes *gathered = &gatherer->gathered;

	if (gathered->len == 0)
		return;
	mount_send(block_new(gathered->data, gathered->len, gatherer->flags));
	bytes_free(gathered);
	mount_pass(100);
}

static void
gather_head(void *arg, const void *bytes, size_t len)
{
	gather_flush(arg);
	block_unref(mount.head);
	mount.head = len > 0 ? block_new(bytes, len, 0) : NULL;
}

static void
gather_unit(void *arg, const void *bytes, size_t len, unsigned flags)
{
	struct gatherer *gatherer = arg;

	assert_false(flags & UNIT_CUT);
	if ((flags & UNIT_SYNC) && !(gatherer->flags & BLOCK_SYNC))
		gather_flush(gatherer);
	if (gatherer->gathered.len == 0)
		gatherer->flags = flags & UNIT_SYNC ? BLOCK_SYNC : 0;
	/* What comes before the first start is nobody's. */
	if (mount.sent.len > 0 || gatherer->flags != 0)
		bytes_append(&gatherer->gathered, bytes, len);
}

static void
gather_title(void *arg, const char *title)
{
	gather_flush(arg);
	mount_title(title);
}

/* So often, as an encoder that drops and returns at once. Pieces that end all
 * the time are what was sent. */
static void
check_format(
    const char *file, const char *extension, unsigned rounds, unsigned least)
{
	struct gatherer gatherer = { .flags = 0 };
	const struct format_out out = { gather_head, gather_unit, gather_title,
		&gatherer };
	struct bytes bytes = units_file(file);
	struct media *media = media_open("");
	const char *why = "";
	size_t n;

	mount_begin(extension, MONDAY);
	mount.facts.rules.split_bytes = (int64_t)bytes.len / 12;
	mount_open();
	for (size_t at = 0; at < rounds * bytes.len; at += n) {
		size_t in = at % bytes.len;

		n = bytes.len - in < 1500 ? bytes.len - in : 1500;
		if (at > 0 && in == 0)
			media_resume(media, "");
		if (!media_read(media, bytes.data + in, n, &out, &why))
			fail_msg("%s: %s", file, why);
		gather_flush(&gatherer);
	}
	media_finish(media, &out);
	gather_flush(&gatherer);
	media_close(media);
	mount_stop();
	if (mount.count < least)
		fail_msg("%s: only %u pieces", file, mount.count);
	mount_check_whole();
	mount_end();
	bytes_free(&bytes);
}

static void
no_byte_is_lost_or_doubled_in_any_format(void **state)
{
	(void)state;
	check_format("cbr128.mp3", "mp3", 2, 8);
	check_format("aac128.adts", "aac", 2, 8);
	check_format("vorbis128.ogg", "ogg", 1, 4);
	check_format("opus.ogg", "ogg", 1, 4);
	check_format("flac.ogg", "ogg", 1, 4);
	check_format("theora-vorbis.ogv", "ogg", 1, 2);
	check_format("firefox-mediarecorder.webm", "webm", 2, 2);
	check_format("ffmpeg-vp8-opus-live.webm", "webm", 2, 2);
	check_format("h264-aac.ts", "ts", 4, 3);
}

TEST_MAIN(TEST(a_log_has_a_file_for_each_hour),
    TEST(a_day_begins_when_the_mount_says),
    TEST(a_border_is_where_it_is_said_to_be),
    TEST(a_cut_waits_for_a_place_to_start),
    TEST(a_clock_that_is_set_costs_no_file), TEST(by_length_and_by_size),
    TEST(by_title_but_not_too_soon), TEST(by_schedule_with_its_names),
    TEST(by_hand_and_beside_the_others),
    TEST(what_is_short_is_trash_unless_it_goes_on),
    TEST(no_byte_is_lost_or_doubled_in_any_format))
