/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool_help.h"

#include "base/clock.h"
#include "base/digest.h"
#include "spool/recording.h"
#include "spool/track.h"

#define WALL 1795374000000 /* 2026-11-22T19:00:00Z */

static void
give(struct track *track, struct block *block)
{
	track_block(track, block, 0);
	block_unref(block);
}

static struct track *
begin(const char *slug, const char *extension)
{
	struct spool_msg facts = facts_new(slug, extension);

	memset(&rows, 0, sizeof(rows));
	clock_set(1000, WALL);
	return track_begin(PROFILE_PROGRAMME, &facts);
}

/* What the sidecar says must be what the media is. */
static void
check_sidecar(const char *media)
{
	char hex[DIGEST_BYTES], path[256];
	struct sidecar sidecar = { 0 };
	struct digest *digest = digest_new();
	size_t len, text_len;
	char *bytes = read_below(media, &len), *text;

	snprintf(path, sizeof(path), "%.200s", media);
	strcpy(strrchr(path, '.'), ".json");
	text = read_below(path, &text_len);
	digest_add(digest, bytes, len);
	digest_end(digest, hex);
	assert_true(sidecar_parse(&sidecar, text, text_len));
	assert_string_equal(sidecar.row.sha256, hex);
	assert_int_equal(sidecar.row.bytes, len);
	sidecar_clear(&sidecar);
	free(bytes);
	free(text);
}

