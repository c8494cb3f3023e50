/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * seam - loaded before a server under test: sets its wall clock, makes its
 * store fail, and its recordings slow to read or unreadable, as the test says
 * in a file that both map (tests/live/seam.py). A sanitizer calls these before
 * anything could be looked up, hence syscall(). */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct seam {
	volatile int64_t wall_ms;     /* added to the wall clock */
	volatile int64_t write_errno; /* of each write to the store; 0: works */
	volatile int64_t read_ms;     /* each piece of a recording takes */
	volatile int64_t read_errno;  /* the same, as write_errno */
};

static struct seam none;
static struct seam *seam = &none;

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("A2A_SEAM");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map;

	if (fd == -1)
		return;
	map = mmap(NULL, sizeof(*seam), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		seam = map;
}

int
clock_gettime(clockid_t id, struct timespec *now)
{
	long result = syscall(SYS_clock_gettime, id, now);

	if (id == CLOCK_REALTIME)
		now->tv_sec += seam->wall_ms / 1000;
	return (int)result;
}

static int
is_in(int fd, const char *part)
{
	char name[64], path[512];
	ssize_t len;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	len = readlink(name, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	return strstr(path, part) != NULL;
}

ssize_t
pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
	if (seam->write_errno != 0 && is_in(fd, "all2all.sqlite")) {
		errno = (int)seam->write_errno;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, bytes, len, at);
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return pwrite64(fd, bytes, len, at);
}

ssize_t
pread64(int fd, void *bytes, size_t len, off64_t at)
{
	const struct timespec slow = { .tv_sec = seam->read_ms / 1000,
		.tv_nsec = seam->read_ms % 1000 * 1000000 };

	if ((seam->read_ms != 0 || seam->read_errno != 0) &&
	    is_in(fd, "/data/archive/")) {
		nanosleep(&slow, NULL);
		errno = (int)seam->read_errno;
		if (errno != 0)
			return -1;
	}
	return syscall(SYS_pread64, fd, bytes, len, at);
}

ssize_t
pread(int fd, void *bytes, size_t len, off_t at)
{
	return pread64(fd, bytes, len, at);
}
