/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * template_priv - what a template is compiled to; for template*.c only.
 */
#ifndef PAGES_TEMPLATE_PRIV_H
#define PAGES_TEMPLATE_PRIV_H

#include "pages/template.h"
#include "words/figures.h"

#define TEMPLATE_NAME  64
#define TEMPLATE_DEPTH 24        /* sections and files within each other */
#define TEMPLATE_MOST  (4 << 20) /* bytes of a page */
#define TEMPLATE_STEPS (1 << 20) /* nodes and items of a page */

enum node_kind {
	NODE_TEXT,    /* text */
	NODE_VALUE,   /* name, filter */
	NODE_SECTION, /* name, equals */
	NODE_UNLESS,  /* name, equals */
	NODE_PART,    /* name: a file */
	NODE_LAYOUT,  /* name: a file; its inner nodes are blocks */
	NODE_BLOCK,   /* name */
	NODE_WORDS    /* text, many, name, filter */
};

struct filter;

struct nodes {
	struct node *all;
	unsigned count;
};

struct node {
	enum node_kind kind;
	unsigned line;
	char *text;   /* with the NUL; NODE_TEXT may have none inside */
	char *many;   /* NODE_WORDS: when it is not one; or NULL */
	char *name;   /* dotted; or NULL */
	char *equals; /* or NULL */
	const struct filter *filter;
	struct nodes inner;
};

struct template
{
	char name[TEMPLATE_NAME];
	struct nodes nodes[LANGUAGES];
};

struct templates {
	struct template *all;
	unsigned count;
	json_t *words[LANGUAGES]; /* NULL for English */
	json_t *missing;          /* an object whose keys are "fr: text" */
	json_t *used;             /* an object whose keys are texts */
	struct manner manners[LANGUAGES];
};

/* filters.c */
/* NULL: there is none of that name; "" is the one for HTML. */
const struct filter *filter_find(const char *name);
void filter_apply(const struct filter *, const struct manner *, const json_t *,
    struct bytes *out);
/* As shown without a filter, but for what is escaped. */
const char *value_text(const json_t *, char number[FIGURE_BYTES]);

/* template_check.c */
/* NULL: there is none. */
const struct template *template_find(
    const struct templates *, const char *name);
bool templates_check(const struct templates *, char **error) MUST_CHECK;

/* template_read.c */
bool template_read(struct templates *, enum language, const struct web_file *,
    struct nodes *, char **error) MUST_CHECK;
void nodes_free(struct nodes *);

#endif
