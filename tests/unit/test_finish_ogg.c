/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "finish_help.h"
#include "format/flac.h"
#include "ogg_pages.h"

#define PACKET_SAMPLES 960 /* of what add_audio() makes, two on a page */
#define PRE_SKIP       312

/* What was read back of a finished file, which is one chain of one stream:
 * pages without a gap and with right checksums, granules that never go back,
 * one beginning, one end. */
struct heard {
	uint64_t frames, samples; /* of FLAC */
	unsigned last_block;
	struct bytes comment; /* the second packet */
	size_t pages, packets;
	int64_t granule; /* of the last page */
};

/* Its number is right, and blocks are alike where frames are counted. */
static void
hear_flac(struct heard *heard, const uint8_t *packet, size_t len)
{
	struct flac_frame frame;

	if (flac_frame_parse(packet, len, &frame) != FLAC_YES)
		return;
	assert_int_equal(
	    frame.number, frame.is_variable ? heard->samples : heard->frames);
	if (!frame.is_variable && heard->frames > 0)
		assert_true(frame.block <= heard->last_block);
	heard->last_block = frame.block;
	heard->samples += frame.block;
	heard->frames++;
}

static void
hear_packets(struct heard *heard, ogg_stream_state *stream)
{
	ogg_packet packet;
	int found;

	while ((found = ogg_stream_packetout(stream, &packet)) != 0) {
		assert_int_equal(found, 1);
		if (heard->packets++ == 1)
			bytes_append(&heard->comment, packet.packet,
			    (size_t)packet.bytes);
		hear_flac(heard, packet.packet, (size_t)packet.bytes);
	}
}

static void
hear_page(
    struct heard *heard, ogg_stream_state *stream, ogg_page *page, bool is_last)
{
	int64_t granule = ogg_page_granulepos(page);

	assert_int_equal(ogg_page_bos(page) != 0, heard->pages == 0);
	assert_int_equal(ogg_page_eos(page) != 0, is_last);
	assert_int_equal(ogg_page_pageno(page), heard->pages);
	if (heard->pages == 0)
		assert_int_equal(
		    ogg_stream_init(stream, ogg_page_serialno(page)), 0);
	assert_int_equal(ogg_stream_pagein(stream, page), 0);
	assert_int_equal(granule == -1, ogg_page_packets(page) == 0);
	if (granule != -1) {
		assert_true(granule >= heard->granule);
		heard->granule = granule;
	}
	heard->pages++;
	hear_packets(heard, stream);
}

static struct heard
hear(const struct bytes *file)
{
	struct heard heard = { 0 };
	ogg_stream_state stream;
	ogg_sync_state sync;
	size_t at = 0;
	ogg_page page;
	long found;

	ogg_sync_init(&sync);
	memcpy(ogg_sync_buffer(&sync, (long)file->len), file->data, file->len);
	ogg_sync_wrote(&sync, (long)file->len);
	while (at < file->len) {
		found = ogg_sync_pageseek(&sync, &page);
		assert_true(found > 0);
		at += (size_t)found;
		hear_page(&heard, &stream, &page, at == file->len);
	}
	assert_true(heard.pages > 0);
	ogg_stream_clear(&stream);
	ogg_sync_clear(&sync);
	return heard;
}

static void
check_comment(const struct heard *heard, const char *text, bool is_there)
{
	assert_int_equal(memmem(heard->comment.data, heard->comment.len, text,
			     strlen(text)) != NULL,
	    is_there);
}

static void
check_chapter(const struct finish_facts *facts, size_t index, int64_t at_ms,
    const char *title)
{
	assert_true(index < facts->chapter_count);
	assert_int_equal(facts->chapters[index].at_ms, at_ms);
	assert_string_equal(facts->chapters[index].title, title);
}

/* One link of Opus: count pages of two packets each. */
static void
add_link(struct bytes *to, uint32_t serial, const char *comment,
    int64_t granule, unsigned count)
{
	struct logical logical = { serial, 0 };

	add_opus_head(to, &logical, comment);
	for (unsigned i = 1; i <= count; i++)
		add_audio(to, &logical, i == count ? EOS : 0,
		    granule + (int64_t)i * 2 * PACKET_SAMPLES);
}

