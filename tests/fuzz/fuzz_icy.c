/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/bytes.h"
#include "base/check.h"
#include "base/text.h"
#include "icy/metadata.h"
#include "icy/shoutcast.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static size_t
strip_all(const uint8_t *from, size_t from_len, size_t interval, size_t step,
    struct bytes *audio)
{
	static struct icy_strip strip;
	size_t n, len, titles = 0, run_len;
	const uint8_t *bytes, *run;
	bool has_title;
	char title[64];

	icy_strip_open(&strip, interval);
	for (size_t at = 0; at < from_len; at += n) {
		bytes = from + at;
		n = len = step < from_len - at ? step : from_len - at;
		do {
			run_len = icy_strip_read(&strip, &bytes, &len, &run,
			    &has_title, title, sizeof(title));
			bytes_append(audio, run, run_len);
			titles += has_title;
		} while (run_len > 0);
		CHECK(len == 0);
	}
	return titles;
}

static void
try_strip(const uint8_t *bytes, size_t len, size_t interval)
{
	struct bytes whole = { 0 }, cut = { 0 };

	CHECK(strip_all(bytes, len, interval, len, &whole) ==
	    strip_all(bytes, len, interval, 1, &cut));
	CHECK(whole.len == cut.len);
	CHECK(whole.len == 0 || memcmp(whole.data, cut.data, cut.len) == 0);
	bytes_free(&whole);
	bytes_free(&cut);
}

/* What we weave in, we must find again. */
static void
try_title(const char *text, size_t len)
{
	char title[ICY_METADATA_MOST_BYTES], found[ICY_METADATA_MOST_BYTES];
	static struct icy_strip strip;
	const uint8_t *bytes, *run;
	struct block *block;
	bool has_title;
	size_t left;

	text_clean(title, sizeof(title), text, len);
	block = icy_metadata(title, len % 2 == 0 ? title : NULL);
	CHECK(block->len == 1 + block->bytes[0] * (size_t)16);
	icy_strip_open(&strip, 1);
	strip.until = 0;
	bytes = block->bytes;
	left = block->len;
	CHECK(icy_strip_read(&strip, &bytes, &left, &run, &has_title, found,
		  sizeof(found)) == 0);
	CHECK(has_title && text_is_utf8(found, strlen(found)));
	CHECK(strstr(title, "';") != NULL || strlen(title) > 2000 ||
	    strcmp(found, title) == 0);
	block_unref(block);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct icy_login login;
	char *text;

	if (len == 0)
		return 0;
	try_strip(bytes + 1, len - 1, bytes[0]);
	text = malloc(len);
	memcpy(text, bytes + 1, len - 1);
	text[len - 1] = '\0';
	try_title(text, strlen(text));
	if (icy_login_split(text, &login))
		CHECK(login.password[0] != '\0');
	free(text);
	return 0;
}
