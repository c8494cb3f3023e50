/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/mem.h"
#include "pages/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS                                                                  \
	"{\"Hello {}\": \"Bonjour {}\", \"one <i>\": \"un <i>\", "             \
	"\"{} songs\": \"{} chansons\", \"Hi\": \"Salut & co\", "              \
	"\"Lost {}\": \"Perdu\", \"Found\": \"{}\", \"Mute\": \"\"}"

#define LAYOUT "<{{$a}}{{/a}}|{{$b}}theirs{{/b}}>"
#define MIDDLE "{{<layout}}{{$a}}[{{$c}}{{/c}}]{{/a}}{{/layout}}"

static const char
    data[] = "{\"name\": \"A&B <i>\", \"n\": 1234567, \"one\": 1, \"none\": 0,"
	     " \"list\": [{\"t\": \"x\"}, {\"t\": \"y\", \"name\": \"in\"}],"
	     " \"words\": [\"p\", \"q\"], \"void\": [], \"no\": false,"
	     " \"yes\": true, \"kind\": \"mp3\", \"in\": {\"deep\": \"d\"},"
	     " \"bad\": \"javascript:x\", \"good\": \"https://a/?b&c\","
	     " \"at\": \"2026-07-01T10:20:30Z\", \"ms\": 3723000,"
	     " \"day\": \"2026-11-22\", \"path\": \"/a/b c/d?e#f\","
	     " \"zone\": \"Europe/Brussels\"}";

static const struct {
	const char *text;
	const char *english;
	const char *french; /* NULL: the same */
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
	/* What fills a block is filled by nobody but who uses its page. */
	{ "{{<layout}}{{$b}}{{<layout}}{{/layout}}{{/b}}{{/layout}}",
	    "<|<|theirs>>", NULL },
	{ "{{<layout}}{{$a}}{{$a}}mine{{/a}}{{/a}}{{/layout}}", "<mine|theirs>",
	    NULL },
	{ "{{<layout}}{{$a}}1{{/a}}{{$b}}{{<layout}}{{$b}}2{{/b}}{{/layout}}"
	  "{{/b}}{{/layout}}",
	    "<1|<|2>>", NULL },
	{ "{{<middle}}{{$c}}mine{{/c}}{{/middle}}", "<[mine]|theirs>", NULL },
	{ "{{<middle}}{{$b}}mine{{/b}}{{/middle}}", "<[]|mine>", NULL },
	{ "{{<middle}}{{$a}}mine{{/a}}{{/middle}}", "<mine|theirs>", NULL },
	{ "{{$a}}alone{{/a}}", "alone", NULL },
	{ "{{path|path}} {{path|url}}",
	    "/a/b%20c/d%3Fe%23f %2Fa%2Fb%20c%2Fd%3Fe%23f", NULL },
	{ "{{n|rate}}", "1.23\u00a0Mbit/s", "1,23\u00a0Mbit/s" },
	{ "{{ms|seconds}}", "3723", NULL },
	{ "{{day|day}}",
	    "<time datetime=\"2026-11-22\">Sun\u00a022\u00a0Nov\u00a02026"
	    "</time>",
	    "<time datetime=\"2026-11-22\">dim.\u00a022\u00a0nov.\u00a02026"
	    "</time>" },
	{ "{{at|date}}",
	    "<time datetime=\"2026-07-01T10:20:30Z\">1\u00a0July 2026</time>",
	    "<time datetime=\"2026-07-01T10:20:30Z\">1er\u00a0juillet 2026"
	    "</time>" },
	{ "{{at|when}}",
	    "<time datetime=\"2026-07-01T10:20:30Z\">1\u00a0July 2026, 12:20"
	    "</time>",
	    "<time datetime=\"2026-07-01T10:20:30Z\">1er\u00a0juillet 2026, "
	    "12\u00a0h\u00a020</time>" },
	{ "{{ms|when}}",
	    "<time datetime=\"1970-01-01T01:02:03Z\">1\u00a0January 1970, "
	    "02:02</time>",
	    "<time datetime=\"1970-01-01T01:02:03Z\">1er\u00a0janvier 1970, "
	    "2\u00a0h\u00a002</time>" },
	/* Without an end, they come to nothing. */
	{ "{{>page}}", "", NULL },
	{ "a{{#yes}}{{<page}}{{/page}}{{/yes}}", "", NULL },
};

