/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive_help.h"

#include "archive/leftovers.h"
#include "archive/rescan.h"
#include "archive/sums.h"
#include "archive/twin.h"
#include "m4a_seen.h"

#define TWIN_A    DAY_FOLDER "/" STEM_FIRST "a.m4a"
#define SIDECAR_A DAY_FOLDER "/" STEM_FIRST "a.json"
#define SUMS      DAY_FOLDER "/" SUMS_NAME

static bool is_wanted = true;
static char said[4096];

static bool
wants_twin(void *arg, const struct recording_msg *row)
{
	(void)arg;
	(void)row;
	return is_wanted;
}

static void
open_kept(struct kept *kept)
{
	is_wanted = true;
	kept_open(kept);
	kept->finishing.wants_twin = wants_twin;
}

static bool
is_there(const struct kept *kept, const char *path)
{
	return faccessat(kept->archive, path, F_OK, 0) == 0;
}

static bool
has_text(const char *path, const char *text)
{
	size_t len;
	char *all = read_below(path, &len);
	bool has = memmem(all, len, text, strlen(text)) != NULL;

	free(all);
	return has;
}

static void
add_up(void *arg, uint64_t offset, uint32_t size)
{
	uint64_t *sum = arg;

	(void)offset;
	*sum += size;
}

/* Its row and its sidecar say what it is, SHA256SUMS has it, and it has the
 * recording's frames. */
static void
check_twin(
    const struct kept *kept, const char *path, const struct recording_msg *row)
{
	struct sidecar sidecar = { 0 };
	char hex[DIGEST_BYTES];
	struct digest *digest = digest_new();
	struct span file;
	uint64_t sum = 0;
	size_t len;
	char *bytes = read_below(path, &len);

	assert_int_equal(row->twin_bytes, len);
	digest_add(digest, bytes, len);
	digest_end(digest, hex);
	assert_string_equal(row->twin_sha256, hex);
	file.at = (uint8_t *)bytes;
	file.len = len;
	assert_int_equal(
	    each_frame(file, add_up, &sum), row->bytes / FRAME_BYTES);
	assert_int_equal(sum, row->bytes / FRAME_BYTES * (FRAME_BYTES - 7));
	free(bytes);
	assert_true(item_read(kept->archive, row->path, &sidecar));
	assert_int_equal(sidecar.row.twin_bytes, row->twin_bytes);
	assert_string_equal(sidecar.row.twin_sha256, hex);
	sidecar_clear(&sidecar);
	assert_true(has_text(SUMS, hex));
}

static void
keep_words(void *arg, const char *path, const char *what)
{
	size_t len = strlen(said);

	(void)arg;
	snprintf(said + len, sizeof(said) - len, "%s: %s\n",
	    strrchr(path, '.') + 1, what);
}

static void
rescan(struct kept *kept)
{
	const struct rescan rescan = { .finishing = &kept->finishing,
		.store = kept->store,
		.say = keep_words };

	said[0] = '\0';
	assert_true(rescan_run(&rescan));
}

static void
a_finished_one_has_a_twin(void **state)
{
	struct recording_msg row;
	struct kept kept;

	(void)state;
	open_kept(&kept);
	row = kept_add(&kept, 'a', 200);
	check_twin(&kept, TWIN_A, &row);
	assert_true(has_text(SUMS, row.sha256));
	rescan(&kept);
	assert_string_equal(said, "");
	kept_close(&kept);
}

static void
not_every_one_has_a_twin(void **state)
{
	const struct finishing finishing = { .wants_twin = wants_twin };
	static const struct {
		struct recording_msg row;
		bool is_wanted;
	} cases[] = {
		{ { .state = RECORDING_DONE, .extension = "aac" }, true },
		{ { .state = RECORDING_DONE,
		      .extension = "aac",
		      .profile = PROFILE_MANUAL },
		    true },
		{ { .state = RECORDING_DONE,
		      .extension = "aac",
		      .profile = PROFILE_LOG },
		    false },
		{ { .state = RECORDING_BROKEN, .extension = "aac" }, false },
		{ { .state = RECORDING_DONE,
		      .extension = "aac",
		      .trashed_ms = 1 },
		    false },
		{ { .state = RECORDING_DONE, .extension = "mp3" }, false },
	};
	struct recording_msg row;
	struct kept kept;

	(void)state;
	is_wanted = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(twin_is_wanted(&finishing, &cases[i].row),
		    cases[i].is_wanted);
	open_kept(&kept);
	is_wanted = false;
	row = kept_add(&kept, 'a', 20);
	assert_int_equal(row.twin_bytes, 0);
	assert_false(is_there(&kept, TWIN_A));
	assert_false(has_text(SIDECAR_A, "twin"));
	kept_close(&kept);
}

