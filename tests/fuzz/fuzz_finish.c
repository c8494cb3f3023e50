/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "base/mem.h"
#include "finish/finish.h"
#include "ogg_sums.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MARKS 4

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* By how it begins, so that any media file is a seed. */
static const char *
extension_of(const uint8_t *bytes, size_t len)
{
	static const struct {
		const char *magic, *extension;
	} kinds[] = { { "OggS", "ogg" }, { "\x1a\x45\xdf\xa3", "webm" },
		{ "fLaC", "flac" }, { "\x47", "ts" }, { "\xff\xf1", "aac" } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t n = strlen(kinds[i].magic);

		if (len >= n && memcmp(bytes, kinds[i].magic, n) == 0)
			return kinds[i].extension;
	}
	return "mp3";
}

static void
finish_file(const char *extension, int from, size_t len, int to)
{
	static struct finish_mark marks[MARKS];
	struct finish_job job = { .extension = extension,
		.title = "A show",
		.artist = "",
		.from = from,
		.from_bytes = (int64_t)len,
		.to = to,
		.marks = marks,
		.mark_count = len % (MARKS + 1) };
	struct finish_facts facts;
	char *error;

	for (size_t i = 0; i < MARKS; i++) {
		marks[i].byte = i * len / MARKS;
		strcpy(marks[i].title, "Title");
	}
	CHECK((finish_media(&job, &facts, &error) == FINISH_FAILED) ==
	    (error != NULL));
	CHECK(facts.duration_ms >= -1);
	free(error);
	finish_facts_free(&facts);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *extension = extension_of(bytes, len);
	static int from = -1, to = -1;
	uint8_t *copy;

	if (len == 0)
		return 0;
	if (from == -1) {
		from = memfd_create("from", MFD_CLOEXEC);
		to = memfd_create("to", MFD_CLOEXEC);
	}
	copy = mem_copy(bytes, len);
	if (strcmp(extension, "ogg") == 0)
		fix_pages(copy, len);
	CHECK(ftruncate(from, 0) == 0 && ftruncate(to, 0) == 0);
	CHECK(lseek(to, 0, SEEK_SET) == 0);
	CHECK(pwrite(from, copy, len, 0) == (ssize_t)len);
	free(copy);
	finish_file(extension, from, len, to);
	return 0;
}