static void
a_chain_becomes_one_link(void **state)
{
	struct finish_job job = { .extension = "opus",
		.title = "Evening",
		.artist = "Ana",
		.started_ms = 1795374000000 };
	struct finished done = { 0 };
	struct bytes chain = { 0 };
	struct heard heard;

	(void)state;
	add_link(&chain, 7, "TITLE=One", 1000000, 25);
	add_link(&chain, 7, "TITLE=Two", 0, 50);
	add_link(&chain, 9, "TITLE=Three", 77, 1);
	finish_bytes(&done, &job, chain.data, chain.len);
	assert_int_equal(done.result, FINISH_WRITTEN);
	heard = hear(&done.file);
	assert_int_equal(heard.packets, 2 + 152);
	/* The very last page may be shorter than its packets: not here. */
	assert_int_equal(heard.granule, 152 * PACKET_SAMPLES);
	assert_int_equal(
	    done.facts.duration_ms, (152 * PACKET_SAMPLES - PRE_SKIP) / 48);
	assert_int_equal(done.facts.sample_rate, 48000);
	assert_int_equal(done.facts.channels, 2);
	assert_int_equal(done.facts.passed_over_bytes, 0);
	assert_int_equal(done.facts.chapter_count, 3);
	check_chapter(&done.facts, 0, 0, "One");
	check_chapter(
	    &done.facts, 1, (50 * PACKET_SAMPLES - PRE_SKIP) / 48, "Two");
	check_chapter(
	    &done.facts, 2, (150 * PACKET_SAMPLES - PRE_SKIP) / 48, "Three");
	check_comment(&heard, "CHAPTER000=00:00:00.000", true);
	check_comment(&heard, "CHAPTER001=00:00:00.993", true);
	check_comment(&heard, "CHAPTER002NAME=Three", true);
	check_comment(&heard, "TITLE=Evening", true);
	check_comment(&heard, "ARTIST=Ana", true);
	check_comment(&heard, "DATE=2026-11-22", true);
	bytes_free(&heard.comment);
	bytes_free(&chain);
	finished_free(&done);
}

static void
an_end_that_is_shorter_than_its_packets_stays_so(void **state)
{
	static const struct {
		unsigned pages;
		int64_t less;
	} rows[] = { { 5, 0 }, { 5, 1 }, { 5, 959 }, { 5, 1500 }, { 1, 600 },
		{ 1, 1200 } };
	struct finish_job job = { .extension = "opus" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct logical logical = { 7, 0 };
		struct finished done = { 0 };
		struct bytes link = { 0 };
		struct heard heard;
		int64_t all = 2 * PACKET_SAMPLES * rows[i].pages;

		add_opus_head(&link, &logical, "A=b");
		for (unsigned k = 1; k < rows[i].pages; k++)
			add_audio(&link, &logical, 0, k * 2 * PACKET_SAMPLES);
		add_audio(&link, &logical, EOS, all - rows[i].less);
		finish_bytes(&done, &job, link.data, link.len);
		assert_int_equal(done.result, FINISH_WRITTEN);
		heard = hear(&done.file);
		assert_int_equal(heard.granule, all - rows[i].less);
		assert_int_equal(done.facts.duration_ms,
		    (all - rows[i].less - PRE_SKIP) / 48);
		bytes_free(&heard.comment);
		bytes_free(&link);
		finished_free(&done);
	}
}

static void
links_one_decoder_cannot_take_stay_as_they_are(void **state)
{
	struct logical mono = { 9, 0 };
	struct finish_job job = { .extension = "opus" };
	struct finished done = { 0 };
	struct bytes chain = { 0 };
	struct packets packets = { 0 };

	(void)state;
	add_link(&chain, 7, "TITLE=Stereo", 0, 50);
	add_opus_ident(&chain, &mono, 1);
	add_opus_tags(&chain, &mono, "TITLE=Mono");
	put_filled(&packets, 0xf8, 30, true);
	add_page(&chain, &mono, EOS, PACKET_SAMPLES, &packets);
	finish_bytes(&done, &job, chain.data, chain.len);
	assert_int_equal(done.result, FINISH_AS_IS);
	assert_int_equal(done.facts.duration_ms,
	    (100 * PACKET_SAMPLES - PRE_SKIP) / 48 +
		(PACKET_SAMPLES - PRE_SKIP) / 48);
	assert_int_equal(done.facts.chapter_count, 2);
	check_chapter(
	    &done.facts, 1, (100 * PACKET_SAMPLES - PRE_SKIP) / 48, "Mono");
	bytes_free(&chain);
	finished_free(&done);
}

