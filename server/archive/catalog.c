/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/catalog.h"

#include "archive/item.h"
#include "archive/listing.h"
#include "archive/podcast.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/squeeze.h"
#include "base/table.h"
#include "base/text.h"
#include "ledger/published.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAG_LETTERS 32
#define GZIP_BYTES  1400 /* what fits a packet is not worth it */
/* Sidecars are read for a list until so many chapters are in it. */
#define LIST_CHAPTERS 2000

/* Since when a feed is as it is. */
struct seen {
	char etag[ETAG_BYTES];
	int64_t since_ms;
};

struct catalog {
	struct store *store;
	int archive;
	struct table seen; /* hash of a feed's address -> struct seen */
};

struct catalog *
catalog_new(struct store *store, int archive)
{
	struct catalog *catalog = mem_new(sizeof(*catalog));

	catalog->store = store;
	catalog->archive = archive;
	return catalog;
}

void
catalog_free(struct catalog *catalog)
{
	size_t at = 0;
	void *seen;

	if (catalog == NULL)
		return;
	while ((seen = table_next(&catalog->seen, &at)) != NULL)
		free(seen);
	table_free(&catalog->seen);
	free(catalog);
}

static void
seal(struct document *document, struct bytes *text, const char *type)
{
	struct digest *digest = digest_new();
	char hex[DIGEST_BYTES];

	digest_add(digest, text->data, text->len);
	digest_end(digest, hex);
	snprintf(document->etag, sizeof(document->etag), "\"%.*s\"",
	    TAG_LETTERS, hex);
	document->body = block_new(text->data, text->len, 0);
	document->type = type;
	bytes_free(text);
}

static uint64_t
key_of(const struct bytes *url, unsigned page)
{
	struct digest *digest = digest_new();
	char hex[DIGEST_BYTES];

	digest_add(digest, url->data, url->len);
	digest_add(digest, &page, sizeof(page));
	digest_end(digest, hex);
	hex[15] = '\0';
	return strtoull(hex, NULL, 16) | 1;
}

/* Two states in one second would have one date: the second one gets the next,
 * and until then none, as a date may not be of the future (RFC 9110 section
 * 8.8.2.1). */
static void
set_modified(struct catalog *catalog, const struct podcast *podcast,
    struct document *document)
{
	int64_t now_ms = clock_wall_ms() / 1000 * 1000;
	struct bytes url = { 0 };
	struct seen *seen;
	uint64_t key;

	podcast_url(&url, podcast);
	key = key_of(&url, podcast->page);
	bytes_free(&url);
	seen = table_get(&catalog->seen, key);
	if (seen == NULL) {
		seen = mem_new(sizeof(*seen));
		table_put(&catalog->seen, key, seen);
	}
	if (strcmp(seen->etag, document->etag) != 0) {
		text_copy(seen->etag, sizeof(seen->etag), document->etag);
		seen->since_ms = now_ms > seen->since_ms
		    ? now_ms
		    : seen->since_ms + 1000;
	}
	if (seen->since_ms <= now_ms)
		document->modified_ms = seen->since_ms;
}

/* Other bytes, so it has another tag. */
static void
squeeze_document(struct document *document)
{
	struct block *plain = document->body;
	struct bytes small = { 0 };
	size_t len = strlen(document->etag);

	if (plain->len < GZIP_BYTES ||
	    !squeeze(plain->bytes, plain->len, &small))
		return;
	document->body = block_new(small.data, small.len, 0);
	document->is_gzip = true;
	snprintf(document->etag + len - 1, sizeof(document->etag) - len + 1,
	    "-gz\"");
	block_unref(plain);
	bytes_free(&small);
}

/* 200, or why not. */
static unsigned
write_feed(struct catalog *catalog, const struct catalog_msg *asked,
    const struct published_scope *scope, const struct published_facts *facts,
    struct document *document)
{
	unsigned most = asked->wish.most, page = asked->wish.page, count;
	unsigned pages = facts->count > 0 ? (facts->count - 1) / most + 1 : 1;
	struct recording_msg *rows;
	struct bytes text = { 0 };
	bool is_read;

	if (page > pages)
		return 404;
	rows = mem_new(most * sizeof(*rows));
	is_read = published_rows(catalog->store, scope,
	    &(struct published_place){ .skip = (page - 1) * most }, rows, most,
	    &count);
	if (is_read) {
		const struct podcast podcast = {
			.public_url = asked->public_url,
			.slug = asked->slug,
			.name = asked->name,
			.language = facts->language,
			.mount = asked->mount,
			.rows = rows,
			.count = count,
			.live = asked->live,
			.live_count = page == 1 ? asked->count : 0,
			.page = page,
			.pages = pages
		};

		podcast_write(&text, &podcast);
		seal(document, &text, "application/rss+xml; charset=utf-8");
		set_modified(catalog, &podcast, document);
	}
	free(rows);
	return is_read ? 200 : 503;
}

