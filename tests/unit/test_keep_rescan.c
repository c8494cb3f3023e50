/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive_help.h"

#include "archive/rescan.h"

static struct {
	unsigned count;
	char text[8192];
} said;

static void
keep_words(void *arg, const char *path, const char *what)
{
	size_t len = strlen(said.text);

	(void)arg;
	said.count++;
	snprintf(
	    said.text + len, sizeof(said.text) - len, "%s: %s\n", path, what);
}

static void
rescan(struct kept *kept)
{
	const struct rescan rescan = { .finishing = &kept->finishing,
		.store = kept->store,
		.say = keep_words };

	memset(&said, 0, sizeof(said));
	kept->told = 0;
	assert_true(rescan_run(&rescan));
}

static void
assert_said(const char *words)
{
	if (strstr(said.text, words) == NULL)
		fail_msg("not said: %s, but: %s", words, said.text);
}

static void
assert_nothing_to_do(struct kept *kept)
{
	rescan(kept);
	if (said.count > 0 || kept->told > 0)
		fail_msg("%u rows, %s", kept->told, said.text);
}

static void
deleted_rows_come_back(void **state)
{
	struct recording_msg before, after, other;
	struct sidecar sidecar = { 0 };
	struct kept kept;

	(void)state;
	kept_open(&kept);
	before = kept_add(&kept, 'a', 3);
	other = kept_add(&kept, 'b', 2);
	assert_nothing_to_do(&kept);
	sidecar.row = before;
	sidecar.row.is_public = sidecar.row.is_pinned = true;
	sidecar.row.published_ms = 5;
	strcpy(sidecar.row.hold.reason, "asked by a court");
	strcpy(sidecar.row.hold.person, "An");
	sidecar.row.hold.until_ms = 7;
	assert_true(item_write(kept.archive, before.path, &sidecar));
	run_sql(kept.store, "DELETE FROM recording");
	rescan(&kept);
	assert_int_equal(kept.told, 2);
	assert_said("has a row again");
	assert_true(kept_row(&kept, before.id, &after));
	assert_int_equal(after.member, 3);
	assert_string_equal(after.slug, "lea");
	assert_string_equal(after.title, "show a");
	assert_string_equal(after.sha256, before.sha256);
	assert_int_equal(after.bytes, before.bytes);
	assert_int_equal(after.ended_ms, before.ended_ms);
	assert_true(after.is_public && after.is_pinned);
	assert_int_equal(after.published_ms, 5);
	assert_string_equal(after.hold.reason, "asked by a court");
	assert_int_equal(after.hold.until_ms, 7);
	assert_true(kept_row(&kept, other.id, &after));
	assert_string_equal(after.path, other.path);
	assert_nothing_to_do(&kept);
	kept_close(&kept);
}

/* Its number is another one in a store that was made again. */
static void
the_folder_says_whose_it_is(void **state)
{
	struct recording_msg row;
	struct kept kept;

	(void)state;
	kept_open(&kept);
	row = kept_add(&kept, 'a', 3);
	run_sql(kept.store, "DELETE FROM recording");
	run_sql(kept.store, "UPDATE member SET id = 9, slug = 'lea'");
	run_sql(kept.store,
	    "INSERT INTO member(id, slug, name, key_hash, state, created_ms, "
	    "key_ms) VALUES(3, 'zoe', 'Zoe', '', 'active', 1, 1)");
	rescan(&kept);
	assert_true(kept_row(&kept, row.id, &row));
	assert_int_equal(row.member, 9);
	assert_nothing_to_do(&kept);
	kept_close(&kept);
}

