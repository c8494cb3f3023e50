/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool_help.h"

#include "base/clock.h"
#include "base/digest.h"
#include "spool/sidecar.h"
#include "spool/track.h"

#define DAY  "lea/2026/11/22"
#define STEM "20261122T190000Z_abcdefghjkmnpqrstvwxyz0123"
#define WALL 1795374000000

static void
make_file(int archive, const char *name, const void *bytes, size_t len)
{
	char path[256];
	int fd;

	(void)mkdirat(archive, "lea", 0700);
	(void)mkdirat(archive, "lea/2026", 0700);
	(void)mkdirat(archive, "lea/2026/11", 0700);
	(void)mkdirat(archive, DAY, 0700);
	snprintf(path, sizeof(path), DAY "/%.200s", name);
	fd = openat(archive, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd != -1);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

static void
make_frames(int archive, const char *name, unsigned count, size_t more)
{
	struct block *block = frames_new(count + 1, 'x', 0);

	make_file(
	    archive, name, block->bytes, count * (size_t)FRAME_BYTES + more);
	block_unref(block);
}

static void
make_sidecar(int archive, const char *name)
{
	static const char text[] = "{ \"version\": 1, \"id\": \"wrong\","
				   "\"member\": 3, \"slug\": \"lea\","
				   "\"mount\": \"/lea/live.mp3\","
				   "\"title\": \"L\\u00e9a \\\"live\\\"\","
				   "\"started_ms\": 1795374000123,"
				   "\"chapters\": [ { \"t\": 1 } ],"
				   "\"source\": { \"agent\": \"butt\" } }";

	make_file(archive, name, text, sizeof(text) - 1);
}

static void
a_crashed_recording_is_finished(void **state)
{
	int archive = archive_new();
	struct sidecar sidecar = { 0 };
	size_t len;

	(void)state;
	make_frames(archive, STEM ".aac.part", 5, 100);
	make_sidecar(archive, STEM ".json.part");
	recover(archive);
	assert_int_equal(count_ending(""), 2);
	assert_int_equal(rows.count, 1);
	assert_true(rows.last.is_recovered);
	assert_int_equal(rows.last.state, RECORDING_DONE);
	assert_int_equal(rows.last.bytes, 5 * FRAME_BYTES);
	assert_string_equal(rows.last.id, "abcdefghjkmnpqrstvwxyz0123");
	assert_string_equal(rows.last.title,
	    "L\xc3\xa9"
	    "a \"live\"");
	assert_string_equal(rows.last.path, DAY "/" STEM ".aac");
	assert_int_equal(rows.last.member, 3);
	assert_int_equal(rows.last.started_ms, WALL + 123);
	free(read_below(rows.last.path, &len));
	assert_int_equal(len, 5 * FRAME_BYTES);
	assert_true(sidecar_read(&sidecar, archive, DAY "/" STEM ".json"));
	assert_true(sidecar.row.is_recovered);
	assert_string_equal(sidecar.agent, "butt");
	sidecar_clear(&sidecar);
	recover(archive);
	assert_int_equal(rows.count, 0);
	archive_free(archive);
}

static void
every_day_of_every_member_is_looked_at(void **state)
{
	static const char *const days[] = { "ada/2025/01/01", "ada/2025/01/02",
		"ada/2025/02/01", "ada/2026/01/01", "zoe/2025/01/01" };
	int archive = archive_new();
	char command[256];

	(void)state;
	make_frames(archive, STEM ".aac.part", 1, 0);
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		snprintf(command, sizeof(command),
		    "cd '%s' && mkdir -p %s && cp %s/*.part %s", archive_path,
		    days[i], DAY, days[i]);
		assert_int_equal(system(command), 0);
	}
	recover(archive);
	assert_int_equal(rows.count, 6);
	assert_int_equal(count_ending(".aac"), 6);
	archive_free(archive);
}

