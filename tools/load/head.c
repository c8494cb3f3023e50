/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/head.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define METAINT_NAME "icy-metaint:"

/* Just after the empty line; NULL: it has not come. */
static const char *
find_end(const char *text, const char *end)
{
	const char *line;

	while ((line = memchr(text, '\n', (size_t)(end - text))) != NULL) {
		text = line + 1;
		if (text < end && *text == '\n')
			return text + 1;
		if (end - text >= 2 && text[0] == '\r' && text[1] == '\n')
			return text + 2;
	}
	return NULL;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "HTTP/1.0 200 OK" or "ICY 200 OK" */
static bool
read_status(struct head *head, const char *text, const char *end)
{
	const char *space = memchr(text, ' ', (size_t)(end - text));

	if (space == NULL || end - space < 5 ||
	    (strncmp(text, "HTTP/1.", 7) != 0 && strncmp(text, "ICY ", 4) != 0))
		return false;
	if (!is_digit(space[1]) || !is_digit(space[2]) || !is_digit(space[3]) ||
	    is_digit(space[4]))
		return false;
	head->status = (unsigned)(space[1] - '0') * 100 +
	    (unsigned)(space[2] - '0') * 10 + (unsigned)(space[3] - '0');
	return true;
}

static void
read_line(struct head *head, const char *line, const char *end)
{
	size_t name = sizeof(METAINT_NAME) - 1, value = 0;

	if ((size_t)(end - line) < name ||
	    strncasecmp(line, METAINT_NAME, name) != 0)
		return;
	for (line += name; line < end && *line == ' '; line++)
		;
	for (; line < end && is_digit(*line) && value < (1 << 24); line++)
		value = value * 10 + (size_t)(*line - '0');
	head->metaint = value;
}

enum head_answer
head_read(struct head *head, const uint8_t *bytes, size_t len)
{
	const char *line = (const char *)bytes, *next;
	const char *end = find_end(line, line + len);

	if (end == NULL)
		return len < HEAD_MOST_BYTES ? HEAD_MORE : HEAD_BAD;
	memset(head, 0, sizeof(*head));
	head->len = (size_t)(end - line);
	if (!read_status(head, line, end))
		return HEAD_BAD;
	while ((next = memchr(line, '\n', (size_t)(end - line))) != NULL) {
		read_line(head, line, next);
		line = next + 1;
	}
	return HEAD_DONE;
}
