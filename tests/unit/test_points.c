/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "archive/points.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
file_of(const char *text, size_t len)
{
	char path[] = "/tmp/points-XXXXXX";
	int fd = mkstemp(path);

	assert_int_not_equal(fd, -1);
	unlink(path);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	return fd;
}

static void
the_last_point_before_is_found(void **state)
{
	static const char text[] = "0 188\n5000 90000\n10000 180012\n";
	static const struct {
		int64_t at_ms;
		uint64_t byte;
	} cases[] = { { 0, 188 }, { 1, 188 }, { 4999, 188 }, { 5000, 90000 },
		{ 9999, 90000 }, { 10000, 180012 }, { INT64_MAX, 180012 } };
	int fd = file_of(text, strlen(text));
	uint64_t byte;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(points_find(fd, cases[i].at_ms, &byte));
		assert_int_equal(byte, cases[i].byte);
	}
	close(fd);
}

static void
before_the_first_there_is_none(void **state)
{
	int fd = file_of("700 12\n", 7);
	uint64_t byte;

	(void)state;
	assert_false(points_find(fd, 699, &byte));
	assert_true(points_find(fd, 700, &byte));
	close(fd);
}

static void
many_are_read(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	uint64_t byte;
	int fd;

	(void)state;
	for (unsigned i = 0; i < 30000; i++)
		fprintf(file, "%u %u\n", i * 5000, i * 77);
	fclose(file);
	fd = file_of(text, size);
	for (unsigned i = 0; i < 30000; i += 997) {
		assert_true(points_find(fd, i * 5000 + 2, &byte));
		assert_int_equal(byte, i * 77);
	}
	close(fd);
	free(text);
}

static void
nonsense_is_passed_over(void **state)
{
	char text[400];
	uint64_t byte;
	int fd;

	(void)state;
	memset(text, '7', sizeof(text));
	memcpy(text, "x\n\n-5 3\n10\n0 100\n", 17);
	memcpy(text + 380, "\n5000 200\n9000 5", 16);
	fd = file_of(text, 396);
	assert_true(points_find(fd, 4000, &byte));
	assert_int_equal(byte, 100);
	/* A line without an end was not written whole. */
	assert_true(points_find(fd, 9000, &byte));
	assert_int_equal(byte, 200);
	close(fd);
	fd = file_of("", 0);
	assert_false(points_find(fd, 9000, &byte));
	close(fd);
	assert_false(points_find(-1, 9000, &byte));
}

TEST_MAIN(TEST(the_last_point_before_is_found),
    TEST(before_the_first_there_is_none), TEST(many_are_read),
    TEST(nonsense_is_passed_over))
