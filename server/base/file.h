/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * file - the only way to the disk for what must not be lost.
 *
 * Each call is one system call with EINTR handled, through a table that a test
 * may replace to fail any of them at any point. Used by threads that may block.
 * Functions return -1 or false with errno set.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct file_calls {
	int (*open_at)(int dir, const char *name, int flags, mode_t mode);
	ssize_t (*write)(int fd, const void *bytes, size_t len);
	int (*sync)(int fd);      /* fsync */
	int (*data_sync)(int fd); /* fdatasync */
	int (*rename_at)(int dir, const char *from, const char *to);
	int (*truncate)(int fd, off_t len);
	int (*unlink_at)(int dir, const char *name);
	int (*replace_at)(int dir, const char *from, const char *to);
	int (*reserve)(int fd, off_t from, off_t len); /* fallocate */
	int (*free_bytes)(int fd, uint64_t *bytes);    /* statvfs */
};

extern const struct file_calls file_real_calls;
void file_set_calls(const struct file_calls *); /* for tests; any one time */

/* Never follows a symbolic link as the last part; close-on-exec always. */
int file_open_at(int dir, const char *name, int flags, mode_t mode) MUST_CHECK;
/* All of it, or false; *written tells how far it came. */
bool file_write(
    int fd, const void *bytes, size_t len, size_t *written) MUST_CHECK;
bool file_sync(int fd) MUST_CHECK;
bool file_data_sync(int fd) MUST_CHECK;
/* Never replaces an existing file: errno is EEXIST then. */
bool file_rename_at(int dir, const char *from, const char *to) MUST_CHECK;
/* In the place of what is there, at once. */
bool file_replace_at(int dir, const char *from, const char *to) MUST_CHECK;
bool file_truncate(int fd, off_t len) MUST_CHECK;
/* Room on the disk behind what is written; the file stays as long as it is. */
bool file_reserve(int fd, off_t from, off_t len) MUST_CHECK;
/* What is free for us on the file system of fd. */
bool file_free_bytes(int fd, uint64_t *bytes) MUST_CHECK;
/* The name only, never a folder; true also when there is none. */
bool file_unlink_at(int dir, const char *name) MUST_CHECK;
/* Opens dir/name as a folder, made with mode 0750 when it is not there; never
 * through a symbolic link. */
int file_open_folder(int dir, const char *name) MUST_CHECK;
/* The whole of a regular file of at most limit bytes, NUL added; free() it. */
char *file_read_all(
    int dir, const char *name, size_t limit, size_t *len) MUST_CHECK;

#endif