static void
a_film_stays_as_it_is(void **state)
{
	struct logical video = { 1, 0 }, audio = { 2, 0 };
	struct finish_job job = { .extension = "ogv" };
	struct finished done = { 0 };
	struct bytes film = { 0 };

	(void)state;
	add_video(&film, &video, &audio);
	finish_bytes(&done, &job, film.data, film.len);
	assert_int_equal(done.result, FINISH_AS_IS);
	/* Eight pictures, 25 a second, and sound that is longer. */
	assert_int_equal(done.facts.duration_ms, 19200 / 48);
	assert_int_equal(done.facts.width, 64);
	assert_int_equal(done.facts.height, 48);
	assert_int_equal(done.facts.sample_rate, 48000);
	assert_int_equal(done.facts.chapter_count, 1);
	bytes_free(&film);
	finished_free(&done);
}

/* The picture's first page has four: that many before its time it begins. */
static void
a_film_from_the_middle_on_is_not_as_long_as_its_clock_says(void **state)
{
	struct logical video = { 1, 0 };
	struct finish_job job = { .extension = "ogv" };
	struct finished done = { 0 };
	struct packets packets = { 0 };
	struct bytes film = { 0 };

	(void)state;
	add_theora_ident(&film, &video);
	add_theora_rest(&film, &video);
	for (int i = 0; i < 4; i++)
		put_filled(&packets, i == 0 ? 0x00 : 0x40, 100, true);
	add_page(&film, &video, 0, 1000 << 6 | 3, &packets);
	put_filled(&packets, 0x40, 100, true);
	add_page(&film, &video, EOS, 1000 << 6 | 4, &packets);
	finish_bytes(&done, &job, film.data, film.len);
	assert_int_equal(done.result, FINISH_AS_IS);
	assert_int_equal(done.facts.duration_ms, 5 * 40);
	bytes_free(&film);
	finished_free(&done);
}

static void
pages_that_were_lost_leave_no_hole(void **state)
{
	struct logical logical = { 7, 0 };
	struct finish_job job = { .extension = "opus" };
	struct finished done = { 0 };
	struct bytes link = { 0 };
	struct heard heard;

	(void)state;
	add_opus_head(&link, &logical, "A=b");
	add_audio(&link, &logical, 0, 5000);
	logical.sequence += 40;
	add_audio(&link, &logical, 0, 900000);
	bytes_append(&link, "damage", 6);
	add_audio(&link, &logical, EOS, 900000 + 2 * PACKET_SAMPLES);
	finish_bytes(&done, &job, link.data, link.len);
	assert_int_equal(done.result, FINISH_WRITTEN);
	heard = hear(&done.file);
	assert_int_equal(heard.granule, 6 * PACKET_SAMPLES);
	assert_int_equal(done.facts.passed_over_bytes, 6);
	bytes_free(&heard.comment);
	bytes_free(&link);
	finished_free(&done);
}

static void
pages_of_a_stream_that_never_began_are_passed_over(void **state)
{
	struct logical other = { 8, 0 };
	struct finish_job job = { .extension = "opus" };
	struct finished done = { 0 };
	struct bytes chain = { 0 };
	size_t len;

	(void)state;
	add_link(&chain, 7, "A=b", 0, 5);
	len = chain.len;
	add_audio(&chain, &other, 0, 960);
	finish_bytes(&done, &job, chain.data, chain.len);
	assert_int_equal(done.result, FINISH_WRITTEN);
	assert_int_equal(done.facts.passed_over_bytes, chain.len - len);
	bytes_free(&chain);
	finished_free(&done);
}

#define MARKS 300

/* A comment of many pages; each mark is a packet after the one before. */
static void
marks_are_chapters_of_what_has_one_title(void **state)
{
	static struct finish_mark marks[MARKS];
	struct finish_job job = {
		.extension = "opus", .marks = marks, .mark_count = MARKS
	};
	struct logical logical = { 7, 0 };
	struct finished done = { 0 };
	struct bytes link = { 0 };
	struct heard heard;

	(void)state;
	add_opus_head(&link, &logical, "TITLE=All day");
	for (int i = 0; i < MARKS; i++) {
		memset(marks[i].title, 'a' + i % 26, FINISH_TITLE_BYTES - 1);
		marks[i].byte = link.len;
		marks[i].is_gap = i == 7;
		add_audio(&link, &logical, 0, i);
	}
	finish_bytes(&done, &job, link.data, link.len);
	assert_int_equal(done.result, FINISH_WRITTEN);
	heard = hear(&done.file);
	assert_true(heard.comment.len > 2 * 65536);
	assert_int_equal(heard.packets, 2 + 2 * MARKS);
	assert_int_equal(done.facts.chapter_count, MARKS - 1);
	for (int i = 1; i < MARKS; i++)
		assert_int_equal(
		    marks[i].at_ms, (i * 2 * PACKET_SAMPLES - PRE_SKIP) / 48);
	check_chapter(&done.facts, 7, marks[8].at_ms, marks[8].title);
	check_comment(&heard, "CHAPTER298NAME=nnnn", true);
	check_comment(&heard, "TITLE=All day", true);
	bytes_free(&heard.comment);
	bytes_free(&link);
	finished_free(&done);
}

