/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "archive/listing.h"
#include "archive/podcast.h"
#include "base/squeeze.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL        "https://radio.example.org"
#define NOON       INT64_C(1795262400000) /* 2026-11-21T12:00:00Z */
#define SHA        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA_BASE64 "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="

static struct recording_msg
sample_row(void)
{
	struct recording_msg row = { .started_ms = NOON,
		.published_ms = NOON + 3600000,
		.duration_ms = 61500,
		.bytes = 1234567,
		.chapters = 2 };

	strcpy(row.id, "abcdefghijklmnopqrstuvwxyz");
	strcpy(row.slug, "lea");
	strcpy(row.mount, "/lea/live");
	strcpy(row.media_type, "audio/mpeg");
	strcpy(row.extension, "mp3");
	strcpy(row.codecs, "mp3");
	strcpy(row.title, "Night");
	strcpy(row.sha256, SHA);
	return row;
}

static struct live_row
sample_live(void)
{
	struct live_row live = { .began_ms = NOON };

	strcpy(live.mount, "/lea/a+b");
	strcpy(live.facts.media_type, "application/ogg");
	strcpy(live.facts.codecs, "opus");
	strcpy(live.facts.name, "Radio Lea");
	live.facts.bitrate_kbps = 96;
	return live;
}

static struct podcast
sample_podcast(void)
{
	return (struct podcast){ .public_url = URL,
		.slug = "lea",
		.name = "Lea",
		.language = "fr",
		.mount = "",
		.page = 1,
		.pages = 1 };
}

/* Good until the next call. */
static const char *
written(const struct podcast *podcast)
{
	static struct bytes out;

	bytes_free(&out);
	podcast_write(&out, podcast);
	assert_null(memchr(out.data, '\0', out.len));
	bytes_append(&out, "", 1);
	return (const char *)out.data;
}

#define HAS(text, part)     assert_non_null(strstr(text, part))
#define HAS_NOT(text, part) assert_null(strstr(text, part))

static void
a_member_without_items_has_a_whole_channel(void **state)
{
	struct podcast podcast = sample_podcast();
	const char *text = written(&podcast);

	(void)state;
	HAS(text, "<title>Lea</title>\n<link>" URL "/</link>\n");
	HAS(text,
	    "<description>Enregistrements de Lea</description>\n"
	    "<language>fr</language>\n");
	HAS(text,
	    "<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"" URL
	    "/feed/lea.xml\"/>\n");
	HAS(text, "<itunes:explicit>false</itunes:explicit>");
	HAS(text, "<podcast:locked>no</podcast:locked>");
	HAS_NOT(text, "<item>");
	HAS_NOT(text, "lastBuildDate");
	HAS_NOT(text, "itunes:image");
	HAS_NOT(text, "@");
	HAS_NOT(text, "rel=\"next\"");
}

static void
an_item_says_all_of_its_file(void **state)
{
	struct recording_msg row = sample_row();
	struct podcast podcast = sample_podcast();
	const char *text;

	(void)state;
	podcast.rows = &row;
	podcast.count = 1;
	text = written(&podcast);
	HAS(text,
	    "<title>Night</title>\n<link>" URL
	    "/archive/abcdefghijklmnopqrstuvwxyz</link>");
	HAS(text,
	    "<guid isPermaLink=\"false\">abcdefghijklmnopqrstuvwxyz"
	    "</guid>\n"
	    "<pubDate>Sat, 21 Nov 2026 13:00:00 +0000</pubDate>\n");
	HAS(text,
	    "<enclosure url=\"" URL "/archive/abcdefghijklmnopqrstuvwxyz/"
	    "lea-2026-11-21-120000.mp3\" length=\"1234567\" "
	    "type=\"audio/mpeg\"/>");
	HAS(text, "<itunes:duration>62</itunes:duration>");
	HAS(text,
	    "<podcast:chapters url=\"" URL
	    "/archive/abcdefghijklmnopqrstuvwxyz/chapters.json\" "
	    "type=\"application/json+chapters\"/>");
	HAS(text,
	    "length=\"1234567\" bitrate=\"160594\" codecs=\"mp3\" "
	    "default=\"true\">");
	HAS(text,
	    "<podcast:integrity type=\"sri\" value=\"sha256-" SHA_BASE64
	    "\"/>");
	HAS(text, "<lastBuildDate>Sat, 21 Nov 2026 13:00:00 +0000<");
	row.chapters = 0;
	row.title[0] = row.sha256[0] = '\0';
	row.duration_ms = 0;
	text = written(&podcast);
	HAS(text, "<title>Lea, 2026-11-21 12:00 UTC</title>");
	HAS_NOT(text, "podcast:chapters");
	HAS_NOT(text, "podcast:integrity");
	HAS_NOT(text, "itunes:duration");
	HAS_NOT(text, "bitrate");
}

