/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * What a template says of others: that they are there, and have the blocks
 * that it fills. */
#include "pages/template_priv.h"

#include "base/mem.h"
#include "base/sentence.h"

#include <stdlib.h>
#include <string.h>

const struct template *
template_find(const struct templates *templates, const char *name)
{
	for (unsigned i = 0; i < templates->count; i++) {
		if (strcmp(templates->all[i].name, name) == 0)
			return &templates->all[i];
	}
	return NULL;
}

static bool has_block(const struct templates *, const struct nodes *,
    const char *name, bool *is_seen);

static bool
file_has_block(const struct templates *templates, const char *file,
    const char *name, bool *is_seen)
{
	const struct template *page = template_find(templates, file);

	if (page == NULL || is_seen[page - templates->all])
		return false;
	is_seen[page - templates->all] = true;
	return has_block(templates, &page->nodes[LANGUAGE_EN], name, is_seen);
}

/* Here, or in files that are named here and were not looked at yet. */
static bool
has_block(const struct templates *templates, const struct nodes *nodes,
    const char *name, bool *is_seen)
{
	for (unsigned i = 0; i < nodes->count; i++) {
		const struct node *node = &nodes->all[i];

		if (node->kind == NODE_BLOCK && strcmp(node->name, name) == 0)
			return true;
		if ((node->kind == NODE_PART || node->kind == NODE_LAYOUT) &&
		    file_has_block(templates, node->name, name, is_seen))
			return true;
		if (has_block(templates, &node->inner, name, is_seen))
			return true;
	}
	return false;
}

static bool
check_fills(const struct templates *templates, const struct template *page,
    const struct node *layout, char **error)
{
	bool *is_seen = mem_new(templates->count * sizeof(*is_seen));
	bool is_right = true;

	for (unsigned i = 0; i < layout->inner.count && is_right; i++) {
		const struct node *node = &layout->inner.all[i];

		memset(is_seen, 0, templates->count * sizeof(*is_seen));
		if (node->kind == NODE_BLOCK &&
		    !file_has_block(
			templates, layout->name, node->name, is_seen))
			is_right = sentence(error,
			    "web/%s.html, line %u: %s.html has no block %s",
			    page->name, node->line, layout->name, node->name);
	}
	free(is_seen);
	return is_right;
}

static bool
check_nodes(const struct templates *templates, const struct template *page,
    const struct nodes *nodes, char **error)
{
	for (unsigned i = 0; i < nodes->count; i++) {
		const struct node *node = &nodes->all[i];

		if ((node->kind == NODE_PART || node->kind == NODE_LAYOUT) &&
		    template_find(templates, node->name) == NULL)
			return sentence(error,
			    "web/%s.html, line %u: there is no %s.html",
			    page->name, node->line, node->name);
		if (node->kind == NODE_LAYOUT &&
		    !check_fills(templates, page, node, error))
			return false;
		if (!check_nodes(templates, page, &node->inner, error))
			return false;
	}
	return true;
}

bool
templates_check(const struct templates *templates, char **error)
{
	for (unsigned i = 0; i < templates->count; i++) {
		if (!check_nodes(templates, &templates->all[i],
			&templates->all[i].nodes[LANGUAGE_EN], error))
			return false;
	}
	return true;
}
