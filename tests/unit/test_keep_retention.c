/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "archive/retention.h"
#include "base/text.h"
#include "ledger/recordings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define NOW_MS (1000 * DAY_MS)

static struct store *store;
static char folder[] = "/tmp/all2all-keep-XXXXXX";
static char due[1024];

static void
run_sql(const char *sql)
{
	assert_true(store_run(store_prepare(store, sql)));
}

static int
open_store(void **state)
{
	char path[sizeof(folder) + 16], *error = NULL;

	(void)state;
	memset(folder + sizeof(folder) - 7, 'X', 6);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/store.sqlite", folder);
	store = store_open(path, &error);
	assert_non_null(store);
	run_sql("INSERT INTO member(id, slug, name, key_hash, state, "
		"created_ms, key_ms) VALUES(3, 'lea', '', '', 'active', 1, 1),"
		"(4, 'zoe', '', '', 'active', 1, 1)");
	return 0;
}

static int
close_store(void **state)
{
	char command[sizeof(folder) + 16];

	(void)state;
	store_close(store);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

/* What is not said is that of any programme. */
static struct recording_msg
row_of(const char *id, const char *mount, int64_t days_ago)
{
	struct recording_msg row = { .member = 3,
		.state = RECORDING_DONE,
		.bytes = 100,
		.started_ms = NOW_MS - days_ago * DAY_MS - 5000,
		.ended_ms = NOW_MS - days_ago * DAY_MS };

	text_copy(row.id, sizeof(row.id), id);
	text_copy(row.mount, sizeof(row.mount), mount);
	return row;
}

static void
add(const struct recording_msg *row)
{
	struct recordings *recordings = recordings_new(store);

	recordings_add(recordings, row);
	assert_true(recordings_write(recordings));
	recordings_free(recordings);
}

static void
add_plain(const char *id, const char *mount, int64_t days_ago)
{
	struct recording_msg row = row_of(id, mount, days_ago);

	add(&row);
}

static void
note_due(void *arg, const struct recording_msg *row, const char *why)
{
	size_t len = strlen(due);

	(void)arg;
	snprintf(due + len, sizeof(due) - len, "%s:%s ", row->id, why);
}

static const char *
find_at(const char *rules, int64_t now_ms)
{
	struct retention retention = {
		.store = store, .now_ms = now_ms, .due = note_due
	};
	char text[512], *error = NULL;
	struct conf *conf;

	snprintf(text, sizeof(text),
	    "data = \"/nowhere\"\nlisten \"127.0.0.1:0\" {}\n%s\n", rules);
	conf = conf_parse(text, "test", &error);
	if (conf == NULL)
		fail_msg("%s", error);
	retention.conf = conf;
	due[0] = '\0';
	assert_true(retention_find(&retention));
	conf_unref(conf);
	return due;
}

static const char *
find(const char *rules)
{
	return find_at(rules, NOW_MS);
}

static void
nothing_goes_by_itself(void **state)
{
	(void)state;
	add_plain("a", "/lea/live", 900);
	assert_string_equal(find(""), "");
	assert_string_equal(find("mount \"/*\" { keep-log = 1d }"), "");
}

static void
age_counts_from_the_end(void **state)
{
	struct recording_msg row;

	(void)state;
	add_plain("a", "/lea/live", 31);
	add_plain("b", "/lea/live", 32);
	row = row_of("c", "/lea/live", 62);
	row.profile = PROFILE_LOG;
	add(&row);
	row = row_of("d", "/lea/live", 63);
	row.profile = PROFILE_LOG;
	add(&row);
	row = row_of("e", "/lea/live", 900);
	row.profile = PROFILE_MANUAL;
	add(&row);
	assert_string_equal(
	    find("mount \"/*\" { keep-programme = 31d }"), "b:keep-programme ");
	assert_string_equal(
	    find("mount \"/*\" { keep-log = 62d }"), "d:keep-log ");
	assert_string_equal(
	    find_at("mount \"/*\" { keep-log = 62d }", NOW_MS + 1),
	    "c:keep-log d:keep-log ");
	/* A clock that was set back takes nothing. */
	assert_string_equal(
	    find_at("mount \"/*\" { keep-log = 62d }", DAY_MS), "");
}

static void
the_newest_of_each_mount_are_kept(void **state)
{
	(void)state;
	add_plain("a", "/lea/live", 1);
	add_plain("b", "/lea/live", 2);
	add_plain("c", "/lea/live", 3);
	add_plain("d", "/lea/other", 4);
	add_plain("e", "/lea/other", 5);
	assert_string_equal(
	    find("mount \"/*\" { keep-count = 2 }"), "c:keep-count ");
	assert_string_equal(find("mount \"/lea/live\" { keep-count = 1 }"),
	    "b:keep-count c:keep-count ");
	assert_string_equal(
	    find("mount \"/lea/live\" { keep-bytes = 200 }"), "c:keep-bytes ");
	/* One at least. */
	assert_string_equal(find("mount \"/lea/live\" { keep-bytes = 99 }"),
	    "b:keep-bytes c:keep-bytes ");
}

static void
what_is_kept_for_other_reasons_does_not_count(void **state)
{
	struct recording_msg row;

	(void)state;
	row = row_of("a", "/lea/live", 1);
	row.is_pinned = true;
	add(&row);
	row = row_of("b", "/lea/live", 2);
	text_copy(row.hold.reason, sizeof(row.hold.reason), "a court");
	add(&row);
	row = row_of("c", "/lea/live", 3);
	row.trashed_ms = 5;
	add(&row);
	row = row_of("d", "/lea/live", 4);
	row.state = RECORDING_ACTIVE;
	row.ended_ms = 0;
	add(&row);
	add_plain("e", "/lea/live", 5);
	row = row_of("f", "/lea/live", 6);
	text_copy(row.hold.reason, sizeof(row.hold.reason), "a court");
	row.hold.until_ms = NOW_MS - 1;
	add(&row);
	assert_string_equal(
	    find("mount \"/*\" { keep-count = 1 keep-programme = 1h }"),
	    "e:keep-programme f:keep-programme ");
	assert_string_equal(
	    find("mount \"/*\" { keep-count = 1 }"), "f:keep-count ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    nothing_goes_by_itself, open_store, close_store),
		cmocka_unit_test_setup_teardown(
		    age_counts_from_the_end, open_store, close_store),
		cmocka_unit_test_setup_teardown(
		    the_newest_of_each_mount_are_kept, open_store, close_store),
		cmocka_unit_test_setup_teardown(
		    what_is_kept_for_other_reasons_does_not_count, open_store,
		    close_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
