/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/podcast.h"

#include "archive/podcast_priv.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *language, *text;
} about[] = {
	{ "en", "Recordings of " },
	{ "fr", "Enregistrements de " },
	{ "nl", "Opnamen van " },
};

static const char head[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<rss version=\"2.0\""
    " xmlns:atom=\"http://www.w3.org/2005/Atom\""
    " xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\""
    " xmlns:podcast=\"https://podcastindex.org/namespace/1.0\">\n<channel>\n";

void
podcast_url(struct bytes *out, const struct podcast *podcast)
{
	bytes_format(out, "%s/feed", podcast->public_url);
	if (podcast->mount[0] == '\0')
		bytes_text(out, "/");
	text_url_path(
	    out, podcast->mount[0] != '\0' ? podcast->mount : podcast->slug);
	bytes_text(out, ".xml");
}

static void
put_page_link(struct bytes *out, const struct podcast *podcast, const char *rel,
    unsigned page)
{
	struct bytes url = { 0 };

	podcast_url(&url, podcast);
	if (page > 1)
		bytes_format(&url, "?page=%u", page);
	bytes_format(
	    out, "<atom:link rel=\"%s\" type=\"application/rss+xml\"", rel);
	podcast_attribute_bytes(out, "href", &url);
	bytes_text(out, "/>\n");
}

/* RFC 5005 section 3; the newest page is the first. */
static void
put_links(struct bytes *out, const struct podcast *podcast)
{
	put_page_link(out, podcast, "self", podcast->page);
	if (podcast->pages == 1)
		return;
	put_page_link(out, podcast, "first", 1);
	put_page_link(out, podcast, "last", podcast->pages);
	if (podcast->page > 1)
		put_page_link(out, podcast, "previous", podcast->page - 1);
	if (podcast->page < podcast->pages)
		put_page_link(out, podcast, "next", podcast->page + 1);
}

/* Of the first page's address, all pages have the same. */
static void
put_guid(struct bytes *out, const struct podcast *podcast)
{
	char uuid[PODCAST_UUID_BYTES];
	struct bytes url = { 0 };
	const char *name;

	podcast_url(&url, podcast);
	bytes_append(&url, "", 1);
	name = strstr((const char *)url.data, "://");
	podcast_uuid(name != NULL ? name + 3 : (const char *)url.data, uuid);
	podcast_element(out, "podcast:guid", uuid);
	bytes_free(&url);
}

static void
put_title(struct bytes *out, const struct podcast *podcast)
{
	size_t len = strlen(podcast->slug);
	const char *mount = podcast->mount;

	bytes_text(out, "<title>");
	podcast_text(out, podcast->name);
	if (mount[0] != '\0') {
		mount++;
		if (strncmp(mount, podcast->slug, len) == 0 &&
		    mount[len] == '/')
			mount += len + 1;
		bytes_text(out, " - ");
		podcast_text(out, mount);
	}
	bytes_text(out, "</title>\n");
}

static void
put_description(struct bytes *out, const struct podcast *podcast)
{
	char text[NAME_BYTES + 64];
	size_t at = 0;

	for (size_t i = 1; i < sizeof(about) / sizeof(about[0]); i++) {
		if (strcmp(podcast->language, about[i].language) == 0)
			at = i;
	}
	snprintf(text, sizeof(text), "%s%s", about[at].text, podcast->name);
	podcast_element(out, "description", text);
}

/* When it last changed, as far as what is in it tells. */
static void
put_date(struct bytes *out, const struct podcast *podcast)
{
	char date[PODCAST_DATE_BYTES];
	int64_t newest_ms = 0;

	if (podcast->count > 0)
		newest_ms = podcast->rows[0].published_ms;
	for (unsigned i = 0; i < podcast->live_count; i++) {
		if (podcast->live[i].began_ms > newest_ms)
			newest_ms = podcast->live[i].began_ms;
	}
	if (newest_ms == 0)
		return;
	podcast_date(newest_ms, date);
	podcast_element(out, "lastBuildDate", date);
}

static const char *
medium_of(const struct podcast *podcast)
{
	const struct recording_msg *row = podcast->rows;

	for (unsigned i = 0; i < podcast->count; i++, row++) {
		if (strncmp(podcast_media_type(row->media_type, row->codecs),
			"video/", 6) != 0)
			return "podcast";
	}
	return podcast->count > 0 ? "video" : "podcast";
}

static void
put_channel(struct bytes *out, const struct podcast *podcast)
{
	put_title(out, podcast);
	bytes_text(out, "<link>");
	podcast_text(out, podcast->public_url);
	bytes_text(out, "/</link>\n");
	put_description(out, podcast);
	podcast_element(out, "language",
	    podcast->language[0] != '\0' ? podcast->language : "en");
	podcast_element(out, "generator", "all2all");
	put_date(out, podcast);
	put_links(out, podcast);
	podcast_element(out, "itunes:author", podcast->name);
	podcast_element(out, "itunes:explicit", "false");
	podcast_element(out, "itunes:type", "episodic");
	bytes_text(out, "<itunes:category text=\"Arts\"/>\n");
	put_guid(out, podcast);
	podcast_element(out, "podcast:medium", medium_of(podcast));
	podcast_element(out, "podcast:locked", "no");
}

void
podcast_write(struct bytes *out, const struct podcast *podcast)
{
	bytes_text(out, head);
	put_channel(out, podcast);
	for (unsigned i = 0; i < podcast->live_count; i++)
		podcast_live(out, podcast, &podcast->live[i]);
	for (unsigned i = 0; i < podcast->count; i++)
		podcast_item(out, podcast, &podcast->rows[i]);
	bytes_text(out, "</channel>\n</rss>\n");
}
