/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "format/flac.h"
#include "ogg_pages.h"

static const char *
refused(const struct bytes *bytes)
{
	struct collected all = { 0 };
	void *ogg = format_ogg.open();
	const char *why;

	assert_false(collect_feed(&all, &format_ogg, ogg, bytes, 5000));
	why = all.units.why;
	format_ogg.close(ogg);
	collect_free(&all);
	return why;
}

static void
the_first_headers_are_a_head_and_no_units(void **state)
{
	struct logical logical = { 7, 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 };
	size_t head_len;

	(void)state;
	add_opus_head(&bytes, &logical, "TITLE=One");
	head_len = bytes.len;
	add_audio(&bytes, &logical, 0, 960);
	add_audio(&bytes, &logical, 0, 1920);
	feed_parts(&all, &bytes, NULL);
	assert_int_equal(all.heads, 1);
	assert_int_equal(all.units.head.len, head_len);
	assert_memory_equal(all.units.head.data, bytes.data, head_len);
	assert_int_equal(all.units.count, 3);
	assert_int_equal(all.units.flags[0], UNIT_SYNC);
	assert_memory_equal(
	    all.units.bytes.data, bytes.data + head_len, bytes.len - head_len);
	assert_int_equal(unit_page(&all, 2).flags, EOS);
	assert_int_equal(unit_page(&all, 2).granule, 1920);
	assert_int_equal(unit_page(&all, 2).sequence, 4);
	assert_int_equal(all.units.flags[2], 0);
	assert_string_equal((char *)all.titles.data, "One");
	bytes_free(&bytes);
	collect_free(&all);
}

static void
a_page_that_continues_a_packet_is_no_place_to_join(void **state)
{
	struct logical logical = { 7, 0 };
	struct packets packets = { 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 };

	(void)state;
	add_opus_head(&bytes, &logical, "A=b");
	put_filled(&packets, 0xfc, 510, false);
	add_page(&bytes, &logical, 0, -1, &packets);
	put_filled(&packets, 0xfc, 10, true);
	add_page(&bytes, &logical, CONTINUED, 960, &packets);
	add_audio(&bytes, &logical, EOS, 1920);
	feed_parts(&all, &bytes, NULL);
	assert_int_equal(all.units.count, 3);
	assert_int_equal(all.units.flags[0], UNIT_SYNC);
	assert_int_equal(all.units.flags[1], 0);
	assert_int_equal(all.units.flags[2], UNIT_SYNC);
	assert_int_equal(all.titles.len, 0);
	bytes_free(&bytes);
	collect_free(&all);
}

static void
every_key_picture_starts_a_page(void **state)
{
	static const struct {
		uint32_t serial, sequence;
		int64_t granule;
		unsigned page_flags, segments, flags;
	} rows[] = {
		{ 1, 2, 1 << 6 | 2, 0, 3, UNIT_SYNC },
		{ 1, 3, 4 << 6 | 1, 0, 2, UNIT_SYNC },
		{ 1, 4, -1, 0, 2, UNIT_SYNC }, { 2, 2, 9600, 0, 3, 0 },
		{ 1, 5, 6 << 6 | 1, CONTINUED, 2, 0 },
		{ 1, 6, 8 << 6, EOS, 1, UNIT_SYNC },
		{ 2, 3, 19200, EOS, 3, UNIT_SYNC }, /* no video any more */
	};
	struct logical video = { 1, 0 }, audio = { 2, 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 };
	size_t i;

	(void)state;
	add_video(&bytes, &video, &audio);
	feed_parts(&all, &bytes, NULL);
	assert_int_equal(all.units.count, sizeof(rows) / sizeof(rows[0]));
	for (i = 0; i < all.units.count; i++) {
		struct page page = unit_page(&all, i);

		assert_int_equal(page.serial, rows[i].serial);
		assert_int_equal(page.sequence, rows[i].sequence);
		assert_int_equal(page.granule, rows[i].granule);
		assert_int_equal(page.flags, rows[i].page_flags);
		assert_int_equal(page.segments, rows[i].segments);
		assert_int_equal(all.units.flags[i], rows[i].flags);
	}
	bytes_free(&bytes);
	collect_free(&all);
}

/* Whoever joined there would get a packet of the other without its start. */
static void
no_place_to_join_is_within_any_packet(void **state)
{
	struct logical one = { 1, 0 }, two = { 2, 0 };
	struct packets packets = { 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 };

	(void)state;
	add_opus_ident(&bytes, &one, 2);
	add_opus_ident(&bytes, &two, 2);
	add_opus_tags(&bytes, &one, "A=b");
	add_opus_tags(&bytes, &two, "A=b");
	put_filled(&packets, 0xfc, 510, false);
	add_page(&bytes, &one, 0, -1, &packets);
	add_audio(&bytes, &two, 0, 960);
	put_filled(&packets, 0xfc, 10, true);
	add_page(&bytes, &one, CONTINUED, 960, &packets);
	add_audio(&bytes, &two, 0, 1920);
	feed_parts(&all, &bytes, NULL);
	assert_int_equal(all.units.flags[0], UNIT_SYNC);
	assert_int_equal(all.units.flags[1], 0);
	assert_int_equal(all.units.flags[2], 0);
	assert_int_equal(all.units.flags[3], UNIT_SYNC);
	bytes_free(&bytes);
	collect_free(&all);
}

