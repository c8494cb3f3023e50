/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/watched.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* False: errno says why. The clock of a process is the sum that
 * /proc/PID/task/.../schedstat has of each thread, and of those that ended. */
static bool
read_cpu(pid_t pid, double *secs)
{
	struct timespec used;
	clockid_t clock;

	errno = clock_getcpuclockid(pid, &clock);
	if (errno != 0 || clock_gettime(clock, &used) == -1)
		return false;
	*secs = (double)used.tv_sec + (double)used.tv_nsec / 1e9;
	return true;
}

static bool
read_memory(pid_t pid, uint64_t *bytes)
{
	char name[64], line[256];
	uint64_t kib;
	bool found = false;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%ld/smaps_rollup", (long)pid);
	file = fopen(name, "re");
	if (file == NULL)
		return false;
	errno = ENODATA;
	while (!found && fgets(line, sizeof(line), file) != NULL)
		found = sscanf(line, "Anonymous: %" SCNu64 " kB", &kib) == 1;
	fclose(file);
	if (found)
		*bytes = kib * 1024;
	return found;
}

bool
watched_allows(pid_t pid, const char **why)
{
	double secs;
	uint64_t bytes;

	*why = "its clock";
	if (!read_cpu(pid, &secs))
		return false;
	*why = "its smaps_rollup";
	return read_memory(pid, &bytes);
}

double
watched_cpu_secs(pid_t pid)
{
	double secs = 0;

	return read_cpu(pid, &secs) ? secs : 0;
}

uint64_t
watched_memory_bytes(pid_t pid)
{
	uint64_t bytes = 0;

	return read_memory(pid, &bytes) ? bytes : 0;
}
