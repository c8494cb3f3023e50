/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool_help.h"

#include "archive/sums.h"

#define ONE   "20261122T190000Z_abcdefghjkmnpqrstvwxyz0123.mp3"
#define TWO   "20261122T200000Z_abcdefghjkmnpqrstvwxyz0124.ogg"
#define THREE "20261122T210000Z_abcdefghjkmnpqrstvwxyz0125.mp3"
#define A     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void
assert_sums(int folder, const char *text)
{
	size_t len;
	char *got = file_read_all(folder, SUMS_NAME, 1 << 20, &len);

	assert_non_null(got);
	assert_string_equal(got, text);
	free(got);
}

static void
put_text(int folder, const char *name, const char *text)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
lines_come_and_go(void **state)
{
	int folder = archive_new();

	(void)state;
	assert_true(sums_put(folder, TWO, A));
	assert_true(sums_put(folder, ONE, B));
	assert_true(sums_put(folder, THREE, A));
	assert_sums(folder, B "  " ONE "\n" A "  " TWO "\n" A "  " THREE "\n");
	assert_true(sums_put(folder, TWO, B));
	assert_sums(folder, B "  " ONE "\n" B "  " TWO "\n" A "  " THREE "\n");
	assert_true(sums_put(folder, ONE, ""));
	assert_true(sums_put(folder, THREE, ""));
	assert_sums(folder, B "  " TWO "\n");
	assert_true(sums_put(folder, TWO, ""));
	assert_int_equal(faccessat(folder, SUMS_NAME, F_OK, 0), -1);
	assert_true(sums_put(folder, TWO, ""));
	assert_int_equal(faccessat(folder, SUMS_NAME, F_OK, 0), -1);
	archive_free(folder);
}

static void
what_is_no_line_of_ours_goes(void **state)
{
	int folder = archive_new();

	(void)state;
	put_text(folder, SUMS_NAME,
	    "no line\n" A "  ../../etc/passwd\n" A " *" ONE "\n" A "  " TWO
	    "\n" B "  " TWO ".part\n" A "  ");
	put_text(folder, SUMS_NEW, "left by a power cut");
	assert_true(sums_put(folder, ONE, B));
	assert_sums(folder, B "  " ONE "\n" A "  " TWO "\n");
	assert_int_equal(faccessat(folder, SUMS_NEW, F_OK, 0), -1);
	archive_free(folder);
}

static void
a_link_of_that_name_is_not_followed(void **state)
{
	int folder = archive_new();
	char *text;
	size_t len;

	(void)state;
	put_text(folder, "victim", "keep");
	assert_int_equal(symlinkat("victim", folder, SUMS_NAME), 0);
	assert_int_equal(symlinkat("victim", folder, SUMS_NEW), 0);
	assert_true(sums_put(folder, ONE, B));
	assert_sums(folder, B "  " ONE "\n");
	text = file_read_all(folder, "victim", 100, &len);
	assert_string_equal(text, "keep");
	free(text);
	archive_free(folder);
}

/* Whatever fails, the old lines or the new ones are there. */
static void
the_old_ones_stay_when_the_disk_fails(void **state)
{
	static const char before[] = A "  " ONE "\n";
	static const char after[] = A "  " ONE "\n" B "  " TWO "\n";
	bool is_put;

	(void)state;
	for (unsigned fail_at = 0; fail_at < 12; fail_at++) {
		int folder = archive_new();
		char *text;
		size_t len;

		assert_true(sums_put(folder, ONE, A));
		disk_set(fail_at, 1, EIO);
		is_put = sums_put(folder, TWO, B);
		assert_true(disk.count < 12);
		disk_set(NEVER, 0, 0);
		text = file_read_all(folder, SUMS_NAME, 1 << 20, &len);
		assert_non_null(text);
		if (strcmp(text, after) != 0) {
			assert_false(is_put);
			assert_string_equal(text, before);
		}
		free(text);
		archive_free(folder);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_and_go),
		cmocka_unit_test(what_is_no_line_of_ours_goes),
		cmocka_unit_test(a_link_of_that_name_is_not_followed),
		cmocka_unit_test(the_old_ones_stay_when_the_disk_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
