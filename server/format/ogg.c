/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/format.h"

#include "base/mem.h"
#include "format/ogg_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_BYTES 4096       /* given to libogg at a time */
#define MOST_LOST   (64 << 10) /* bytes without a page */
#define MOST_IDLE   (1 << 20)  /* bytes of pages without use */
#define USED        64         /* serial numbers that are not taken again */

struct ogg {
	ogg_sync_state sync;
	struct ogg_link links[2];
	struct ogg_link *link; /* listeners have its head; NULL: none yet */
	struct ogg_link *next; /* its headers are coming in, or NULL */
	bool was_resumed;      /* until the next link starts */
	size_t lost, idle;
	uint32_t used[USED];
	size_t used_count; /* ever */
};

static void *
ogg_open(void)
{
	struct ogg *ogg = mem_new(sizeof(*ogg));

	ogg_sync_init(&ogg->sync);
	return ogg;
}

/* Without this, Firefox stops for good where a chain goes on. */
static void
end_streams(struct ogg_link *link, const struct format_out *out)
{
	uint8_t room[27];
	ogg_page page;

	for (size_t i = 0; i < link->count; i++) {
		struct ogg_logical *logical = &link->streams[i];

		if (logical->is_ended)
			continue;
		ogg_page_end(room, &page, logical);
		out->unit(out->arg, room, sizeof(room), 0);
		logical->is_ended = true;
	}
}

static bool
is_used(const struct ogg *ogg, uint32_t serial)
{
	size_t count = ogg->used_count < USED ? ogg->used_count : USED;

	for (size_t i = 0; i < count; i++) {
		if (ogg->used[i] == serial)
			return true;
	}
	return false;
}

/* Players know a link's streams by numbers that no earlier link had. */
static void
take_serials(struct ogg *ogg, struct ogg_link *link)
{
	for (size_t i = 0; i < link->count; i++) {
		struct ogg_logical *logical = &link->streams[i];
		const struct ogg_logical *owner = NULL;

		while (is_used(ogg, logical->serial) ||
		    (owner != NULL && owner != logical)) {
			logical->serial++;
			owner = ogg_link_find(link, logical->serial);
		}
		ogg->used[ogg->used_count++ % USED] = logical->serial;
	}
}

static void
give_head_pages(const struct ogg_link *link, const struct format_out *out)
{
	ogg_page page;

	for (size_t at = 0; at < link->head.len; at += ogg_page_length(&page)) {
		ogg_page_at(link->head.data + at, &page);
		out->unit(out->arg, page.header, ogg_page_length(&page), 0);
	}
}

static bool
is_same_head(const struct ogg_link *one, const struct ogg_link *other)
{
	return one->head.len == other->head.len &&
	    memcmp(one->head.data, other->head.data, one->head.len) == 0;
}

/* All headers are in, and here is the first page of data. */
static void
start_link(struct ogg *ogg, const ogg_page *first, const struct format_out *out)
{
	struct ogg_link *old = ogg->link, *link = ogg->next;
	bool is_spliced = old != NULL && ogg->was_resumed &&
	    ogg_link_splice(old, link, first);

	for (size_t i = 0; i < link->count; i++) {
		link->streams[i].has_headers = true;
		link->streams[i].is_open = false;
	}
	if (!is_spliced)
		take_serials(ogg, link);
	ogg_link_seal(link);
	if (old != NULL && !is_spliced) {
		end_streams(old, out);
		give_head_pages(link, out);
	}
	if (!is_spliced || !is_same_head(old, link))
		out->head(out->arg, link->head.data, link->head.len);
	if (link->title != NULL)
		out->title(out->arg, link->title);
	if (old != NULL)
		ogg_link_free(old);
	ogg->link = link;
	ogg->next = NULL;
	ogg->was_resumed = false;
}

static void
await_link(struct ogg *ogg)
{
	if (ogg->next != NULL)
		ogg_link_free(ogg->next);
	ogg->next = &ogg->links[ogg->link == &ogg->links[0]];
}

static bool
drop_page(struct ogg *ogg, const ogg_page *page, const char **why)
{
	ogg->idle += ogg_page_length(page);
	if (ogg->idle <= MOST_IDLE)
		return true;
	*why = "this Ogg stream has no beginning, or data where its headers "
	       "should be";
	return false;
}

