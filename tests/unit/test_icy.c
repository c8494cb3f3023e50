/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/bytes.h"
#include "base/text.h"
#include "icy/metadata.h"
#include "icy/shoutcast.h"

#include <stdlib.h>
#include <string.h>

static void
check_block(const char *title, const char *url, const char *text)
{
	struct block *block = icy_metadata(title, url);
	size_t len = strlen(text);

	assert_int_equal(block->len, 1 + block->bytes[0] * (size_t)16);
	assert_int_equal(block->bytes[0], (len + 15) / 16);
	assert_memory_equal(block->bytes + 1, text, len);
	for (size_t i = 1 + len; i < block->len; i++)
		assert_int_equal(block->bytes[i], 0);
	block_unref(block);
}

static void
titles_become_blocks(void **state)
{
	(void)state;
	check_block("", NULL, "StreamTitle='';");
	check_block(NULL, NULL, "StreamTitle='';");
	check_block("a", "", "StreamTitle='a';");
	check_block("ab", NULL, "StreamTitle='ab';");
	check_block("Ain't it", NULL, "StreamTitle='Ain't it';");
	check_block("it';s", NULL, "StreamTitle='it\xe2\x80\x99;s';");
	check_block("';';", NULL, "StreamTitle='\xe2\x80\x99;\xe2\x80\x99;';");
	check_block("end'", NULL, "StreamTitle='end'';");
	check_block("N\xc3\xa4me - x", "http://x/",
	    "StreamTitle='N\xc3\xa4me - x';StreamUrl='http://x/';");
	check_block(
	    "%n%s", "a';b", "StreamTitle='%n%s';StreamUrl='a\xe2\x80\x99;b';");
}

static void
check_long(size_t letters, const char *url)
{
	struct bytes title = { 0 };
	struct block *block;
	char *end;

	for (size_t i = 0; i < letters; i++)
		bytes_text(&title, "\xe2\x82\xac");
	bytes_append(&title, "", 1);
	block = icy_metadata((char *)title.data, url);
	assert_true(block->len <= 1 + ICY_METADATA_MOST_BYTES);
	end = strstr((char *)block->bytes + 1, "';");
	assert_non_null(end);
	assert_true(text_is_utf8((char *)block->bytes + 1,
	    (size_t)(end - (char *)block->bytes - 1)));
	if (url != NULL)
		assert_memory_equal(end, "';StreamUrl='", 13);
	block_unref(block);
	bytes_free(&title);
}

static void
long_titles_are_cut_at_a_character(void **state)
{
	char url[3000];

	(void)state;
	memset(url, 'u', sizeof(url) - 1);
	url[sizeof(url) - 1] = '\0';
	for (size_t letters = 1340; letters < 1380; letters++)
		check_long(letters, NULL);
	check_long(2000, url);
	check_long(1, url);
}

/* A stream of interval bytes of audio and a block, again and again. */
static void
weave(struct bytes *out, size_t interval, const char *const *titles, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < interval; k++)
			bytes_append(out, "\xff", 1);
		if (titles[i] == NULL) {
			bytes_append(out, "", 1);
			continue;
		}
		struct block *block = icy_metadata(titles[i], NULL);

		bytes_append(out, block->bytes, block->len);
		block_unref(block);
	}
	bytes_append(out, "\xfe\xfe", 2);
}

static void
strip(const struct bytes *in, size_t interval, size_t step, struct bytes *audio,
    struct bytes *titles)
{
	static struct icy_strip strip;
	char title[100];

	icy_strip_open(&strip, interval);
	for (size_t at = 0; at < in->len; at += step) {
		size_t len = step < in->len - at ? step : in->len - at, n;
		const uint8_t *bytes = in->data + at, *run;
		bool has_title;

		do {
			n = icy_strip_read(&strip, &bytes, &len, &run,
			    &has_title, title, sizeof(title));
			if (has_title) {
				bytes_text(titles, title);
				bytes_text(titles, "|");
			}
			bytes_append(audio, run, n);
		} while (n > 0);
		assert_int_equal(len, 0);
	}
}

static void
titles_come_out_on_any_cut(void **state)
{
	static const char *const in[] = { "one", NULL, "t'wo", "", NULL, "x" };
	struct bytes woven = { 0 };

	(void)state;
	weave(&woven, 7, in, 6);
	for (size_t step = 1; step <= woven.len; step++) {
		struct bytes audio = { 0 }, titles = { 0 };

		strip(&woven, 7, step, &audio, &titles);
		bytes_append(&titles, "", 1);
		assert_string_equal(titles.data, "one|t'wo||x|");
		assert_int_equal(audio.len, 6 * 7 + 2);
		for (size_t i = 0; i < audio.len; i++)
			assert_int_equal(
			    audio.data[i], i < 6 * 7 ? 0xff : 0xfe);
		bytes_free(&audio);
		bytes_free(&titles);
	}
	bytes_free(&woven);
}

