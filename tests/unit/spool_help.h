/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * spool_help - a temporary archive, and a disk that fails when it is told to.
 *
 * Calls through base/file.h are counted and written down, one letter each:
 * o open, w write, s fsync, d fdatasync, r rename, R replace,
 * t truncate, u unlink. From
 * call number fail_at on, fail_count of them fail; a write that fails first
 * writes a part, not at the end of a frame. Nothing is really synced: that
 * would only be slow.
 */
#ifndef SPOOL_HELP_H
#define SPOOL_HELP_H

#include "test.h"

#include "archive/finishing.h"
#include "archive/leftovers.h"
#include "base/block.h"
#include "base/file.h"
#include "loop/messages.h"
#include "spool/track.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEVER 1000000

static struct {
	unsigned count, fail_at, fail_count;
	int error;
	char letters[4096];
} disk;

static inline bool
disk_fails(char letter)
{
	unsigned n = disk.count++;

	if (n < sizeof(disk.letters) - 1)
		disk.letters[n] = letter;
	if (n < disk.fail_at || n - disk.fail_at >= disk.fail_count)
		return false;
	errno = disk.error;
	return true;
}

static inline int
disk_open_at(int dir, const char *name, int flags, mode_t mode)
{
	if (disk_fails('o'))
		return -1;
	return file_real_calls.open_at(dir, name, flags, mode);
}

static inline ssize_t
disk_write(int fd, const void *bytes, size_t len)
{
	static bool is_short;

	if (is_short && disk.fail_count > 0) {
		is_short = false;
		errno = disk.error;
		return -1;
	}
	is_short = false;
	if (!disk_fails('w'))
		return write(fd, bytes, len);
	is_short = len >= 2;
	if (is_short)
		return write(fd, bytes, len / 2 + 1);
	return -1;
}

static inline int
disk_sync(int fd)
{
	(void)fd;
	return disk_fails('s') ? -1 : 0;
}

static inline int
disk_data_sync(int fd)
{
	(void)fd;
	return disk_fails('d') ? -1 : 0;
}

static inline int
disk_rename_at(int dir, const char *from, const char *to)
{
	return disk_fails('r') ? -1 : file_real_calls.rename_at(dir, from, to);
}

static inline int
disk_truncate(int fd, off_t len)
{
	return disk_fails('t') ? -1 : ftruncate(fd, len);
}

static inline int
disk_replace_at(int dir, const char *from, const char *to)
{
	if (disk_fails('R'))
		return -1;
	return file_real_calls.replace_at(dir, from, to);
}

static inline int
disk_unlink_at(int dir, const char *name)
{
	return disk_fails('u') ? -1 : unlinkat(dir, name, 0);
}

/* Neither is counted: how much is asked ahead is nobody's business. */
static uint64_t disk_free_bytes, disk_reserve_most;

static inline int
disk_reserve(int fd, off_t from, off_t len)
{
	(void)fd;
	if ((uint64_t)(from + len) <= disk_reserve_most)
		return 0;
	errno = disk_reserve_most == 0 ? EOPNOTSUPP : ENOSPC;
	return -1;
}

static inline int
disk_ask_free_bytes(int fd, uint64_t *bytes)
{
	(void)fd;
	*bytes = disk_free_bytes;
	return 0;
}

static inline void
disk_set(unsigned fail_at, unsigned fail_count, int error)
{
	static const struct file_calls calls = { disk_open_at, disk_write,
		disk_sync, disk_data_sync, disk_rename_at, disk_truncate,
		disk_unlink_at, disk_replace_at, disk_reserve,
		disk_ask_free_bytes };

	memset(&disk, 0, sizeof(disk));
	disk.fail_at = fail_at;
	disk.fail_count = fail_count;
	disk.error = error;
	file_set_calls(&calls);
}

static char archive_path[64];
static int archive_fd; /* the newest */

static inline int
archive_new(void)
{
	int fd;

	strcpy(archive_path, "/tmp/all2all-archive-XXXXXX");
	assert_non_null(mkdtemp(archive_path));
	fd = open(archive_path, O_RDONLY | O_DIRECTORY);
	assert_true(fd != -1);
	archive_fd = fd;
	disk_set(NEVER, 0, 0);
	return fd;
}

static inline void
archive_free(int fd)
{
	char command[128];

	close(fd);
	file_set_calls(&file_real_calls);
	snprintf(command, sizeof(command), "rm -rf '%s'", archive_path);
	assert_int_equal(system(command), 0);
}

/* Of recordings: SHA256SUMS is left out. */
struct found {
	unsigned count;
	char paths[32][256]; /* below the archive */
};