/* A page that has the last header and the first frames on it. */
static void
headers_and_data_on_one_page_are_parted(void **state)
{
	uint8_t frame[9] = { 0xff, 0xf8, 0x19, 0x08 }; /* 192 samples */
	uint8_t ident[51] = "\177FLAC\1\0\0\1fLaC\0\0\0\42";
	struct logical logical = { 3, 0 };
	struct packets packets = { 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 };
	uint8_t comments[64] = { 0x84 };

	(void)state;
	frame[5] = flac_crc8(frame, 5);
	ident[28] = 0xac; /* rate 2752 */
	add_packet_page(&bytes, &logical, BOS, ident, sizeof(ident));
	put_packet(&packets, comments,
	    4 + put_comments(comments + 4, "title=T"), true);
	put_packet(&packets, frame, sizeof(frame), true);
	put_packet(&packets, frame, sizeof(frame), true);
	add_page(&bytes, &logical, 0, 384, &packets);
	feed_parts(&all, &bytes, NULL);
	assert_int_equal(all.units.count, 3);
	assert_int_equal(unit_page(&all, 0).sequence, 2);
	assert_int_equal(unit_page(&all, 0).granule, 192);
	assert_int_equal(unit_page(&all, 1).sequence, 3);
	assert_int_equal(unit_page(&all, 1).granule, 384);
	assert_int_equal(all.units.flags[0], UNIT_SYNC);
	assert_int_equal(all.units.flags[1], UNIT_SYNC);
	assert_int_equal(all.units.head.len, 27 + 1 + 51 + 27 + 1 + 26);
	assert_string_equal((char *)all.titles.data, "T");
	bytes_free(&bytes);
	collect_free(&all);
}

static void
unknown_streams_pass_with_their_headers(void **state)
{
	struct logical skeleton = { 1, 0 }, other = { 2, 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 };
	struct media_facts facts;
	size_t head_len;
	void *ogg = format_ogg.open();

	(void)state;
	add_packet_page(&bytes, &skeleton, BOS, "fishead\0etc", 12);
	add_packet_page(&bytes, &other, BOS, "OVP80\1\1", 8);
	add_packet_page(&bytes, &other, 0, "OVP80\2 ", 8);
	add_packet_page(&bytes, &skeleton, EOS, "", 0);
	head_len = bytes.len;
	add_audio(&bytes, &other, 0, 5);
	add_audio(&bytes, &other, 0, 0);
	assert_true(collect_feed(&all, &format_ogg, ogg, &bytes, 100));
	assert_int_equal(all.units.head.len, head_len);
	assert_int_equal(all.units.count, 2);
	assert_int_equal(all.units.flags[1], UNIT_SYNC);
	format_ogg.facts(ogg, &facts);
	assert_string_equal(facts.media_type, "application/ogg");
	assert_string_equal(facts.codecs, "unknown");
	format_ogg.close(ogg);
	bytes_free(&bytes);
	collect_free(&all);
}

static void
add_many(struct bytes *bytes, unsigned count)
{
	struct logical logicals[20];
	unsigned i;

	for (i = 0; i < count; i++) {
		logicals[i] = (struct logical){ 100 + i, 0 };
		add_opus_ident(bytes, &logicals[i], 2);
	}
	for (i = 0; i < count; i++)
		add_opus_tags(bytes, &logicals[i], "A=b");
	for (i = 0; i < count; i++)
		add_audio(bytes, &logicals[i], 0, 960);
}

static void
seventeen_streams_are_refused(void **state)
{
	struct collected all = { 0 };
	struct bytes bytes = { 0 };

	(void)state;
	add_many(&bytes, 16);
	feed_parts(&all, &bytes, NULL);
	assert_int_equal(all.units.count, 32);
	bytes_free(&bytes);
	add_many(&bytes, 17);
	assert_non_null(strstr(refused(&bytes), "16"));
	bytes_free(&bytes);
	collect_free(&all);
}

static void
headers_above_the_limit_are_refused(void **state)
{
	struct logical logical = { 1, 0 };
	struct packets packets = { 0 };
	struct bytes bytes = { 0 };
	unsigned i;

	(void)state;
	add_opus_ident(&bytes, &logical, 2);
	for (i = 0; i < 300; i++) {
		put_filled(&packets, 'O', 1020, false);
		add_page(&bytes, &logical, i > 0 ? CONTINUED : 0, -1, &packets);
	}
	assert_non_null(strstr(refused(&bytes), "256 KiB"));
	bytes_free(&bytes);
}

