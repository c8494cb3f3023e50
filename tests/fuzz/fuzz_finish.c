/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "finish/finish.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MARKS 4

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The first byte says which kind, the second how far the marks are apart. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const extensions[] = { "ogg", "mp3", "aac", "webm",
		"ts", "flac" };
	static struct finish_mark marks[MARKS];
	static int from = -1, to = -1;
	struct finish_job job = { .title = "A show",
		.artist = "",
		.marks = marks,
		.mark_count = MARKS };
	struct finish_facts facts;
	char *error;

	if (len < 2)
		return 0;
	if (from == -1) {
		from = memfd_create("from", MFD_CLOEXEC);
		to = memfd_create("to", MFD_CLOEXEC);
	}
	CHECK(ftruncate(from, 0) == 0 && ftruncate(to, 0) == 0);
	CHECK(lseek(to, 0, SEEK_SET) == 0);
	CHECK(pwrite(from, bytes + 2, len - 2, 0) == (ssize_t)len - 2);
	for (size_t i = 0; i < MARKS; i++) {
		marks[i].byte = i * bytes[1] * 16;
		strcpy(marks[i].title, "Title");
	}
	job.extension = extensions[bytes[0] % 6];
	job.from = from;
	job.from_bytes = (int64_t)len - 2;
	job.to = to;
	CHECK((finish_media(&job, &facts, &error) == FINISH_FAILED) ==
	    (error != NULL));
	free(error);
	finish_facts_free(&facts);
	return 0;
}
