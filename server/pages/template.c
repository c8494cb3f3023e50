/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "pages/template.h"

#include "base/mem.h"
#include "base/sentence.h"
#include "base/text.h"
#include "pages/template_priv.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_END ".html"

/* The blocks of a page that uses a layout. */
struct fill {
	const struct nodes *nodes;
	const struct fill *outer; /* of the page this one is the layout of */
};

/* What is being written, and from what. */
struct writing {
	struct templates *templates;
	enum language language;
	const struct manner *manner;
	const json_t *stack[TEMPLATE_DEPTH];
	unsigned depth; /* of the stack */
	unsigned files; /* within each other */
	unsigned steps;
	const struct fill *fill; /* NULL: this is no layout */
	struct bytes *out;
};

static bool
has_end(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

static const struct web_file *
find_file(const struct web_file *files, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	}
	return NULL;
}

static bool
load_words(struct templates *templates, const struct web_file *files,
    unsigned count, char **error)
{
	json_error_t why;
	char name[32];

	for (unsigned i = LANGUAGE_EN + 1; i < LANGUAGES; i++) {
		const struct web_file *file;

		snprintf(name, sizeof(name), "words/%s.json",
		    language_code((enum language)i));
		file = find_file(files, count, name);
		if (file == NULL)
			return sentence(error, "web/%s is missing", name);
		templates->words[i] = json_loadb(
		    file->bytes, file->len, JSON_REJECT_DUPLICATES, &why);
		if (!json_is_object(templates->words[i]))
			return sentence(error, "web/%s, line %d: %s", name,
			    why.line, why.text);
	}
	return true;
}

static bool
load_page(
    struct templates *templates, const struct web_file *file, char **error)
{
	struct template *page = &templates->all[templates->count++];
	size_t len = strlen(file->name) - strlen(PAGE_END);

	if (len >= sizeof(page->name))
		return sentence(
		    error, "web/%s: the name is too long", file->name);
	memcpy(page->name, file->name, len);
	for (unsigned i = 0; i < LANGUAGES; i++) {
		if (!template_read(templates, (enum language)i, file,
			&page->nodes[i], error))
			return false;
	}
	return true;
}

static bool
load(struct templates *templates, const struct web_file *files, unsigned count,
    char **error)
{
	if (!load_words(templates, files, count, error))
		return false;
	for (unsigned i = 0; i < count; i++) {
		if (has_end(files[i].name, PAGE_END) &&
		    !load_page(templates, &files[i], error))
			return false;
	}
	return templates_check(templates, error);
}

struct templates *
templates_load(const struct web_file *files, unsigned count, char **error)
{
	struct templates *templates = mem_new(sizeof(*templates));

	templates->all = mem_new((count + 1) * sizeof(*templates->all));
	templates->missing = json_object();
	templates->used = json_object();
	for (unsigned i = 0; i < LANGUAGES; i++)
		manner_begin(&templates->manners[i],
		    language_code((enum language)i), "");
	if (load(templates, files, count, error))
		return templates;
	templates_free(templates);
	return NULL;
}

void
templates_free(struct templates *templates)
{
	if (templates == NULL)
		return;
	for (unsigned i = 0; i < templates->count; i++) {
		for (unsigned j = 0; j < LANGUAGES; j++)
			nodes_free(&templates->all[i].nodes[j]);
	}
	for (unsigned i = 0; i < LANGUAGES; i++) {
		json_decref(templates->words[i]);
		manner_end(&templates->manners[i]);
	}
	json_decref(templates->missing);
	json_decref(templates->used);
	free(templates->all);
	free(templates);
}

char *
templates_missing(const struct templates *templates)
{
	struct bytes text = { 0 };
	void *at = json_object_iter(templates->missing);

	if (at == NULL)
		return NULL;
	for (; at != NULL; at = json_object_iter_next(templates->missing, at))
		bytes_format(&text, "%s\n", json_object_iter_key(at));
	bytes_append(&text, "", 1);
	return (char *)text.data;
}