static void
what_the_encoder_said_of_all_is_kept(void **state)
{
	struct finish_job job = { .extension = "opus", .title = "Evening" };
	struct logical logical = { 7, 0 };
	struct finished done = { 0 };
	struct bytes link = { 0 };
	struct heard heard;
	uint8_t tags[256] = "OpusTags";
	size_t len = 8;
	static const char *const fields[] = { "LICENSE=CC BY-SA 4.0",
		"title=Song", "CHAPTER000=00:00:01.000", "Genre=Jazz" };

	(void)state;
	add_opus_ident(&link, &logical, 2);
	put_le(tags + len, 5, 4);
	memcpy(tags + len + 4, "maker", 5);
	len += 9;
	put_le(tags + len, 4, 4);
	len += 4;
	for (int i = 0; i < 4; i++) {
		put_le(tags + len, strlen(fields[i]), 4);
		memcpy(tags + len + 4, fields[i], strlen(fields[i]));
		len += 4 + strlen(fields[i]);
	}
	add_packet_page(&link, &logical, 0, tags, len);
	add_audio(&link, &logical, EOS, 1920);
	finish_bytes(&done, &job, link.data, link.len);
	assert_int_equal(done.result, FINISH_WRITTEN);
	heard = hear(&done.file);
	check_comment(&heard, "LICENSE=CC BY-SA 4.0", true);
	check_comment(&heard, "Genre=Jazz", true);
	check_comment(&heard, "TITLE=Evening", true);
	check_comment(&heard, "title=Song", false);
	check_comment(&heard, "00:00:01.000", false);
	bytes_free(&heard.comment);
	bytes_free(&link);
	finished_free(&done);
}

static const struct kind {
	const char *extension, *name;
	int64_t packets; /* of the stream once; data */
} kinds[] = { { "opus", "opus.ogg", 0 }, { "ogg", "vorbis128.ogg", 0 },
	{ "oga", "flac.ogg", 0 } };

/* The same stream three times: three times as much. */
static void
real_streams_are_chained(void **state)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct finish_job job = { .extension = kinds[i].extension };
		struct finished once = { 0 }, thrice = { 0 };
		struct bytes stream = { 0 }, chain = { 0 };
		struct heard one, three;
		size_t headers = strcmp(kinds[i].extension, "ogg") == 0 ? 3 : 2;

		(void)state;
		load_stream(&stream, kinds[i].name);
		for (int k = 0; k < 3; k++)
			bytes_append(&chain, stream.data, stream.len);
		finish_bytes(&once, &job, stream.data, stream.len);
		finish_bytes(&thrice, &job, chain.data, chain.len);
		assert_int_equal(once.result, FINISH_WRITTEN);
		assert_int_equal(thrice.result, FINISH_WRITTEN);
		one = hear(&once.file);
		three = hear(&thrice.file);
		assert_int_equal(
		    three.packets - headers, 3 * (one.packets - headers));
		if (three.frames > 0)
			assert_int_equal(three.granule, three.samples);
		assert_true(three.granule >= 3 * one.granule);
		assert_true(three.granule < 3 * one.granule + 2 * 4096);
		assert_true(
		    thrice.facts.duration_ms >= 3 * once.facts.duration_ms - 2);
		bytes_free(&one.comment);
		bytes_free(&three.comment);
		bytes_free(&stream);
		bytes_free(&chain);
		finished_free(&once);
		finished_free(&thrice);
	}
}

/* Finishing what is finished changes nothing but the serial number. */
static void
what_is_finished_stays_the_same(void **state)
{
	struct finish_job job = { .extension = "opus" };
	struct finished once = { 0 }, twice = { 0 };
	struct bytes chain = { 0 };
	struct heard one, two;

	(void)state;
	add_link(&chain, 7, "TITLE=One", 1000000, 25);
	add_link(&chain, 7, "TITLE=Two", 0, 50);
	finish_bytes(&once, &job, chain.data, chain.len);
	finish_bytes(&twice, &job, once.file.data, once.file.len);
	assert_int_equal(twice.result, FINISH_WRITTEN);
	one = hear(&once.file);
	two = hear(&twice.file);
	assert_int_equal(one.packets, two.packets);
	assert_int_equal(one.granule, two.granule);
	assert_int_equal(one.comment.len, two.comment.len);
	assert_memory_equal(
	    one.comment.data, two.comment.data, one.comment.len);
	assert_int_equal(once.facts.duration_ms, twice.facts.duration_ms);
	assert_int_equal(twice.facts.chapter_count, 2);
	check_chapter(&twice.facts, 1, once.facts.chapters[1].at_ms, "Two");
	bytes_free(&one.comment);
	bytes_free(&two.comment);
	bytes_free(&chain);
	finished_free(&once);
	finished_free(&twice);
}