/* What is said of a mistake, behind "web/page.html, line ". */
static const struct {
	const char *text, *error;
} mistakes[] = {
	{ "{{", "1: {{ has no end" },
	{ "{{}}", "1: {{ has no end" },
	{ "\n\n{{name", "3: {{ has no end" },
	{ "{{name\n}}", "1: {{ has no end" },
	{ "a\n{{Na me}}", "2: this is no name: Na me" },
	{ "{{#}}", "1: this is no name" },
	{ "{{>}}", "1: this is no name" },
	{ "{{name|nix}}", "1: there is no such filter: nix" },
	{ "{{name|}}{{name|url|url}}", "1: there is no such filter: url|url" },
	{ "{{#a}}\n", "2: this is not closed: a" },
	{ "{{#a}}{{/b}}", "1: this closes nothing: /b" },
	{ "{{/a}}", "1: this closes nothing: /a" },
	{ "{{/}} the rest", "1: this closes nothing: /" },
	{ "{{$a=b}}{{/a}}", "1: this is no name: a=b" },
	{ "\n{{>nix}}", "2: there is no nix.html" },
	{ "{{<nix}}{{/nix}}", "1: there is no nix.html" },
	{ "{{<layout}}\n{{$z}}{{/z}}{{/layout}}",
	    "2: layout.html has no block z" },
	{ "{{<part}}{{$a}}{{/a}}{{/part}}", "1: part.html has no block a" },
	{ "{{<page}}{{$b}}{{/b}}{{/page}}", NULL }, /* it is itself */
	{ "[[Hi", "1: [[ has no end" },
	{ "[[Hi\n]]", "1: [[ has no end" },
	{ "[[]]", "1: there is no text" },
	{ "[[|name]]", "1: there is no text" },
	{ "[[Mute]]", "1: there is no text: Mute" },
	{ "[[a|b|c|d]]", "1: too many bars: a|b|c|d" },
	{ "[[a|b|c|d|e|f]]", "1: too many bars: a|b|c|d|e|f" },
	{ "[[Hello {}|name:nix]]", "1: there is no such filter: nix" },
	{ "[[Hello {}|]]", "1: this is no name" },
	{ "[[Hello {}]]", "1: one {} for one name: Hello {}" },
	{ "[[Hi|name]]", "1: one {} for one name: Hi" },
	{ "[[{} {}|name]]", "1: one {} for one name: {} {}" },
	{ "[[Lost {}|name]]", "1: {} is not in each language: Lost {}" },
	{ "[[Found]]", "1: {} is not in each language: Found" },
};

static struct templates *
load(const char *text, size_t len, char **error)
{
	const struct web_file files[] = {
		{ "page.html", text, len },
		{ "part.html", "({{name}})", 10 },
		{ "middle.html", MIDDLE, strlen(MIDDLE) },
		{ "layout.html", LAYOUT, strlen(LAYOUT) },
		{ "words/fr.json", WORDS, strlen(WORDS) },
		{ "words/nl.json", "{}", 2 },
		{ "style.css", "{{", 2 },
	};

	return templates_load(files, sizeof(files) / sizeof(files[0]), error);
}

static struct templates *
load_or_fail(const char *text)
{
	char *error = NULL;
	struct templates *templates = load(text, strlen(text), &error);

	if (templates == NULL)
		print_message("%s: %s\n", text, error);
	assert_non_null(templates);
	assert_null(error);
	return templates;
}

/* The caller frees it. */
static char *
render(struct templates *templates, enum language language, json_t *json)
{
	struct bytes out = { 0 };
	bool is_written = template_render(
	    templates, "page", language, json, &out);

	assert_true(is_written || out.len == 0);
	bytes_append(&out, "", 1);
	json_decref(json);
	return (char *)out.data;
}

static void
check(struct templates *templates, enum language language, const char *wanted)
{
	char *page = render(templates, language, json_loads(data, 0, NULL));

	assert_string_equal(page, wanted);
	free(page);
}

static void
pages_are_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct templates *templates = load_or_fail(cases[i].text);

		check(templates, LANGUAGE_EN, cases[i].english);
		check(templates, LANGUAGE_FR,
		    cases[i].french != NULL ? cases[i].french
					    : cases[i].english);
		templates_free(templates);
	}
}

static void
mistakes_are_said_with_their_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		char *error = NULL, *wanted;
		struct templates *templates = load(
		    mistakes[i].text, strlen(mistakes[i].text), &error);

		assert_int_equal(templates == NULL, mistakes[i].error != NULL);
		templates_free(templates);
		if (mistakes[i].error == NULL)
			continue;
		assert_true(asprintf(&wanted, "web/page.html, line %s",
				mistakes[i].error) > 0);
		assert_string_equal(error, wanted);
		free(wanted);
		free(error);
	}
}