static void
rescan_makes_it_again(void **state)
{
	struct recording_msg before, row;
	struct kept kept;

	(void)state;
	open_kept(&kept);
	before = kept_add(&kept, 'a', 100);
	assert_int_equal(unlinkat(kept.archive, TWIN_A, 0), 0);
	rescan(&kept);
	assert_non_null(strstr(said, "m4a: is made again\n"));
	assert_true(kept_row(&kept, before.id, &row));
	check_twin(&kept, TWIN_A, &row);
	put_below(TWIN_A, "shorter");
	rescan(&kept);
	assert_non_null(strstr(said, "m4a: is made again\n"));
	assert_true(kept_row(&kept, before.id, &row));
	check_twin(&kept, TWIN_A, &row);
	rescan(&kept);
	assert_string_equal(said, "");
	kept_close(&kept);
}

static void
rescan_makes_what_was_never_made(void **state)
{
	struct recording_msg before, row;
	struct kept kept;

	(void)state;
	open_kept(&kept);
	is_wanted = false;
	before = kept_add(&kept, 'a', 100);
	rescan(&kept);
	assert_string_equal(said, "");
	is_wanted = true;
	rescan(&kept);
	assert_non_null(strstr(said, "m4a: is made\n"));
	assert_true(kept_row(&kept, before.id, &row));
	check_twin(&kept, TWIN_A, &row);
	/* What is there stays when no more are wanted; what is not, goes. */
	is_wanted = false;
	rescan(&kept);
	assert_string_equal(said, "");
	assert_int_equal(unlinkat(kept.archive, TWIN_A, 0), 0);
	rescan(&kept);
	assert_non_null(strstr(said, "m4a: is gone\n"));
	assert_true(kept_row(&kept, before.id, &row));
	assert_int_equal(row.twin_bytes, 0);
	assert_false(has_text(SIDECAR_A, "twin"));
	kept_close(&kept);
}

static void
one_that_nobody_names_is_left_alone(void **state)
{
	struct kept kept;

	(void)state;
	open_kept(&kept);
	is_wanted = false;
	(void)kept_add(&kept, 'a', 10);
	put_below(TWIN_A, "whose?");
	put_below(DAY_FOLDER "/" STEM_FIRST "b.m4a", "nobody's");
	rescan(&kept);
	assert_string_equal(said,
	    "m4a: is in no sidecar: left alone\n"
	    "m4a: is all there is: left alone\n");
	assert_true(has_text(TWIN_A, "whose?"));
	kept_close(&kept);
}

static void
it_goes_with_its_recording(void **state)
{
	struct recording_msg row;
	struct kept kept;

	(void)state;
	open_kept(&kept);
	row = kept_add(&kept, 'a', 10);
	(void)kept_add(&kept, 'b', 10);
	assert_true(item_delete(kept.archive, row.path));
	assert_false(is_there(&kept, TWIN_A));
	assert_false(has_text(SUMS, STEM_FIRST "a"));
	assert_true(has_text(SUMS, STEM_FIRST "b.m4a"));
	kept_close(&kept);
}