char *
templates_unused(const struct templates *templates)
{
	struct bytes text = { 0 };

	for (unsigned i = LANGUAGE_EN + 1; i < LANGUAGES; i++) {
		const char *key;
		json_t *value;

		json_object_foreach(templates->words[i], key, value)
		{
			if (json_object_get(templates->used, key) == NULL)
				bytes_format(&text, "%s: %s\n",
				    language_code((enum language)i), key);
		}
	}
	if (text.len == 0)
		return NULL;
	bytes_append(&text, "", 1);
	return (char *)text.data;
}

/* One part of a dotted name. */
static const json_t *
inner_value(const json_t *of, const char *name, size_t len)
{
	char part[TEMPLATE_NAME];

	memcpy(part, name, len);
	part[len] = '\0';
	return json_object_get(of, part);
}

/* From the innermost item that has the first part of the name. */
static const json_t *
look_up(const struct writing *writing, const char *name)
{
	size_t len = strcspn(name, ".");
	const json_t *value = NULL;

	if (strcmp(name, ".") == 0)
		return writing->stack[writing->depth - 1];
	for (unsigned i = writing->depth; i > 0 && value == NULL; i--)
		value = inner_value(writing->stack[i - 1], name, len);
	while (value != NULL && name[len] == '.') {
		name += len + 1;
		len = strcspn(name, ".");
		value = inner_value(value, name, len);
	}
	return value;
}

static bool
is_true(const json_t *value, const char *equals)
{
	char number[FIGURE_BYTES];

	if (equals != NULL)
		return value != NULL &&
		    strcmp(value_text(value, number), equals) == 0;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return json_object_size(value) > 0;
	case JSON_ARRAY:
		return json_array_size(value) > 0;
	case JSON_STRING:
		return json_string_length(value) > 0;
	case JSON_INTEGER:
		return json_integer_value(value) != 0;
	case JSON_REAL:
		return json_real_value(value) != 0;
	case JSON_TRUE:
		return true;
	default:
		return false;
	}
}

static bool write_nodes(struct writing *, const struct nodes *);

static bool
write_in(struct writing *writing, const struct nodes *nodes, const json_t *item)
{
	bool is_written;

	if (writing->depth == TEMPLATE_DEPTH ||
	    ++writing->steps > TEMPLATE_STEPS)
		return false;
	writing->stack[writing->depth++] = item;
	is_written = write_nodes(writing, nodes);
	writing->depth--;
	return is_written;
}

static bool
write_section(struct writing *writing, const struct node *node)
{
	const json_t *value = look_up(writing, node->name);
	bool is_once = value != NULL && is_true(value, node->equals);

	if (node->kind == NODE_UNLESS)
		return is_once || write_nodes(writing, &node->inner);
	if (!is_once)
		return true;
	if (!json_is_array(value) || node->equals != NULL)
		return json_is_object(value)
		    ? write_in(writing, &node->inner, value)
		    : write_nodes(writing, &node->inner);
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (!write_in(writing, &node->inner, json_array_get(value, i)))
			return false;
	}
	return true;
}

/* French has one of nothing too. */
static bool
is_one(const struct writing *writing, const json_t *value)
{
	json_int_t number = json_integer_value(value);

	return json_is_integer(value) &&
	    (number == 1 || (number == 0 && writing->language == LANGUAGE_FR));
}

static void
write_words(const struct writing *writing, const struct node *node)
{
	const json_t *value = node->name != NULL ? look_up(writing, node->name)
						 : NULL;
	const char *text = node->many != NULL && !is_one(writing, value)
	    ? node->many
	    : node->text;
	const char *place = node->name != NULL ? strstr(text, "{}") : NULL;
	struct bytes part = { 0 };

	if (place == NULL) {
		text_html(writing->out, text);
		return;
	}
	bytes_append(&part, text, (size_t)(place - text));
	bytes_append(&part, "", 1);
	text_html(writing->out, (const char *)part.data);
	bytes_free(&part);
	if (value != NULL)
		filter_apply(
		    json_is_number(value) && node->filter == filter_find("")
			? filter_find("number")
			: node->filter,
		    writing->manner, value, writing->out);
	text_html(writing->out, place + 2);
}