static bool
take_page(struct ogg *ogg, ogg_page *page, const struct format_out *out,
    const char **why)
{
	uint32_t serial = ogg_page_serial(page);
	struct ogg_logical *logical = NULL;
	size_t first = 0;

	if (ogg_page_bos(page) &&
	    (ogg->next == NULL || ogg->next->has_others ||
		ogg_link_find(ogg->next, serial) != NULL))
		await_link(ogg);
	if (ogg->next != NULL) {
		switch (ogg_link_take(ogg->next, page, &first, why)) {
		case OGG_TAKEN:
			return true;
		case OGG_BROKEN:
			return false;
		case OGG_DATA:
			if (!ogg_link_has_headers(ogg->next))
				return drop_page(ogg, page, why);
			start_link(ogg, page, out);
		}
	}
	if (ogg->link != NULL && !ogg->was_resumed)
		logical = ogg_link_find(ogg->link, serial);
	if (logical == NULL || logical->is_ended)
		return drop_page(ogg, page, why);
	ogg->idle = 0;
	ogg_pass(ogg->link, logical, page, first, out);
	return true;
}

static bool
take_pages(struct ogg *ogg, const struct format_out *out, const char **why)
{
	ogg_page page;
	long len;

	while ((len = ogg_sync_pageseek(&ogg->sync, &page)) != 0) {
		if (len < 0 || ogg_page_version(&page) != 0) {
			ogg->lost += (size_t)labs(len);
			continue;
		}
		ogg->lost = 0;
		if (!take_page(ogg, &page, out, why))
			return false;
	}
	if (ogg->lost <= MOST_LOST)
		return true;
	*why = "this is not Ogg: no page in 64 KiB";
	return false;
}

static bool
ogg_read(void *state, const uint8_t *bytes, size_t len,
    const struct format_out *out, const char **why)
{
	struct ogg *ogg = state;
	char *room;
	size_t piece;

	for (; len > 0; bytes += piece, len -= piece) {
		piece = len < PIECE_BYTES ? len : PIECE_BYTES;
		room = ogg_sync_buffer(&ogg->sync, (long)piece);
		CHECK(room != NULL);
		memcpy(room, bytes, piece);
		CHECK(ogg_sync_wrote(&ogg->sync, (long)piece) == 0);
		if (!take_pages(ogg, out, why))
			return false;
	}
	return true;
}

static void
ogg_resume(void *state)
{
	struct ogg *ogg = state;

	ogg_sync_reset(&ogg->sync);
	if (ogg->next != NULL)
		ogg_link_free(ogg->next);
	ogg->next = NULL;
	ogg->was_resumed = true;
	ogg->lost = ogg->idle = 0;
}

static void
ogg_finish(void *state, const struct format_out *out)
{
	struct ogg *ogg = state;

	if (ogg->link != NULL)
		end_streams(ogg->link, out);
}

static void
add_codec(struct media_facts *facts, const struct ogg_logical *logical)
{
	size_t len = strlen(facts->codecs);

	if (logical->codec->kind == OGG_SKELETON)
		return;
	snprintf(facts->codecs + len, sizeof(facts->codecs) - len, "%s%s",
	    len > 0 ? ", " : "", logical->codec->name);
	facts->bitrate += logical->bitrate;
	if (logical->codec->kind == OGG_VIDEO) {
		facts->has_video = true;
		facts->width = logical->width;
		facts->height = logical->height;
	} else if (facts->sample_rate == 0) {
		facts->sample_rate = logical->rate;
		facts->channels = logical->channels;
	}
	if (facts->extension[0] == '\0')
		facts->extension = logical->codec->extension;
	else if (strcmp(facts->extension, logical->codec->extension) != 0)
		facts->extension = "oga";
}

static void
ogg_facts(const void *state, struct media_facts *facts)
{
	const struct ogg *ogg = state;
	const struct ogg_link *link = ogg->link != NULL ? ogg->link : ogg->next;

	memset(facts, 0, sizeof(*facts));
	facts->media_type = "application/ogg";
	facts->extension = "";
	for (size_t i = 0; link != NULL && i < link->count; i++)
		add_codec(facts, &link->streams[i]);
	if (facts->has_video) {
		facts->media_type = "video/ogg";
		facts->extension = "ogv";
	} else if (link != NULL && ogg_link_has(link, OGG_AUDIO) &&
	    !ogg_link_has(link, OGG_OPAQUE)) {
		facts->media_type = "audio/ogg";
	} else {
		facts->extension = "ogg";
	}
}

static void
ogg_close(void *state)
{
	struct ogg *ogg = state;

	ogg_sync_clear(&ogg->sync);
	ogg_link_free(&ogg->links[0]);
	ogg_link_free(&ogg->links[1]);
	free(ogg);
}

const struct format format_ogg = {
	.name = "ogg",
	.open = ogg_open,
	.read = ogg_read,
	.resume = ogg_resume,
	.finish = ogg_finish,
	.facts = ogg_facts,
	.close = ogg_close,
};
