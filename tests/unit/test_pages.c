/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "pages/pages.h"

#include "base/text.h"
#include "test.h"

#include <string.h>

#define HOSTILE "</title><script>alert(1)</script>\"'><img src=x onerror=y>"

static struct mount_facts facts;
static struct page_mount mounts[2];
static struct page_site site;

static void
set_up(unsigned count)
{
	memset(&facts, 0, sizeof(facts));
	text_copy(facts.media_type, sizeof(facts.media_type), "audio/ogg");
	text_copy(facts.codecs, sizeof(facts.codecs), "opus");
	facts.bitrate_kbps = 96;
	facts.sample_rate = 48000;
	for (unsigned i = 0; i < 2; i++) {
		mounts[i].name = i == 0 ? "/demo/live" : "/demo/two";
		mounts[i].member = "demo";
		mounts[i].title = "Artist - Title";
		mounts[i].public_url = "https://radio.example.org";
		mounts[i].facts = &facts;
		mounts[i].listeners = 3;
		mounts[i].peak = 5;
	}
	memset(&site, 0, sizeof(site));
	site.hostname = "radio.example.org";
	site.public_url = "https://radio.example.org";
	site.mounts = mounts;
	site.mount_count = count;
}

static char *
text_of(struct bytes *out)
{
	bytes_append(out, "", 1);
	return (char *)out->data;
}

static void
the_status_has_no_source_an_object_or_an_array(void **state)
{
	static const char *const shapes[] = { "\"dummy\":null}}\n",
		"\"source\":{", "\"source\":[{" };
	struct bytes out = { 0 };

	(void)state;
	for (unsigned count = 0; count < 3; count++) {
		set_up(count);
		page_status_json(&out, &site);
		assert_non_null(strstr(text_of(&out), shapes[count]));
		assert_true(
		    count > 0 || strstr((char *)out.data, "source") == NULL);
		bytes_free(&out);
	}
}

static void
a_title_that_looks_like_a_number_stays_text(void **state)
{
	struct bytes out = { 0 };

	(void)state;
	set_up(1);
	mounts[0].title = "1984";
	page_status_json(&out, &site);
	assert_non_null(strstr(text_of(&out), "\"title\":\"1984\""));
	bytes_free(&out);
}

static void
nothing_a_source_says_becomes_markup(void **state)
{
	struct bytes out = { 0 };

	(void)state;
	set_up(1);
	mounts[0].title = HOSTILE;
	text_copy(facts.name, sizeof(facts.name), HOSTILE);
	text_copy(facts.description, sizeof(facts.description), HOSTILE);
	page_xspf(&out, &mounts[0]);
	assert_null(strstr(text_of(&out), "<script"));
	bytes_free(&out);
	page_status_json(&out, &site);
	assert_null(strstr(text_of(&out), "</"));
	bytes_free(&out);
}

static void
playlists_name_the_public_address(void **state)
{
	struct bytes out = { 0 };

	(void)state;
	set_up(1);
	mounts[0].name = "/demo/caf\xc3\xa9 1";
	page_m3u(&out, &mounts[0]);
	assert_string_equal(
	    text_of(&out), "https://radio.example.org/demo/caf%C3%A9%201\r\n");
	bytes_free(&out);
	page_pls(&out, &mounts[0]);
	assert_non_null(
	    strstr(text_of(&out), "NumberOfEntries=1\nFile1=https"));
	bytes_free(&out);
	page_xspf(&out, &mounts[0]);
	assert_non_null(
	    strstr(text_of(&out), "<location>https://radio.example.org/"));
	bytes_free(&out);
}

TEST_MAIN(TEST(the_status_has_no_source_an_object_or_an_array),
    TEST(a_title_that_looks_like_a_number_stays_text),
    TEST(nothing_a_source_says_becomes_markup),
    TEST(playlists_name_the_public_address))