static void
a_full_members_storage_has_no_room(void **state)
{
	struct recording_msg row, other;
	struct kept kept;
	char sql[200];

	(void)state;
	open_kept(&kept);
	row = kept_add(&kept, 'a', 10);
	other = kept_add(&kept, 'b', 10);
	assert_true(recordings_has_twin_room(kept.store, &row));
	snprintf(sql, sizeof(sql),
	    "INSERT INTO plan(id, name, storage_bytes) VALUES(70, 'small', %llu)",
	    (unsigned long long)(other.bytes + other.twin_bytes +
		2 * row.bytes));
	run_sql(kept.store, sql);
	run_sql(kept.store, "UPDATE member SET plan = 70");
	assert_true(recordings_has_twin_room(kept.store, &row));
	run_sql(
	    kept.store, "UPDATE plan SET storage_bytes = storage_bytes - 1");
	assert_false(recordings_has_twin_room(kept.store, &row));
	run_sql(kept.store, "UPDATE plan SET at_storage = 'rotate'");
	assert_true(recordings_has_twin_room(kept.store, &row));
	kept_close(&kept);
}

static void
finish_again(void *arg, const char *path)
{
	const struct kept *kept = arg;

	(void)!finishing_run(&kept->finishing, path);
}

/* On a disk that does nothing any more from some call on, and again after it:
 * it is there, as its sidecar says. */
static void
after_a_crash_anywhere_it_is_there(void **state)
{
	unsigned calls = NEVER, at;

	(void)state;
	for (at = 0; at < calls; at++) {
		struct recording_msg row;
		struct kept kept;

		open_kept(&kept);
		row = kept_add(&kept, 'a', 10);
		/* As the spool left it. */
		assert_int_equal(unlinkat(kept.archive, SIDECAR_A, 0), 0);
		assert_int_equal(unlinkat(kept.archive, TWIN_A, 0), 0);
		put_below(DAY_FOLDER "/" STEM_FIRST "a.json.part",
		    "{\"version\": 1, \"state\": \"finishing\", "
		    "\"member\": 3, \"slug\": \"lea\"}");
		disk_set(at, NEVER, EIO);
		leftovers_find(kept.archive, finish_again, &kept);
		calls = disk.count > at ? NEVER : at;
		disk_set(NEVER, 0, 0);
		leftovers_find(kept.archive, finish_again, &kept);
		assert_true(kept_row(&kept, row.id, &row));
		check_twin(&kept, TWIN_A, &row);
		assert_int_equal(count_ending(".new"), 0);
		assert_int_equal(count_ending(".part"), 0);
		kept_close(&kept);
	}
	assert_true(at > 20);
}

/* One call that fails costs the twin at most, and what is said is true. */
static void
a_disk_that_fails_once_costs_no_recording(void **state)
{
	unsigned calls = NEVER, with = 0;

	(void)state;
	for (unsigned at = 0; at < calls; at++) {
		struct recording_msg row;
		struct sidecar sidecar = { 0 };
		struct kept kept;

		open_kept(&kept);
		is_wanted = false;
		row = kept_add(&kept, 'a', 10);
		is_wanted = true;
		sidecar.row = row;
		disk_set(at, 1, ENOSPC);
		{
			struct naming naming;
			int folder;

			assert_true(naming_parse_path(&naming, row.path));
			folder = openat(
			    kept.archive, DAY_FOLDER, O_RDONLY | O_DIRECTORY);
			assert_true(folder != -1);
			assert_true(twin_make(
			    &kept.finishing, folder, &naming, &sidecar));
			calls = disk.count > at ? NEVER : at;
			disk_set(NEVER, 0, 0);
			assert_int_equal(
			    twin_is_right(folder, &naming, &sidecar.row),
			    sidecar.row.twin_bytes > 0);
			close(folder);
		}
		with += sidecar.row.twin_bytes > 0;
		assert_int_equal(
		    is_there(&kept, TWIN_A), sidecar.row.twin_bytes > 0);
		sidecar_clear(&sidecar);
		kept_close(&kept);
	}
	assert_true(with > 0 && with < 4);
}

TEST_MAIN(TEST(a_finished_one_has_a_twin), TEST(not_every_one_has_a_twin),
    TEST(rescan_makes_it_again), TEST(rescan_makes_what_was_never_made),
    TEST(one_that_nobody_names_is_left_alone), TEST(it_goes_with_its_recording),
    TEST(a_full_members_storage_has_no_room),
    TEST(after_a_crash_anywhere_it_is_there),
    TEST(a_disk_that_fails_once_costs_no_recording))