static bool
write_file(struct writing *writing, const char *name)
{
	const struct template *page = template_find(writing->templates, name);
	bool is_written;

	if (page == NULL || writing->files == TEMPLATE_DEPTH)
		return false;
	writing->files++;
	is_written = write_nodes(writing, &page->nodes[writing->language]);
	writing->files--;
	return is_written;
}

static bool
write_layout(struct writing *writing, const struct node *node)
{
	const struct fill fill = { &node->inner, writing->fill };
	bool is_written;

	writing->fill = &fill;
	is_written = write_file(writing, node->name);
	writing->fill = fill.outer;
	return is_written;
}

static const struct node *
find_block(const struct nodes *nodes, const char *name)
{
	for (unsigned i = 0; i < nodes->count; i++) {
		if (nodes->all[i].kind == NODE_BLOCK &&
		    strcmp(nodes->all[i].name, name) == 0)
			return &nodes->all[i];
	}
	return NULL;
}

/* What the outermost page says, else what stands here. What a page says is
 * its own: blocks within are filled by pages it is the layout of only. */
static bool
write_block(struct writing *writing, const struct node *node)
{
	const struct fill *here = writing->fill;
	const struct node *block = node;
	bool is_written;

	for (const struct fill *fill = here; fill != NULL; fill = fill->outer) {
		const struct node *found = find_block(fill->nodes, node->name);

		if (found != NULL) {
			block = found;
			writing->fill = fill->outer;
		}
	}
	is_written = write_nodes(writing, &block->inner);
	writing->fill = here;
	return is_written;
}

static bool
write_node(struct writing *writing, const struct node *node)
{
	const json_t *value;

	switch (node->kind) {
	case NODE_TEXT:
		bytes_text(writing->out, node->text);
		return true;
	case NODE_VALUE:
		value = look_up(writing, node->name);
		if (value != NULL)
			filter_apply(
			    node->filter, writing->manner, value, writing->out);
		return true;
	case NODE_SECTION:
	case NODE_UNLESS:
		return write_section(writing, node);
	case NODE_PART:
		return write_file(writing, node->name);
	case NODE_LAYOUT:
		return write_layout(writing, node);
	case NODE_BLOCK:
		return write_block(writing, node);
	case NODE_WORDS:
		write_words(writing, node);
		return true;
	}
	return false;
}

static bool
write_nodes(struct writing *writing, const struct nodes *nodes)
{
	for (unsigned i = 0; i < nodes->count; i++) {
		if (writing->out->len > TEMPLATE_MOST ||
		    ++writing->steps > TEMPLATE_STEPS ||
		    !write_node(writing, &nodes->all[i]))
			return false;
	}
	return true;
}

/* Days and hours are those of the data's zone. */
static const struct manner *
manner_of(
    struct templates *templates, enum language language, const json_t *data)
{
	struct manner *manner = &templates->manners[language];
	const char *name = json_string_value(json_object_get(data, "zone"));

	manner->zone = name != NULL ? zones_find(manner->zones, name) : NULL;
	if (manner->zone == NULL)
		manner->zone = zones_utc(manner->zones);
	return manner;
}

bool
template_render(struct templates *templates, const char *name,
    enum language language, const json_t *data, struct bytes *out)
{
	struct writing writing = { .templates = templates,
		.language = language,
		.manner = manner_of(templates, language, data),
		.stack = { data },
		.depth = 1,
		.out = out };

	if (write_file(&writing, name))
		return true;
	bytes_free(out);
	return false;
}