static void
what_is_on_air_is_a_live_item(void **state)
{
	struct live_row live = sample_live();
	struct podcast podcast = sample_podcast();
	const char *text;

	(void)state;
	podcast.live = &live;
	podcast.live_count = 1;
	text = written(&podcast);
	HAS(text,
	    "<podcast:liveItem status=\"live\" "
	    "start=\"2026-11-21T12:00:00Z\">\n<title>Radio Lea</title>");
	HAS(text,
	    "<enclosure url=\"" URL "/lea/a+b\" length=\"0\" "
	    "type=\"audio/ogg\"/>\n<podcast:alternateEnclosure "
	    "type=\"audio/ogg\" bitrate=\"96000\" codecs=\"opus\" "
	    "default=\"true\">\n<podcast:source uri=\"" URL "/lea/a+b\"/>");
	HAS(text,
	    "<podcast:contentLink href=\"" URL
	    "/?mount=/lea/a%2Bb\">Lea</podcast:contentLink>");
	strcpy(live.facts.url, "javascript:alert(1)");
	HAS_NOT(written(&podcast), "javascript");
}

static void
pages_lead_to_each_other(void **state)
{
	struct podcast podcast = sample_podcast();
	const char *text;

	(void)state;
	podcast.mount = "/lea/live";
	podcast.page = 2;
	podcast.pages = 3;
	text = written(&podcast);
#define LINK(rel, page)                                                        \
	HAS(text,                                                              \
	    "<atom:link rel=\"" rel "\" type=\"application/rss+xml\" "         \
	    "href=\"" URL "/feed/lea/live.xml" page "\"/>")
	LINK("self", "?page=2");
	LINK("first", "");
	LINK("last", "?page=3");
	LINK("previous", "");
	LINK("next", "?page=3");
	HAS(text, "<title>Lea - live</title>");
	podcast.page = 3;
	text = written(&podcast);
	HAS_NOT(text, "rel=\"next\"");
	LINK("previous", "?page=2");
}

/* The first is the podcast namespace's own example. */
static void
guids_are_those_of_the_namespace(void **state)
{
	struct podcast podcast = sample_podcast();
	char uuid[PODCAST_UUID_BYTES];
	const char *text;
	char element[80];

	(void)state;
	podcast_uuid("mp3s.nashownotes.com/pc20rss.xml", uuid);
	assert_string_equal(uuid, "917393e3-1b1e-5cef-ace4-edaa54e1f810");
	podcast_uuid("podnews.net/rss", uuid);
	assert_string_equal(uuid, "9b024349-ccf0-5f69-a609-6b82873eab3c");
	podcast_uuid("radio.example.org/feed/lea.xml", uuid);
	snprintf(element, sizeof(element), "<podcast:guid>%s<", uuid);
	podcast.page = podcast.pages = 2;
	text = written(&podcast);
	HAS(text, element);
}

static void
hostile_titles_are_only_text(void **state)
{
	static const char *const titles[][2] = {
		{ "]]>", "]]&gt;" },
		{ "<script>alert(1)</script>",
		    "&lt;script&gt;alert(1)&lt;/script&gt;" },
		{ "&amp;\"'", "&amp;amp;&quot;&#39;" },
		{ "a\x01\x02\x08\x0b\x1f\x7f z", "a z" },
		{ "a\xc2\x80\xc2\x9f\xef\xbf\xbe\xef\xbf\xbfz", "az" },
		{ "\xe2\x80\xae"
		  "3pm.\xe2\x81\xa6x\xe2\x81\xa9",
		    "3pm.x" },
		{ "\xd7\xa9\xe2\x80\x8f\xd7\x9c",
		    "\xd7\xa9\xe2\x80\x8f\xd7\x9c" },
		{ "broken\xff\xc3(", "broken(" },
		{ "tab\tend", "tab end" },
	};
	struct recording_msg row = sample_row();
	struct podcast podcast = sample_podcast();
	char expected[128];

	(void)state;
	podcast.rows = &row;
	podcast.count = 1;
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		strcpy(row.title, titles[i][0]);
		snprintf(expected, sizeof(expected),
		    "<title>%s</title>\n<link>" URL "/archive", titles[i][1]);
		HAS(written(&podcast), expected);
	}
	memset(row.title, '&', sizeof(row.title) - 1);
	memset(row.description, '<', sizeof(row.description) - 1);
	HAS(written(&podcast), "&lt;&lt;</description>");
	podcast.public_url = URL "/a&b";
	HAS(written(&podcast), "<link>" URL "/a&amp;b/archive/");
	HAS_NOT(written(&podcast), "a&b");
}