static inline void
find_files(const char *below, struct found *found)
{
	char path[512], name[512];
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", archive_path, below);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    strcmp(entry->d_name, "SHA256SUMS") == 0)
			continue;
		snprintf(name, sizeof(name), "%.200s%s%.200s", below,
		    *below != '\0' ? "/" : "", entry->d_name);
		snprintf(path, sizeof(path), "%s/%.400s", archive_path, name);
		assert_int_equal(lstat(path, &st), 0);
		if (S_ISDIR(st.st_mode)) {
			find_files(name, found);
			continue;
		}
		assert_true(found->count < 32);
		snprintf(found->paths[found->count++], 256, "%.255s", name);
	}
	closedir(dir);
}

/* The only file whose name ends so; NULL when there is none. */
static inline const char *
find_ending(const char *end)
{
	static char path[256];
	struct found found = { 0 };
	size_t len, end_len = strlen(end);
	unsigned count = 0;

	find_files("", &found);
	for (unsigned i = 0; i < found.count; i++) {
		len = strlen(found.paths[i]);
		if (len < end_len ||
		    strcmp(found.paths[i] + len - end_len, end) != 0)
			continue;
		strcpy(path, found.paths[i]);
		count++;
	}
	assert_true(count <= 1);
	return count == 1 ? path : NULL;
}

static inline unsigned
count_ending(const char *end)
{
	struct found found = { 0 };
	size_t len, end_len = strlen(end);
	unsigned count = 0;

	find_files("", &found);
	for (unsigned i = 0; i < found.count; i++) {
		len = strlen(found.paths[i]);
		count += len >= end_len &&
		    strcmp(found.paths[i] + len - end_len, end) == 0;
	}
	return count;
}

/* The text of a file below the archive, NUL added; free() it. */
static inline char *
read_below(const char *path, size_t *len)
{
	char whole[1024];
	FILE *file;
	char *text = calloc(1, 1 << 20);

	assert_non_null(text);
	snprintf(whole, sizeof(whole), "%s/%s", archive_path, path);
	file = fopen(whole, "rb");
	assert_non_null(file);
	*len = fread(text, 1, (1 << 20) - 1, file);
	fclose(file);
	return text;
}

#define FRAME_BYTES 417 /* ADTS, 48 kHz, stereo */

/* A block of count such frames, filled with a letter. */
static inline struct block *
frames_new(unsigned count, char letter, unsigned flags)
{
	static const uint8_t header[7] = { 0xff, 0xf1, 0x4c, 0x80, 0x34, 0x3f,
		0xfc };
	struct block *block = block_new(
	    NULL, (size_t)count * FRAME_BYTES, flags);

	for (unsigned i = 0; i < count; i++) {
		memset(block->bytes + i * FRAME_BYTES, letter, FRAME_BYTES);
		memcpy(block->bytes + i * FRAME_BYTES, header, sizeof(header));
	}
	return block;
}

static inline struct spool_msg
facts_new(const char *slug, const char *extension)
{
	struct spool_msg facts = { .mount_no = 7, .member = 3 };

	strcpy(facts.slug, slug);
	strcpy(facts.mount, "/lea/live.mp3");
	strcpy(facts.media_type, "audio/mpeg");
	strcpy(facts.extension, extension);
	strcpy(facts.codecs, "mp3");
	strcpy(facts.title,
	    "Radio L\xc3\xa9"
	    "a");
	strcpy(facts.agent, "an encoder/1.0");
	facts.rules.split_at = SPLIT_NEVER;
	facts.rules.has_programme = true;
	return facts;
}

/* Rows that were told. */
static struct {
	unsigned count;
	struct recording_msg last;
	uint64_t bytes; /* of all that were finished */
} rows;

static inline void
keep_row(void *arg, const struct recording_msg *row)
{
	(void)arg;
	if (row->state != RECORDING_ACTIVE && row->sha256[0] == '\0')
		return; /* complete, and told again when it is finished */
	rows.count++;
	rows.last = *row;
	if (row->state != RECORDING_ACTIVE)
		rows.bytes += row->bytes;
}

static inline void
finish_now(void *arg, const char *path)
{
	const struct finishing finishing = { .archive = archive_fd,
		.row = keep_row };

	(void)arg;
	(void)!finishing_run(&finishing, path);
}

static inline void
keep_path(void *arg, const char *path)
{
	struct found *found = arg;

	assert_true(found->count < 32);
	snprintf(found->paths[found->count++], 256, "%.255s", path);
}

static inline void
finish_leftovers(int archive)
{
	struct found found = { 0 };

	leftovers_find(archive, keep_path, &found);
	for (unsigned i = 0; i < found.count; i++)
		finish_now(NULL, found.paths[i]);
}

/* Of the newest archive. */
static inline struct track *
track_begin(enum recording_profile profile, const struct spool_msg *facts)
{
	static const struct track_out out = { keep_row, finish_now, NULL };
	static struct track_setup setup = { .out = &out };

	setup.archive = archive_fd;
	if (setup.zones == NULL)
		setup.zones = zones_new();
	return track_new(&setup, profile, facts);
}

/* As at start. */
static inline void
recover(int archive)
{
	memset(&rows, 0, sizeof(rows));
	finish_leftovers(archive);
}

#endif
