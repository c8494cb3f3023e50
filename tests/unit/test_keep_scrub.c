/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive_help.h"

#include "archive/scrub.h"

static enum scrub_result
scrub(struct kept *kept, const struct recording_msg *row, size_t bytes)
{
	struct scrub *scrub = scrub_begin(kept->archive, row);
	enum scrub_result result = SCRUB_MORE;

	for (unsigned i = 0; result == SCRUB_MORE; i++) {
		assert_true(i < 10000);
		result = scrub_step(scrub, bytes);
	}
	scrub_end(scrub);
	return result;
}

static void
write_byte(struct kept *kept, const char *path, off_t at, char byte)
{
	int fd;

	assert_int_equal(fchmodat(kept->archive, path, 0600, 0), 0);
	fd = openat(kept->archive, path, O_WRONLY);
	assert_true(fd != -1);
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void
a_flipped_byte_is_found(void **state)
{
	struct recording_msg row;
	struct kept kept;

	(void)state;
	kept_open(&kept);
	row = kept_add(&kept, 'a', 3);
	assert_int_equal(scrub(&kept, &row, 1), SCRUB_RIGHT);
	assert_int_equal(scrub(&kept, &row, 1000), SCRUB_RIGHT);
	assert_int_equal(scrub(&kept, &row, 1 << 20), SCRUB_RIGHT);
	write_byte(&kept, row.path, 1250, 'X');
	assert_int_equal(scrub(&kept, &row, 100), SCRUB_WRONG);
	write_byte(&kept, row.path, 1250, 'a');
	assert_int_equal(scrub(&kept, &row, 100), SCRUB_RIGHT);
	write_byte(&kept, row.path, 1251, 'a');
	assert_int_equal(scrub(&kept, &row, 1 << 20), SCRUB_WRONG);
	kept_close(&kept);
}

static void
what_is_no_file_is_said(void **state)
{
	struct recording_msg row, other;
	struct kept kept;

	(void)state;
	kept_open(&kept);
	row = kept_add(&kept, 'a', 3);
	other = kept_add(&kept, 'b', 3);
	assert_int_equal(unlinkat(kept.archive, row.path, 0), 0);
	assert_int_equal(scrub(&kept, &row, 100), SCRUB_MISSING);
	assert_int_equal(
	    symlinkat(strrchr(other.path, '/') + 1, kept.archive, row.path), 0);
	assert_int_equal(scrub(&kept, &row, 100), SCRUB_UNREADABLE);
	assert_int_equal(unlinkat(kept.archive, row.path, 0), 0);
	assert_int_equal(mkfifoat(kept.archive, row.path, 0600), 0);
	assert_int_equal(scrub(&kept, &row, 100), SCRUB_UNREADABLE);
	strcpy(row.path, "../../etc/passwd");
	assert_int_equal(scrub(&kept, &row, 100), SCRUB_MISSING);
	kept_close(&kept);
}

static void
cut(struct kept *kept, const char *path, off_t len)
{
	int fd;

	assert_int_equal(fchmodat(kept->archive, path, 0600, 0), 0);
	fd = openat(kept->archive, path, O_WRONLY);
	assert_int_equal(ftruncate(fd, len), 0);
	close(fd);
}

/* One that becomes shorter while it is read ends all the same. */
static void
it_ends_when_the_file_is_cut(void **state)
{
	struct recording_msg row;
	struct scrub *scrub;
	struct kept kept;

	(void)state;
	kept_open(&kept);
	row = kept_add(&kept, 'a', 3);
	scrub = scrub_begin(kept.archive, &row);
	assert_int_equal(scrub_step(scrub, 500), SCRUB_MORE);
	cut(&kept, row.path, 700);
	assert_int_equal(scrub_step(scrub, 5000), SCRUB_UNREADABLE);
	scrub_end(scrub);
	scrub = scrub_begin(kept.archive, &row);
	assert_int_equal(scrub_step(scrub, 500), SCRUB_WRONG);
	scrub_end(scrub);
	kept_close(&kept);
}

static void
the_longest_not_looked_at_comes_first(void **state)
{
	struct recording_msg one, other;
	struct kept kept;
	char id[40];

	(void)state;
	kept_open(&kept);
	one = kept_add(&kept, 'a', 1);
	other = kept_add(&kept, 'b', 1);
	assert_false(recordings_to_scrub(kept.store, one.ended_ms - 1, id));
	assert_true(recordings_to_scrub(kept.store, one.ended_ms, id));
	assert_string_equal(id, one.id);
	one.scrubbed_ms = one.ended_ms + 5;
	write_told(&kept, &one);
	one.scrubbed_ms = 0; /* told by who does not know of it */
	write_told(&kept, &one);
	assert_true(recordings_to_scrub(kept.store, one.ended_ms + 9, id));
	assert_string_equal(id, other.id);
	other.scrubbed_ms = other.ended_ms + 6;
	write_told(&kept, &other);
	assert_false(recordings_to_scrub(kept.store, one.ended_ms + 4, id));
	assert_true(recordings_to_scrub(kept.store, one.ended_ms + 9, id));
	assert_string_equal(id, one.id);
	kept_close(&kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flipped_byte_is_found),
		cmocka_unit_test(what_is_no_file_is_said),
		cmocka_unit_test(it_ends_when_the_file_is_cut),
		cmocka_unit_test(the_longest_not_looked_at_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
