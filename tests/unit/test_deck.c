/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "deck_help.h"

#include "spool/room.h"

#define WALL   1795374000000 /* 2026-11-22T19:00:00Z */
#define RESUME 120000

static void
begin(const char *extension, const char *head)
{
	mount_begin(extension, WALL);
	mount.facts.rules.resume_ms = RESUME;
	mount.head = head != NULL ? block_text(head) : NULL;
	mount_open();
	mount_frames(3, 'a');
}

static void
come_back(const char *head)
{
	block_unref(mount.head);
	mount.head = head != NULL ? block_text(head) : NULL;
	mount_open();
	mount_frames(2, 'b');
}

/* What one file has that holds all: head, frames, again_bytes, frames. */
static void
check_one(size_t head_bytes, size_t again_bytes, const char *marks)
{
	struct bytes piece;

	mount_stop();
	assert_int_equal(mount.count, 1);
	piece = mount_piece(0);
	assert_int_equal(piece.len, head_bytes + again_bytes + 5 * FRAME_BYTES);
	assert_int_equal(mount.rows[0].bytes, piece.len);
	assert_memory_equal(
	    piece.data + head_bytes + 3 * FRAME_BYTES + again_bytes,
	    mount.sent.data + 3 * FRAME_BYTES, 2 * FRAME_BYTES);
	assert_string_equal(mount_marks(0), marks);
	assert_int_equal(mount.rows[0].gap_bytes, 0);
	assert_string_equal(mount.rows[0].note, "the encoder was away");
	bytes_free(&piece);
	mount_end();
}

static void
a_source_that_returns_goes_on_in_its_file(void **state)
{
	(void)state;
	begin("mp3", NULL);
	deck_away(mount.deck);
	mount_pass(RESUME - 1000); /* the last frame was a second before */
	assert_true(deck_point(mount.deck, 5000));
	come_back(NULL);
	check_one(0, 0, "gap 1251 0 120000 the encoder was away;");
}

static void
it_may_have_another_feed(void **state)
{
	(void)state;
	begin("mp3", NULL);
	deck_away(mount.deck);
	assert_true(deck_close(mount.deck, false, 0));
	mount_pass(5000);
	assert_true(deck_point(mount.deck, 5000));
	come_back(NULL);
	check_one(0, 0, "gap 1251 0 6000 the encoder was away;");
}

static void
heads_are_said_again_where_a_file_may_have_two(void **state)
{
	(void)state;
	begin("ogg", "OggS one");
	assert_true(deck_close(mount.deck, false, 0));
	come_back("OggS, two");
	check_one(8, 9, "gap 1259 0 1000 the encoder was away;");
	begin("webm", "EBML");
	assert_true(deck_close(mount.deck, false, 0));
	come_back("EBML");
	check_one(4, 4, "gap 1255 0 1000 the encoder was away;");
	begin("flac", "fLaC");
	assert_true(deck_close(mount.deck, false, 0));
	come_back("fLaC");
	check_one(4, 0, "gap 1255 0 1000 the encoder was away;");
}

static void
check_two(void)
{
	mount_stop();
	assert_int_equal(mount.count, 2);
	assert_int_equal(mount.rows[0].state, RECORDING_FINISHING);
	assert_string_equal(mount_marks(0), "");
	assert_string_equal(mount_marks(1), "");
	mount_end();
}

static void
another_kind_of_stream_is_another_file(void **state)
{
	(void)state;
	begin("webm", "EBML");
	assert_true(deck_close(mount.deck, false, 0));
	come_back("EBML2");
	check_two();
	begin("flac", "fLaC");
	assert_true(deck_close(mount.deck, false, 0));
	come_back("FLAC");
	check_two();
	begin("mp3", NULL);
	assert_true(deck_close(mount.deck, false, 0));
	strcpy(mount.facts.extension, "aac");
	come_back(NULL);
	check_two();
}