static void
what_is_no_stream_is_refused(void **state)
{
	static const struct {
		const char *headers; /* b: BOS, d: data */
		const char *why;
	} rows[] = {
		{ "", "64 KiB" }, { "d", "no beginning" },
		{ "bd", "damaged" }, /* where OpusTags should be */
	};
	struct logical logical = { 1, 0 };
	struct bytes bytes = { 0 };
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].headers[0] == 'b')
			add_opus_ident(&bytes, &logical, 2);
		for (n = 0; strchr(rows[i].headers, 'd') && n < 3000; n++)
			add_audio(&bytes, &logical, 0, 960);
		if (rows[i].headers[0] == '\0') {
			memset(bytes_room(&bytes, 80000), 'O', 80000);
			bytes_added(&bytes, 80000);
		}
		assert_non_null(strstr(refused(&bytes), rows[i].why));
		bytes_free(&bytes);
	}
}

static void
any_cut_gives_the_same_units(void **state)
{
	struct logical one = { 7, 0 }, two = { 7, 0 }, three = { 8, 0 };
	struct bytes bytes = { 0 };

	(void)state;
	bytes_append(&bytes, "OgOggS noise", 12);
	add_opus_head(&bytes, &one, "TITLE=One");
	add_audio(&bytes, &one, 0, 960);
	add_video(&bytes, &two, &three);
	units_any_cut(&format_ogg, bytes.data, bytes.len);
	bytes_free(&bytes);
}

/* Each byte of the bytes changed, and the checksums made right again. */
static void
mangled_pages_are_survived(void **state)
{
	struct logical one = { 7, 0 }, two = { 7, 0 }, three = { 8, 0 };
	struct bytes bytes = { 0 };
	size_t at, start = 0, len = 0;

	(void)state;
	add_opus_head(&bytes, &one, "TITLE=One");
	add_audio(&bytes, &one, 0, 960);
	add_video(&bytes, &two, &three);
	for (at = 0; at < bytes.len; at++) {
		struct collected all = { 0 };
		struct bytes copy = { 0 };
		void *ogg = format_ogg.open();

		if (at == start + len) {
			start = at;
			len = 27 + bytes.data[at + 26];
			for (size_t i = 0; i < bytes.data[at + 26]; i++)
				len += bytes.data[at + 27 + i];
		}
		bytes_append(&copy, bytes.data, bytes.len);
		copy.data[at] ^= (uint8_t)(1 + at * 37);
		if (27u + copy.data[start + 26] <= len)
			fix_checksum(copy.data + start, len);
		(void)collect_feed(&all, &format_ogg, ogg, &copy, copy.len);
		format_ogg.finish(ogg,
		    &(struct format_out){
			collect_head, collect_unit, collect_title, &all });
		format_ogg.close(ogg);
		check_pages(&all);
		collect_free(&all);
		bytes_free(&copy);
	}
	bytes_free(&bytes);
}

static void
facts_follow_the_headers(void **state)
{
	static const struct {
		const char *file, *type, *extension, *codecs;
		unsigned rate, channels, width, height;
	} rows[] = {
		{ "vorbis128.ogg", "audio/ogg", "ogg", "vorbis", 44100, 1, 0,
		    0 },
		{ "opus.ogg", "audio/ogg", "opus", "opus", 48000, 1, 0, 0 },
		{ "flac.ogg", "audio/ogg", "oga", "flac", 44100, 1, 0, 0 },
		{ "theora-vorbis.ogv", "video/ogg", "ogv", "theora, vorbis",
		    44100, 1, 640, 360 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes bytes = units_file(rows[i].file);
		struct collected all = { 0 };
		struct media_facts facts;
		void *ogg = format_ogg.open();

		assert_true(collect_feed(&all, &format_ogg, ogg, &bytes, 1400));
		format_ogg.facts(ogg, &facts);
		assert_string_equal(facts.media_type, rows[i].type);
		assert_string_equal(facts.extension, rows[i].extension);
		assert_string_equal(facts.codecs, rows[i].codecs);
		assert_int_equal(facts.sample_rate, rows[i].rate);
		assert_int_equal(facts.channels, rows[i].channels);
		assert_int_equal(facts.width, rows[i].width);
		assert_int_equal(facts.height, rows[i].height);
		assert_int_equal(facts.has_video, rows[i].width > 0);
		assert_false(facts.takes_icy);
		assert_int_equal(all.heads, 1);
		assert_int_equal(all.units.flags[0], UNIT_SYNC);
		check_pages(&all);
		format_ogg.close(ogg);
		bytes_free(&bytes);
		collect_free(&all);
	}
}

TEST_MAIN(TEST(the_first_headers_are_a_head_and_no_units),
    TEST(a_page_that_continues_a_packet_is_no_place_to_join),
    TEST(every_key_picture_starts_a_page),
    TEST(no_place_to_join_is_within_any_packet),
    TEST(headers_and_data_on_one_page_are_parted),
    TEST(unknown_streams_pass_with_their_headers),
    TEST(seventeen_streams_are_refused),
    TEST(headers_above_the_limit_are_refused),
    TEST(what_is_no_stream_is_refused), TEST(any_cut_gives_the_same_units),
    TEST(mangled_pages_are_survived), TEST(facts_follow_the_headers))