static void
without_its_notes_the_name_tells(void **state)
{
	int archive = archive_new();

	(void)state;
	make_frames(archive, STEM ".aac.part", 2, 1);
	make_file(archive, STEM ".json.part", "{ \"version\": 1, \"slug", 22);
	recover(archive);
	assert_int_equal(count_ending(""), 2);
	assert_string_equal(rows.last.slug, "lea");
	assert_int_equal(rows.last.started_ms, WALL);
	assert_string_equal(
	    rows.last.note, "what was known at its begin is lost");
	archive_free(archive);
}

static void
an_empty_recording_goes(void **state)
{
	int archive = archive_new();

	(void)state;
	make_file(archive, STEM ".aac.part", "", 0);
	make_sidecar(archive, STEM ".json.part");
	recover(archive);
	assert_int_equal(count_ending(""), 0);
	assert_int_equal(rows.count, 0);
	archive_free(archive);
}

static void
garbage_is_kept_as_broken(void **state)
{
	int archive = archive_new();
	char noise[5000];

	(void)state;
	memset(noise, 'n', sizeof(noise));
	make_file(archive, STEM ".ogg.part", noise, sizeof(noise));
	recover(archive);
	assert_int_equal(rows.last.state, RECORDING_BROKEN);
	assert_int_equal(rows.last.bytes, sizeof(noise));
	assert_int_equal(count_ending(".ogg"), 1);
	archive_free(archive);
}

static void
a_missing_sidecar_is_written(void **state)
{
	int archive = archive_new();

	(void)state;
	make_frames(archive, STEM ".aac", 2, 0);
	make_sidecar(archive, STEM ".json.part");
	make_file(archive, STEM ".json.new", "{", 1);
	recover(archive);
	assert_int_equal(count_ending(""), 2);
	assert_int_equal(count_ending(".json"), 1);
	assert_int_equal(rows.last.bytes, 2 * FRAME_BYTES);
	archive_free(archive);
}

static void
a_finished_one_is_only_told_again(void **state)
{
	static const char text[] =
	    "{\"version\": 1, \"member\": 9, \"slug\": \"lea\","
	    "\"state\": \"broken\", \"bytes\": 834, \"sha256\": \"ab\"}";
	int archive = archive_new();

	(void)state;
	make_frames(archive, STEM ".aac", 2, 0);
	make_sidecar(archive, STEM ".json.part");
	make_file(archive, STEM ".json", text, sizeof(text) - 1);
	recover(archive);
	assert_int_equal(count_ending(".json"), 1);
	assert_int_equal(count_ending(".part"), 0);
	assert_int_equal(rows.count, 1);
	assert_int_equal(rows.last.state, RECORDING_BROKEN);
	assert_int_equal(rows.last.member, 9);
	assert_string_equal(rows.last.sha256, "ab");
	assert_false(rows.last.is_recovered);
	archive_free(archive);
}

static void
what_is_not_ours_is_left_alone(void **state)
{
	int archive = archive_new();
	size_t len;
	char *bytes;

	(void)state;
	make_file(archive, "notes.part", "keep", 4);
	make_file(archive, ".part", "keep", 4);
	make_file(archive, STEM "x.aac.part", "keep", 4);
	make_file(archive, STEM ".json.part.part", "keep", 4);
	make_file(archive, "victim", "keep this text", 14);
	assert_int_equal(
	    symlinkat("victim", archive, DAY "/" STEM ".aac.part"), 0);
	assert_int_equal(linkat(archive, DAY "/victim", archive,
			     DAY "/" STEM ".ogg.part", 0),
	    0);
	assert_int_equal(mkfifoat(archive, DAY "/" STEM ".mp3.part", 0600), 0);
	assert_int_equal(mkdirat(archive, DAY "/" STEM ".ts.part", 0700), 0);
	assert_int_equal(symlinkat("..", archive, "lea/2026/11/23"), 0);
	assert_int_equal(symlinkat("/", archive, "root"), 0);
	recover(archive);
	assert_int_equal(rows.count, 0);
	bytes = read_below(DAY "/victim", &len);
	assert_string_equal(bytes, "keep this text");
	free(bytes);
	assert_int_equal(count_ending(".part"), 6);
	archive_free(archive);
}

