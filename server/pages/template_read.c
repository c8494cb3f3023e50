/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * A template's text as nodes, in one language. */
#include "pages/template_priv.h"

#include "base/mem.h"
#include "base/sentence.h"

#include <stdlib.h>
#include <string.h>

struct reader {
	struct templates *templates;
	enum language language;
	const char *file;
	const char *at, *end;
	unsigned line, depth;
	char **error;
};

void
nodes_free(struct nodes *nodes)
{
	for (unsigned i = 0; i < nodes->count; i++) {
		struct node *node = &nodes->all[i];

		free(node->text);
		free(node->many);
		free(node->name);
		free(node->equals);
		nodes_free(&node->inner);
	}
	free(nodes->all);
	memset(nodes, 0, sizeof(*nodes));
}

static struct node *
add(const struct reader *reader, struct nodes *to, enum node_kind kind)
{
	struct node *node;

	to->all = mem_grow(to->all, (to->count + 1) * sizeof(*node));
	node = &to->all[to->count++];
	memset(node, 0, sizeof(*node));
	node->kind = kind;
	node->line = reader->line;
	return node;
}

static char *
copy(const char *from, size_t len)
{
	char *to = mem_new(len + 1);

	memcpy(to, from, len);
	return to;
}

static bool
fail(const struct reader *reader, const char *why, const char *about,
    size_t about_len)
{
	return sentence(reader->error, "web/%s, line %u: %s%s%.*s",
	    reader->file, reader->line, why, about_len > 0 ? ": " : "",
	    (int)about_len, about);
}

/* Up to mark, which is passed. NULL: it does not come on this line. */
static const char *
take_until(struct reader *reader, const char *mark, size_t *len)
{
	const char *from = reader->at;
	const char *end = memchr(from, '\n', (size_t)(reader->end - from));
	const char *to = memmem(from,
	    (size_t)((end != NULL ? end : reader->end) - from), mark,
	    strlen(mark));

	if (to == NULL)
		return NULL;
	*len = (size_t)(to - from);
	reader->at = to + strlen(mark);
	return from;
}

static void
add_text(struct reader *reader, struct nodes *to, const char *until)
{
	if (until > reader->at)
		add(reader, to, NODE_TEXT)->text = copy(
		    reader->at, (size_t)(until - reader->at));
	for (; reader->at < until; reader->at++)
		reader->line += *reader->at == '\n';
}

static bool
is_name(const char *name, size_t len)
{
	if (len == 1 && name[0] == '.')
		return true;
	for (size_t i = 0; i < len; i++) {
		if ((name[i] < 'a' || name[i] > 'z') &&
		    (name[i] < '0' || name[i] > '9') &&
		    strchr("._-/", name[i]) == NULL)
			return false;
	}
	return len > 0 && len < TEMPLATE_NAME;
}

static bool
set_name(const struct reader *reader, struct node *node, const char *name,
    size_t len)
{
	if (!is_name(name, len))
		return fail(reader, "this is no name", name, len);
	node->name = copy(name, len);
	return true;
}

static bool
set_filter(const struct reader *reader, struct node *node, const char *name,
    size_t len)
{
	char word[TEMPLATE_NAME] = "";

	if (len < sizeof(word))
		memcpy(word, name, len);
	node->filter = filter_find(word);
	return (node->filter != NULL && len < sizeof(word)) ||
	    fail(reader, "there is no such filter", name, len);
}

/* "name" or "name|filter". */
static bool
read_value(
    const struct reader *reader, struct nodes *to, const char *tag, size_t len)
{
	struct node *node = add(reader, to, NODE_VALUE);
	const char *bar = memchr(tag, '|', len);
	size_t name_len = bar != NULL ? (size_t)(bar - tag) : len;

	return set_name(reader, node, tag, name_len) &&
	    set_filter(reader, node, bar != NULL ? bar + 1 : "",
		bar != NULL ? len - name_len - 1 : 0);
}

static bool read_nodes(
    struct reader *, struct nodes *, const char *closing, size_t closing_len);

/* "#name", "^name", "$name", "<name", with "=word" behind the first two: all up
 * to its end. */
static bool
read_section(
    struct reader *reader, struct nodes *to, const char *tag, size_t len)
{
	enum node_kind kind = tag[0] == '#' ? NODE_SECTION
	    : tag[0] == '^'                 ? NODE_UNLESS
	    : tag[0] == '$'                 ? NODE_BLOCK
					    : NODE_LAYOUT;
	struct nodes inner = { 0 };
	struct node *node = add(reader, to, kind);
	const char *equals = kind == NODE_SECTION || kind == NODE_UNLESS
	    ? memchr(tag, '=', len)
	    : NULL;
	size_t name_len = (equals != NULL ? (size_t)(equals - tag) : len) - 1;
	bool is_read;

	if (!set_name(reader, node, tag + 1, name_len))
		return false;
	if (equals != NULL)
		node->equals = copy(equals + 1, len - name_len - 2);
	if (++reader->depth > TEMPLATE_DEPTH)
		return fail(reader, "too deep", tag, len);
	is_read = read_nodes(reader, &inner, tag + 1, name_len);
	reader->depth--;
	to->all[to->count - 1].inner = inner;
	return is_read;
}

