/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * template - pages as text with places, filled from JSON; what fills a place is
 * escaped for HTML unless a filter says otherwise. docs/pages.md has the
 * language.
 *
 *   {{name.inner}}  {{name|filter}}     a value; "." is the item itself
 *   {{#name}} .. {{/name}}              for each, or once if it is true
 *   {{^name}} .. {{/name}}              if it is missing, empty or false
 *   {{#name=word}} .. {{/name}}         if it is that word
 *   {{>part}}                           another template, here
 *   {{<layout}} {{$block}} .. {{/block}} {{/layout}}
 *                                       another one, with its blocks filled
 *   [[text]]  [[text {}|name]]  [[one {}|many {}|name:filter]]
 *                                       in the reader's language
 *
 * Templates are compiled once for each language; all that can be wrong in one
 * is said then. One thread uses them.
 */
#ifndef PAGES_TEMPLATE_H
#define PAGES_TEMPLATE_H

#include "base/bytes.h"
#include "pages/web.h"
#include "words/words.h"

#include <jansson.h>
#include <stdbool.h>

struct templates;

/* Of all files that end in .html, with words/fr.json and words/nl.json among
 * them. NULL, and *error (free it) is a sentence with file and line. The files
 * stay the caller's, and must stay. */
struct templates *templates_load(
    const struct web_file *files, unsigned count, char **error) MUST_CHECK;
void templates_free(struct templates *); /* NULL is fine */
/* Texts without a translation, one a line, "fr: text"; NULL: none. The caller
 * frees it. */
char *templates_missing(const struct templates *);
/* Translations of texts that are in no template, likewise. */
char *templates_unused(const struct templates *);

/* The name is the file's without .html. Dates are of data's "zone". False:
 * there is no such template, or what it makes is too long, too deep or never
 * ends; out is empty. */
bool template_render(struct templates *, const char *name, enum language,
    const json_t *data, struct bytes *out) MUST_CHECK;

#endif