static void
a_name_that_is_taken_stays_a_part(void **state)
{
	int archive = archive_new();

	(void)state;
	make_frames(archive, STEM ".aac.part", 2, 0);
	make_sidecar(archive, STEM ".json.part");
	make_file(archive, STEM ".aac", "mine", 4);
	recover(archive);
	recover(archive);
	assert_int_equal(rows.count, 0);
	assert_int_equal(count_ending(".part"), 2);
	archive_free(archive);
}

/* Twelve seconds on air in two files, on a disk that does nothing any more from
 * call die_at on, as after a crash. Calls that were made. */
static unsigned
broadcast(unsigned die_at)
{
	struct spool_msg facts = facts_new("lea", "aac");
	struct track *track = track_begin(PROFILE_PROGRAMME, &facts);
	unsigned calls;

	disk_set(die_at, NEVER, EIO);
	for (unsigned n = 0; n < 12; n++) {
		struct block *block = frames_new(
		    20, 'a' + (char)n, BLOCK_SYNC | (n == 6 ? BLOCK_CUT : 0));

		clock_set(1000 + n * 1000, WALL + n * 1000);
		track_block(track, block, 0);
		block_unref(block);
		track_point(track, 3000);
	}
	track_end(track);
	calls = disk.count;
	disk_set(NEVER, 0, 0);
	return calls;
}

/* Every file has its name, whole frames and a sidecar that fits it. */
static void
check_archive(void)
{
	struct found found = { 0 };
	size_t len;
	char *bytes;

	find_files("", &found);
	assert_int_equal(count_ending(".aac"), count_ending(".json"));
	assert_int_equal(count_ending(".aac") * 2, found.count);
	for (unsigned i = 0; i < found.count; i++) {
		char hex[DIGEST_BYTES];
		struct sidecar sidecar = { 0 };
		struct digest *digest;
		int fd;

		if (strstr(found.paths[i], ".aac") == NULL)
			continue;
		bytes = read_below(found.paths[i], &len);
		assert_int_equal(len % FRAME_BYTES, 0);
		digest = digest_new();
		digest_add(digest, bytes, len);
		digest_end(digest, hex);
		free(bytes);
		strcpy(strrchr(found.paths[i], '.'), ".json");
		fd = open(archive_path, O_RDONLY | O_DIRECTORY);
		assert_true(sidecar_read(&sidecar, fd, found.paths[i]));
		close(fd);
		assert_string_equal(sidecar.row.sha256, hex);
		assert_int_equal(sidecar.row.member, 3);
		sidecar_clear(&sidecar);
	}
}

static void
after_a_crash_anywhere_all_is_whole(void **state)
{
	unsigned calls = NEVER;

	(void)state;
	for (unsigned i = 0; i < calls; i++) {
		int archive = archive_new();

		calls = broadcast(i) > i ? NEVER : i;
		recover(archive);
		check_archive();
		recover(archive);
		assert_int_equal(rows.count, 0);
		archive_free(archive);
	}
	assert_true(calls > 50);
}

static void
recovery_may_crash_too(void **state)
{
	const unsigned deaths[] = { 14, 18, 25, 30, 31, 32, 33, 34, 40, 60 };
	unsigned calls, tried = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
		calls = NEVER;
		for (unsigned j = 0; j < calls; j++) {
			int archive = archive_new();

			(void)broadcast(deaths[i]);
			disk_set(j, NEVER, EIO);
			recover(archive);
			calls = disk.count > j ? NEVER : j;
			disk_set(NEVER, 0, 0);
			recover(archive);
			check_archive();
			archive_free(archive);
			tried++;
		}
	}
	assert_true(tried > 100);
}

