/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/backup.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_BYTES_MOST 40
#define TRIES_MOST      100
#define PAUSE_MS        50
#define TEMPORARY       "all2all-backup.part"

static const char shape[] = "all2all-00000000T000000Z.sqlite";

static bool
is_ours(const char *name)
{
	if (strlen(name) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i] != '\0'; i++) {
		bool is_digit = name[i] >= '0' && name[i] <= '9';

		if (shape[i] == '0' ? !is_digit : name[i] != shape[i])
			return false;
	}
	return true;
}

static void
name_of(int64_t wall_ms, char name[NAME_BYTES_MOST])
{
	time_t secs = (time_t)(wall_ms / 1000);
	struct tm tm;

	gmtime_r(&secs, &tm);
	strftime(name, NAME_BYTES_MOST, "all2all-%Y%m%dT%H%M%SZ.sqlite", &tm);
}

static int64_t
time_of(const char *name)
{
	struct tm tm = { 0 };

	if (sscanf(name, "all2all-%4d%2d%2dT%2d%2d%2dZ", &tm.tm_year,
		&tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
		&tm.tm_sec) != 6)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return (int64_t)timegm(&tm) * 1000;
}

/* Names in order are times in order. */
static int
by_name(const struct dirent **one, const struct dirent **other)
{
	return strcmp((*one)->d_name, (*other)->d_name);
}

static int
choose(const struct dirent *entry)
{
	return is_ours(entry->d_name);
}

int64_t
backup_newest_ms(const char *folder)
{
	struct dirent **names = NULL;
	int count = scandir(folder, &names, choose, by_name);
	int64_t newest_ms = count > 0 ? time_of(names[count - 1]->d_name) : 0;

	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return newest_ms;
}

static void
drop_old(int dir, const char *folder, struct bytes *out)
{
	struct dirent **names = NULL;
	int count = scandir(folder, &names, choose, by_name);

	for (int i = 0; i < count; i++) {
		if (i < count - BACKUP_KEPT &&
		    !file_unlink_at(dir, names[i]->d_name))
			bytes_format(out, "%s stays: %s\n", names[i]->d_name,
			    strerror(errno));
		free(names[i]);
	}
	free(names);
}

/* All in one step, of one moment: page by page it would begin anew with each
 * thing that is written. Nobody waits for a reader. */
static bool
copy(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int step = SQLITE_BUSY;

	if (backup == NULL)
		return false;
	for (unsigned i = 0;
	     i < TRIES_MOST && (step == SQLITE_BUSY || step == SQLITE_LOCKED);
	     i++) {
		if (i > 0)
			sqlite3_sleep(PAUSE_MS);
		step = sqlite3_backup_step(backup, -1);
	}
	return sqlite3_backup_finish(backup) == SQLITE_OK &&
	    step == SQLITE_DONE;
}

static bool
is_whole(sqlite3 *connection)
{
	sqlite3_stmt *prepared = NULL;
	bool is_ok;

	sqlite3_prepare_v2(
	    connection, "PRAGMA integrity_check(1)", -1, &prepared, NULL);
	is_ok = sqlite3_step(prepared) == SQLITE_ROW &&
	    strcmp(store_text(prepared, 0), "ok") == 0;
	sqlite3_finalize(prepared);
	return is_ok;
}

static bool
copy_to(struct store *store, const char *path, struct bytes *out)
{
	sqlite3 *to = NULL;
	bool is_done = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE,
			   NULL) == SQLITE_OK &&
	    copy(store_connection(store), to) &&
	    sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL,
		NULL) == SQLITE_OK;

	if (!is_done)
		bytes_format(out, "no backup was made: %s\n",
		    to != NULL ? sqlite3_errmsg(to) : strerror(ENOMEM));
	sqlite3_close(to);
	if (!is_done)
		return false;
	is_done = sqlite3_open_v2(path, &to, SQLITE_OPEN_READONLY, NULL) ==
		SQLITE_OK &&
	    is_whole(to);
	sqlite3_close(to);
	if (!is_done)
		bytes_text(out, "the backup is damaged, and was not kept\n");
	return is_done;
}

/* A disk that dies takes both with it. */
static void
warn_of_same_disk(struct store *store, int dir, struct bytes *out)
{
	const char *path = sqlite3_db_filename(store_connection(store), "main");
	struct stat one, other;

	if (stat(path, &one) == 0 && fstat(dir, &other) == 0 &&
	    one.st_dev == other.st_dev)
		bytes_text(out,
		    "warning: the backup is on the same device as "
		    "the store, and may be lost with it\n");
}

static bool
make(struct store *store, int dir, const char *folder, struct bytes *out)
{
	char name[NAME_BYTES_MOST], path[1024];
	bool is_done = false;
	int fd;

	name_of(clock_wall_ms(), name);
	if (!file_unlink_at(dir, TEMPORARY))
		goto failed;
	fd = file_open_at(dir, TEMPORARY, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd == -1)
		goto failed;
	snprintf(path, sizeof(path), "%s/" TEMPORARY, folder);
	if (copy_to(store, path, out)) {
		is_done = file_sync(fd) &&
		    file_rename_at(dir, TEMPORARY, name) && file_sync(dir);
		if (!is_done)
			bytes_format(
			    out, "no backup was made: %s\n", strerror(errno));
	}
	close(fd);
	if (!is_done && !file_unlink_at(dir, TEMPORARY))
		bytes_text(out, TEMPORARY " stays behind\n");
	if (is_done)
		bytes_format(out, "%s/%s is made and verified\n", folder, name);
	return is_done;
failed:
	bytes_format(out, "no backup was made: %s\n", strerror(errno));
	return false;
}

bool
backup_make(struct store *store, const char *folder, struct bytes *out)
{
	bool is_done;
	int dir;

	if (folder[0] != '/' || strlen(folder) > 900) {
		bytes_text(out,
		    "a backup goes to a folder of this machine, "
		    "with its whole path\n");
		return false;
	}
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1) {
		text_json(out, folder);
		bytes_format(out, ": %s\n", strerror(errno));
		return false;
	}
	is_done = make(store, dir, folder, out);
	if (is_done) {
		drop_old(dir, folder, out);
		warn_of_same_disk(store, dir, out);
	}
	close(dir);
	return is_done;
}
