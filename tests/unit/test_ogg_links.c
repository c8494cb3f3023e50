/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "ogg_pages.h"

static void
a_chain_without_an_end_gets_one(void **state)
{
	struct logical one = { 7, 0 }, two = { 7, 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 };

	(void)state;
	add_opus_head(&bytes, &one, "TITLE=One");
	add_audio(&bytes, &one, 0, 960);
	add_opus_head(&bytes, &two, "TITLE=Two");
	add_audio(&bytes, &two, EOS, 960);
	feed_parts(&all, &bytes, NULL);
	/* data, end | two of head, data */
	assert_int_equal(all.units.count, 5);
	assert_int_equal(unit_page(&all, 1).flags, EOS);
	assert_int_equal(unit_page(&all, 1).segments, 0);
	assert_int_equal(unit_page(&all, 1).granule, 960);
	assert_int_equal(unit_page(&all, 1).sequence, 3);
	assert_int_equal(unit_page(&all, 2).flags, BOS);
	assert_int_equal(all.units.flags[2], 0);
	assert_int_equal(all.units.flags[3], 0);
	assert_int_equal(all.units.flags[4], UNIT_SYNC);
	/* The number was taken. */
	assert_int_equal(unit_page(&all, 0).serial, 7);
	assert_int_equal(unit_page(&all, 2).serial, 8);
	assert_int_equal(unit_page(&all, 4).serial, 8);
	assert_int_equal(all.heads, 2);
	assert_int_equal(all.heads_at[1], 4);
	assert_int_equal(read_page(all.units.head.data).serial, 8);
	assert_memory_equal(
	    all.units.head.data, collect_at(&all, 2), all.units.head.len);
	assert_memory_equal(all.titles.data, "One\0Two", 8);
	bytes_free(&bytes);
	collect_free(&all);
}

static void
an_end_that_was_sent_is_not_sent_again(void **state)
{
	struct logical one = { 7, 0 }, two = { 9, 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 }, later = { 0 };

	(void)state;
	add_opus_head(&bytes, &one, "A=b");
	add_audio(&bytes, &one, EOS, 960);
	add_opus_head(&later, &two, "A=b");
	add_audio(&later, &two, 0, 960);
	feed_parts(&all, &bytes, &later);
	assert_int_equal(all.units.count, 5);
	assert_int_equal(unit_page(&all, 1).flags, BOS);
	assert_int_equal(unit_page(&all, 1).serial, 9);
	assert_int_equal(unit_page(&all, 4).flags, EOS);
	bytes_free(&bytes);
	bytes_free(&later);
	collect_free(&all);
}

static void
a_returning_encoder_goes_on_in_the_old_stream(void **state)
{
	struct logical one = { 7, 0 }, two = { 9, 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 }, later = { 0 };
	size_t i;

	(void)state;
	add_opus_head(&bytes, &one, "A=b");
	add_audio(&bytes, &one, 0, 960);
	add_audio(&bytes, &one, 0, 1920);
	bytes_append(&bytes, "OggS\0 cut off", 12);
	add_audio(&later, &two, 0, 123); /* dropped: before any beginning */
	add_opus_head(&later, &two, "TITLE=New");
	add_audio(&later, &two, 0, 960);
	add_audio(&later, &two, 0, -1);
	add_audio(&later, &two, EOS, 2880);
	feed_parts(&all, &bytes, &later);
	assert_int_equal(all.units.count, 5);
	for (i = 0; i < 5; i++) {
		static const int64_t granules[] = { 960, 1920, 2880, -1, 4800 };

		assert_int_equal(all.units.flags[i], UNIT_SYNC);
		assert_int_equal(unit_page(&all, i).serial, 7);
		assert_int_equal(unit_page(&all, i).sequence, 2 + i);
		assert_int_equal(unit_page(&all, i).granule, granules[i]);
	}
	assert_int_equal(all.heads, 2);
	assert_int_equal(read_page(all.units.head.data).serial, 7);
	assert_string_equal((char *)all.titles.data, "New");
	bytes_free(&bytes);
	bytes_free(&later);
	collect_free(&all);
}

static void
a_returning_encoder_of_another_kind_starts_a_new_link(void **state)
{
	struct logical one = { 7, 0 }, two = { 9, 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 }, later = { 0 };

	(void)state;
	add_opus_head(&bytes, &one, "A=b");
	add_audio(&bytes, &one, 0, 960);
	add_opus_ident(&later, &two, 1);
	add_opus_tags(&later, &two, "A=b");
	add_audio(&later, &two, EOS, 960);
	feed_parts(&all, &bytes, &later);
	assert_int_equal(all.units.count, 5);
	assert_int_equal(unit_page(&all, 1).flags, EOS);
	assert_int_equal(unit_page(&all, 1).serial, 7);
	assert_int_equal(unit_page(&all, 4).serial, 9);
	assert_int_equal(unit_page(&all, 4).granule, 960);
	bytes_free(&bytes);
	bytes_free(&later);
	collect_free(&all);
}