static void
without_an_interval_all_is_audio(void **state)
{
	struct bytes in = { 0 }, audio = { 0 }, titles = { 0 };

	(void)state;
	bytes_text(&in, "all of this");
	strip(&in, 0, 3, &audio, &titles);
	assert_int_equal(audio.len, in.len);
	assert_int_equal(titles.len, 0);
	bytes_free(&in);
	bytes_free(&audio);
}

static void
odd_blocks_are_read_as_far_as_possible(void **state)
{
	static const struct {
		const char *block;
		const char *title; /* NULL: none */
	} rows[] = {
		{ "StreamTitle='a';StreamUrl='b';", "a" },
		{ "StreamUrl='b';StreamTitle='a';", "a" },
		{ "StreamTitle='a';b';", "a';b" },
		{ "StreamTitle='a';b';adw_ad='true';", "a';b" },
		{ "StreamTitle='a'; StreamUrl='b';", "a" },
		{ "StreamTitle='a'", "a" },
		{ "StreamTitle='a", "a" },
		{ "StreamTitle='", "" },
		{ "StreamTitle='a';b", "a" },
		{ "streamtitle", NULL },
		{ "StreamUrl='b';", NULL },
		{ "", NULL },
	};
	struct icy_strip strip;
	char title[16];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t in[1 + 64] = { 4 };
		const uint8_t *bytes = in, *run;
		size_t len = sizeof(in);
		bool has_title;

		memcpy(in + 1, rows[i].block, strlen(rows[i].block));
		icy_strip_open(&strip, 1);
		strip.until = 0;
		assert_int_equal(icy_strip_read(&strip, &bytes, &len, &run,
				     &has_title, title, sizeof(title)),
		    0);
		assert_int_equal(has_title, rows[i].title != NULL);
		if (has_title)
			assert_string_equal(title, rows[i].title);
	}
}

static void
a_long_title_is_cut_to_the_room(void **state)
{
	struct block *block = icy_metadata("0123456789", NULL);
	const uint8_t *bytes = block->bytes, *run;
	struct icy_strip strip;
	size_t len = block->len;
	bool has_title;
	char title[5];

	(void)state;
	icy_strip_open(&strip, 1);
	strip.until = 0;
	assert_int_equal(icy_strip_read(&strip, &bytes, &len, &run, &has_title,
			     title, sizeof(title)),
	    0);
	assert_true(has_title);
	assert_string_equal(title, "0123");
	block_unref(block);
}

static void
logins_are_taken_apart(void **state)
{
	static const struct {
		const char *line;
		const char *user, *mount, *password; /* user NULL: bad */
		unsigned stream;
	} rows[] = {
		{ "hackme", "", "", "hackme", 0 },
		{ "radio:hackme", "radio", "", "hackme", 0 },
		{ "radio:hack:me", "radio", "", "hack:me", 0 },
		{ "/live.mp3:hackme", "", "/live.mp3", "hackme", 0 },
		{ "/radio/live:hack:me", "", "/radio/live", "hack:me", 0 },
		{ "hackme:#2", "", "", "hackme", 2 },
		{ "radio:hackme:#12", "radio", "", "hackme", 12 },
		{ "/live:hackme:#1", "", "/live", "hackme", 1 },
		{ "/live", "", "", "/live", 0 },
		{ "hackme#2", "", "", "hackme#2", 0 },
		{ "hackme:#x", "hackme", "", "#x", 0 },
		{ "hackme:#", "hackme", "", "#", 0 },
		{ "hackme:#1234567", "hackme", "", "#1234567", 0 },
		{ ":hackme", "", "", "hackme", 0 },
		{ "!POKE", "", "", "!POKE", 0 },
		{ "", NULL, NULL, NULL, 0 },
		{ ":", NULL, NULL, NULL, 0 },
		{ "radio:", NULL, NULL, NULL, 0 },
		{ ":#2", NULL, NULL, NULL, 0 },
		{ "radio::#2", NULL, NULL, NULL, 0 },
		{ "0123456789012345678901234567890123456789"
		  "012345678901234567890123:pw",
		    NULL, NULL, NULL, 0 },
	};
	struct icy_login login;
	bool is_good;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *line = strdup(rows[i].line);

		print_message("%s\n", line);
		is_good = icy_login_split(line, &login);
		free(line);
		assert_int_equal(is_good, rows[i].user != NULL);
		if (!is_good)
			continue;
		assert_string_equal(login.user, rows[i].user);
		assert_string_equal(login.mount, rows[i].mount);
		assert_string_equal(login.password, rows[i].password);
		assert_int_equal(login.stream, rows[i].stream);
	}
}

TEST_MAIN(TEST(titles_become_blocks), TEST(long_titles_are_cut_at_a_character),
    TEST(titles_come_out_on_any_cut), TEST(without_an_interval_all_is_audio),
    TEST(odd_blocks_are_read_as_far_as_possible),
    TEST(a_long_title_is_cut_to_the_room), TEST(logins_are_taken_apart))
