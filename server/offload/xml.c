/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/xml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct entity {
	const char *name;
	char letter;
};

static const struct entity entities[] = { { "&lt;", '<' }, { "&gt;", '>' },
	{ "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' },
	{ "&#34;", '"' }, { "&#39;", '\'' }, { "&#x22;", '"' } };

static bool
is_space(char letter)
{
	return letter == ' ' || letter == '\t' || letter == '\r' ||
	    letter == '\n';
}

static void
skip(struct xml *at, size_t len)
{
	at->text += len;
	at->len -= len;
}

/* What ends a comment, a declaration or whatever begins so; NULL: a tag. */
static const char *
end_of(struct xml at)
{
	if (at.len >= 4 && memcmp(at.text, "<!--", 4) == 0)
		return "-->";
	return at.text[1] == '?' || at.text[1] == '!' ? ">" : NULL;
}

/* To the next '<' that begins a tag, past text, declarations and comments. */
static bool
find_tag(struct xml *at)
{
	const char *open, *end, *mark;

	while (at->len > 0 && (open = memchr(at->text, '<', at->len)) != NULL) {
		skip(at, (size_t)(open - at->text));
		if (at->len < 2)
			break;
		mark = end_of(*at);
		if (mark == NULL)
			return true;
		end = memmem(at->text, at->len, mark, strlen(mark));
		if (end == NULL)
			break;
		skip(at, (size_t)(end - at->text) + strlen(mark));
	}
	at->len = 0;
	return false;
}

/* Whether the tag at '<' (or "</") is of that name; a prefix is passed over. */
static bool
is_named(struct xml tag, const char *name, bool is_end)
{
	size_t len = strlen(name), prefix = 0;

	skip(&tag, 1);
	if (is_end) {
		if (tag.len == 0 || tag.text[0] != '/')
			return false;
		skip(&tag, 1);
	}
	while (prefix < tag.len && prefix < 64 &&
	    strchr("/> \t\r\n<", tag.text[prefix]) == NULL) {
		if (tag.text[prefix++] == ':') {
			skip(&tag, prefix);
			break;
		}
	}
	return tag.len > len && memcmp(tag.text, name, len) == 0 &&
	    (tag.text[len] == '>' || tag.text[len] == '/' ||
		is_space(tag.text[len]));
}

/* Past the '>'; *is_empty: the tag was <name/>. */
static bool
skip_tag(struct xml *at, bool *is_empty)
{
	const char *end = memchr(at->text, '>', at->len);

	if (end == NULL)
		return false;
	*is_empty = end > at->text && end[-1] == '/';
	skip(at, (size_t)(end - at->text) + 1);
	return true;
}

bool
xml_is_root(struct xml at, const char *name)
{
	return find_tag(&at) && is_named(at, name, false);
}

bool
xml_next(struct xml *left, const char *name, struct xml *inside)
{
	bool is_empty;

	if (left->len > XML_MOST_BYTES)
		return false;
	while (find_tag(left) && !is_named(*left, name, false))
		skip(left, 1);
	if (left->len == 0 || !skip_tag(left, &is_empty))
		return false;
	*inside = *left;
	inside->len = 0;
	if (is_empty)
		return true;
	while (find_tag(left)) {
		if (is_named(*left, name, true)) {
			inside->len = (size_t)(left->text - inside->text);
			return true;
		}
		skip(left, 1);
	}
	return false;
}

/* The byte at text, and how many it took. */
static size_t
take_letter(struct xml at, char *letter)
{
	*letter = at.text[0];
	if (*letter != '&')
		return 1;
	for (unsigned i = 0; i < sizeof(entities) / sizeof(*entities); i++) {
		size_t len = strlen(entities[i].name);

		if (at.len >= len &&
		    memcmp(at.text, entities[i].name, len) == 0) {
			*letter = entities[i].letter;
			return len;
		}
	}
	return 1;
}

bool
xml_text(struct xml at, const char *name, char *to, size_t size)
{
	struct xml inside;
	size_t len = 0;
	char letter;

	if (size == 0)
		return false;
	to[0] = '\0';
	if (!xml_next(&at, name, &inside) ||
	    memchr(inside.text, '<', inside.len) != NULL)
		return false;
	while (inside.len > 0) {
		skip(&inside, take_letter(inside, &letter));
		if ((uint8_t)letter < 0x20 || letter == 0x7f)
			letter = ' ';
		if (len == size - 1) {
			to[0] = '\0';
			return false;
		}
		to[len++] = letter;
	}
	to[len] = '\0';
	return true;
}
