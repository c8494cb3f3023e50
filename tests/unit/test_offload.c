/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/file.h"
#include "offload/inventory.h"
#include "offload/line.h"
#include "offload/parts.h"
#include "offload/settings.h"
#include "offload/xml.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct xml
xml_of(const char *text)
{
	return (struct xml){ text, strlen(text) };
}

static void
elements_are_found_by_name(void **state)
{
	static const char error[] =
	    "<?xml version=\"1.0\"?>\n<!-- <Code>no</Code> -->"
	    "<Error><Code>SlowDown</Code><Message>a &lt;b&gt; &amp; "
	    "&quot;c&quot;\n</Message><Empty/><Outer><In>1</In></Outer>"
	    "</Error>";
	char text[64];

	(void)state;
	assert_true(xml_is_root(xml_of(error), "Error"));
	assert_false(xml_is_root(xml_of(error), "Err"));
	assert_false(xml_is_root(xml_of(error), "Errors"));
	assert_true(xml_text(xml_of(error), "Message", text, sizeof(text)));
	assert_string_equal(text, "a <b> & \"c\" ");
	assert_true(xml_text(xml_of(error), "Empty", text, sizeof(text)));
	assert_string_equal(text, "");
	assert_false(xml_text(xml_of(error), "Outer", text, sizeof(text)));
	assert_false(xml_text(xml_of(error), "Key", text, sizeof(text)));
	assert_false(xml_text(xml_of(error), "Message", text, 4));
	assert_true(
	    xml_text(xml_of("<s:A xmlns:s=\"x\"><s:B a=\"b\">2</s:B></s:A>"),
		"B", text, sizeof(text)));
	assert_string_equal(text, "2");
}

static void
elements_that_repeat_are_taken_one_by_one(void **state)
{
	struct xml left = xml_of(
	    "<L><Part><N>1</N></Part><X/><Part><N>2</N></Part><Part><N>");
	struct xml inside;
	char text[8];

	(void)state;
	assert_true(xml_next(&left, "Part", &inside));
	assert_true(xml_text(inside, "N", text, sizeof(text)));
	assert_string_equal(text, "1");
	assert_true(xml_next(&left, "Part", &inside));
	assert_true(xml_text(inside, "N", text, sizeof(text)));
	assert_string_equal(text, "2");
	assert_false(xml_next(&left, "Part", &inside));
}

static void
an_answer_that_is_cut_has_no_element(void **state)
{
	static const char whole[] = "<A><UploadId>x</UploadId></A>";
	size_t enough = strlen("<A><UploadId>x</UploadId");
	char text[8];

	(void)state;
	for (size_t len = 0; len < sizeof(whole); len++) {
		char *copy = malloc(len + 1);
		struct xml cut = { copy, len };

		memcpy(copy, whole, len);
		assert_int_equal(xml_text(cut, "UploadId", text, sizeof(text)),
		    len > enough);
		free(copy);
	}
}