static void
video_is_spliced_by_its_pictures(void **state)
{
	struct logical video = { 1, 0 }, audio = { 2, 0 };
	struct logical video2 = { 5, 0 }, audio2 = { 6, 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 }, later = { 0 };
	struct packets packets = { 0 };

	(void)state;
	add_theora_ident(&bytes, &video);
	add_opus_ident(&bytes, &audio, 2);
	add_theora_rest(&bytes, &video);
	add_opus_tags(&bytes, &audio, "A=b");
	put_filled(&packets, 0x00, 100, true);
	add_page(&bytes, &video, 0, 1 << 6, &packets);
	add_audio(&bytes, &audio, 0, 48000); /* 1 s, 25 pictures */
	add_video(&later, &video2, &audio2);
	feed_parts(&all, &bytes, &later);
	assert_int_equal(all.units.count, 2 + 7);
	assert_int_equal(unit_page(&all, 2).serial, 1);
	assert_int_equal(unit_page(&all, 2).sequence, 3);
	assert_int_equal(unit_page(&all, 2).granule, 26 << 6 | 2);
	assert_int_equal(unit_page(&all, 5).granule, 48000 + 9600);
	assert_int_equal(unit_page(&all, 7).granule, 33 << 6);
	bytes_free(&bytes);
	bytes_free(&later);
	collect_free(&all);
}

static void
a_packet_that_was_cut_off_leaves_a_hole(void **state)
{
	struct logical one = { 7, 0 }, two = { 9, 0 };
	struct packets packets = { 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 }, later = { 0 };

	(void)state;
	add_opus_head(&bytes, &one, "A=b");
	put_filled(&packets, 0xfc, 510, false);
	add_page(&bytes, &one, 0, -1, &packets);
	add_opus_head(&later, &two, "A=b");
	add_audio(&later, &two, EOS, 960);
	feed_parts(&all, &bytes, &later);
	assert_int_equal(all.units.count, 2);
	assert_int_equal(unit_page(&all, 0).sequence, 2);
	assert_int_equal(unit_page(&all, 1).sequence, 4);
	bytes_free(&bytes);
	bytes_free(&later);
	collect_free(&all);
}

static void
an_encoder_whose_clock_ran_on_is_spliced_too(void **state)
{
	struct logical one = { 7, 0 }, two = { 9, 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 }, later = { 0 };
	int64_t granule;

	(void)state;
	add_opus_head(&bytes, &one, "A=b");
	add_audio(&bytes, &one, 0, 96000);
	add_opus_head(&later, &two, "A=b");
	add_audio(&later, &two, 0, 48000000000);
	add_audio(&later, &two, EOS, 48000000960);
	feed_parts(&all, &bytes, &later);
	granule = unit_page(&all, 1).granule;
	assert_in_range(granule, 96001, 96000 + 48000);
	assert_int_equal(unit_page(&all, 2).granule, granule + 960);
	bytes_free(&bytes);
	bytes_free(&later);
	collect_free(&all);
}

static void
other_tables_are_not_spliced(void **state)
{
	struct logical one = { 1, 0 }, three = { 3, 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 }, later = { 0 };
	struct packets packets = { 0 };
	uint8_t *tables;

	(void)state;
	add_theora_ident(&bytes, &one);
	add_theora_rest(&bytes, &one);
	put_filled(&packets, 0x00, 100, true);
	add_page(&bytes, &one, 0, 1 << 6, &packets);
	add_theora_ident(&later, &three);
	add_theora_rest(&later, &three);
	tables = memmem(later.data, later.len, "tables", 6);
	assert_non_null(tables);
	*tables = 'T';
	fix_checksum(later.data + 27 + 1 + 42, later.len - (27 + 1 + 42));
	put_filled(&packets, 0x00, 100, true);
	add_page(&later, &three, 0, 1 << 6, &packets);
	feed_parts(&all, &bytes, &later);
	assert_int_equal(unit_page(&all, 1).flags, EOS);
	assert_int_equal(unit_page(&all, 2).serial, 3);
	bytes_free(&bytes);
	bytes_free(&later);
	collect_free(&all);
}

static void
no_two_streams_get_one_serial_number(void **state)
{
	struct logical one = { 7, 0 }, two = { 7, 0 }, three = { 8, 0 };
	struct collected all = { 0 };
	struct bytes bytes = { 0 };

	(void)state;
	add_opus_head(&bytes, &one, "A=b");
	add_audio(&bytes, &one, EOS, 960);
	add_opus_ident(&bytes, &two, 2);
	add_opus_ident(&bytes, &three, 2);
	add_opus_tags(&bytes, &two, "A=b");
	add_opus_tags(&bytes, &three, "A=b");
	add_audio(&bytes, &two, EOS, 960);
	add_audio(&bytes, &three, EOS, 960);
	feed_parts(&all, &bytes, NULL);
	assert_int_equal(all.units.count, 7);
	assert_int_equal(unit_page(&all, 5).serial, 9);
	assert_int_equal(unit_page(&all, 6).serial, 8);
	bytes_free(&bytes);
	collect_free(&all);
}

TEST_MAIN(TEST(a_chain_without_an_end_gets_one),
    TEST(an_end_that_was_sent_is_not_sent_again),
    TEST(a_returning_encoder_goes_on_in_the_old_stream),
    TEST(a_returning_encoder_of_another_kind_starts_a_new_link),
    TEST(video_is_spliced_by_its_pictures),
    TEST(a_packet_that_was_cut_off_leaves_a_hole),
    TEST(an_encoder_whose_clock_ran_on_is_spliced_too),
    TEST(other_tables_are_not_spliced),
    TEST(no_two_streams_get_one_serial_number))
