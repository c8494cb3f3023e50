/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "pages/assets.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of "abc" it is known: FIPS 180-4. */
#define ABC_PATH "/web/abc.ba7816bf8f01.css"

static const struct web_file files[] = {
	{ "abc.css", "abc", 3 },
	{ "pages/front.html", "<p>", 3 },
	{ "sub/a.b.js", "\0\xff", 2 },
	{ "words/fr.json", "{}", 2 },
};

static void
addresses_are_of_what_is_in_them(void **state)
{
	struct assets *assets = assets_load(files, 4);
	const struct asset *asset = asset_find(assets, ABC_PATH);

	(void)state;
	assert_non_null(asset);
	assert_string_equal(asset->name, "abc.css");
	assert_string_equal(asset->type, "text/css; charset=utf-8");
	assert_int_equal(asset->body->len, 3);
	assert_memory_equal(asset->body->bytes, "abc", 3);
	assert_null(asset->gzip); /* it would be longer */
	assets_free(assets);
}

static void
other_addresses_are_nothing(void **state)
{
	static const char *const paths[] = { "", "/", "/web/", "/web/abc.css",
		"/web/abc.ba7816bf8f00.css", "/web/abc.ba7816bf8f01.js",
		"/web/ABC.ba7816bf8f01.css", "/web//abc.ba7816bf8f01.css",
		"/web/front.html", "/web/pages/front.html",
		"/web/words/fr.json", "/web/../web/abc.ba7816bf8f01.css",
		ABC_PATH "x" };
	struct assets *assets = assets_load(files, 4);
	char cut[] = ABC_PATH;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_null(asset_find(assets, paths[i]));
	for (size_t len = strlen(cut); len > 0; len--) {
		cut[len - 1] = '\0';
		assert_null(asset_find(assets, cut));
	}
	assets_free(assets);
}

static void
templates_have_the_addresses(void **state)
{
	struct assets *assets = assets_load(files, 4);
	json_t *json = assets_json(assets);
	const char *script = json_string_value(
	    json_object_get(json, "sub-a-b-js"));

	(void)state;
	assert_int_equal(json_object_size(json), 2);
	assert_string_equal(
	    json_string_value(json_object_get(json, "abc-css")), ABC_PATH);
	assert_non_null(script);
	assert_int_equal(strncmp(script, "/web/sub/a.b.", 13), 0);
	assert_int_equal(asset_find(assets, script)->body->len, 2);
	json_decref(json);
	assets_free(assets);
}

static void
assert_unzips_to(const struct block *gzip, const struct block *body)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	char *text = malloc(body->len + 1);

	archive_read_support_filter_gzip(archive);
	archive_read_support_format_raw(archive);
	assert_int_equal(
	    archive_read_open_memory(archive, gzip->bytes, gzip->len),
	    ARCHIVE_OK);
	assert_int_equal(archive_read_next_header(archive, &entry), ARCHIVE_OK);
	assert_int_equal(archive_read_data(archive, text, body->len + 1),
	    (int64_t)body->len);
	assert_memory_equal(text, body->bytes, body->len);
	archive_read_free(archive);
	free(text);
}

/* Each has an address of its own, a type, and a form that is shorter. */
static void
all_of_ours_are_there(void **state)
{
	struct assets *assets = assets_load(web_files, web_file_count);
	json_t *json = assets_json(assets), *path;
	const char *key;
	size_t count = 0;

	(void)state;
	json_object_foreach(json, key, path)
	{
		const struct asset *asset = asset_find(
		    assets, json_string_value(path));

		assert_non_null(asset);
		assert_string_equal(asset->path, json_string_value(path));
		if (asset->gzip != NULL)
			assert_unzips_to(asset->gzip, asset->body);
		count += asset->gzip != NULL;
	}
	assert_non_null(json_object_get(json, "style-css"));
	assert_true(count > 0);
	json_decref(json);
	assets_free(assets);
}

TEST_MAIN(TEST(addresses_are_of_what_is_in_them),
    TEST(other_addresses_are_nothing), TEST(templates_have_the_addresses),
    TEST(all_of_ours_are_there))
