/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "format/format_priv.h"
#include "format/media.h"

#include "units.h"

static bool
feed(struct units *units, struct media *media, const uint8_t *bytes, size_t len,
    size_t piece)
{
	struct format_out out = units_out(units);
	size_t at, n;
	bool ok = true;

	for (at = 0; at < len && ok; at += n) {
		uint8_t *copy;

		n = len - at < piece ? len - at : piece;
		copy = mem_copy(bytes + at, n);
		ok = media_read(media, copy, n, &out, &units->why);
		free(copy);
	}
	return ok;
}

static void
the_bytes_tell_the_format(void **state)
{
	static const struct {
		const char *file;
		const struct format *format;
	} rows[] = {
		{ "aac128.adts", &format_adts },
		{ "cbr128.mp3", &format_mp3 },
		{ "h264-aac.ts", &format_ts },
		{ "opus.ogg", &format_ogg },
		{ "vorbis128.ogg", &format_ogg },
		{ "theora-vorbis.ogv", &format_ogg },
		{ "ffmpeg-vp8-opus-live.webm", &format_webm },
		{ "ffmpeg-h264-aac.mkv", &format_webm },
		{ "h264-aac-frag.mp4", &format_raw },
		{ "h264-aac.flv", &format_raw },
		{ "snap.webp", &format_raw },
	};
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes bytes = units_file(rows[i].file);
		struct sniffer sniffer = { 0 };
		enum sniffed found = SNIFF_MORE;

		if (memcmp(bytes.data, "ID3", 3) == 0)
			bytes_eat(&bytes, frame_tag(bytes.data));
		for (len = 1; found == SNIFF_MORE && len < 16384; len++)
			found = sniff(&sniffer, bytes.data, len, false);
		if (found == SNIFF_MORE)
			found = sniff(&sniffer, bytes.data, len, true);
		assert_int_not_equal(found, SNIFF_MORE);
		assert_ptr_equal(sniffer.format, rows[i].format);
		bytes_free(&bytes);
	}
}

static void
a_stream_joined_in_the_middle_is_recognised(void **state)
{
	static const struct {
		const char *file;
		size_t from;
		const char *extension;
	} rows[] = {
		{ "aac128.adts", 1001, "aac" },
		{ "cbr128.mp3", 3001, "mp3" },
		{ "h264-aac.ts", 5001, "ts" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes bytes = units_file(rows[i].file);
		struct media *media = media_open("audio/mpeg");
		struct units units = { 0 };
		struct media_facts facts;

		assert_false(media_facts(media, &facts));
		assert_true(feed(&units, media, bytes.data + rows[i].from,
		    bytes.len - rows[i].from, 100));
		assert_true(media_facts(media, &facts));
		assert_string_equal(facts.extension, rows[i].extension);
		media_close(media);
		units_free(&units);
		bytes_free(&bytes);
	}
}

static void
a_large_picture_in_front_is_passed_over(void **state)
{
	uint8_t id3[10] = { 'I', 'D', '3', 3, 0, 0, 0, 6, 0, 0 };
	struct bytes bytes = { 0 }, frames = units_file("aac128.adts");
	struct media *media = media_open(NULL);
	struct units units = { 0 };
	struct media_facts facts;
	size_t size = 6 << 14;

	(void)state;
	bytes_append(&bytes, id3, sizeof(id3));
	memset(bytes_room(&bytes, size), 0xff, size);
	bytes_added(&bytes, size);
	bytes_append(&bytes, frames.data, 4000);
	assert_true(feed(&units, media, bytes.data, bytes.len, 1000));
	assert_true(media_facts(media, &facts));
	assert_string_equal(facts.extension, "aac");
	assert_memory_equal(units.bytes.data, frames.data, units.bytes.len);
	assert_true(units.count > 3);
	media_close(media);
	units_free(&units);
	bytes_free(&bytes);
	bytes_free(&frames);
}

static void
unknown_bytes_go_by_their_declared_type(void **state)
{
	static const struct {
		const char *declared, *begins, *media_type; /* NULL: refused */
	} rows[] = {
		{ NULL, "", "application/octet-stream" },
		{ "", "", "application/octet-stream" },
		{ "Audio/X-Strange; rate=8000", "", "audio/x-strange" },
		{ "audio/x\r\nEvil: 1", "", "application/octet-stream" },
		{ "audio/mpeg", "", NULL },
		{ "AUDIO/AACP", "", NULL },
		{ "audio/mpeg", "\1\2\3\4ftyp", "video/mp4" },
		{ "video/quicktime", "\1\2\3\4ftyp", "video/quicktime" },
		{ "audio/mpeg", "FLV\1", "video/x-flv" },
	};
	uint8_t bytes[20000];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct media *media = media_open(rows[i].declared);
		struct units units = { 0 };
		struct media_facts facts;

		memset(bytes, 0xff, sizeof(bytes));
		memcpy(bytes, rows[i].begins, strlen(rows[i].begins));
		if (rows[i].media_type == NULL) {
			assert_false(
			    feed(&units, media, bytes, sizeof(bytes), 777));
			assert_non_null(units.why);
		} else {
			assert_true(
			    feed(&units, media, bytes, sizeof(bytes), 777));
			assert_true(media_facts(media, &facts));
			assert_string_equal(
			    facts.media_type, rows[i].media_type);
			assert_string_equal(facts.extension, "bin");
			assert_int_equal(units.bytes.len, sizeof(bytes));
			assert_memory_equal(
			    units.bytes.data, bytes, sizeof(bytes));
			assert_int_equal(units.flags[1], UNIT_SYNC);
			assert_int_equal(facts.takes_icy,
			    strncmp(facts.media_type, "audio/", 6) == 0);
		}
		media_close(media);
		units_free(&units);
	}
}

