/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "webm_streams.h"

static const struct described vp8_opus = { .doc_type = "webm",
	.video = "V_VP8",
	.audio = "A_OPUS",
	.setup = "OpusHead" };

#define EBML_WEBM  "\x1a\x45\xdf\xa3\x87\x42\x82\x84webm"
#define SEGMENT    "\x18\x53\x80\x67\1\xff\xff\xff\xff\xff\xff\xff"
#define TRACK_VP8  "\xae\x8d\xd7\x81\1\x83\x81\1\x86\x85V_VP8"
#define TRACKS_VP8 "\x16\x54\xae\x6b\x8f" TRACK_VP8
#define HEAD       EBML_WEBM SEGMENT TRACKS_VP8
#define CLUSTER    "\x1f\x43\xb6\x75\xff\xe7\x81\0"
#define KEY_BLOCK  "\xa3\x85\x81\0\0\x80\x10"
#define ROW(bytes) bytes, sizeof(bytes) - 1

static const struct {
	const char *bytes;
	size_t len;
	const char *why; /* begins so; NULL: nothing to say */
	size_t units;
} table[] = {
	{ ROW(HEAD CLUSTER KEY_BLOCK), NULL, 1 },
	{ ROW(HEAD CLUSTER KEY_BLOCK KEY_BLOCK CLUSTER KEY_BLOCK), NULL, 3 },
	/* Nothing here at all. */
	{ ROW("\0\0\0\0"), "this stream is not", 0 },
	{ ROW("\xff\xff\xff\xff\xff\xff"), "this stream is not", 0 },
	{ ROW("\x1a\x45\xdf\xa3\0"), "this stream is not", 0 },
	{ ROW(SEGMENT), "this is not WebM", 0 },
	{ ROW(CLUSTER), "this is not WebM", 0 },
	{ ROW("\xec\xff"), "this is not WebM", 0 },
	{ ROW("\xec\x08\x10\0\0\0"), "this is not WebM", 0 },
	/* The EBML header. */
	{ ROW("\x1a\x45\xdf\xa3\x86\x42\x82\x83mp4"), "this is EBML", 0 },
	{ ROW("\x1a\x45\xdf\xa3\x84\x42\xf2\x81\5"), "this Matroska", 0 },
	{ ROW("\x1a\x45\xdf\xa3\x84\x42\xf3\x81\x09"), "this Matroska", 0 },
	{ ROW("\x1a\x45\xdf\xa3\x84\x42\x82\x88w"), "the EBML header", 0 },
	{ ROW("\x1a\x45\xdf\xa3\x80" SEGMENT TRACKS_VP8 CLUSTER KEY_BLOCK),
	    NULL, 1 },
	{ ROW("\x1a\x45\xdf\xa3\x8b\x42\x82\x88webm\0\0\0\0" SEGMENT TRACKS_VP8
		  CLUSTER KEY_BLOCK),
	    NULL, 1 },
	/* Sizes: unknown, 2^56 - 2, larger than what is around. */
	{ ROW("\x1a\x45\xdf\xa3\xff"), "this is not WebM", 0 },
	{ ROW("\x1a\x45\xdf\xa3\1\xff\xff\xff\xff\xff\xff\xfe"),
	    "this is not WebM", 0 },
	{ ROW(EBML_WEBM SEGMENT "\x16\x54\xae\x6b\xff"), "an element of unk",
	    0 },
	{ ROW(EBML_WEBM SEGMENT
	      "\x16\x54\xae\x6b\1\xff\xff\xff\xff\xff\xff\xfe"),
	    "this stream has more than 1 MiB", 0 },
	{ ROW(EBML_WEBM SEGMENT "\xec\1\xff\xff\xff\xff\xff\xff\xfe"),
	    "this stream has more than 1 MiB", 0 },
	{ ROW(HEAD CLUSTER "\xa3\xff"), "an element of unknown size", 0 },
	{ ROW(HEAD CLUSTER "\xa3\1\xff\xff\xff\xff\xff\xff\xfe"),
	    "an element of this stream is too large", 0 },
	{ ROW(HEAD CLUSTER "\xa3\x10\x80\0\1"),
	    "an element of this stream is too large", 0 },
	{ ROW(HEAD "\x1f\x43\xb6\x75\x83\xe7\x81\0" CLUSTER KEY_BLOCK), NULL,
	    1 },
	{ ROW(HEAD "\x1f\x43\xb6\x75\x85\xe7\x81\0" KEY_BLOCK),
	    "an element does not fit into its cluster", 0 },
	{ ROW(HEAD "\x1f\x43\xb6\x75\x85\xe7\x81\0" CLUSTER), "a cluster of",
	    0 },
	{ ROW(EBML_WEBM "\x18\x53\x80\x67\x90" TRACKS_VP8),
	    "an element does not fit into its segment", 0 },
	{ ROW(EBML_WEBM "\x18\x53\x80\x67\x99" TRACKS_VP8 CLUSTER KEY_BLOCK),
	    NULL, 1 },
	/* Tracks. */
	{ ROW(EBML_WEBM SEGMENT CLUSTER), "this stream has clusters", 0 },
	{ ROW(EBML_WEBM SEGMENT "\x16\x54\xae\x6b\x80"), "this stream has nei",
	    0 },
	{ ROW(EBML_WEBM SEGMENT "\x16\x54\xae\x6b\x82\xae\x85"), "the tracks",
	    0 },
	{ ROW(EBML_WEBM SEGMENT "\x16\x54\xae\x6b\x84\xae\x82\xd7\x80"),
	    "the tracks", 0 },
	{ ROW(EBML_WEBM SEGMENT "\x16\x54\xae\x6b\x84\xae\x82\xd7\x85"),
	    "the tracks", 0 },
	{ ROW(EBML_WEBM SEGMENT
	      "\x16\x54\xae\x6b\x88\xae\x86\xd7\x81\1\xe0\x81\xb0"),
	    "the tracks", 0 },
	{ ROW(EBML_WEBM SEGMENT
	      "\x16\x54\xae\x6b\x40\x87" TRACK_VP8 TRACK_VP8 TRACK_VP8 TRACK_VP8
		  TRACK_VP8 TRACK_VP8 TRACK_VP8 TRACK_VP8 TRACK_VP8),
	    "this stream has more than 8", 0 },
	/* Info. */
	{ ROW(EBML_WEBM SEGMENT "\x15\x49\xa9\x66\x85\x2a\xd7\xb1\x81\0"),
	    "the TimestampScale", 0 },
	{ ROW(EBML_WEBM SEGMENT
	      "\x15\x49\xa9\x66\x89\x2a\xd7\xb1\x85\xff\xff\xff\xff\xff"),
	    "the TimestampScale", 0 },
	{ ROW(EBML_WEBM SEGMENT "\x15\x49\xa9\x66\x82\x44\x89"),
	    "the segment information", 0 },
	{ ROW(EBML_WEBM SEGMENT
	      "\x15\x49\xa9\x66\x84\x2a\xd7\xb1\x80" TRACKS_VP8 CLUSTER
		  KEY_BLOCK),
	    NULL, 1 },
	/* Times. */
	{ ROW(HEAD "\x1f\x43\xb6\x75\xff" KEY_BLOCK), "a cluster of this", 0 },
	{ ROW(HEAD "\x1f\x43\xb6\x75\xff\xe7\x88\x7f\xff\xff\xff\xff\xff\xff"
		   "\xff"),
	    "a timestamp", 0 },
	{ ROW(HEAD "\x1f\x43\xb6\x75\xff\xe7\x89\0\0\0\0\0\0\0\0\0"),
	    "a timestamp", 0 },
	{ ROW(HEAD "\x1f\x43\xb6\x75\xff\xe7\x80" KEY_BLOCK), NULL, 1 },
	/* Blocks that are none are passed over. */
	{ ROW(HEAD CLUSTER "\xa3\x80" KEY_BLOCK), NULL, 1 },
	{ ROW(HEAD CLUSTER "\xa3\x83\x81\0\0" KEY_BLOCK), NULL, 1 },
	{ ROW(HEAD CLUSTER "\xa3\x84\x81\0\0\x80" KEY_BLOCK), NULL, 1 },
	{ ROW(HEAD CLUSTER "\xa3\x85\1\0\0\x80\x10" KEY_BLOCK), NULL, 1 },
	{ ROW(HEAD CLUSTER "\xa3\x81\0" KEY_BLOCK), NULL, 1 },
	{ ROW(HEAD CLUSTER "\xa0\x80" KEY_BLOCK), NULL, 1 },
	{ ROW(HEAD CLUSTER "\xa0\x82\xa1\x85" KEY_BLOCK), NULL, 1 },
	{ ROW(HEAD CLUSTER "\xa0\x84\xa0\x82\xa0\x80" KEY_BLOCK), NULL, 1 },
	{ ROW(HEAD CLUSTER "\xa0\x87\xa1\x85\x81\0\0\0\x10"), NULL, 1 },
	/* What is damaged in Tags is not given on. */
	{ ROW(HEAD CLUSTER KEY_BLOCK
	      "\x12\x54\xc3\x67\x83\x73\x73\x85" CLUSTER KEY_BLOCK),
	    NULL, 2 },
	{ ROW(HEAD CLUSTER KEY_BLOCK "\x12\x54\xc3\x67\x80" CLUSTER KEY_BLOCK),
	    NULL, 3 },
};