/* At the edge: the last frame was RESUME ago, and a millisecond more. */
static void
the_window_ends_when_it_is_said_to(void **state)
{
	(void)state;
	begin("mp3", NULL);
	assert_true(deck_close(mount.deck, false, 0));
	mount_pass(RESUME - 1000);
	assert_true(deck_point(mount.deck, 5000));
	assert_int_equal(mount.count, 0);
	mount_pass(1);
	assert_false(deck_point(mount.deck, 5000));
	assert_int_equal(mount.count, 1);
	mount_end();
	/* Nobody looked, and there it is again. */
	begin("mp3", NULL);
	deck_away(mount.deck);
	mount_pass(RESUME - 999);
	come_back(NULL);
	check_two();
	/* Its feed is still there when it is too late. */
	begin("mp3", NULL);
	deck_away(mount.deck);
	mount_pass(RESUME);
	assert_true(deck_point(mount.deck, 5000));
	assert_int_equal(mount.count, 1);
	mount_send(frames_new(1, 'x', BLOCK_SYNC)); /* the format's last one */
	come_back(NULL);
	check_two();
}

static void
what_is_final_does_not_wait(void **state)
{
	(void)state;
	begin("mp3", NULL);
	assert_false(deck_close(mount.deck, true, 0));
	mount_end();
	begin("mp3", NULL);
	mount.facts.rules.resume_ms = 0;
	mount_open();
	assert_false(deck_close(mount.deck, false, 0));
	mount_end();
}

static void
what_cannot_be_understood_is_in_the_gap(void **state)
{
	(void)state;
	begin("mp3", NULL);
	assert_true(deck_close(mount.deck, false, 70));
	mount_open();
	mount_send(frames_new(1, 'x', 0));
	mount_pass(500);
	mount_frames(1, 'b');
	mount_stop();
	assert_int_equal(mount.count, 1);
	assert_int_equal(mount.rows[0].bytes, 4 * FRAME_BYTES);
	assert_int_equal(mount.rows[0].gap_bytes, 70 + FRAME_BYTES);
	assert_string_equal(
	    mount_marks(0), "gap 1251 487 1500 the disk was too slow;");
	mount_end();
}

/* Ten seconds that a full disk costs, told by the file that follows. */
static void
what_a_disk_cost_is_told_by_the_next_file(void **state)
{
	(void)state;
	begin("mp3", NULL);
	assert_true(deck_point(mount.deck, 60000));
	mount_frames(2, 'b');
	disk_set(0, NEVER, ENOSPC);
	for (unsigned i = 0; i < 10; i++) {
		assert_true(deck_point(mount.deck, 60000));
		mount_frames(1, 'c');
	}
	disk_set(NEVER, 0, 0);
	mount_frames(5, 'd');
	mount_title("Later");
	mount_frames(1, 'e');
	mount_stop();
	assert_int_equal(mount.count, 2);
	assert_int_equal(mount.rows[0].state, RECORDING_BROKEN);
	/* A part of what was gathered got there, and one whole frame of it. */
	assert_int_equal(mount.rows[0].bytes, 4 * FRAME_BYTES);
	assert_int_equal(mount.rows[0].gap_bytes, FRAME_BYTES);
	assert_int_equal(mount.rows[1].gap_bytes, 10 * FRAME_BYTES);
	assert_string_equal(mount_marks(1),
	    "gap 0 4170 10000 before it, the disk failed;"
	    "title 2085 Later;");
	mount_end();
}

static void
a_disk_without_room_ahead_takes_no_file(void **state)
{
	(void)state;
	mount_begin("mp3", WALL);
	mount_open();
	disk_reserve_most = 1;
	mount_frames(2, 'a');
	assert_int_equal(count_ending(""), 0);
	disk_reserve_most = STEP_BYTES; /* for one step, and no more */
	mount_frames(8, 'b');
	mount_send(frames_new(2400, 'c', BLOCK_SYNC));
	mount_frames(1, 'd');
	disk_reserve_most = 0;
	mount_stop();
	assert_int_equal(mount.count, 1);
	assert_int_equal(mount.rows[0].state, RECORDING_BROKEN);
	assert_int_equal(mount.rows[0].bytes % FRAME_BYTES, 0);
	assert_true(mount.rows[0].bytes > 2400 * FRAME_BYTES);
	assert_string_equal(
	    mount.rows[0].note, "the disk is full: No space left on device");
	mount_end();
}