static void
questions_are_understood_or_refused(void **state)
{
	static const char *const wrong[] = { "", " ", "STATE", "STATE ",
		"STATE a b", "state a", "GET a", "GET a 1", "GET a 1 ",
		"GET a 1 2 3", "GET a -1 2", "GET a 1 2x", "GET a  1 2",
		"GET a 99999999999999999999 1", "STATE ../a", "STATE a/b",
		"SCAN 1", "LIST ", "FORGET", "OK",
		"STATE aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	struct line line;

	(void)state;
	assert_true(line_parse(&line, "GET 01Ab 5 9999999999999999999"));
	assert_int_equal(line.word, LINE_GET);
	assert_string_equal(line.id, "01Ab");
	assert_int_equal(line.offset, 5);
	assert_true(line.length == UINT64_C(9999999999999999999));
	assert_true(line_parse(&line, "SCAN"));
	assert_int_equal(line.word, LINE_SCAN);
	assert_true(line_parse(&line, "FORGET x"));
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(line_parse(&line, wrong[i]));
}

static void
answers_are_read_as_they_were_written(void **state)
{
	struct ask_item item = { .id = "abc",
		.state = ASK_DROPPED,
		.key = "a/b/c.mp3",
		.bytes = UINT64_C(9000000000000000000),
		.sha256 = SHA,
		.verified_ms = 1795000000000,
		.sent = 7,
		.words = "it\nfailed \xff" };
	struct ask_item read;
	struct bytes text = { 0 };

	(void)state;
	line_write_state(&text, &item);
	bytes_append(&text, "", 1);
	assert_true(line_read_state((const char *)text.data, &read));
	assert_int_equal(read.state, ASK_DROPPED);
	assert_string_equal(read.key, "a/b/c.mp3");
	assert_true(read.bytes == item.bytes);
	assert_true(read.verified_ms == item.verified_ms);
	bytes_free(&text);
	line_write_item(&text, &item);
	bytes_append(&text, "", 1);
	assert_null(strchr((const char *)text.data, '\n'));
	assert_true(line_read_item((const char *)text.data, &read));
	assert_string_equal(read.id, "abc");
	assert_int_equal(read.sent, 7);
	assert_string_equal(read.words, "it failed \xc3\xbf");
	bytes_free(&text);
	assert_false(line_read_state("OK what a/b 1 2 3", &read));
	assert_false(line_read_state("OK local a/b 1 " SHA " 3 4", &read));
	assert_false(line_read_item("OK 3", &read));
}

static void
large_files_get_larger_parts(void **state)
{
	struct settings settings = { .part_bytes = 16 << 20 };
	uint64_t five_tib = UINT64_C(5) << 40, part;

	(void)state;
	assert_int_equal(parts_size(&settings, 1), 16 << 20);
	part = parts_size(&settings, five_tib);
	assert_true(parts_count(five_tib, part) <= BUCKET_MOST_PARTS);
	assert_int_equal(parts_count(33, 16), 3);
	assert_int_equal(parts_count(32, 16), 2);
	assert_int_equal(parts_length(33, 16, 2), 16);
	assert_int_equal(parts_length(33, 16, 3), 1);
	assert_int_equal(parts_length(32, 16, 2), 16);
}

#define LEAST                                                                  \
	"data = \"/d\"\nendpoint = https://s3.example.org\nbucket = b\n"       \
	"key-id = k\nsecret-file = s\n"

static void
expect_wrong(const char *text, const char *why)
{
	char *error = NULL;

	assert_null(settings_parse("/etc/x.conf", text, &error));
	assert_non_null(error);
	if (strstr(error, why) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", why, error);
	free(error);
}

static void
settings_are_read_with_their_defaults(void **state)
{
	char *error = NULL;
	struct settings *settings = settings_parse("/etc/x.conf",
	    LEAST "part-size = 64M # comment\nprefix = \"a/b\" # c\r\n\n"
		  "  path-style=no\nretry = 10ms",
	    &error);

	(void)state;
	assert_non_null(settings);
	assert_string_equal(settings->socket, "/d/archived.sock");
	assert_string_equal(settings->secret_file, "/etc/s");
	assert_string_equal(settings->prefix, "a/b");
	assert_int_equal(settings->part_bytes, 64 << 20);
	assert_int_equal(settings->every_ms, 60000);
	assert_int_equal(settings->retry_ms, 10);
	assert_false(settings->is_path_style);
	settings_free(settings);
}

static void
the_sample_can_be_used(void **state)
{
	const char *source = getenv("srcdir");
	char path[4096], *error = NULL, *text;
	struct settings *settings;
	size_t len;

	(void)state;
	assert_non_null(source);
	snprintf(path, sizeof(path), "%s/conf/all2all-archived.conf", source);
	text = file_read_all(AT_FDCWD, path, SETTINGS_MOST_BYTES, &len);
	assert_non_null(text);
	settings = settings_parse(path, text, &error);
	if (settings == NULL)
		fail_msg("%s", error);
	assert_true(settings->is_path_style);
	settings_free(settings);
	free(text);
}

static void
settings_that_are_wrong_say_where(void **state)
{
	(void)state;
	expect_wrong("", "data is missing");
	expect_wrong(LEAST "bucket = c\n", "/etc/x.conf:6: bucket is given");
	expect_wrong(LEAST "part-size = 4M\n", ":6: part-size cannot be");
	expect_wrong(LEAST "parts-at-once = 5\n", "parts-at-once cannot be");
	expect_wrong(LEAST "prefix = \"../x\"\n", "prefix has other signs");
	expect_wrong(LEAST "prefix = x/\n", "prefix ends with");
	expect_wrong(LEAST "region = \"a b\"\n", "region has other signs");
	expect_wrong(LEAST "region = a b\n", "cannot be read");
	expect_wrong(LEAST "region = \"a\n", "cannot be read");
	expect_wrong(LEAST "region\n", "not NAME = VALUE");
	expect_wrong("data = /d\nendpoint = http://127.0.0.1:9\nbucket = b\n"
		     "key-id = k\nsecret-file = s\n",
	    "needs insecure = yes");
	expect_wrong("data = /d\nendpoint = http://127.0.0.1.example.org\n"
		     "bucket = b\nkey-id = k\nsecret-file = s\n"
		     "insecure = yes\n",
	    "an address of this machine");
	expect_wrong("data = /d\nendpoint = http://127.0.0.1:9\n"
		     "bucket = b\nkey-id = k\nsecret-file = s\n"
		     "insecure = yes\npath-style = no\n",
	    "needs path-style = yes");
	expect_wrong("data = /d\nendpoint = \"https://a@b\"\nbucket = b\n"
		     "key-id = k\nsecret-file = s\n",
	    "endpoint is not https");
}

static void
an_item_goes_its_way_and_no_other(void **state)
{
	char folder[] = "/tmp/a2a-offload-XXXXXX", path[64];
	struct bucket_part part = { 2, 5, "etag" }, parts[3] = { 0 };
	struct item item = { .path = "demo/2026/11/22/x.mp3" };
	struct inventory *inventory, *other;
	char *error = NULL;
	int64_t next_ms;

	(void)state;
	assert_non_null(mkdtemp(folder));
	inventory = inventory_open(folder, &error);
	other = inventory_open(folder, &error);
	assert_non_null(inventory);
	assert_non_null(other);
	snprintf(item.facts.id, sizeof(item.facts.id), "a1");
	snprintf(item.facts.key, sizeof(item.facts.key), "k/a1/x.mp3");
	item.facts.bytes = 15;
	assert_true(inventory_add(inventory, &item));
	assert_false(inventory_add(inventory, &item));
	assert_true(inventory_due(other, 1000, &item, &next_ms));
	assert_string_equal(item.path, "demo/2026/11/22/x.mp3");
	assert_true(inventory_begin(inventory, &item, "up", 5));
	assert_true(inventory_has_upload(other, "up"));
	assert_true(inventory_add_part(inventory, "a1", &part));
	assert_true(inventory_parts(other, "a1", parts, 3));
	assert_int_equal(parts[0].number, 0);
	assert_int_equal(parts[1].number, 2);
	assert_string_equal(parts[1].etag, "etag");
	assert_true(inventory_fail(inventory, "a1", "no", 5000));
	assert_false(inventory_due(other, 1000, &item, &next_ms));
	assert_int_equal(next_ms, 5000);
	assert_true(inventory_due(other, 5000, &item, &next_ms));
	assert_int_equal(item.failures, 1);
	/* From another thread, while the mover works on it. */
	assert_true(inventory_forget(other, "a1"));
	item.facts.state = ASK_UPLOADED;
	assert_false(inventory_change(inventory, ASK_UPLOADING, &item));
	assert_false(inventory_add_part(inventory, "a1", &part));
	assert_true(inventory_forgetting(inventory, &item));
	assert_string_equal(item.upload, "up");
	assert_true(inventory_remove(inventory, "a1", true));
	assert_true(inventory_is_forgotten(other, "a1"));
	assert_false(inventory_find(other, "a1", &item));
	inventory_close(other);
	inventory_close(inventory);
	snprintf(path, sizeof(path), "%s/offload.sqlite", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/offload.sqlite-journal", folder);
	unlink(path);
	rmdir(folder);
}

TEST_MAIN(TEST(elements_are_found_by_name),
    TEST(elements_that_repeat_are_taken_one_by_one),
    TEST(an_answer_that_is_cut_has_no_element),
    TEST(questions_are_understood_or_refused),
    TEST(answers_are_read_as_they_were_written),
    TEST(large_files_get_larger_parts),
    TEST(settings_are_read_with_their_defaults), TEST(the_sample_can_be_used),
    TEST(settings_that_are_wrong_say_where),
    TEST(an_item_goes_its_way_and_no_other))