static void
damage_is_refused_or_passed_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		for (size_t piece = 1; piece < 200; piece += 99) {
			struct bytes bytes = { .data = NULL };
			struct collected all = { 0 };
			void *webm = format_webm.open();
			bool ok;

			bytes_append(&bytes, table[i].bytes, table[i].len);
			ok = collect_feed(
			    &all, &format_webm, webm, &bytes, piece);
			if (ok != (table[i].why == NULL) ||
			    all.units.count != table[i].units)
				print_error("row %zu: %s\n", i,
				    ok ? "fine" : all.units.why);
			assert_int_equal(ok, table[i].why == NULL);
			if (!ok)
				assert_memory_equal(all.units.why, table[i].why,
				    strlen(table[i].why));
			assert_int_equal(all.units.count, table[i].units);
			format_webm.close(webm);
			bytes_free(&bytes);
			collect_free(&all);
		}
	}
}

static void
a_stream_that_ends_anywhere_is_no_error(void **state)
{
	struct bytes bytes = units_file("gst-streamable-nul-strings.webm");

	(void)state;
	for (size_t len = 1; len < 4000; len++) {
		struct collected all = { 0 };
		struct bytes some = { .data = bytes.data, .len = len };
		void *webm = format_webm.open();

		assert_true(collect_feed(&all, &format_webm, webm, &some, len));
		format_webm.close(webm);
		assert_int_equal(all.units.count, 0);
		collect_free(&all);
	}
	bytes_free(&bytes);
}