static void
pictures_make_a_video_podcast(void **state)
{
	struct recording_msg rows[2] = { sample_row(), sample_row() };
	struct podcast podcast = sample_podcast();

	(void)state;
	podcast.rows = rows;
	podcast.count = 2;
	strcpy(rows[0].media_type, "application/ogg");
	strcpy(rows[0].codecs, "theora, vorbis");
	HAS(written(&podcast), "<podcast:medium>podcast<");
	strcpy(rows[1].media_type, "video/webm");
	HAS(written(&podcast), "<podcast:medium>video<");
	assert_string_equal(
	    podcast_media_type("application/ogg", "vorbis"), "audio/ogg");
	assert_string_equal(
	    podcast_media_type("", ""), "application/octet-stream");
}

static json_t *
read_json(struct bytes *text)
{
	json_error_t error;
	json_t *json = json_loadb(
	    (const char *)text->data, text->len, 0, &error);

	if (json == NULL)
		fail_msg("%s: %.*s", error.text, (int)text->len, text->data);
	bytes_free(text);
	return json;
}

#define TEXT(object, name) json_string_value(json_object_get(object, name))

static void
facts_and_chapters_are_json(void **state)
{
	struct recording_msg row = sample_row();
	struct finish_mark marks[2] = { { .at_ms = 0, .title = "\"one\"\n" },
		{ .at_ms = 61007, .title = "</script>\xff" } };
	const struct listing_item item = { &row, "Lea", marks, 2 };
	struct bytes text = { 0 };
	json_t *json, *list, *object;

	(void)state;
	listing_item(&text, &item, URL);
	json = read_json(&text);
	object = json_object_get(json, "recording");
	assert_string_equal(TEXT(object, "id"), row.id);
	assert_string_equal(TEXT(object, "started"), "2026-11-21T12:00:00Z");
	assert_string_equal(TEXT(object, "sha256"), SHA);
	assert_string_equal(TEXT(object, "chapters_url"),
	    URL "/archive/abcdefghijklmnopqrstuvwxyz/chapters.json");
	list = json_object_get(object, "chapters");
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(
	    TEXT(json_array_get(list, 0), "title"), "\"one\"\n");
	json_decref(json);
	listing_chapters(&text, &item);
	json = read_json(&text);
	assert_string_equal(TEXT(json, "version"), "1.2.0");
	object = json_array_get(json_object_get(json, "chapters"), 1);
	assert_true(
	    json_real_value(json_object_get(object, "startTime")) == 61.007);
	assert_string_equal(TEXT(object, "title"), "</script>\xef\xbf\xbd");
	json_decref(json);
}

static void
a_cursor_leads_behind_its_row(void **state)
{
	static const char *const wrong[] = { "", "-", "x", "12", "12-", "-12-a",
		"12-abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz" };
	struct recording_msg row = sample_row();
	char cursor[CURSOR_BYTES], id[RECORDING_ID_BYTES];
	int64_t before_ms;

	(void)state;
	cursor_format(&row, cursor);
	assert_true(cursor_parse(cursor, &before_ms, id));
	assert_string_equal(id, row.id);
	assert_int_equal(before_ms, row.published_ms);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(cursor_parse(wrong[i], &before_ms, id));
}

static void
squeezed_bytes_have_no_time(void **state)
{
	struct bytes one = { 0 }, two = { 0 };
	char text[20000];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_true(squeeze(text, sizeof(text), &one));
	assert_true(squeeze(text, sizeof(text), &two));
	assert_true(one.len == two.len && one.len < 200);
	assert_memory_equal(one.data, two.data, one.len);
	assert_memory_equal(one.data, "\x1f\x8b\x08", 3);
	assert_memory_equal(one.data + 4, "\0\0\0\0", 4);
	bytes_free(&one);
	bytes_free(&two);
}

TEST_MAIN(TEST(a_member_without_items_has_a_whole_channel),
    TEST(an_item_says_all_of_its_file), TEST(what_is_on_air_is_a_live_item),
    TEST(pages_lead_to_each_other), TEST(guids_are_those_of_the_namespace),
    TEST(hostile_titles_are_only_text), TEST(pictures_make_a_video_podcast),
    TEST(facts_and_chapters_are_json), TEST(a_cursor_leads_behind_its_row),
    TEST(squeezed_bytes_have_no_time))
