/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/marks.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void
marks_format(struct bytes *out, const struct finish_mark *mark)
{
	char text[FINISH_TITLE_BYTES];

	/* No tab and no line end is left in it. */
	text_clean(text, sizeof(text), mark->title, strlen(mark->title));
	if (mark->is_gap)
		bytes_format(out,
		    "gap\t%" PRIu64 "\t%" PRIu64 "\t%" PRId64 "\t%s\n",
		    mark->byte, mark->gap_bytes, mark->gap_ms, text);
	else
		bytes_format(out, "title\t%" PRIu64 "\t%s\n", mark->byte, text);
}

/* A number and the tab after it; false when there is none. */
static bool
take_number(const char **at, const char *end, uint64_t *number)
{
	const char *from = *at;

	for (*number = 0; *at < end && **at >= '0' && **at <= '9'; ++*at) {
		if (*number > INT64_MAX / 10 - 10)
			return false;
		*number = *number * 10 + (uint64_t)(**at - '0');
	}
	if (*at == from || *at == end || **at != '\t')
		return false;
	++*at;
	return true;
}

static bool
parse_line(const char *at, const char *end, struct finish_mark *mark)
{
	uint64_t ms = 0;

	memset(mark, 0, sizeof(*mark));
	if (end - at > 6 && memcmp(at, "title\t", 6) == 0)
		at += 6;
	else if (end - at > 4 && memcmp(at, "gap\t", 4) == 0) {
		at += 4;
		mark->is_gap = true;
	} else {
		return false;
	}
	if (!take_number(&at, end, &mark->byte))
		return false;
	if (mark->is_gap &&
	    (!take_number(&at, end, &mark->gap_bytes) ||
		!take_number(&at, end, &ms)))
		return false;
	mark->gap_ms = (int64_t)ms;
	text_clean(mark->title, sizeof(mark->title), at, (size_t)(end - at));
	return true;
}

size_t
marks_parse(const char *text, size_t len, struct finish_mark **marks)
{
	const char *end = text + len, *line_end;
	size_t count = 0, room = 0;
	uint64_t byte = 0;

	*marks = NULL;
	for (; text < end && count < MARKS_MOST; text = line_end + 1) {
		line_end = memchr(text, '\n', (size_t)(end - text));
		if (line_end == NULL) /* half a line, after a crash */
			break;
		if (count == room) {
			room = room == 0 ? 16 : 2 * room;
			*marks = mem_grow(*marks, room * sizeof(**marks));
		}
		if (parse_line(text, line_end, *marks + count) &&
		    (*marks)[count].byte >= byte)
			byte = (*marks)[count++].byte;
	}
	return count;
}

size_t
marks_read(int folder, const struct naming *naming, struct finish_mark **marks)
{
	char name[NAMING_FILE_BYTES], *text;
	size_t len, count;

	*marks = NULL;
	naming_file(name, naming, NAMING_MARKS_PART);
	text = file_read_all(folder, name, MARKS_MOST_BYTES, &len);
	if (text == NULL)
		return 0;
	count = marks_parse(text, len, marks);
	free(text);
	return count;
}
