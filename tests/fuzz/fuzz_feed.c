/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Titles of anybody in feeds and lists: whatever they are, the markup is the
 * same as with a title of one letter, and the JSON can be read. */
#include "archive/listing.h"
#include "archive/podcast.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/request.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define URL "https://radio.example.org"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
write_feed(struct bytes *out, const char *text)
{
	struct recording_msg row = { .bytes = 1, .duration_ms = 1 };
	struct live_row live = { .began_ms = 1 };
	const struct podcast podcast = { .public_url = URL,
		.slug = "lea",
		.name = text,
		.language = "en",
		.mount = "",
		.rows = &row,
		.count = 1,
		.live = &live,
		.live_count = 1,
		.page = 1,
		.pages = 1 };

	text_copy(row.title, sizeof(row.title), text);
	text_copy(row.description, sizeof(row.description), text);
	text_copy(row.codecs, sizeof(row.codecs), text);
	text_copy(live.facts.name, sizeof(live.facts.name), text);
	text_copy(live.facts.codecs, sizeof(live.facts.codecs), text);
	podcast_write(out, &podcast);
}

static void
check_feed(const struct bytes *out, size_t signs[2])
{
	for (size_t i = 0; i < out->len; i++) {
		CHECK(out->data[i] >= ' ' || out->data[i] == '\n');
		signs[0] += out->data[i] == '<';
		signs[1] += out->data[i] == '"';
	}
	CHECK(text_is_utf8((const char *)out->data, out->len));
	CHECK(signs[0] > 0);
}

static void
compare(const char *text)
{
	size_t signs[2] = { 0 }, plain[2] = { 0 };
	struct bytes out = { 0 };

	write_feed(&out, text);
	check_feed(&out, signs);
	bytes_free(&out);
	write_feed(&out, "x");
	check_feed(&out, plain);
	bytes_free(&out);
	CHECK(signs[0] == plain[0] && signs[1] == plain[1]);
}

static void
check_list(const char *text)
{
	struct recording_msg row = { .chapters = 1 };
	struct finish_mark mark = { .at_ms = 1 };
	const struct listing_item item = { &row, text, &mark, 1 };
	struct bytes out = { 0 };
	json_t *json;

	text_copy(row.title, sizeof(row.title), text);
	text_copy(mark.title, sizeof(mark.title), text);
	listing_item(&out, &item, URL);
	json = json_loadb((const char *)out.data, out.len, 0, NULL);
	CHECK(json != NULL);
	json_decref(json);
	bytes_free(&out);
	listing_chapters(&out, &item);
	json = json_loadb((const char *)out.data, out.len, 0, NULL);
	CHECK(json != NULL);
	json_decref(json);
	bytes_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct request_header header = { "accept-encoding", NULL };
	struct request request = { .headers = &header, .header_count = 1 };
	char *text = mem_new(len + 1), id[RECORDING_ID_BYTES];
	int64_t before_ms;

	memcpy(text, bytes, len);
	header.value = text;
	(void)request_takes_gzip(&request);
	if (cursor_parse(text, &before_ms, id))
		CHECK(before_ms >= 0 && id[0] != '\0');
	if (text[0] != '\0') {
		compare(text);
		check_list(text);
	}
	free(text);
	return 0;
}
