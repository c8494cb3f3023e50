/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/text.h"
#include "faces/table.h"

#include <string.h>

/* Takes "{name}" or "{name*}" off the pattern and what it stands for off the
 * path: one part of it, or all but its last slash. */
static bool
take_place(const char **pattern, const char **path, struct face_match *match)
{
	const char *name = *pattern + 1;
	size_t name_len = strcspn(name, "}*"), len = strcspn(*path, "/");
	const char *end = name + name_len;
	unsigned at = match->count;

	if (*end == '*') {
		len = strlen(*path);
		len -= len > 0 && (*path)[len - 1] == '/';
		end++;
	}
	CHECK(at < FACE_NAMES && name_len < FACE_NAME);
	if (len == 0 || len >= FACE_VALUE)
		return false;
	memcpy(match->names[at].name, name, name_len);
	match->names[at].name[name_len] = '\0';
	memcpy(match->names[at].value, *path, len);
	match->names[at].value[len] = '\0';
	match->count++;
	*pattern = end + 1;
	*path += len;
	return true;
}

static bool
fits(const char *pattern, const char *path, struct face_match *match)
{
	match->count = 0;
	while (*pattern != '\0') {
		if (*pattern == '{') {
			if (!take_place(&pattern, &path, match))
				return false;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *path == '\0';
}

static bool
is_verb(const struct face *face, enum page_verb verb)
{
	return face->verb == (verb == PAGE_HEAD ? PAGE_GET : verb);
}

bool
table_find(const char *path, enum page_verb verb, struct face_match *match,
    bool *is_known)
{
	const struct face *face;

	*is_known = false;
	for (size_t at = 0; (face = table_row(at)) != NULL; at++) {
		match->is_api = face->api != NULL &&
		    fits(face->api, path, match);
		if (!match->is_api &&
		    (face->path == NULL || !fits(face->path, path, match)))
			continue;
		*is_known = true;
		match->face = face;
		if (is_verb(face, verb))
			return true;
	}
	match->face = NULL;
	match->count = 0;
	match->is_api = strncmp(path, "/api/", 5) == 0;
	return false;
}