static void
a_file_that_is_gone_is_said_and_may_return(void **state)
{
	struct recording_msg row, other;
	struct kept kept;

	(void)state;
	kept_open(&kept);
	row = kept_add(&kept, 'a', 3);
	other = kept_add(&kept, 'b', 3);
	assert_int_equal(
	    renameat(kept.archive, row.path, kept.archive, "kept"), 0);
	assert_int_equal(unlinkat(kept.archive, other.path, 0), 0);
	assert_int_equal(
	    unlinkat(kept.archive, DAY_FOLDER "/" STEM_FIRST "b.json", 0), 0);
	rescan(&kept);
	assert_int_equal(kept.told, 2);
	assert_true(kept_row(&kept, other.id, &other));
	assert_int_equal(other.state, RECORDING_BROKEN);
	assert_true(kept_row(&kept, row.id, &row));
	assert_int_equal(row.state, RECORDING_BROKEN);
	assert_string_equal(row.note, RESCAN_MISSING);
	rescan(&kept);
	assert_int_equal(kept.told, 0);
	run_sql(kept.store, "DELETE FROM recording");
	rescan(&kept);
	assert_true(kept_row(&kept, row.id, &row));
	assert_string_equal(row.note, RESCAN_MISSING);
	assert_string_equal(row.extension, "aac");
	assert_int_equal(
	    renameat(kept.archive, "kept", kept.archive, row.path), 0);
	rescan(&kept);
	assert_true(kept_row(&kept, row.id, &row));
	assert_int_equal(row.state, RECORDING_DONE);
	assert_string_equal(row.note, "");
	kept_close(&kept);
}

static void
what_is_only_in_the_object_store_is_not_missing(void **state)
{
	struct sidecar sidecar = { 0 };
	struct recording_msg row;
	struct kept kept;

	(void)state;
	kept_open(&kept);
	sidecar.row = row = kept_add(&kept, 'a', 3);
	sidecar.row.is_remote = true;
	strcpy(sidecar.row.object, "lea/a");
	assert_true(item_write(kept.archive, row.path, &sidecar));
	assert_int_equal(unlinkat(kept.archive, row.path, 0), 0);
	run_sql(kept.store, "DELETE FROM recording");
	rescan(&kept);
	assert_true(kept_row(&kept, row.id, &sidecar.row));
	assert_int_equal(sidecar.row.state, RECORDING_DONE);
	assert_true(sidecar.row.is_remote);
	assert_string_equal(sidecar.row.path, row.path);
	assert_nothing_to_do(&kept);
	kept_close(&kept);
}

static void
sidecars_edited_by_hand_are_taken_over(void **state)
{
	static const char *const bad[] = { "", "{", "[]", "null",
		"{\"version\": 2, \"title\": \"x\"}", "\xff\xfe{}",
		"{\"version\": 1}}" };
	struct recording_msg row, after;
	struct kept kept;

	(void)state;
	kept_open(&kept);
	row = kept_add(&kept, 'a', 3);
	put_below(DAY_FOLDER "/" STEM_FIRST "a.json",
	    "{\"version\": 1, \"id\": \"../../etc\", \"slug\": \"zoe\", "
	    "\"member\": 77, \"title\": \"by hand\", \"bytes\": 5, "
	    "\"state\": \"active\", \"path\": \"/etc/passwd\"}");
	rescan(&kept);
	assert_said("has 1251 bytes, its sidecar says 5");
	assert_true(kept_row(&kept, row.id, &after));
	assert_string_equal(after.title, "by hand");
	assert_int_equal(after.member, 3);
	assert_string_equal(after.path, row.path);
	assert_int_equal(after.state, RECORDING_DONE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put_below(DAY_FOLDER "/" STEM_FIRST "a.json", bad[i]);
		rescan(&kept);
		assert_int_equal(kept.told, 0);
		assert_said("cannot be read: left alone");
		assert_true(kept_row(&kept, row.id, &after));
		assert_string_equal(after.title, "by hand");
	}
	kept_close(&kept);
}

static void
media_without_a_sidecar_gets_one(void **state)
{
	static const char sidecar[] = DAY_FOLDER "/" STEM_FIRST "a.json";
	struct recording_msg row, after;
	struct kept kept;

	(void)state;
	kept_open(&kept);
	row = kept_add(&kept, 'a', 3);
	assert_int_equal(unlinkat(kept.archive, sidecar, 0), 0);
	rescan(&kept);
	assert_said("had no sidecar: made from its row");
	assert_nothing_to_do(&kept);
	assert_int_equal(unlinkat(kept.archive, sidecar, 0), 0);
	run_sql(kept.store, "DELETE FROM recording");
	rescan(&kept);
	assert_said("had no sidecar: is finished again");
	assert_true(kept_row(&kept, row.id, &after));
	assert_string_equal(after.sha256, row.sha256);
	assert_int_equal(after.member, 3);
	assert_int_equal(after.started_ms, row.started_ms);
	assert_nothing_to_do(&kept);
	kept_close(&kept);
}

