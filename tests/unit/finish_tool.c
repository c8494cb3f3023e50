/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * finish_tool EXTENSION RECORDING FINISHED [BYTE TITLE ...]: finishes a file as
 * the archivist does, and prints what is known of it then as JSON. Of EXTENSION
 * "m4a" the recording is ADTS, and what is written its twin. Used by
 * tests/live/test_finish*.py. */
#include "base/bytes.h"
#include "base/text.h"
#include "finish/finish.h"
#include "finish/m4a.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_MARKS 100

static const char *const results[] = {
	[FINISH_AS_IS] = "as it is",
	[FINISH_WRITTEN] = "written",
	[FINISH_STOPPED] = "stopped",
	[FINISH_FAILED] = "failed",
};

static void
print_facts(enum finish_result result, const struct finish_facts *facts)
{
	struct bytes out = { 0 };

	bytes_format(&out,
	    "{\"result\":\"%s\",\"duration_ms\":%" PRId64
	    ",\"sample_rate\":%u,\"channels\":%u,\"width\":%u,\"height\":%u,"
	    "\"passed_over_bytes\":%" PRIu64 ",\"chapters\":[",
	    results[result], facts->duration_ms, facts->sample_rate,
	    facts->channels, facts->width, facts->height,
	    facts->passed_over_bytes);
	for (size_t i = 0; i < facts->chapter_count; i++) {
		bytes_format(&out, "%s[%" PRId64 ",", i > 0 ? "," : "",
		    facts->chapters[i].at_ms);
		text_json(&out, facts->chapters[i].title);
		bytes_text(&out, "]");
	}
	bytes_text(&out, "],\"points\":[");
	for (size_t i = 0; i < facts->point_count; i++)
		bytes_format(&out, "%s[%" PRId64 ",%" PRIu64 "]",
		    i > 0 ? "," : "", facts->points[i].at_ms,
		    facts->points[i].byte);
	bytes_text(&out, "]}\n");
	fwrite(out.data, 1, out.len, stdout);
	bytes_free(&out);
}

static enum finish_result
make_twin(const struct finish_job *job, const struct finish_facts *facts,
    char **error)
{
	const struct m4a_job twin = { .from = job->from,
		.from_bytes = job->from_bytes,
		.to = job->to,
		.title = job->title,
		.artist = job->artist,
		.started_ms = job->started_ms,
		.chapters = facts->chapters,
		.chapter_count = facts->chapter_count };

	return m4a_write(&twin, error);
}

int
main(int argc, char **argv)
{
	struct finish_mark marks[MOST_MARKS] = { 0 };
	struct finish_job job = { .title = "A show",
		.artist = "Demo",
		.started_ms = 1795374000000,
		.marks = marks };
	struct finish_facts facts;
	enum finish_result result;
	struct stat st;
	bool is_twin;
	char *error;

	if (argc < 4)
		return 2;
	is_twin = strcmp(argv[1], "m4a") == 0;
	for (int i = 4; i + 1 < argc && job.mark_count < MOST_MARKS; i += 2) {
		marks[job.mark_count].byte = strtoull(argv[i], NULL, 10);
		text_copy(marks[job.mark_count++].title, FINISH_TITLE_BYTES,
		    argv[i + 1]);
	}
	job.extension = is_twin ? "aac" : argv[1];
	job.from = open(argv[2], O_RDONLY);
	job.to = open(argv[3], O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (job.from == -1 || job.to == -1 || fstat(job.from, &st) == -1) {
		perror(argv[2]);
		return 1;
	}
	job.from_bytes = st.st_size;
	result = finish_media(&job, &facts, &error);
	if (is_twin && result == FINISH_AS_IS)
		result = make_twin(&job, &facts, &error);
	print_facts(result, &facts);
	if (error != NULL)
		fprintf(stderr, "%s\n", error);
	free(error);
	finish_facts_free(&facts);
	return result == FINISH_FAILED;
}
