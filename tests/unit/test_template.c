/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "pages/template.h"

#include <stdlib.h>
#include <string.h>

#define WORDS                                                                  \
	"{\"Hello {}\": \"Bonjour {}\", \"one <i>\": \"un <i>\", "             \
	"\"{} songs\": \"{} chansons\", \"Hi\": \"Salut & co\"}"

static const char
    data[] = "{\"name\": \"A&B <i>\", \"n\": 1234567, \"one\": 1, \"none\": 0,"
	     " \"list\": [{\"t\": \"x\"}, {\"t\": \"y\", \"name\": \"in\"}],"
	     " \"words\": [\"p\", \"q\"], \"void\": [], \"no\": false,"
	     " \"yes\": true, \"kind\": \"mp3\", \"in\": {\"deep\": \"d\"},"
	     " \"bad\": \"javascript:x\", \"good\": \"https://a/?b&c\","
	     " \"at\": \"2026-07-01T10:20:30Z\", \"ms\": 3723000,"
	     " \"zone\": \"Europe/Brussels\"}";

static const struct {
	const char *text;
	const char *english; /* NULL: refused when it is read */
	const char *french;  /* NULL: the same */
} cases[] = {
	{ "plain { } [ ] text", "plain { } [ ] text", NULL },
	{ "{{name}}", "A&amp;B &lt;i&gt;", NULL },
	{ "{{nothing}}{{in}}{{list}}", "", NULL },
	{ "{{in.deep}}{{in.none}}{{name.x}}", "d", NULL },
	{ "{{name|html}}", "A&B <i>", NULL },
	{ "{{name|url}} {{name|path}}", "A%26B%20%3Ci%3E A&amp;B%20%3Ci%3E",
	    NULL },
	{ "{{bad|link}}{{good|link}}", "https://a/?b&amp;c", NULL },
	{ "{{name|json}}", "&quot;A\\u0026B \\u003ci\\u003e&quot;", NULL },
	{ "{{n|number}}", "1,234,567", "1\u202f234\u202f567" },
	{ "{{n|bytes}}", "1.23\u00a0MB", "1,23\u00a0Mo" },
	{ "{{ms|duration}} {{one|duration}}", "1:02:03 0:00", NULL },
	{ "{{at|time}}", "<time datetime=\"2026-07-01T10:20:30Z\">12:20</time>",
	    "<time datetime=\"2026-07-01T10:20:30Z\">12\u00a0h\u00a020</time>" },
	{ "{{name|when}}", "", NULL },
	{ "{{#list}}{{t}}{{name}};{{/list}}", "xA&amp;B &lt;i&gt;;yin;", NULL },
	{ "{{#words}}{{.}},{{/words}}", "p,q,", NULL },
	{ "{{#void}}a{{/void}}{{^void}}b{{/void}}", "b", NULL },
	{ "{{#no}}a{{/no}}{{^no}}b{{/no}}{{#yes}}c{{/yes}}", "bc", NULL },
	{ "{{#none}}a{{/none}}{{#one}}b{{/one}}", "b", NULL },
	{ "{{#kind=mp3}}a{{/kind}}{{^kind=mp3}}b{{/kind}}", "a", NULL },
	{ "{{#kind=ogg}}a{{/kind}}{{^kind=ogg}}b{{/kind}}", "b", NULL },
	{ "{{#n=1234567}}a{{/n}}", "a", NULL },
	{ "{{#in}}{{deep}}{{/in}}", "d", NULL },
	{ "{{! a remark }}x", "x", NULL },
	{ "[[Hi]]", "Hi", "Salut &amp; co" },
	{ "[[Hello {}|name]]", "Hello A&amp;B &lt;i&gt;",
	    "Bonjour A&amp;B &lt;i&gt;" },
	{ "[[Hello {}|n:bytes]]", "Hello 1.23\u00a0MB",
	    "Bonjour 1,23\u00a0Mo" },
	{ "[[one <i>|{} songs|one]]", "one &lt;i&gt;", "un &lt;i&gt;" },
	{ "[[one <i>|{} songs|none]]", "0 songs", "un &lt;i&gt;" },
	{ "[[one <i>|{} songs|n]]", "1,234,567 songs",
	    "1\u202f234\u202f567 chansons" },
	{ "{{>part}}", "(A&amp;B &lt;i&gt;)", NULL },
	{ "{{<layout}}lost{{$a}}mine{{/a}}{{/layout}}", "<mine|theirs>", NULL },
	{ "{{<layout}}{{$b}}{{<layout}}{{/layout}}{{/b}}{{/layout}}", "",
	    NULL },
	{ "{{>page}}", "", NULL },
	{ "{{", NULL, NULL },
	{ "{{}}", NULL, NULL },
	{ "{{name", NULL, NULL },
	{ "{{Na me}}", NULL, NULL },
	{ "{{name|nix}}", NULL, NULL },
	{ "{{#a}}", NULL, NULL },
	{ "{{#a}}{{/b}}", NULL, NULL },
	{ "{{/a}}", NULL, NULL },
	{ "{{>nix}}", NULL, NULL },
	{ "[[Hi", NULL, NULL },
	{ "[[a|b|c|d]]", NULL, NULL },
	{ "[[Hello {}|name:nix]]", NULL, NULL },
};

static struct templates *
load(const char *text, size_t len, char **error)
{
	const struct web_file files[] = {
		{ "page.html", text, len },
		{ "part.html", "({{name}})", 10 },
		{ "layout.html", "<{{$a}}{{/a}}|{{$b}}theirs{{/b}}>", 34 },
		{ "words/fr.json", WORDS, strlen(WORDS) },
		{ "words/nl.json", "{}", 2 },
		{ "style.css", "{{", 2 },
	};

	return templates_load(files, sizeof(files) / sizeof(files[0]), error);
}

static void
check(struct templates *templates, enum language language, const char *wanted)
{
	json_t *json = json_loads(data, 0, NULL);
	struct bytes out = { 0 };
	bool is_written = template_render(
	    templates, "page", language, json, &out);

	bytes_append(&out, "", 1);
	assert_string_equal((char *)out.data, wanted);
	(void)is_written;
	bytes_free(&out);
	json_decref(json);
}

static void
pages_are_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *error = NULL;
		struct templates *templates = load(
		    cases[i].text, strlen(cases[i].text), &error);

		assert_int_equal(templates != NULL, cases[i].english != NULL);
		assert_int_equal(error == NULL, cases[i].english != NULL);
		free(error);
		if (templates == NULL)
			continue;
		check(templates, LANGUAGE_EN, cases[i].english);
		check(templates, LANGUAGE_FR,
		    cases[i].french != NULL ? cases[i].french
					    : cases[i].english);
		templates_free(templates);
	}
}

/* Each is read, or refused with a sentence. */
static void
cut_anywhere_they_are_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t len = 0; len < strlen(cases[i].text); len++) {
			char *error = NULL;
			struct templates *templates = load(
			    cases[i].text, len, &error);

			assert_int_equal(templates == NULL, error != NULL);
			templates_free(templates);
			free(error);
		}
	}
}

static void
all_of_ours_are_right_and_translated(void **state)
{
	char *error = NULL, *missing;
	struct templates *templates = templates_load(
	    web_files, web_file_count, &error);

	(void)state;
	assert_null(error);
	missing = templates_missing(templates);
	if (missing != NULL)
		print_message("%s", missing);
	assert_null(missing);
	templates_free(templates);
}

TEST_MAIN(TEST(pages_are_written), TEST(cut_anywhere_they_are_read_or_refused),
    TEST(all_of_ours_are_right_and_translated))
