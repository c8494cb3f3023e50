/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * A template, a NUL, and its data as JSON: it is read or refused with a
 * sentence, and what it makes has an end. */
#include "base/check.h"
#include "base/mem.h"
#include "pages/template.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LAYOUT "<{{$a}}{{/a}}|{{$b}}theirs{{/b}}>"
#define MIDDLE "{{<layout}}{{$a}}[{{$c}}{{/c}}]{{/a}}{{/layout}}"
#define PART   "{{#list}}{{>page}}{{/list}}({{v}})"
#define WORDS  "{\"{} songs\": \"{} chansons\"}"
#define LONG   (6 << 20) /* the most of a page, and one value */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
render(struct templates *templates, const json_t *data)
{
	for (unsigned i = 0; i < LANGUAGES; i++) {
		struct bytes out = { 0 };

		if (!template_render(
			templates, "page", (enum language)i, data, &out))
			CHECK(out.len == 0);
		CHECK(out.len < LONG);
		bytes_free(&out);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const uint8_t *nul = memchr(bytes, '\0', len);
	size_t text_len = nul != NULL ? (size_t)(nul - bytes) : len;
	char *text = mem_copy(bytes, text_len);
	const struct web_file files[] = {
		{ "page.html", text, text_len },
		{ "part.html", PART, strlen(PART) },
		{ "middle.html", MIDDLE, strlen(MIDDLE) },
		{ "layout.html", LAYOUT, strlen(LAYOUT) },
		{ "words/fr.json", WORDS, strlen(WORDS) },
		{ "words/nl.json", "{}", 2 },
	};
	char *error = NULL;
	struct templates *templates = templates_load(
	    files, sizeof(files) / sizeof(files[0]), &error);
	json_t *data = nul != NULL
	    ? json_loadb((const char *)nul + 1, len - text_len - 1, 0, NULL)
	    : NULL;

	CHECK((templates == NULL) == (error != NULL));
	if (data == NULL)
		data = json_pack(
		    "{s:s,s:[s,i,{s:n}]}", "v", "a<\"'&", "list", "x", 1, "v");
	if (templates != NULL)
		render(templates, data);
	json_decref(data);
	templates_free(templates);
	free(error);
	free(text);
	return 0;
}