/* Its chapters too, while there is room for them. */
static void
put_row(struct catalog *catalog, const struct catalog_msg *asked,
    const struct recording_msg *row, unsigned *room, struct bytes *text)
{
	struct listing_item item = { .row = row, .name = asked->name };
	struct sidecar sidecar = { 0 };

	if (row->chapters > 0 && row->chapters <= *room &&
	    item_read(catalog->archive, row->path, &sidecar)) {
		item.chapters = sidecar.chapters;
		item.chapter_count = sidecar.chapter_count;
		*room -= row->chapters;
	}
	listing_member(text, &item, asked->public_url);
	sidecar_clear(&sidecar);
}

static void
put_next(const struct catalog_msg *asked, const struct recording_msg *last,
    struct bytes *text)
{
	char cursor[CURSOR_BYTES];
	struct bytes url = { 0 };

	cursor_format(last, cursor);
	bytes_format(&url, "%s/archive.json?%s=", asked->public_url,
	    asked->mount[0] != '\0' ? "mount" : "member");
	podcast_query_text(
	    &url, asked->mount[0] != '\0' ? asked->mount : asked->slug);
	bytes_format(&url, "&limit=%u&cursor=%s", asked->wish.most, cursor);
	bytes_append(&url, "", 1);
	text_json(text, (const char *)url.data);
	bytes_free(&url);
}

static unsigned
write_list(struct catalog *catalog, const struct catalog_msg *asked,
    const struct published_scope *scope, const struct published_facts *facts,
    struct document *document)
{
	unsigned most = asked->wish.most, count, room = LIST_CHAPTERS;
	char below_id[RECORDING_ID_BYTES];
	struct published_place place = { 0 };
	struct recording_msg *rows;
	struct bytes text = { 0 };

	if (asked->wish.cursor[0] != '\0') {
		if (!cursor_parse(
			asked->wish.cursor, &place.before_ms, below_id))
			return 400;
		place.below_id = below_id;
	}
	rows = mem_new((most + 1) * sizeof(*rows));
	if (!published_rows(
		catalog->store, scope, &place, rows, most + 1, &count)) {
		free(rows);
		return 503;
	}
	bytes_text(&text, "{\"schema\":1,\"member\":");
	text_json(&text, asked->slug);
	bytes_text(&text, ",\"name\":");
	text_json(&text, asked->name);
	bytes_format(&text, ",\"count\":%u,\"recordings\":[", facts->count);
	for (unsigned i = 0; i < count && i < most; i++) {
		bytes_text(&text, i > 0 ? ",\n" : "\n");
		put_row(catalog, asked, &rows[i], &room, &text);
	}
	bytes_text(&text, "],\"next\":");
	if (count > most)
		put_next(asked, &rows[most - 1], &text);
	else
		bytes_text(&text, "null");
	bytes_text(&text, "}\n");
	seal(document, &text, "application/json; charset=utf-8");
	free(rows);
	return 200;
}

static const char *
words_of(unsigned status)
{
	switch (status) {
	case 400:
		return "that is no cursor";
	case 404:
		return "nothing is published here";
	default:
		return "it cannot be read at the moment";
	}
}

struct answer_msg *
catalog_answer(struct catalog *catalog, const struct catalog_msg *asked)
{
	struct answer_msg *answer = message_new(MSG_ANSWER, sizeof(*answer));
	const struct published_scope scope = { asked->member, asked->mount };
	struct published_facts facts = { 0 };

	answer->kind = ASK_CATALOG;
	answer->conn_no = asked->conn_no;
	answer->member = asked->member;
	if (!published_facts(catalog->store, &scope, &facts))
		answer->status = 503;
	else if (!facts.is_known && asked->count == 0)
		answer->status = 404;
	else if (asked->wish.is_feed)
		answer->status = write_feed(
		    catalog, asked, &scope, &facts, &answer->document);
	else
		answer->status = write_list(
		    catalog, asked, &scope, &facts, &answer->document);
	if (answer->status != 200)
		text_copy(answer->text, sizeof(answer->text),
		    words_of(answer->status));
	else if (asked->wish.takes_gzip)
		squeeze_document(&answer->document);
	if (answer->status == 503)
		answer->retry_secs = 30;
	return answer;
}

bool
catalog_item(struct catalog *catalog, const struct find_msg *find,
    struct found_msg *found)
{
	struct listing_item item = { .row = &found->row, .name = found->name };
	struct sidecar sidecar = { 0 };
	struct bytes text = { 0 };

	if (!item_read(catalog->archive, found->row.path, &sidecar)) {
		log_error("archive: no sidecar of %s: %m", found->row.path);
		return false;
	}
	found->row.chapters = (unsigned)sidecar.chapter_count;
	item.chapters = sidecar.chapters;
	item.chapter_count = sidecar.chapter_count;
	if (find->what == FIND_CHAPTERS)
		listing_chapters(&text, &item);
	else
		listing_item(&text, &item, find->public_url);
	sidecar_clear(&sidecar);
	seal(&found->document, &text,
	    find->what == FIND_CHAPTERS ? "application/json+chapters"
					: "application/json; charset=utf-8");
	return true;
}
