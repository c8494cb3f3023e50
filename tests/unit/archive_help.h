/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * archive_help - a temporary archive with finished recordings, and a store
 * that has a row for each: what the clerk would write is written here.
 */
#ifndef ARCHIVE_HELP_H
#define ARCHIVE_HELP_H

#include "spool_help.h"

#include "archive/item.h"
#include "base/digest.h"
#include "ledger/recordings.h"
#include "ledger/store.h"

#define DAY_FOLDER "lea/2026/11/22"
#define STEM_FIRST "20261122T190000Z_abcdefghjkmnpqrstvwxyz012"

struct kept {
	int archive;
	struct store *store;
	struct finishing finishing;
	unsigned told; /* rows, since the last look */
};

static inline void
run_sql(struct store *store, const char *sql)
{
	sqlite3_stmt *prepared = store_prepare(store, sql);

	assert_true(store_run(prepared));
}

static inline void
write_told(void *arg, const struct recording_msg *row)
{
	struct kept *kept = arg;
	struct recordings *recordings = recordings_new(kept->store);

	kept->told++;
	recordings_add(recordings, row);
	assert_true(recordings_write(recordings));
	recordings_free(recordings);
}

static inline void
kept_open(struct kept *kept)
{
	char path[sizeof(archive_path) + 16], *error = NULL;

	memset(kept, 0, sizeof(*kept));
	kept->archive = archive_new();
	snprintf(path, sizeof(path), "%s.sqlite", archive_path);
	kept->store = store_open(path, &error);
	assert_non_null(kept->store);
	kept->finishing = (struct finishing){
		.archive = kept->archive, .row = write_told, .arg = kept
	};
	run_sql(kept->store,
	    "INSERT INTO member(id, slug, name, key_hash, state, created_ms, "
	    "key_ms) VALUES(3, 'lea', 'Lea', '', 'active', 1, 1)");
}

static inline void
kept_close(struct kept *kept)
{
	char command[sizeof(archive_path) + 32];

	store_close(kept->store);
	snprintf(command, sizeof(command), "rm -f '%s'.sqlite*", archive_path);
	assert_int_equal(system(command), 0);
	archive_free(kept->archive);
}

/* A finished one of count frames; its id ends in letter. */
static inline struct recording_msg
kept_add(struct kept *kept, char letter, unsigned count)
{
	struct block *block = frames_new(count, letter, 0);
	char path[128];
	int fd;

	(void)mkdirat(kept->archive, "lea", 0700);
	(void)mkdirat(kept->archive, "lea/2026", 0700);
	(void)mkdirat(kept->archive, "lea/2026/11", 0700);
	(void)mkdirat(kept->archive, DAY_FOLDER, 0700);
	snprintf(path, sizeof(path), DAY_FOLDER "/" STEM_FIRST "%c.aac.part",
	    letter);
	fd = openat(kept->archive, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd != -1);
	assert_int_equal(write(fd, block->bytes, block->len), block->len);
	close(fd);
	block_unref(block);
	snprintf(path, sizeof(path), DAY_FOLDER "/" STEM_FIRST "%c.json.part",
	    letter);
	fd = openat(kept->archive, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd != -1);
	assert_true(dprintf(fd,
			"{\"version\": 1, \"state\": \"finishing\", "
			"\"member\": 3, \"slug\": \"lea\", "
			"\"mount\": \"/lea/live\", \"title\": \"show %c\", "
			"\"started_ms\": 1795374000000, "
			"\"ended_ms\": 1795377600000}",
			letter) > 0);
	close(fd);
	snprintf(
	    path, sizeof(path), DAY_FOLDER "/" STEM_FIRST "%c.aac", letter);
	assert_true(finishing_run(&kept->finishing, path));
	{
		struct recording_msg row = { 0 };
		char name[NAME_BYTES], id[40];
		bool failed;

		snprintf(id, sizeof(id), "abcdefghjkmnpqrstvwxyz012%c", letter);
		assert_true(
		    recordings_find(kept->store, id, "", &row, name, &failed));
		return row;
	}
}

static inline bool
kept_row(struct kept *kept, const char *id, struct recording_msg *row)
{
	char name[NAME_BYTES], wanted[40];
	bool failed;

	snprintf(wanted, sizeof(wanted), "%.39s", id); /* may be in row */
	memset(row, 0, sizeof(*row));
	return recordings_find(kept->store, wanted, "", row, name, &failed);
}

/* Writes that text over a file below the archive, or makes it. */
static inline void
put_below(const char *path, const char *text)
{
	int fd;

	(void)unlinkat(archive_fd, path, 0);
	fd = openat(archive_fd, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

#endif
