/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/podcast_priv.h"
#include "base/clock.h"
#include "base/text.h"

static void
put_address(struct bytes *out, const char *name, const struct podcast *podcast,
    const struct live_row *live)
{
	struct bytes url = { 0 };

	bytes_text(&url, podcast->public_url);
	text_url_path(&url, live->mount);
	podcast_attribute_bytes(out, name, &url);
}

/* The page shows this mount alone. */
static void
put_page(struct bytes *out, const struct podcast *podcast,
    const struct live_row *row)
{
	struct bytes url = { 0 };

	bytes_format(&url, "%s/?mount=", podcast->public_url);
	podcast_query_text(&url, row->mount);
	bytes_text(out, "<podcast:contentLink");
	podcast_attribute_bytes(out, "href", &url);
	bytes_text(out, ">");
	podcast_text(out, podcast->name);
	bytes_text(out, "</podcast:contentLink>\n");
}

/* One for each time it goes on air, not for what will be recorded of it. */
static void
put_guid(struct bytes *out, const struct podcast *podcast,
    const struct live_row *row)
{
	char uuid[PODCAST_UUID_BYTES], iso[CLOCK_ISO_BYTES];
	struct bytes name = { 0 };

	clock_iso(row->began_ms, iso);
	bytes_format(&name, "%s%s %s", podcast->public_url, row->mount, iso);
	bytes_append(&name, "", 1);
	podcast_uuid((const char *)name.data, uuid);
	bytes_free(&name);
	bytes_format(out, "<guid isPermaLink=\"false\">%s</guid>\n", uuid);
}

static void
put_media(struct bytes *out, const struct podcast *podcast,
    const struct live_row *row)
{
	const struct mount_facts *facts = &row->facts;
	const char *type = podcast_media_type(facts->media_type, facts->codecs);

	bytes_text(out, "<enclosure");
	put_address(out, "url", podcast, row);
	bytes_text(out, " length=\"0\""); /* RSS wants one; it has no end */
	podcast_attribute(out, "type", type);
	bytes_text(out, "/>\n<podcast:alternateEnclosure");
	podcast_attribute(out, "type", type);
	if (facts->bitrate_kbps > 0)
		bytes_format(out, " bitrate=\"%u000\"", facts->bitrate_kbps);
	if (facts->height > 0)
		bytes_format(out, " height=\"%u\"", facts->height);
	if (facts->codecs[0] != '\0')
		podcast_attribute(out, "codecs", facts->codecs);
	bytes_text(out, " default=\"true\">\n<podcast:source");
	put_address(out, "uri", podcast, row);
	bytes_text(out, "/>\n</podcast:alternateEnclosure>\n");
}

void
podcast_live(struct bytes *out, const struct podcast *podcast,
    const struct live_row *row)
{
	const struct mount_facts *facts = &row->facts;
	char iso[CLOCK_ISO_BYTES];

	clock_iso(row->began_ms, iso);
	bytes_format(
	    out, "<podcast:liveItem status=\"live\" start=\"%s\">\n", iso);
	podcast_element(
	    out, "title", facts->name[0] != '\0' ? facts->name : podcast->name);
	podcast_element(out, "description", facts->description);
	if (text_is_web_url(facts->url))
		podcast_element(out, "link", facts->url);
	put_guid(out, podcast, row);
	put_media(out, podcast, row);
	put_page(out, podcast, row);
	bytes_text(out, "</podcast:liveItem>\n");
}
