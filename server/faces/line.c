/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "faces/line.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define NAME_ROOM 64
#define WORD_ROOM 128

struct maker {
	struct run_msg *run;
	line_value *value;
	void *arg;
	const char **why;
	char *name;
};

static bool
add(struct maker *maker, const char *word)
{
	struct run_msg *run = maker->run;

	CHECK(run->argc < RUN_WORDS);
	run->argv[run->argc++] = mem_text(word);
	return true;
}

/* "{name}", or false: a word that stands for itself. */
static bool
is_place(const char *word, size_t len, char name[NAME_ROOM])
{
	if (len < 3 || len > NAME_ROOM || word[0] != '{' ||
	    word[len - 1] != '}')
		return false;
	memcpy(name, word + 1, len - 2);
	name[len - 2] = '\0';
	return true;
}

static bool
refuse(struct maker *maker, const char *name, const char *why)
{
	text_copy(maker->name, NAME_ROOM, name);
	*maker->why = why;
	return false;
}

static bool
add_value(struct maker *maker, const char *name, const char *value)
{
	if (strncmp(value, "--", 2) == 0)
		return refuse(maker, name, "may not begin with --");
	if (!text_is_utf8(value, strlen(value)))
		return refuse(maker, name, "is not UTF-8");
	return add(maker, value);
}

static bool
add_word(struct maker *maker, const char *word, size_t len)
{
	char name[NAME_ROOM], own[WORD_ROOM];
	const char *value;

	if (!is_place(word, len, name)) {
		CHECK(len < sizeof(own));
		memcpy(own, word, len);
		own[len] = '\0';
		return add(maker, own);
	}
	value = maker->value(maker->arg, name);
	if (value == NULL)
		return refuse(maker, name, "is missing");
	return add_value(maker, name, value);
}

/* Whether all names up to the closing bracket are given, and not empty. */
static bool
has_all(const struct maker *maker, const char *line, size_t len)
{
	char name[NAME_ROOM];
	const char *value;
	size_t word;

	for (; len > 0; line += word, len -= word) {
		word = strspn(line, " ");
		word = word > 0 ? word : strcspn(line, " ]");
		if (!is_place(line, word, name))
			continue;
		value = maker->value(maker->arg, name);
		if (value == NULL || value[0] == '\0')
			return false;
	}
	return true;
}

static bool
add_words(struct maker *maker, const char *line, size_t len)
{
	size_t word;

	for (; len > 0; line += word, len -= word) {
		word = strspn(line, " ");
		if (word > 0)
			continue;
		word = strcspn(line, " ");
		word = word < len ? word : len;
		if (!add_word(maker, line, word))
			return false;
	}
	return true;
}

bool
line_make(struct run_msg *run, const char *line, line_value *value, void *arg,
    const char **why, char name[64])
{
	struct maker maker = { run, value, arg, why, name };
	size_t part;

	for (; *line != '\0'; line += part) {
		part = strcspn(line, "[");
		if (!add_words(&maker, line, part))
			return false;
		line += part;
		if (*line == '\0')
			break;
		line++;
		part = strcspn(line, "]");
		if (has_all(&maker, line, part) &&
		    !add_words(&maker, line, part))
			return false;
		part += line[part] == ']';
	}
	return true;
}
