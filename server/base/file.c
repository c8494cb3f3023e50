/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int
real_open_at(int dir, const char *name, int flags, mode_t mode)
{
	return openat(dir, name, flags, mode);
}

static int
real_rename_at(int dir, const char *from, const char *to)
{
	return renameat2(dir, from, dir, to, RENAME_NOREPLACE);
}

static int
real_replace_at(int dir, const char *from, const char *to)
{
	return renameat(dir, from, dir, to);
}

static int
real_unlink_at(int dir, const char *name)
{
	return unlinkat(dir, name, 0);
}

static int
real_reserve(int fd, off_t from, off_t len)
{
	return fallocate(fd, FALLOC_FL_KEEP_SIZE, from, len);
}

static int
real_free_bytes(int fd, uint64_t *bytes)
{
	struct statvfs st;

	if (fstatvfs(fd, &st) == -1)
		return -1;
	*bytes = (uint64_t)st.f_bavail * st.f_frsize;
	return 0;
}

const struct file_calls file_real_calls = {
	.open_at = real_open_at,
	.write = write,
	.sync = fsync,
	.data_sync = fdatasync,
	.rename_at = real_rename_at,
	.truncate = ftruncate,
	.unlink_at = real_unlink_at,
	.replace_at = real_replace_at,
	.reserve = real_reserve,
	.free_bytes = real_free_bytes,
};

static const struct file_calls *calls = &file_real_calls;

void
file_set_calls(const struct file_calls *replaced)
{
	calls = replaced;
}

int
file_open_at(int dir, const char *name, int flags, mode_t mode)
{
	int fd;

	do {
		fd = calls->open_at(
		    dir, name, flags | O_CLOEXEC | O_NOFOLLOW, mode);
	} while (fd == -1 && errno == EINTR);
	return fd;
}

bool
file_write(int fd, const void *bytes, size_t len, size_t *written)
{
	const uint8_t *at = bytes;
	ssize_t n;

	for (*written = 0; *written < len;) {
		n = calls->write(fd, at + *written, len - *written);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		*written += (size_t)n;
	}
	return true;
}

bool
file_sync(int fd)
{
	return calls->sync(fd) == 0;
}

bool
file_data_sync(int fd)
{
	return calls->data_sync(fd) == 0;
}

bool
file_rename_at(int dir, const char *from, const char *to)
{
	return calls->rename_at(dir, from, to) == 0;
}

bool
file_replace_at(int dir, const char *from, const char *to)
{
	return calls->replace_at(dir, from, to) == 0;
}

bool
file_truncate(int fd, off_t len)
{
	int result;

	do {
		result = calls->truncate(fd, len);
	} while (result == -1 && errno == EINTR);
	return result == 0;
}

bool
file_unlink_at(int dir, const char *name)
{
	return calls->unlink_at(dir, name) == 0 || errno == ENOENT;
}

int
file_open_folder(int dir, const char *name)
{
	if (mkdirat(dir, name, 0750) == -1 && errno != EEXIST)
		return -1;
	return file_open_at(dir, name, O_RDONLY | O_DIRECTORY, 0);
}

static char *
read_open(int fd, size_t limit, size_t *len)
{
	struct stat st;
	char *text;
	ssize_t n = 0;

	if (fstat(fd, &st) == -1)
		return NULL;
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > limit) {
		errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
		return NULL;
	}
	text = malloc((size_t)st.st_size + 1);
	if (text == NULL)
		return NULL;
	for (*len = 0; *len < (size_t)st.st_size; *len += (size_t)n) {
		n = read(fd, text + *len, (size_t)st.st_size - *len);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			break;
	}
	text[*len] = '\0';
	if (n == -1) {
		free(text);
		return NULL;
	}
	return text;
}

char *
file_read_all(int dir, const char *name, size_t limit, size_t *len)
{
	int fd = file_open_at(dir, name, O_RDONLY | O_NONBLOCK, 0);
	char *text;

	if (fd == -1)
		return NULL;
	text = read_open(fd, limit, len);
	close(fd);
	return text;
}

bool
file_reserve(int fd, off_t from, off_t len)
{
	int result;

	do {
		result = calls->reserve(fd, from, len);
	} while (result == -1 && errno == EINTR);
	return result == 0;
}

bool
file_free_bytes(int fd, uint64_t *bytes)
{
	int result;

	do {
		result = calls->free_bytes(fd, bytes);
	} while (result == -1 && errno == EINTR);
	return result == 0;
}