/* Cut anywhere: it is still one right chain, never longer than before. */
static void
any_cut_gives_a_right_file(void **state)
{
	struct finish_job job = { .extension = "opus" };
	struct finished done = { 0 };
	struct bytes chain = { 0 };
	int64_t before = 0;
	struct heard heard;

	(void)state;
	add_link(&chain, 7, "TITLE=One", 1000000, 3);
	add_link(&chain, 9, "TITLE=Two", 0, 4);
	for (size_t len = 0; len <= chain.len; len++) {
		finish_bytes(&done, &job, chain.data, len);
		if (done.result != FINISH_WRITTEN)
			continue;
		heard = hear(&done.file);
		assert_true(done.facts.duration_ms >= before);
		before = done.facts.duration_ms;
		assert_int_equal(before,
		    heard.granule < PRE_SKIP ? 0
					     : (heard.granule - PRE_SKIP) / 48);
		bytes_free(&heard.comment);
	}
	assert_int_equal(before, (14 * PACKET_SAMPLES - PRE_SKIP) / 48);
	bytes_free(&chain);
	finished_free(&done);
}

static void
real_streams_may_be_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct finish_job job = { .extension = kinds[i].extension };
		struct finished done = { 0 };
		struct bytes stream = { 0 };
		int64_t before = -1;
		struct heard heard;

		load_stream(&stream, kinds[i].name);
		for (size_t len = 0; len < stream.len; len += 4999) {
			finish_bytes(&done, &job, stream.data, len);
			if (done.result != FINISH_WRITTEN)
				continue;
			heard = hear(&done.file);
			assert_true(done.facts.duration_ms >= before);
			before = done.facts.duration_ms;
			bytes_free(&heard.comment);
		}
		assert_true(before > 1000);
		bytes_free(&stream);
		finished_free(&done);
	}
}

static bool
go_twice(void *arg)
{
	int *calls = arg;

	return ++*calls <= 2;
}

/* It is asked each 2 MiB. */
static void
it_stops_when_told(void **state)
{
	int calls = 0;
	struct finish_job job = {
		.extension = "opus", .go_on = go_twice, .arg = &calls
	};
	struct finished done = { 0 };
	struct bytes chain = { 0 };

	(void)state;
	add_link(&chain, 7, "A=b", 0, 20000);
	finish_bytes(&done, &job, chain.data, chain.len);
	assert_int_equal(done.result, FINISH_STOPPED);
	assert_int_equal(calls, 3);
	bytes_free(&chain);
	finished_free(&done);
}

static void
what_makes_no_sense_is_said(void **state)
{
	static const char noise[100000] = "OggS, or so it says";
	struct finish_job job = { .extension = "ogg" };
	struct finished done = { 0 };

	(void)state;
	finish_bytes(&done, &job, noise, sizeof(noise));
	assert_int_equal(done.result, FINISH_FAILED);
	assert_string_equal(done.error, "nothing in it can be understood");
	finish_bytes(&done, &job, "", 0);
	assert_int_equal(done.result, FINISH_FAILED);
	finished_free(&done);
}

TEST_MAIN(TEST(a_chain_becomes_one_link),
    TEST(an_end_that_is_shorter_than_its_packets_stays_so),
    TEST(links_one_decoder_cannot_take_stay_as_they_are),
    TEST(a_film_stays_as_it_is),
    TEST(a_film_from_the_middle_on_is_not_as_long_as_its_clock_says),
    TEST(pages_that_were_lost_leave_no_hole),
    TEST(pages_of_a_stream_that_never_began_are_passed_over),
    TEST(marks_are_chapters_of_what_has_one_title),
    TEST(what_the_encoder_said_of_all_is_kept), TEST(real_streams_are_chained),
    TEST(what_is_finished_stays_the_same), TEST(any_cut_gives_a_right_file),
    TEST(real_streams_may_be_cut), TEST(it_stops_when_told),
    TEST(what_makes_no_sense_is_said))