static void
read_cut(const char *text)
{
	for (size_t len = 0; len < strlen(text); len++) {
		char *error = NULL;
		char *cut = mem_copy(text, len); /* nothing behind it */
		struct templates *templates = load(cut, len, &error);

		assert_int_equal(templates == NULL, error != NULL);
		if (templates != NULL)
			free(render(
			    templates, LANGUAGE_FR, json_loads(data, 0, NULL)));
		templates_free(templates);
		free(error);
		free(cut);
	}
}

/* Each is read, or refused with a sentence. */
static void
cut_anywhere_they_are_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		read_cut(cases[i].text);
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		read_cut(mistakes[i].text);
}

static void
what_is_too_deep_is_refused(void **state)
{
	char text[1024] = "", *error = NULL;
	struct templates *templates;

	(void)state;
	for (unsigned i = 0; i < 25; i++)
		strcat(text, "{{#a}}");
	for (unsigned i = 0; i < 25; i++)
		strcat(text, "{{/a}}");
	templates = load(text, strlen(text), &error);
	assert_null(templates);
	assert_string_equal(error, "web/page.html, line 1: too deep: #a");
	free(error);
	templates = load("a\0b", 3, &error);
	assert_null(templates);
	assert_string_equal(
	    error, "web/page.html, line 1: there is a NUL in it");
	free(error);
}

static void
fails(const char *text, unsigned items, size_t item_len)
{
	struct templates *templates = load_or_fail(text);
	char *item = mem_new(item_len + 1);
	json_t *list = json_array();
	struct bytes out = { 0 };
	bool is_written;

	memset(item, 'x', item_len);
	for (unsigned i = 0; i < items; i++)
		json_array_append_new(list, json_string(item));
	list = json_pack("{s:o}", "list", list);
	is_written = template_render(
	    templates, "page", LANGUAGE_EN, list, &out);
	assert_false(is_written);
	assert_int_equal(out.len, 0);
	json_decref(list);
	free(item);
	templates_free(templates);
}

static void
what_never_ends_or_is_too_long_is_nothing(void **state)
{
	(void)state;
	fails("{{#list}}{{.}}!{{/list}}", 5, 1 << 20);
	fails("{{#list}}{{#list}}{{#list}}{{#list}}{{#list}}{{/list}}{{/list}}"
	      "{{/list}}{{/list}}{{/list}}",
	    1000, 1);
}

/* Whatever is in a value, a page's markup stays ours. */
static const char *const hostile[] = {
	"\"'><script>alert(1)</script>",
	"javascript:alert(1)",
	" https://a/",
	"data:text/html,x",
	"//evil.example/",
	"///evil.example/",
	"\\\\evil.example",
	"http://a/\" onclick=\"x",
	"https://a/'><b>",
	"{{name}}[[Hi]]",
	"a\r\nSet-Cookie: b\t\v\x7f",
	"\xff\xfe\xc0\xaf \xed\xa0\x80 \xf0\x9f",
	"\u2028\u2029\u202e&amp;&#60;",
	"2026-07-01T10:20:30Z<b>",
	"2026-07-01\" x=\"",
	"2026-13-45T99:99:99Z",
	"9999-12-31T99:99:99Z",
	"",
	"%s%n%%",
};

static const char *const safe_filters[] = { "", "|path", "|url", "|link",
	"|json", "|number", "|bytes", "|rate", "|duration", "|seconds", "|date",
	"|day", "|time", "|when" };

/* As our own dates are, the rest has no markup. */
static void
assert_harmless(const char *page)
{
	if (strncmp(page, "<time datetime=\"", 16) == 0) {
		page += 16;
		page += strspn(page, "0123456789TZ:-");
		assert_int_equal(strncmp(page, "\">", 2), 0);
		page += 2;
		assert_string_equal(page + strcspn(page, "<"), "</time>");
		return;
	}
	assert_null(strpbrk(page, "<>\"'"));
}

static void
no_filter_lets_markup_through(void **state)
{
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(safe_filters) / sizeof(char *); i++) {
		struct templates *templates;

		snprintf(text, sizeof(text), "{{v%s}}", safe_filters[i]);
		templates = load_or_fail(text);
		for (size_t j = 0; j < sizeof(hostile) / sizeof(char *); j++) {
			char *page = render(templates, LANGUAGE_EN,
			    json_pack("{s:o}", "v",
				json_stringn_nocheck(
				    hostile[j], strlen(hostile[j]))));

			assert_harmless(page);
			free(page);
		}
		templates_free(templates);
	}
}

static void
check_link(const char *text, const char *value, const char *wanted)
{
	struct templates *templates = load_or_fail(text);
	char *page = render(
	    templates, LANGUAGE_EN, json_pack("{s:s}", "v", value));

	assert_string_equal(page, wanted);
	free(page);
	templates_free(templates);
}