static struct room room;

static enum room_state
look(uint64_t free_bytes)
{
	disk_free_bytes = free_bytes;
	mount_pass(1000);
	return room_look(&room);
}

static void
room_comes_and_goes_with_an_eighth_between(void **state)
{
	(void)state;
	mount_begin("mp3", WALL);
	memset(&room, 0, sizeof(room));
	room.reserve_bytes = 800;
	assert_int_equal(look(1600), ROOM_FOR_ALL);
	assert_int_equal(look(1599), ROOM_FOR_PROGRAMMES);
	disk_free_bytes = 0;
	assert_int_equal(room_look(&room), ROOM_FOR_PROGRAMMES); /* so soon */
	assert_int_equal(look(800), ROOM_FOR_PROGRAMMES);
	assert_int_equal(look(799), ROOM_FOR_NONE);
	assert_int_equal(look(899), ROOM_FOR_NONE);
	assert_int_equal(look(900), ROOM_FOR_PROGRAMMES);
	assert_int_equal(look(1799), ROOM_FOR_PROGRAMMES);
	assert_int_equal(look(1800), ROOM_FOR_ALL);
	assert_int_equal(look(0), ROOM_FOR_NONE);
	assert_int_equal(look(9000), ROOM_FOR_ALL);
	room.reserve_bytes = 0;
	assert_int_equal(look(0), ROOM_FOR_ALL);
	mount_open();
	mount_end();
}

static void
the_log_pauses_first_and_both_go_on(void **state)
{
	(void)state;
	mount_begin("mp3", WALL);
	mount.facts.rules.has_log = true;
	mount_open();
	mount_frames(4, 'a');
	deck_room(mount.deck, ROOM_FOR_PROGRAMMES);
	assert_int_equal(mount.count, 1);
	mount_frames(4, 'b');
	deck_room(mount.deck, ROOM_FOR_NONE);
	assert_int_equal(mount.count, 2);
	mount_frames(4, 'c');
	deck_room(mount.deck, ROOM_FOR_PROGRAMMES);
	mount_frames(4, 'd');
	deck_room(mount.deck, ROOM_FOR_ALL);
	mount_frames(4, 'e');
	mount_stop();
	assert_int_equal(mount.count, 4);
	assert_int_equal(mount.rows[0].profile, PROFILE_LOG);
	assert_int_equal(mount.rows[0].bytes, 4 * FRAME_BYTES);
	assert_string_equal(mount.rows[0].note,
	    "it stopped: the archive's disk is nearly full");
	assert_int_equal(mount.rows[1].bytes, 8 * FRAME_BYTES);
	assert_int_equal(mount.rows[2].profile, PROFILE_PROGRAMME);
	assert_int_equal(mount.rows[2].bytes, 8 * FRAME_BYTES);
	assert_int_equal(mount.rows[2].gap_bytes, 4 * FRAME_BYTES);
	assert_int_equal(mount.rows[3].gap_bytes, 12 * FRAME_BYTES);
	assert_string_equal(mount_marks(2),
	    "gap 0 1668 4000 before it, the archive's disk is nearly full;");
	mount_end();
}

TEST_MAIN(TEST(a_source_that_returns_goes_on_in_its_file),
    TEST(it_may_have_another_feed),
    TEST(heads_are_said_again_where_a_file_may_have_two),
    TEST(another_kind_of_stream_is_another_file),
    TEST(the_window_ends_when_it_is_said_to), TEST(what_is_final_does_not_wait),
    TEST(what_cannot_be_understood_is_in_the_gap),
    TEST(what_a_disk_cost_is_told_by_the_next_file),
    TEST(a_disk_without_room_ahead_takes_no_file),
    TEST(room_comes_and_goes_with_an_eighth_between),
    TEST(the_log_pauses_first_and_both_go_on))