static void
a_broadcast_becomes_a_file_and_its_sidecar(void **state)
{
	int archive = archive_new();
	struct track *track = begin("lea", "aac");
	struct block *block = frames_new(2, 'b', BLOCK_SYNC);
	struct stat st;
	size_t len;
	char *bytes, *text;

	(void)state;
	block->head = block_text("head");
	give(track, frames_new(1, 'a', 0)); /* nothing begins here */
	assert_null(find_ending(".part"));
	give(track, block);
	assert_int_equal(count_ending(".part"), 2);
	clock_set(61000, WALL - 5000); /* somebody set the clock back */
	give(track, frames_new(1, 'c', BLOCK_SYNC));
	track_end(track);

	assert_int_equal(count_ending(""), 2);
	bytes = read_below(find_ending(".aac"), &len);
	assert_int_equal(len, 4 + 3 * FRAME_BYTES);
	assert_memory_equal(bytes, "head\xff", 5);
	free(bytes);
	check_sidecar(find_ending(".aac"));
	assert_int_equal(fstatat(archive, find_ending(".aac"), &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0440);

	text = read_below(find_ending(".json"), &len);
	assert_non_null(strstr(text, "\"version\": 1,"));
	assert_non_null(strstr(text, "\"state\": \"done\""));
	assert_non_null(strstr(text, "\"started\": \"2026-11-22T19:00:00Z\""));
	assert_non_null(strstr(text, "\"ended\": \"2026-11-22T19:01:00Z\""));
	assert_non_null(strstr(text, "\"duration_ms\": 64,"));
	assert_non_null(strstr(text, "\"agent\": \"an encoder/1.0\""));
	assert_non_null(strstr(text, "\"recovered\": false"));
	free(text);

	assert_int_equal(rows.last.state, RECORDING_DONE);
	assert_string_equal(rows.last.path, find_ending(".aac"));
	assert_memory_equal(
	    rows.last.path, "lea/2026/11/22/20261122T190000Z_", 32);
	assert_int_equal(rows.last.member, 3);
	archive_free(archive);
}

/* Nor what is deleted. */
static const char *
letters_without_opens(const char *letters)
{
	static char kept[256];
	size_t len = 0;

	for (; *letters != '\0' && len < sizeof(kept) - 1; letters++) {
		if (*letters != 'o' && *letters != 'u')
			kept[len++] = *letters;
	}
	kept[len] = '\0';
	return kept;
}

static void
media_is_durable_before_it_has_its_name(void **state)
{
	int archive = archive_new();
	struct track *track = begin("lea", "aac");
	unsigned before;

	(void)state;
	give(track, frames_new(1, 'a', BLOCK_SYNC));
	before = disk.count;
	track_end(track);
	/* Media: write, sync. That it is complete: write, sync, replace, sync
	 * of the folder. Media: rename, sync of the folder. Sums, and
	 * sidecar: write, sync, replace, sync of the folder. */
	assert_string_equal(
	    letters_without_opens(disk.letters + before), "wswsRsrswsRswsRs");
	archive_free(archive);
}

static void
bytes_are_gathered_and_made_durable_at_points(void **state)
{
	int archive = archive_new();
	struct track *track = begin("lea", "aac");
	unsigned before;

	(void)state;
	give(track, frames_new(1, 'a', BLOCK_SYNC));
	before = disk.count;
	track_point(track, 5000);
	assert_int_equal(disk.count, before);
	clock_set(3000, WALL);
	track_point(track, 5000);
	assert_string_equal(disk.letters + before, "w");
	assert_int_equal(rows.count, 1);
	assert_int_equal(rows.last.state, RECORDING_ACTIVE);
	clock_set(6000, WALL);
	track_point(track, 5000);
	assert_string_equal(disk.letters + before, "wd");
	clock_set(60000, WALL);
	track_point(track, 5000); /* nothing new */
	assert_string_equal(disk.letters + before, "wd");
	for (unsigned i = 0; i < 4; i++)
		give(track, frames_new(40, 'b', 0));
	assert_string_equal(disk.letters + before, "wdw");
	give(track, frames_new(1, 'c', 0)); /* too new, but the point is due */
	track_point(track, 5000);
	assert_string_equal(disk.letters + before, "wdwwd");
	track_end(track);
	check_sidecar(find_ending(".aac"));
	archive_free(archive);
}

static void
a_cut_begins_a_new_file_with_nothing_lost(void **state)
{
	int archive = archive_new();
	struct track *track = begin("lea", "aac");
	struct spool_msg facts = facts_new("lea", "ogg");

	(void)state;
	give(track, frames_new(1, 'a', BLOCK_SYNC));
	track_facts(track, &facts); /* another type: from the next file on */
	give(track, frames_new(2, 'b', BLOCK_SYNC));
	give(track, frames_new(4, 'c', BLOCK_SYNC | BLOCK_CUT));
	give(track, frames_new(8, 'd', 0));
	give(track, frames_new(16, 'e', BLOCK_CUT)); /* waits for a start */
	give(track, frames_new(1, 'f', BLOCK_SYNC));
	track_end(track);
	assert_int_equal(count_ending(".aac"), 1);
	assert_int_equal(count_ending(".ogg"), 2);
	assert_int_equal(count_ending(".json"), 3);
	assert_int_equal(count_ending(".part"), 0);
	assert_int_equal(rows.bytes, (1 + 2 + 4 + 8 + 1) * FRAME_BYTES);
	check_sidecar(find_ending(".aac"));
	archive_free(archive);
}

static void
after_a_gap_it_goes_on_at_a_start(void **state)
{
	int archive = archive_new();
	struct track *track = begin("lea", "aac");
	struct block *late = frames_new(1, 'c', 0);
	struct block *other = frames_new(4, 'e', BLOCK_SYNC);

	(void)state;
	give(track, frames_new(1, 'a', BLOCK_SYNC));
	track_block(track, late, 1000);
	block_unref(late);
	give(track, frames_new(2, 'd', BLOCK_SYNC));
	assert_int_equal(count_ending(".aac.part"), 1);
	/* Another head: a decoder of this file would not understand it. */
	other->head = block_text("other");
	track_block(track, other, 500);
	block_unref(other);
	assert_int_equal(rows.last.bytes, 3 * FRAME_BYTES);
	assert_int_equal(rows.last.gap_bytes, 1000 + FRAME_BYTES + 500);
	assert_string_equal(rows.last.note, "the disk was too slow");
	track_dropped(track, 77);
	track_end(track);
	assert_int_equal(rows.last.bytes, 5 + 4 * FRAME_BYTES);
	assert_int_equal(rows.last.gap_bytes, 77);
	archive_free(archive);
}

static void
a_full_disk_breaks_the_file_and_a_new_one_comes(void **state)
{
	int archive = archive_new();
	struct track *track = begin("lea", "aac");
	char *bytes;
	size_t len;

	(void)state;
	give(track, frames_new(3, 'a', BLOCK_SYNC));
	clock_set(2000, WALL);
	track_point(track, 5000);
	give(track, frames_new(1, 'b', 0));
	give(track, frames_new(9, 'c', 0));
	/* The write is cut off inside c, then refused. */
	disk_set(0, 1, ENOSPC);
	clock_set(4000, WALL);
	track_point(track, 5000);
	bytes = read_below(find_ending(".aac"), &len);
	assert_int_equal(len, 4 * FRAME_BYTES);
	assert_int_equal(bytes[len - 1], 'b');
	free(bytes);
	check_sidecar(find_ending(".aac"));
	assert_int_equal(rows.last.state, RECORDING_BROKEN);
	assert_int_equal(rows.last.gap_bytes, 9 * FRAME_BYTES);
	assert_string_equal(
	    rows.last.note, "writing failed: No space left on device");

	give(track, frames_new(5, 'd', BLOCK_SYNC)); /* too early */
	clock_set(4000 + RETRY_MS, WALL);
	give(track, frames_new(1, 'e', 0));
	give(track, frames_new(1, 'f', BLOCK_SYNC));
	track_end(track);
	assert_int_equal(count_ending(".aac"), 2);
	assert_int_equal(rows.last.state, RECORDING_DONE);
	assert_int_equal(rows.last.bytes, FRAME_BYTES);
	assert_int_equal(rows.last.gap_bytes, 6 * FRAME_BYTES);
	archive_free(archive);
}

static void
a_failed_sync_is_never_tried_again(void **state)
{
	int archive = archive_new();
	struct track *track = begin("lea", "aac");

	(void)state;
	give(track, frames_new(1, 'a', BLOCK_SYNC));
	clock_set(20000, WALL);
	disk_set(1, 1, EIO);
	track_point(track, 5000);
	/* w, d fails; then no s of the media before r */
	assert_string_equal(
	    letters_without_opens(disk.letters), "wdwsRsrswsRswsRs");
	assert_int_equal(rows.last.state, RECORDING_BROKEN);
	assert_string_equal(
	    rows.last.note, "the disk did not keep it: Input/output error");
	track_end(track);
	archive_free(archive);
}

static void
a_disk_that_is_full_from_the_start_leaves_nothing(void **state)
{
	int archive = archive_new();
	struct track *track = begin("lea", "aac");

	(void)state;
	disk_set(0, NEVER, ENOSPC);
	for (unsigned i = 0; i < 50; i++) {
		clock_set(1000 + i * RETRY_MS, WALL);
		give(track, frames_new(1, 'a', BLOCK_SYNC));
		track_point(track, 5000);
	}
	disk_set(NEVER, 0, 0);
	assert_int_equal(count_ending(""), 0);
	assert_int_equal(rows.count, 0);
	clock_set(1000 + 50 * RETRY_MS, WALL);
	give(track, frames_new(1, 'b', BLOCK_SYNC));
	track_end(track);
	assert_int_equal(rows.last.gap_bytes, 50 * FRAME_BYTES);
	archive_free(archive);
}

/* Any one call fails: what has its name is whole blocks and fits its sidecar,
 * and no block is in no count. */
static void
any_call_may_fail(void **state)
{
	unsigned calls = NEVER;

	(void)state;
	for (unsigned i = 0; i < calls; i++) {
		int archive = archive_new();
		struct track *track = begin("lea", "aac");
		struct found found = { 0 };

		disk_set(i, 1, i % 2 == 0 ? EIO : ENOSPC);
		for (unsigned n = 0; n < 20; n++) {
			give(track, frames_new(20, 'a' + (char)n, BLOCK_SYNC));
			clock_set(1000 + n * 1000, WALL + n * 1000);
			track_point(track, 3000);
		}
		track_end(track);
		calls = disk.count > i ? NEVER : i;
		disk_set(NEVER, 0, 0);
		finish_leftovers(archive);
		find_files("", &found);
		for (unsigned n = 0; n < found.count; n++) {
			char *dot = strrchr(found.paths[n], '.');

			if (strcmp(dot, ".aac") != 0)
				continue;
			check_sidecar(found.paths[n]);
		}
		assert_int_equal(count_ending(".part"), 0);
		assert_int_equal(rows.bytes % (20 * FRAME_BYTES), 0);
		assert_true(rows.bytes >= 10 * 20 * FRAME_BYTES);
		archive_free(archive);
	}
	assert_true(calls > 20);
}

static void
no_slug_or_title_leaves_its_place(void **state)
{
	static const char *const slugs[] = { "..", ".", "", "../../etc", "a/b",
		"a\nb", ".hidden", "\xff\xfe", "%2e",
		"123456789012345678901234567890123456789012345678901234567890"
		"///" };
	int archive = archive_new();

	(void)state;
	for (size_t i = 0; i < sizeof(slugs) / sizeof(slugs[0]); i++) {
		struct track *track = begin(slugs[i], "../x");

		strcpy(track->facts.title, "\"}]\n../../x\xff\x01</script>");
		give(track, frames_new(1, 'a', BLOCK_SYNC));
		track_end(track);
		assert_int_equal(rows.last.state, RECORDING_DONE);
		assert_int_equal(count_ending(".bin"), i + 1);
		check_sidecar(rows.last.path);
	}
	archive_free(archive);
}

static void
planted_links_and_fifos_are_refused(void **state)
{
	int archive = archive_new();
	struct track *track = begin("lea", "aac");

	(void)state;
	assert_int_equal(symlinkat("/tmp", archive, "lea"), 0);
	give(track, frames_new(1, 'a', BLOCK_SYNC));
	track_end(track);
	assert_int_equal(rows.count, 0);
	assert_int_equal(unlinkat(archive, "lea", 0), 0);
	assert_int_equal(mkfifoat(archive, "lea", 0600), 0);
	track = begin("lea", "aac");
	give(track, frames_new(1, 'a', BLOCK_SYNC));
	track_end(track);
	assert_int_equal(rows.count, 0);
	archive_free(archive);
}

static void
a_name_that_is_taken_is_not_replaced(void **state)
{
	int archive = archive_new();
	struct track *track = begin("lea", "aac");
	char path[256], taken[256];
	size_t len;
	char *bytes;
	int fd;

	(void)state;
	give(track, frames_new(1, 'a', BLOCK_SYNC));
	strcpy(path, find_ending(".aac.part"));
	*strrchr(path, '.') = '\0';
	snprintf(taken, sizeof(taken), "%s", path);
	fd = openat(archive, taken, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "mine", 4), 4);
	close(fd);
	track_end(track);
	bytes = read_below(taken, &len);
	assert_string_equal(bytes, "mine");
	free(bytes);
	assert_non_null(find_ending(".aac.part"));
	assert_int_equal(rows.count, 0);
	archive_free(archive);
}

TEST_MAIN(TEST(a_broadcast_becomes_a_file_and_its_sidecar),
    TEST(media_is_durable_before_it_has_its_name),
    TEST(bytes_are_gathered_and_made_durable_at_points),
    TEST(a_cut_begins_a_new_file_with_nothing_lost),
    TEST(after_a_gap_it_goes_on_at_a_start),
    TEST(a_full_disk_breaks_the_file_and_a_new_one_comes),
    TEST(a_failed_sync_is_never_tried_again),
    TEST(a_disk_that_is_full_from_the_start_leaves_nothing),
    TEST(any_call_may_fail), TEST(no_slug_or_title_leaves_its_place),
    TEST(planted_links_and_fifos_are_refused),
    TEST(a_name_that_is_taken_is_not_replaced))