static void
a_return_with_the_same_format_goes_on(void **state)
{
	struct bytes bytes = units_file("cbr128.mp3");
	struct media *media = media_open("audio/mpeg");
	struct units units = { 0 };
	struct media_facts facts;
	size_t i, before;

	(void)state;
	assert_true(feed(&units, media, bytes.data, 10000, 500));
	before = units.count;
	media_resume(media, "audio/mpeg");
	assert_true(media_facts(media, &facts));
	assert_true(feed(&units, media, bytes.data, 10000, 500));
	assert_int_equal(units.count, 2 * before);
	for (i = 0; i < units.count; i++)
		assert_int_equal(units.flags[i], UNIT_SYNC);
	media_close(media);
	units_free(&units);
	bytes_free(&bytes);
}

static void
a_return_with_another_format_cuts(void **state)
{
	struct bytes mp3 = units_file("cbr128.mp3");
	struct bytes adts = units_file("aac128.adts");
	struct media *media = media_open("audio/mpeg");
	struct units units = { 0 };
	struct media_facts facts;
	size_t i, before;

	(void)state;
	assert_true(feed(&units, media, mp3.data, 10000, 500));
	before = units.count;
	media_resume(media, "audio/mpeg");
	assert_true(feed(&units, media, adts.data, 10000, 500));
	assert_true(units.count > before + 1);
	for (i = 0; i < units.count; i++)
		assert_int_equal(units.flags[i],
		    i == before ? UNIT_SYNC | UNIT_CUT : UNIT_SYNC);
	assert_true(media_facts(media, &facts));
	assert_string_equal(facts.extension, "aac");
	media_close(media);
	units_free(&units);
	bytes_free(&mp3);
	bytes_free(&adts);
}

static void
what_nobody_understands_never_goes_on(void **state)
{
	struct media *media = media_open("audio/x-strange");
	struct units units = { 0 };
	uint8_t bytes[MEDIA_SNIFF_BYTES] = { 0 };

	(void)state;
	assert_true(feed(&units, media, bytes, sizeof(bytes), sizeof(bytes)));
	media_resume(media, "audio/x-strange");
	assert_true(feed(&units, media, bytes, sizeof(bytes), sizeof(bytes)));
	media_resume(media, "audio/x-other");
	assert_true(feed(&units, media, bytes, sizeof(bytes), sizeof(bytes)));
	assert_int_equal(units.count, 3);
	assert_int_equal(units.flags[0], UNIT_SYNC);
	assert_int_equal(units.flags[1], UNIT_SYNC | UNIT_CUT);
	assert_int_equal(units.flags[2], UNIT_SYNC | UNIT_CUT);
	media_close(media);
	units_free(&units);
}

static void
a_short_stream_comes_out_at_its_end(void **state)
{
	struct media *media = media_open("audio/x-strange");
	struct units units = { 0 };
	struct format_out out = units_out(&units);

	(void)state;
	assert_true(feed(&units, media, (const uint8_t *)"ID3", 3, 1));
	assert_int_equal(units.count, 0);
	media_finish(media, &out);
	assert_int_equal(units.bytes.len, 3);
	media_close(media);
	units_free(&units);
}

