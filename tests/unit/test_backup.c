/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger_help.h"

#include "ledger/backup.h"

#include <dirent.h>
#include <fcntl.h>

#define DAY INT64_C(86400000)

static char folder[64];

static int
begin(void **state)
{
	strcpy(folder, "/tmp/all2all-backup-XXXXXX");
	assert_non_null(mkdtemp(folder));
	return help_begin(state);
}

static int
end(void **state)
{
	struct dirent *entry;
	char path[400];
	DIR *dir = opendir(folder);

	while ((entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	closedir(dir);
	assert_int_equal(rmdir(folder), 0);
	return help_end(state);
}

static unsigned
count_files(void)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);
	unsigned count = 0;

	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static bool
has_file(const char *name)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static void
put_file(const char *name)
{
	char path[400];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_CREAT | O_WRONLY | O_EXCL, 0600);
	assert_int_not_equal(fd, -1);
	close(fd);
}

static bool
back_up(const struct help *help, const char *to, const char **text)
{
	static char answer[1024];
	struct bytes out = { 0 };
	bool is_done = backup_make(help->ledger->store, to, &out);

	snprintf(answer, sizeof(answer), "%.*s", (int)out.len,
	    (const char *)out.data);
	bytes_free(&out);
	*text = answer;
	return is_done;
}

static void
forty_days_leave_the_newest_31(void **state)
{
	struct help *help = *state;
	const char *text;

	put_file("all2all-notes.sqlite");
	put_file("all2all-20200101T000000Z.sqlite.old");
	for (int day = 0; day < 40; day++) {
		clock_set(1000, NOON + day * DAY);
		assert_true(back_up(help, folder, &text));
		assert_int_equal(backup_newest_ms(folder), NOON + day * DAY);
	}
	assert_int_equal(count_files(), BACKUP_KEPT + 2);
	assert_false(has_file("all2all-20261129T120000Z.sqlite"));
	assert_true(has_file("all2all-20261130T120000Z.sqlite"));
	assert_true(has_file("all2all-20261230T120000Z.sqlite"));
}

static void
a_copy_has_what_the_store_has(void **state)
{
	struct help *help = *state;
	struct help copy = { 0 };
	const char *text;

	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	help_add(help, NOON_SLOT, "/ana/a", 77);
	assert_true(ledger_flush(help->ledger));
	assert_true(back_up(help, folder, &text));
	assert_non_null(strstr(text, "is made and verified"));
	assert_non_null(strstr(text, "warning: the backup is on the same"));
	snprintf(copy.path, sizeof(copy.path), "%.40s/%s", folder,
	    "all2all-20261121T120000Z.sqlite");
	assert_int_equal(
	    help_number(&copy, "SELECT sum(payload_out) FROM usage"), 77);
	assert_int_equal(help_number(&copy, "SELECT count(*) FROM member"), 1);
	assert_int_equal(
	    help_number(&copy, "SELECT count(*) FROM pragma_journal_mode"), 1);
}

static void
what_cannot_be_is_told(void **state)
{
	static const char *const rows[] = { "", "backup", "ftp://x/y",
		"https://x/y", "/nowhere/at/all", "/dev/null" };
	struct help *help = *state;
	const char *text;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_false(back_up(help, rows[i], &text));
		assert_int_not_equal(strlen(text), 0);
	}
	assert_int_equal(backup_newest_ms("/nowhere/at/all"), 0);
	assert_int_equal(backup_newest_ms(folder), 0);
}

/* Left by a server that was killed; a second one in a second is refused. */
static void
half_a_copy_is_in_nobodys_way(void **state)
{
	struct help *help = *state;
	const char *text;

	put_file("all2all-backup.part");
	assert_true(back_up(help, folder, &text));
	assert_false(has_file("all2all-backup.part"));
	assert_false(back_up(help, folder, &text));
	assert_non_null(strstr(text, "File exists"));
	assert_false(has_file("all2all-backup.part"));
	assert_int_equal(count_files(), 1);
}

#define BACKUP_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BACKUP_TEST(forty_days_leave_the_newest_31),
		BACKUP_TEST(a_copy_has_what_the_store_has),
		BACKUP_TEST(what_cannot_be_is_told),
		BACKUP_TEST(half_a_copy_is_in_nobodys_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