static void
a_sidecar_cut_anywhere_is_refused(void **state)
{
	struct sidecar sidecar = { 0 }, read_back = { 0 }, before;
	struct bytes text = { 0 };

	(void)state;
	sidecar.row.state = RECORDING_DONE;
	sidecar.row.member = 12;
	strcpy(sidecar.row.title, "\"\\\n\t<\xc3\xa9\xe2\x80\xa8");
	strcpy(sidecar.agent, "x");
	sidecar.row.gap_bytes = 5;
	sidecar_format(&text, &sidecar);
	for (size_t len = 0; len + 2 < text.len; len++) {
		before = read_back;
		assert_false(sidecar_parse(&read_back, (char *)text.data, len));
		assert_memory_equal(&before, &read_back, sizeof(before));
	}
	assert_true(sidecar_parse(&read_back, (char *)text.data, text.len));
	assert_string_equal(read_back.row.title, sidecar.row.title);
	assert_string_equal(read_back.agent, "x");
	assert_int_equal(read_back.row.member, 12);
	assert_int_equal(read_back.row.gap_bytes, 5);
	assert_int_equal(read_back.row.state, RECORDING_DONE);
	sidecar_clear(&read_back);
	bytes_free(&text);
}

static void
other_json_is_refused_or_passed_over(void **state)
{
	static const struct {
		const char *text;
		bool is_known;
		int64_t member;
	} cases[] = {
		{ "", false, 0 },
		{ "[]", false, 0 },
		{ "{}", false, 0 },
		{ "{\"version\":2}", false, 0 },
		{ "{\"version\":1}", true, 0 },
		{ "{\"version\":1} x", false, 0 },
		{ "{\"version\":1,\"member\":\"7\"}", true, 0 },
		{ "{\"version\":1,\"member\":-7}", true, 0 },
		{ "{\"version\":1,\"member\":7.5}", true, 0 },
		{ "{\"version\":1,\"member\":7}", true, 7 },
		{ "{\"x\":{},\"version\":1,\"member\":8}", true, 8 },
		{ "{\"x\":[\"]\",{\"a\":[1]}],\"version\":1}", true, 0 },
		{ "{\"x\":null,\"y\":false,\"version\":1}", true, 0 },
		{ "{\"version\":1,\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{"
		  "\"x\":{}}}}}}}}",
		    true, 0 },
		{ "{\"version\":1,\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{"
		  "\"x\":{\"x\":{}}}}}}}}}",
		    true, 0 },
		{ "{\"x\":\"\\u12\",\"version\":1}", false, 0 },
		{ "{\"x\":\"\\q\",\"version\":1}", false, 0 },
		{ "{\"x\":\"\xff\",\"version\":1}", false, 0 },
		{ "{\"x\":\"\\u0000\",\"version\":1}", true, 0 },
		{ "{\"x\":\"\\ud83d\",\"version\":1}", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sidecar sidecar = { 0 };
		size_t len = strlen(cases[i].text);
		/* Nothing behind its end may be looked at. */
		char *text = malloc(len + 1);

		memcpy(text, cases[i].text, len);
		text = realloc(text, len > 0 ? len : 1);
		assert_int_equal(
		    sidecar_parse(&sidecar, text, len), cases[i].is_known);
		assert_int_equal(sidecar.row.member, cases[i].member);
		sidecar_clear(&sidecar);
		free(text);
	}
}

TEST_MAIN(TEST(a_crashed_recording_is_finished),
    TEST(every_day_of_every_member_is_looked_at),
    TEST(without_its_notes_the_name_tells), TEST(an_empty_recording_goes),
    TEST(garbage_is_kept_as_broken), TEST(a_missing_sidecar_is_written),
    TEST(a_finished_one_is_only_told_again),
    TEST(what_is_not_ours_is_left_alone),
    TEST(a_name_that_is_taken_stays_a_part),
    TEST(after_a_crash_anywhere_all_is_whole), TEST(recovery_may_crash_too),
    TEST(a_sidecar_cut_anywhere_is_refused),
    TEST(other_json_is_refused_or_passed_over))