static void
much_before_the_first_cluster_is_refused(void **state)
{
	struct bytes bytes = { 0 };
	struct collected all = { 0 };
	void *webm = format_webm.open();
	static uint8_t nothing[9000];

	(void)state;
	put_head(&bytes, &vp8_opus);
	for (int i = 0; i < 120; i++)
		ebml_put(&bytes, 0xec, nothing, sizeof(nothing));
	assert_false(collect_feed(&all, &format_webm, webm, &bytes, 4096));
	format_webm.close(webm);
	bytes_free(&bytes);
	collect_free(&all);
}

static void
ten_elements_within_each_other_are_not_walked(void **state)
{
	struct bytes bytes = { 0 }, inner = { 0 }, outer = { 0 };
	struct collected all = { 0 };

	(void)state;
	put_string(&inner, 0x45a3, "TITLE");
	for (int i = 0; i < 10000; i++) {
		ebml_put(&outer, 0x67c8, inner.data, inner.len);
		bytes_free(&inner);
		inner = outer;
		outer = (struct bytes){ .data = NULL };
		if (inner.len > 30000)
			break;
	}
	put_head(&bytes, &vp8_opus);
	put_master(&outer, 0x7373, &inner);
	put_master(&bytes, WEBM_TAGS, &outer);
	put_cluster(&bytes, 0);
	put_block(&bytes, VIDEO, 0, true);
	feed_two(&all, &bytes, NULL, false);
	assert_int_equal(all.units.count, 1);
	assert_int_equal(all.titles.len, 0);
	bytes_free(&bytes);
	collect_free(&all);
}

static void
titles_are_clean_text(void **state)
{
	struct bytes bytes = { 0 };
	struct collected all = { 0 };
	struct described described = vp8_opus;

	(void)state;
	described.title = "a\nb\x01\xff";
	put_head(&bytes, &described);
	put_cluster(&bytes, 0);
	put_block(&bytes, VIDEO, 0, true);
	feed_two(&all, &bytes, NULL, false);
	assert_string_equal((char *)all.titles.data, "a b \xc3\xbf");
	bytes_free(&bytes);
	collect_free(&all);
}

TEST_MAIN(TEST(damage_is_refused_or_passed_over),
    TEST(a_stream_that_ends_anywhere_is_no_error),
    TEST(much_before_the_first_cluster_is_refused),
    TEST(ten_elements_within_each_other_are_not_walked),
    TEST(titles_are_clean_text))
