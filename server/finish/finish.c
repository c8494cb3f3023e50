/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/finish.h"

#include "base/mem.h"
#include "base/text.h"
#include "finish/finish_priv.h"

#include <stdlib.h>

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

	if (facts->chapter_count > 0)
		return;
	for (size_t i = 0; i < job->mark_count; i++) {
		mark = &job->marks[i];
		if (!mark->is_gap && mark->title[0] != '\0')
			finish_add_chapter(facts, mark->at_ms, mark->title);
	}
}

enum finish_result
finish_media(
    const struct finish_job *job, struct finish_facts *facts, char **error)
{
	*facts = (struct finish_facts){ .duration_ms = -1 };
	*error = NULL;
	finish_marks_to_chapters(job, facts);
	return FINISH_AS_IS;
}

void
finish_facts_free(struct finish_facts *facts)
{
	free(facts->chapters);
	free(facts->points);
	*facts = (struct finish_facts){ .duration_ms = -1 };
}
