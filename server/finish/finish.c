/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/finish.h"

#include "base/mem.h"
#include "base/sentence.h"
#include "base/text.h"
#include "finish/finish_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An array of count is full when count is 0 or a power of two: twice as many
 * from then on. */
static void *
grown(void *array, size_t count, size_t each)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return array;
	array = realloc(array, (count == 0 ? 1 : count * 2) * each);
	CHECK(array != NULL);
	return array;
}

bool
finish_goes_on(const struct finish_job *job)
{
	return job->go_on == NULL || job->go_on(job->arg);
}

void
finish_add_point(struct finish_facts *facts, int64_t at_ms, uint64_t byte)
{
	size_t count = facts->point_count;

	if (count > 0 &&
	    at_ms - facts->points[count - 1].at_ms < FINISH_POINT_MS)
		return;
	facts->points = grown(facts->points, count, sizeof(*facts->points));
	facts->points[count].at_ms = at_ms;
	facts->points[count].byte = byte;
	facts->point_count++;
}

void
finish_add_chapter(struct finish_facts *facts, int64_t at_ms, const char *title)
{
	size_t count = facts->chapter_count;

	facts->chapters = grown(
	    facts->chapters, count, sizeof(*facts->chapters));
	facts->chapters[count] = (struct finish_mark){ .at_ms = at_ms };
	text_copy(facts->chapters[count].title,
	    sizeof(facts->chapters[count].title), title);
	facts->chapter_count++;
}

void
finish_note_title(struct finish_facts *facts, int64_t at_ms, const char *title)
{
	size_t count = facts->chapter_count;

	if (title[0] != '\0' &&
	    (count == 0 ||
		strcmp(facts->chapters[count - 1].title, title) != 0))
		finish_add_chapter(facts, at_ms, title);
}

void
finish_pass_marks(
    const struct finish_job *job, size_t *next, uint64_t byte, int64_t at_ms)
{
	for (; *next < job->mark_count && job->marks[*next].byte <= byte;
	     ++*next)
		job->marks[*next].at_ms = at_ms;
}

void
finish_marks_to_chapters(
    const struct finish_job *job, struct finish_facts *facts)
{
	const struct finish_mark *mark;

	if (facts->chapter_count > 1 ||
	    (facts->chapter_count == 1 && job->mark_count == 0))
		return;
	facts->chapter_count = 0; /* one title is the whole */
	for (size_t i = 0; i < job->mark_count; i++) {
		mark = &job->marks[i];
		if (!mark->is_gap && mark->title[0] != '\0')
			finish_add_chapter(facts, mark->at_ms, mark->title);
	}
}

static const struct finisher {
	const char *extension;
	enum finish_result (*finish)(
	    const struct finish_job *, struct view *, struct finish_facts *);
} finishers[] = {
	{ "aac", finish_adts },
	{ "flac", finish_flac },
	{ "mp3", finish_mp3 },
	{ "oga", finish_ogg },
	{ "ogg", finish_ogg },
	{ "ogv", finish_ogg },
	{ "opus", finish_ogg },
	{ "spx", finish_ogg },
	{ "ts", finish_ts },
	{ "mka", finish_webm },
	{ "mkv", finish_webm },
	{ "webm", finish_webm },
};

static enum finish_result
finish_other(const struct finish_job *job, struct finish_facts *facts)
{
	size_t next = 0;

	finish_pass_marks(job, &next, UINT64_MAX, 0);
	finish_marks_to_chapters(job, facts);
	return FINISH_AS_IS;
}

static const struct finisher *
find_finisher(const char *extension)
{
	for (size_t i = 0; i < sizeof(finishers) / sizeof(*finishers); i++) {
		if (strcmp(finishers[i].extension, extension) == 0)
			return &finishers[i];
	}
	return NULL;
}

enum finish_result
finish_media(
    const struct finish_job *job, struct finish_facts *facts, char **error)
{
	const struct finisher *finisher = find_finisher(job->extension);
	enum finish_result result;
	struct view *view;

	*facts = (struct finish_facts){ .duration_ms = -1 };
	*error = NULL;
	if (finisher == NULL)
		return finish_other(job, facts);
	view = mem_new(sizeof(*view));
	view->fd = job->from;
	view->size = job->from_bytes;
	errno = 0;
	result = finisher->finish(job, view, facts);
	if (view->error != 0)
		errno = view->error;
	if (result == FINISH_FAILED)
		(void)sentence(error, "%s",
		    errno != 0 ? strerror(errno)
			       : "nothing in it can be understood");
	free(view);
	return result;
}

void
finish_facts_free(struct finish_facts *facts)
{
	free(facts->chapters);
	free(facts->points);
	*facts = (struct finish_facts){ .duration_ms = -1 };
}
