/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define EURO "\xe2\x82\xac"
#define HOLE "\xef\xbf\xbd" /* U+FFFD */

struct pair {
	const char *in, *out;
};

static void
only_utf8_is_utf8(void **state)
{
	static const struct {
		const char *text;
		size_t first; /* length of its first character */
	} rows[] = {
		{ "a", 1 },
		{ "\x7f", 1 },
		{ "\xc2\x80", 2 },
		{ "\xdf\xbf", 2 },
		{ "\xe0\xa0\x80", 3 },
		{ "\xed\x9f\xbf", 3 },
		{ "\xee\x80\x80", 3 },
		{ "\xf0\x90\x80\x80", 4 },
		{ "\xf4\x8f\xbf\xbf", 4 },
		{ "\x80", 0 },
		{ "\xc0\xaf", 0 },
		{ "\xc1\xbf", 0 },
		{ "\xe0\x9f\xbf", 0 },
		{ "\xed\xa0\x80", 0 },
		{ "\xf0\x8f\xbf\xbf", 0 },
		{ "\xf4\x90\x80\x80", 0 },
		{ "\xf5\x80\x80\x80", 0 },
		{ "\xc3", 0 },
		{ "\xe2\x82", 0 },
		{ "\xe2\x82z", 0 },
		{ "\xff", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text);
		char *copy = malloc(len + 1);

		memcpy(copy, rows[i].text, len);
		assert_int_equal(text_char(copy, len), rows[i].first);
		assert_int_equal(
		    text_is_utf8(copy, len), rows[i].first > 0 || len == 0);
		free(copy);
	}
}

static void
copies_are_cut_at_a_character(void **state)
{
	char to[6];

	(void)state;
	assert_int_equal(text_copy(to, sizeof(to), "abcde"), 5);
	assert_string_equal(to, "abcde");
	assert_int_equal(text_copy(to, sizeof(to), "abcdef"), 5);
	assert_int_equal(text_copy(to, sizeof(to), "abc" EURO), 3);
	assert_string_equal(to, "abc");
	assert_int_equal(text_copy(to, sizeof(to), "ab" EURO "x"), 5);
	assert_string_equal(to, "ab" EURO);
	assert_int_equal(text_copy(to, 1, "a"), 0);
	assert_string_equal(to, "");
	to[0] = 'x';
	assert_int_equal(text_copy(to, 0, "a"), 0);
	assert_int_equal(to[0], 'x');
}

static void
titles_are_cleaned(void **state)
{
	static const struct pair rows[] = {
		{ "Bj\xc3\xb6rk", "Bj\xc3\xb6rk" },
		{ "Bj\xf6rk", "Bj\xc3\xb6rk" },
		{ "\x80 5", EURO " 5" },
		{ "a\x81z", "a" HOLE "z" },
		{ "  a b  ", "a b" },
		{ "\r\n a\tb\x7f\n", "a b" },
		{ "a\xc2\x85"
		  "b",
		    "a b" },
		{ "a\xe2\x80\xa8"
		  "b",
		    "a b" },
		{ "", "" },
		{ "   ", "" },
		{ "%s%n", "%s%n" },
		{ "\xf0\x9f\x8e\xb5", "\xf0\x9f\x8e\xb5" },
	};
	char to[40];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    text_clean(to, sizeof(to), rows[i].in, strlen(rows[i].in)),
		    strlen(rows[i].out));
		assert_string_equal(to, rows[i].out);
	}
	text_clean(to, sizeof(to), "a\0b", 3);
	assert_string_equal(to, "a b");
	assert_int_equal(text_clean(to, 4, "ab " EURO, 6), 2);
	assert_string_equal(to, "ab");
}

static void
charsets_are_obeyed(void **state)
{
	static const struct {
		const char *charset, *in, *out;
	} rows[] = {
		{ "UTF-8", "\xc3\xa4", "\xc3\xa4" },
		{ "utf8", "\xe4", "\xc3\xa4" },
		{ "ISO-8859-1", "\xe4", "\xc3\xa4" },
		{ "iso-8859-1", "\xc3\xa4", "\xc3\x83\xc2\xa4" },
		{ "windows-1252", "\x80", EURO },
		{ "CP1252", "\xc3\xa4", "\xc3\x83\xc2\xa4" },
		{ "us-ascii", "a", "a" },
	};
	char to[20];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(text_from_charset(to, sizeof(to), rows[i].in,
		    strlen(rows[i].in), rows[i].charset));
		assert_string_equal(to, rows[i].out);
	}
	assert_false(text_from_charset(to, sizeof(to), "a", 1, "koi8-r"));
	assert_false(text_from_charset(to, sizeof(to), "a", 1, ""));
}