/* Neither another host nor a scheme, but where a link is meant. */
static void
links_lead_where_they_may(void **state)
{
	(void)state;
	check_link("{{v|path}}", "javascript:a(1)", "javascript%3Aa(1)");
	check_link(
	    "{{v|path}}", "//evil.example/a:b", "/%2Fevil.example/a%3Ab");
	check_link("{{v|path}}", "/\\evil", "/%5Cevil");
	check_link("{{v|url}}", "../a?b&c=d", "..%2Fa%3Fb%26c%3Dd");
	check_link("{{v|link}}", "javascript:a(1)", "");
	check_link("{{v|link}}", " https://a/", "");
	check_link("{{v|link}}", "//a/", "");
	check_link("{{v|link}}", "HTTPS://a/\"", "HTTPS://a/&quot;");
}

/* Of each kind and size of JSON, each filter makes something. */
static void
numbers_of_any_size_are_written(void **state)
{
	static const char *const values[] = { "9223372036854775807",
		"-9223372036854775808", "-1", "0", "1e308", "-1e308", "1e18",
		"253402300799999", "253402300800000", "true", "false", "null",
		"[]", "{}", "[[[[1]]]]", "{\"v\":{\"v\":1}}" };
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(safe_filters) / sizeof(char *); i++) {
		struct templates *templates;

		snprintf(text, sizeof(text), "{{v%s}}", safe_filters[i]);
		templates = load_or_fail(text);
		for (size_t j = 0; j < sizeof(values) / sizeof(char *); j++) {
			char *page;

			snprintf(text, sizeof(text), "{\"v\":%s}", values[j]);
			page = render(
			    templates, LANGUAGE_FR, json_loads(text, 0, NULL));
			assert_harmless(page);
			free(page);
		}
		templates_free(templates);
	}
}

/* A zone that is none is UTC. */
static void
zones_are_those_of_the_data(void **state)
{
	static const char *const zones[][2] = {
		{ "UTC", "10:20" },
		{ "Europe/Brussels", "12:20" },
		{ "America/New_York", "06:20" },
		{ "../../../etc/passwd", "10:20" },
		{ "No/Where", "10:20" },
	};
	struct templates *templates = load_or_fail("{{at|time}}");
	char wanted[96];

	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		char *page = render(templates, LANGUAGE_EN,
		    json_pack("{s:s,s:s}", "at", "2026-07-01T10:20:30Z", "zone",
			zones[i][0]));

		snprintf(wanted, sizeof(wanted),
		    "<time datetime=\"2026-07-01T10:20:30Z\">%s</time>",
		    zones[i][1]);
		assert_string_equal(page, wanted);
		free(page);
	}
	templates_free(templates);
}

static void
texts_and_translations_are_compared(void **state)
{
	struct templates *templates = load_or_fail("[[Hi]] [[New]]");
	char *text = templates_missing(templates);

	(void)state;
	assert_string_equal(text, "fr: New\nnl: Hi\nnl: New\n");
	free(text);
	text = templates_unused(templates);
	assert_non_null(strstr(text, "fr: Hello {}\n"));
	assert_null(strstr(text, "fr: Hi\n"));
	free(text);
	templates_free(templates);
}

static void
all_of_ours_are_right_and_translated(void **state)
{
	char *error = NULL, *missing, *unused;
	struct templates *templates = templates_load(
	    web_files, web_file_count, &error);

	(void)state;
	assert_null(error);
	missing = templates_missing(templates);
	if (missing != NULL)
		print_message("%s", missing);
	assert_null(missing);
	unused = templates_unused(templates);
	if (unused != NULL)
		print_message("unused %s", unused);
	assert_null(unused);
	templates_free(templates);
}

/* Markup comes from templates. */
static void
no_page_of_ours_takes_markup_as_data(void **state)
{
	(void)state;
	for (unsigned i = 0; i < web_file_count; i++)
		assert_null(
		    memmem(web_files[i].bytes, web_files[i].len, "|html", 5));
}

TEST_MAIN(TEST(pages_are_written), TEST(mistakes_are_said_with_their_line),
    TEST(cut_anywhere_they_are_read_or_refused),
    TEST(what_is_too_deep_is_refused),
    TEST(what_never_ends_or_is_too_long_is_nothing),
    TEST(no_filter_lets_markup_through), TEST(links_lead_where_they_may),
    TEST(numbers_of_any_size_are_written), TEST(zones_are_those_of_the_data),
    TEST(texts_and_translations_are_compared),
    TEST(all_of_ours_are_right_and_translated),
    TEST(no_page_of_ours_takes_markup_as_data))
