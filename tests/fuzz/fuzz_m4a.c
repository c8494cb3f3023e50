/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "finish/m4a.h"
#include "m4a_seen.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
lies_inside(void *arg, uint64_t offset, uint32_t size)
{
	const struct span *mdat = arg;

	CHECK(size > 0 && offset + size <= mdat->len);
}

static void
look_at(int fd)
{
	struct stat st;
	struct span file;

	CHECK(fstat(fd, &st) == 0 && st.st_size > 0);
	file.len = (uint64_t)st.st_size;
	file.at = mmap(NULL, file.len, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(file.at != MAP_FAILED);
	CHECK(each_frame(file, lies_inside, &file) > 0);
	munmap((void *)file.at, file.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct finish_mark marks[2] = { { .title = "One" },
		{ .at_ms = 1000, .title = "Two" } };
	struct m4a_job job = { .from_bytes = (int64_t)len,
		.title = "A show",
		.artist = "",
		.chapters = marks,
		.chapter_count = len % 3 };
	enum finish_result result;
	char *error;

	job.from = memfd_create("from", MFD_CLOEXEC);
	job.to = memfd_create("to", MFD_CLOEXEC);
	CHECK(pwrite(job.from, bytes, len, 0) == (ssize_t)len);
	result = m4a_write(&job, &error);
	CHECK((result == FINISH_FAILED) == (error != NULL));
	if (result == FINISH_WRITTEN)
		look_at(job.to);
	free(error);
	close(job.from);
	close(job.to);
	return 0;
}