static void
logs_cannot_be_forged(void **state)
{
	static const struct pair rows[] = {
		{ "a b", "a b" },
		{ "a\nb\r", "a\\x0Ab\\x0D" },
		{ "\x1b[31m", "\\x1B[31m" },
		{ "\xe4", "\\xE4" },
		{ "\xc3\xa4", "\xc3\xa4" },
		{ "\xc2\x85", "\\xC2\\x85" },
		{ "\xe2\x80\xa8", "\\xE2\\x80\\xA8" },
	};
	char to[20];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		len = text_escape_log(to, sizeof(to), rows[i].in);
		assert_int_equal(len, strlen(rows[i].out));
		assert_memory_equal(to, rows[i].out, len);
	}
	assert_int_equal(text_escape_log(to, 3, "\n"), 0);
	assert_int_equal(text_escape_log(to, 4, "ab" EURO), 2);
}

static void
check_writer(void (*write)(struct bytes *, const char *),
    const struct pair *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct bytes out = { 0 };

		write(&out, rows[i].in);
		bytes_append(&out, "", 1);
		assert_string_equal(out.data, rows[i].out);
		bytes_free(&out);
	}
}

static void
markup_holds_no_markup_of_others(void **state)
{
	static const struct pair rows[] = {
		{ "<a href=\"x\">'&'</a>",
		    "&lt;a href=&quot;x&quot;&gt;"
		    "&#39;&amp;&#39;&lt;/a&gt;" },
		{ "N\xc3\xa4me", "N\xc3\xa4me" },
		{ "a\xe4z", "a" HOLE "z" },
		{ "a\1z", "a" HOLE "z" },
		{ "a\tb\n", "a\tb\n" },
		{ "\xef\xbf\xbf\xef\xbf\xbe", HOLE HOLE },
		{ "", "" },
	};

	(void)state;
	check_writer(text_html, rows, sizeof(rows) / sizeof(rows[0]));
	check_writer(text_xml, rows, sizeof(rows) / sizeof(rows[0]));
}

static void
json_stays_json_and_out_of_markup(void **state)
{
	static const struct pair rows[] = {
		{ "", "\"\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "a\nb\t\1", "\"a\\u000ab\\u0009\\u0001\"" },
		{ "</script>&", "\"\\u003c/script\\u003e\\u0026\"" },
		{ "\xe4", "\"\\ufffd\"" },
		{ "\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\"" },
		{ EURO "\xf0\x9f\x8e\xb5", "\"" EURO "\xf0\x9f\x8e\xb5\"" },
	};

	(void)state;
	check_writer(text_json, rows, sizeof(rows) / sizeof(rows[0]));
}

static void
csv_has_no_formulas(void **state)
{
	static const struct pair rows[] = {
		{ "a b", "a b" },
		{ "a,b", "\"a,b\"" },
		{ "a\"b", "\"a\"\"b\"" },
		{ "a\nb", "\"a\nb\"" },
		{ "=1+1", "\"'=1+1\"" },
		{ "@x", "\"'@x\"" },
		{ "-1", "\"'-1\"" },
		{ "", "" },
	};

	(void)state;
	check_writer(text_csv, rows, sizeof(rows) / sizeof(rows[0]));
}

static void
url_paths_are_escaped(void **state)
{
	static const struct pair rows[] = {
		{ "/a/b.mp3", "/a/b.mp3" },
		{ "/\xc3\xa4 b", "/%C3%A4%20b" },
		{ "/a?b#c%d", "/a%3Fb%23c%25d" },
		{ "/a\r\n<\">", "/a%0D%0A%3C%22%3E" },
	};

	(void)state;
	check_writer(text_url_path, rows, sizeof(rows) / sizeof(rows[0]));
}

static void
only_web_urls_are_links(void **state)
{
	(void)state;
	assert_true(text_is_web_url("http://x"));
	assert_true(text_is_web_url("HTTPS://x"));
	assert_false(text_is_web_url("javascript:alert(1)"));
	assert_false(text_is_web_url(" http://x"));
	assert_false(text_is_web_url("http:x"));
	assert_false(text_is_web_url("//x"));
	assert_false(text_is_web_url(""));
}

TEST_MAIN(TEST(only_utf8_is_utf8), TEST(copies_are_cut_at_a_character),
    TEST(titles_are_cleaned), TEST(charsets_are_obeyed),
    TEST(logs_cannot_be_forged), TEST(markup_holds_no_markup_of_others),
    TEST(json_stays_json_and_out_of_markup), TEST(csv_has_no_formulas),
    TEST(url_paths_are_escaped), TEST(only_web_urls_are_links))
