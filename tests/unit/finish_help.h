/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * finish_help - for tests of finishers: finishes a recording that is in memory,
 * and keeps what came of it. After test.h.
 */
#ifndef FINISH_HELP_H
#define FINISH_HELP_H

#include "base/bytes.h"
#include "base/mem.h"
#include "finish/finish.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct finished {
	enum finish_result result;
	struct finish_facts facts;
	char *error;
	struct bytes file; /* what was written */
};

static inline void
finished_free(struct finished *finished)
{
	finish_facts_free(&finished->facts);
	free(finished->error);
	bytes_free(&finished->file);
	memset(finished, 0, sizeof(*finished));
}

static inline int
file_of(const void *bytes, size_t len)
{
	int fd = memfd_create("finish", MFD_CLOEXEC);

	assert_true(fd != -1);
	assert_int_equal(pwrite(fd, bytes, len, 0), (ssize_t)len);
	return fd;
}

/* What is in finished is freed first. job says the rest; bytes are copied. */
static inline void
finish_bytes(struct finished *finished, struct finish_job *job,
    const void *bytes, size_t len)
{
	struct stat st;

	finished_free(finished);
	job->from = file_of(bytes, len);
	job->from_bytes = (int64_t)len;
	job->to = file_of("", 0);
	if (job->title == NULL)
		job->title = "";
	if (job->artist == NULL)
		job->artist = "";
	finished->result = finish_media(
	    job, &finished->facts, &finished->error);
	assert_int_equal(fstat(job->to, &st), 0);
	if (finished->result == FINISH_WRITTEN) {
		assert_int_equal(
		    pread(job->to,
			bytes_room(&finished->file, (size_t)st.st_size + 1),
			(size_t)st.st_size, 0),
		    st.st_size);
		bytes_added(&finished->file, (size_t)st.st_size);
	}
	assert_int_equal(
	    finished->result == FINISH_FAILED, finished->error != NULL);
	close(job->from);
	close(job->to);
}

/* A stream of tests/data/muxers. */
static inline void
load_stream(struct bytes *to, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[512];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/data/muxers/%s",
	    srcdir != NULL ? srcdir : ".", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	while ((len = fread(bytes_room(to, 65536), 1, 65536, file)) > 0)
		bytes_added(to, len);
	fclose(file);
}

#endif