/* The text in the reader's language; itself when there is none. */
static const char *
translated(const struct reader *reader, const char *text)
{
	json_t *words = reader->templates->words[reader->language];
	const char *found;
	char *missing;

	json_object_set_new(reader->templates->used, text, json_true());
	if (words == NULL)
		return text;
	found = json_string_value(json_object_get(words, text));
	if (found != NULL)
		return found;
	CHECK(asprintf(&missing, "%s: %s", language_code(reader->language),
		  text) > 0);
	json_object_set_new(reader->templates->missing, missing, json_true());
	free(missing);
	return text;
}

/* Behind the last bar: "name" or "name:filter". */
static bool
set_argument(const struct reader *reader, struct node *node, const char *from,
    size_t len)
{
	const char *colon = memchr(from, ':', len);
	size_t name_len = colon != NULL ? (size_t)(colon - from) : len;

	return set_name(reader, node, from, name_len) &&
	    set_filter(reader, node, colon != NULL ? colon + 1 : "",
		colon != NULL ? len - name_len - 1 : 0);
}

static bool
has_place(const char *text)
{
	return strstr(text, "{}") != NULL;
}

/* There is something to say, one place for one argument and none for none,
 * and the same in each language. */
static bool
set_text(const struct reader *reader, char **to, const char *text,
    bool may_have_place, bool must_have_place)
{
	const char *said = translated(reader, text);
	const char *place = strstr(text, "{}");

	*to = mem_text(said);
	if (text[0] == '\0' || said[0] == '\0')
		return fail(reader, "there is no text", text, strlen(text));
	if (place != NULL ? !may_have_place || has_place(place + 2)
			  : must_have_place)
		return fail(reader, "one {} for one name", text, strlen(text));
	return has_place(said) == (place != NULL) ||
	    fail(reader, "{} is not in each language", text, strlen(text));
}

/* [[text]], [[text|name]], [[one|many|name]]. */
static bool
read_words(struct reader *reader, struct nodes *to)
{
	size_t len, count = 0;
	const char *from = take_until(reader, "]]", &len);
	struct node *node = add(reader, to, NODE_WORDS);
	char *parts[4], *text;
	bool is_read;

	if (from == NULL)
		return fail(reader, "[[ has no end", reader->at, 0);
	text = copy(from, len);
	for (char *at = text; at != NULL && count < 4; count++)
		parts[count] = strsep(&at, "|");
	is_read = count < 4 || fail(reader, "too many bars", from, len);
	is_read = is_read &&
	    set_text(reader, &node->text, parts[0], count > 1, count == 2);
	if (is_read && count == 3)
		is_read = set_text(reader, &node->many, parts[1], true, false);
	if (is_read && count > 1)
		is_read = set_argument(
		    reader, node, parts[count - 1], strlen(parts[count - 1]));
	free(text);
	return is_read;
}

/* *is_end: it was the closing tag. */
static bool
read_tag(struct reader *reader, struct nodes *to, const char *closing,
    size_t closing_len, bool *is_end)
{
	size_t len;
	const char *tag = take_until(reader, "}}", &len);
	struct node *node;

	if (tag == NULL || len == 0)
		return fail(reader, "{{ has no end", reader->at, 0);
	switch (tag[0]) {
	case '#':
	case '^':
	case '$':
	case '<':
		return read_section(reader, to, tag, len);
	case '>':
		node = add(reader, to, NODE_PART);
		return set_name(reader, node, tag + 1, len - 1);
	case '/':
		*is_end = closing_len > 0 && len - 1 == closing_len &&
		    memcmp(tag + 1, closing, closing_len) == 0;
		return *is_end || fail(reader, "this closes nothing", tag, len);
	case '!':
		return true;
	default:
		return read_value(reader, to, tag, len);
	}
}

static const char *
next_mark(const struct reader *reader)
{
	for (const char *at = reader->at; at + 1 < reader->end; at++) {
		if ((at[0] == '{' || at[0] == '[') && at[1] == at[0])
			return at;
	}
	return reader->end;
}

/* Up to the closing tag of that name; to the end when it is "". */
static bool
read_nodes(struct reader *reader, struct nodes *to, const char *closing,
    size_t closing_len)
{
	bool is_end = false;
	const char *mark;

	while (!is_end) {
		mark = next_mark(reader);
		add_text(reader, to, mark);
		if (mark == reader->end)
			break;
		reader->at += 2;
		if (*mark == '['
			? !read_words(reader, to)
			: !read_tag(reader, to, closing, closing_len, &is_end))
			return false;
	}
	return is_end || closing_len == 0 ||
	    fail(reader, "this is not closed", closing, closing_len);
}

bool
template_read(struct templates *templates, enum language language,
    const struct web_file *file, struct nodes *to, char **error)
{
	struct reader reader = { .templates = templates,
		.language = language,
		.file = file->name,
		.at = file->bytes,
		.end = file->bytes + file->len,
		.line = 1,
		.error = error };

	if (memchr(file->bytes, '\0', file->len) != NULL)
		return fail(&reader, "there is a NUL in it", "", 0);
	return read_nodes(&reader, to, "", 0);
}