static void
pieces_do_not_matter(void **state)
{
	static const char *const files[] = { "aac128.adts", "cbr128.mp3",
		"h264-aac.ts" };
	size_t i, at;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct bytes bytes = units_file(files[i]);
		struct units whole = { 0 }, cut = { 0 };
		struct media *media = media_open("");

		assert_true(feed(&whole, media, bytes.data, 20000, 20000));
		media_close(media);
		for (at = 1; at < 2000; at++) {
			media = media_open("");
			assert_true(feed(&cut, media, bytes.data, at, at));
			assert_true(feed(
			    &cut, media, bytes.data + at, 20000 - at, 20000));
			media_close(media);
			units_same(&whole, &cut);
			units_free(&cut);
		}
		media = media_open("");
		assert_true(feed(&cut, media, bytes.data, 20000, 1));
		media_close(media);
		units_same(&whole, &cut);
		units_free(&cut);
		units_free(&whole);
		bytes_free(&bytes);
	}
}

static void
only_media_may_be_declared(void **state)
{
	static const struct {
		const char *type;
		bool is_allowed;
	} rows[] = {
		{ NULL, true },
		{ "", true },
		{ "audio/mpeg", true },
		{ "Audio/AACP", true },
		{ "video/webm; codecs=\"vp8\"", true },
		{ "application/ogg", true },
		{ "application/x-ogg", true },
		{ "application/octet-stream", true },
		{ "video/anything-new", true },
		{ "text/html", false },
		{ "text/plain", false },
		{ "image/svg+xml", false },
		{ "application/javascript", false },
		{ "application/xhtml+xml", false },
		{ "application/x-shockwave-flash", false },
		{ "multipart/mixed", false },
		{ "audio/x-mpegurl", false },
		{ "audio", false },
		{ "audio/", false },
		{ "/mpeg", false },
		{ "audio/mpeg/x", false },
		{ "audio/mp\"eg", false },
		{ "audio/mpeg\r\nX: y", false },
		{ "audio/a234567890123456789012345678901234567890123456789012"
		  "34567890",
		    false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    media_type_allowed(rows[i].type), rows[i].is_allowed);
}

/* The head that newcomers get; free() it. */
static struct bytes
head_of(const char *file)
{
	struct bytes bytes = units_file(file), head;
	struct media *media = media_open("");
	struct units units = { 0 };
	struct format_out out = units_out(&units);
	const char *why;

	assert_true(media_read(media, bytes.data, bytes.len, &out, &why));
	media_close(media);
	bytes_free(&bytes);
	head = units.head;
	memset(&units.head, 0, sizeof(units.head));
	units_free(&units);
	return head;
}

static bool
joins(const struct bytes *one, const struct bytes *other)
{
	return media_joins(one->data, one->len, other->data, other->len);
}

static void
heads_of_one_stream_join(void **state)
{
	struct bytes vp8 = head_of("ffmpeg-vp8-opus-live.webm");
	struct bytes again = head_of("ffmpeg-vp8-opus-live.webm");
	struct bytes other = head_of("firefox-mediarecorder.webm");
	struct bytes opus = head_of("opus.ogg"), flac = head_of("flac.ogg");
	struct bytes none = { 0 };
	uint8_t *uid = memmem(again.data, again.len, "\x73\xc5\x88", 3);
	uint8_t *rate = memmem(again.data, again.len, "\x40\xe7\x70", 3);

	(void)state;
	assert_true(joins(&vp8, &again));
	assert_true(uid != NULL && rate != NULL);
	uid[5] ^= 1; /* each encoder makes its own */
	assert_true(joins(&vp8, &again));
	rate[0] ^= 1;
	assert_false(joins(&vp8, &again));
	assert_false(joins(&vp8, &other));
	assert_true(joins(&opus, &flac));
	assert_false(joins(&vp8, &opus));
	assert_true(joins(&none, &none));
	assert_false(joins(&none, &vp8));
	again.len = 20;
	assert_false(joins(&vp8, &again));
	bytes_free(&vp8);
	bytes_free(&again);
	bytes_free(&other);
	bytes_free(&opus);
	bytes_free(&flac);
}

TEST_MAIN(TEST(the_bytes_tell_the_format),
    TEST(a_stream_joined_in_the_middle_is_recognised),
    TEST(a_large_picture_in_front_is_passed_over),
    TEST(unknown_bytes_go_by_their_declared_type),
    TEST(a_return_with_the_same_format_goes_on),
    TEST(a_return_with_another_format_cuts),
    TEST(what_nobody_understands_never_goes_on),
    TEST(a_short_stream_comes_out_at_its_end), TEST(pieces_do_not_matter),
    TEST(only_media_may_be_declared), TEST(heads_of_one_stream_join))