static void
what_was_planted_is_left_alone(void **state)
{
	struct recording_msg row;
	struct stat st;
	struct kept kept;

	(void)state;
	kept_open(&kept);
	row = kept_add(&kept, 'a', 3);
	put_below("victim", "keep this text");
	assert_int_equal(symlinkat("../../../../victim", kept.archive,
			     DAY_FOLDER "/" STEM_FIRST "s.aac"),
	    0);
	assert_int_equal(symlinkat("../../../../victim", kept.archive,
			     DAY_FOLDER "/" STEM_FIRST "t.json"),
	    0);
	assert_int_equal(linkat(kept.archive, "victim", kept.archive,
			     DAY_FOLDER "/" STEM_FIRST "h.aac", 0),
	    0);
	assert_int_equal(
	    mkfifoat(kept.archive, DAY_FOLDER "/" STEM_FIRST "f.aac", 0600), 0);
	assert_int_equal(
	    mkfifoat(kept.archive, DAY_FOLDER "/" STEM_FIRST "g.json", 0600),
	    0);
	assert_int_equal(
	    mkdirat(kept.archive, DAY_FOLDER "/" STEM_FIRST "d.aac", 0700), 0);
	assert_int_equal(symlinkat("/", kept.archive, "lea/2027"), 0);
	assert_int_equal(symlinkat("lea", kept.archive, "zoe"), 0);
	put_below(DAY_FOLDER "/notes.txt", "mine");
	rescan(&kept);
	assert_int_equal(kept.told, 0);
	assert_said(STEM_FIRST "s.aac: is no plain file: left alone");
	assert_said(STEM_FIRST "t.json: cannot be read: left alone");
	assert_said(STEM_FIRST "h.aac: is no plain file: left alone");
	assert_said(STEM_FIRST "f.aac: is no plain file: left alone");
	assert_said(STEM_FIRST "g.json: cannot be read: left alone");
	assert_said(STEM_FIRST "d.aac: is no plain file: left alone");
	assert_said("2027: is no folder of ours: left alone");
	assert_said("zoe: is no folder of ours: left alone");
	assert_said("notes.txt: is none of ours: left alone");
	assert_int_equal(fstatat(kept.archive, "victim", &st, 0), 0);
	assert_int_equal(st.st_nlink, 2);
	assert_int_equal(st.st_size, 14);
	assert_true(kept_row(&kept, row.id, &row));
	kept_close(&kept);
}

/* Wherever it is ended, the next one makes it whole. */
static void
it_may_be_ended_at_any_call(void **state)
{
	struct recording_msg row, after;
	struct kept kept;
	unsigned calls = 1;

	(void)state;
	for (unsigned fail_at = 0; fail_at <= calls; fail_at++) {
		const struct rescan one = { .finishing = &kept.finishing,
			.store = kept.store,
			.say = keep_words };
		struct rescan now = one;

		kept_open(&kept);
		now.store = kept.store;
		row = kept_add(&kept, 'a', 3);
		assert_int_equal(unlinkat(kept.archive,
				     DAY_FOLDER "/" STEM_FIRST "a.json", 0),
		    0);
		run_sql(kept.store, "DELETE FROM recording");
		disk_set(fail_at, NEVER, EIO);
		(void)!rescan_run(&now);
		calls = disk.fail_at < disk.count ? fail_at + 1 : fail_at;
		disk_set(NEVER, 0, 0);
		rescan(&kept);
		rescan(&kept);
		assert_true(kept_row(&kept, row.id, &after));
		assert_string_equal(after.sha256, row.sha256);
		assert_int_equal(after.state, RECORDING_DONE);
		assert_nothing_to_do(&kept);
		kept_close(&kept);
	}
	assert_true(calls > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deleted_rows_come_back),
		cmocka_unit_test(the_folder_says_whose_it_is),
		cmocka_unit_test(a_file_that_is_gone_is_said_and_may_return),
		cmocka_unit_test(
		    what_is_only_in_the_object_store_is_not_missing),
		cmocka_unit_test(sidecars_edited_by_hand_are_taken_over),
		cmocka_unit_test(media_without_a_sidecar_gets_one),
		cmocka_unit_test(what_was_planted_is_left_alone),
		cmocka_unit_test(it_may_be_ended_at_any_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
