/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/inventory.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sentence.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define FILE_NAME      "offload.sqlite"
#define APPLICATION_ID 0x6132616f /* "a2ao" */
#define BUSY_MS        10000
/* A clock that was set back must not make anything wait for long. */
#define FARTHEST_MS (60 * 60 * 1000)

/* clang-format off */
#define SCHEMA                                                               \
	"CREATE TABLE item ("                                                \
	" number INTEGER PRIMARY KEY,"                                       \
	" id TEXT NOT NULL UNIQUE,"                                          \
	" state TEXT NOT NULL,"                                              \
	" path TEXT NOT NULL,"                                               \
	" key TEXT NOT NULL,"                                                \
	" bytes INTEGER NOT NULL,"                                           \
	" sha256 TEXT NOT NULL,"                                             \
	" media_type TEXT NOT NULL,"                                         \
	" upload TEXT NOT NULL DEFAULT '',"                                  \
	" part_bytes INTEGER NOT NULL DEFAULT 0,"                            \
	" touched INTEGER NOT NULL DEFAULT 0,"                               \
	" verified_ms INTEGER NOT NULL DEFAULT 0,"                           \
	" needs_sidecar INTEGER NOT NULL DEFAULT 0,"                         \
	" stamp TEXT NOT NULL DEFAULT '',"                                   \
	" failures INTEGER NOT NULL DEFAULT 0,"                              \
	" next_ms INTEGER NOT NULL DEFAULT 0,"                               \
	" words TEXT NOT NULL DEFAULT '');"                                  \
	"CREATE INDEX item_work ON item (state, needs_sidecar, next_ms);"    \
	"CREATE TABLE part ("                                                \
	" id TEXT NOT NULL REFERENCES item (id) ON DELETE CASCADE,"          \
	" number INTEGER NOT NULL,"                                          \
	" bytes INTEGER NOT NULL,"                                           \
	" etag TEXT NOT NULL,"                                               \
	" PRIMARY KEY (id, number)) WITHOUT ROWID;"                          \
	"CREATE TABLE forgotten ("                                           \
	" id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;"
/* clang-format on */

#define COLUMNS                                                                \
	"id, state, path, key, bytes, sha256, media_type, upload, "            \
	"part_bytes, touched, verified_ms, needs_sidecar, stamp, failures, "   \
	"next_ms, words, (SELECT coalesce(sum(part.bytes), 0) FROM part "      \
	"WHERE part.id = item.id)"
#define IS_WORK                                                                \
	"(state IN ('local', 'uploading', 'uploaded') OR "                     \
	"(state IN ('verified', 'dropped') AND needs_sidecar = 1))"

struct inventory {
	sqlite3 *connection;
};

void
item_sidecar_key(const struct item *item, char *to, size_t size)
{
	const char *key = item->facts.key, *dot = strrchr(key, '.');

	snprintf(to, size, "%.*s.json",
	    dot != NULL ? (int)(dot - key) : (int)strlen(key), key);
}

static char *
path_of(const char *data, const char *name)
{
	char *path;

	CHECK(asprintf(&path, "%s/%s", data, name) > 0);
	return path;
}

bool
inventory_lock(const char *data, char **error)
{
	char *path = path_of(data, FILE_NAME ".lock");
	/* Kept open as long as the process is there. */
	int fd = file_open_at(AT_FDCWD, path, O_RDWR | O_CREAT, 0600);

	if (fd == -1)
		sentence(error, "%s: %s", path, strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		sentence(
		    error, "%s: another all2all-archived is running", path);
		close(fd);
		fd = -1;
	}
	free(path);
	return fd != -1;
}

const char *
inventory_why(struct inventory *inventory)
{
	return sqlite3_errmsg(inventory->connection);
}

bool
inventory_failed(struct inventory *inventory)
{
	int code = sqlite3_errcode(inventory->connection);

	return code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE;
}

static bool
run(struct inventory *inventory, const char *sql)
{
	return sqlite3_exec(inventory->connection, sql, NULL, NULL, NULL) ==
	    SQLITE_OK;
}

static sqlite3_stmt *
prepare(struct inventory *inventory, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	sqlite3_prepare_v2(inventory->connection, sql, -1, &statement, NULL);
	return statement;
}

/* Runs a statement that gives no rows; true when it changed some. */
static bool
finish(struct inventory *inventory, sqlite3_stmt *statement)
{
	bool is_done = sqlite3_step(statement) == SQLITE_DONE;

	return sqlite3_finalize(statement) == SQLITE_OK && is_done &&
	    sqlite3_changes(inventory->connection) > 0;
}

static void
bind_text(sqlite3_stmt *statement, int at, const char *text)
{
	sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT);
}

static int64_t
read_number(struct inventory *inventory, const char *sql)
{
	sqlite3_stmt *statement = prepare(inventory, sql);
	int64_t number = -1;

	if (sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

static bool
set_up(struct inventory *inventory)
{
	char pragma[64];

	sqlite3_busy_timeout(inventory->connection, BUSY_MS);
	snprintf(pragma, sizeof(pragma), "PRAGMA application_id = %d",
	    APPLICATION_ID);
	/* Not a write-ahead log: threads of this process write, each with its
	 * own connection. */
	if (!run(inventory,
		"PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;"
		"PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
		"BEGIN IMMEDIATE"))
		return false;
	if (read_number(inventory, "PRAGMA application_id") == APPLICATION_ID)
		return run(inventory, "COMMIT");
	return run(inventory, SCHEMA) && run(inventory, pragma) &&
	    run(inventory, "COMMIT");
}

struct inventory *
inventory_open(const char *data, char **error)
{
	struct inventory *inventory = mem_new(sizeof(*inventory));
	char *path = path_of(data, FILE_NAME);
	int fd = file_open_at(AT_FDCWD, path, O_RDWR | O_CREAT, 0600);

	if (fd == -1) {
		sentence(error, "%s: %s", path, strerror(errno));
	} else {
		close(fd);
		if (sqlite3_open_v2(path, &inventory->connection,
			SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			NULL) == SQLITE_OK &&
		    set_up(inventory)) {
			free(path);
			return inventory;
		}
		sentence(error, "%s: %s", path, inventory_why(inventory));
	}
	free(path);
	inventory_close(inventory);
	return NULL;
}

void
inventory_close(struct inventory *inventory)
{
	if (inventory == NULL)
		return;
	sqlite3_close(inventory->connection);
	free(inventory);
}

static void
take_text(sqlite3_stmt *row, int column, char *to, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	text_copy(to, size, text != NULL ? text : "");
}

static void
take_item(sqlite3_stmt *row, struct item *item)
{
	struct ask_item *facts = &item->facts;
	char state[16];

	memset(item, 0, sizeof(*item));
	take_text(row, 0, facts->id, sizeof(facts->id));
	take_text(row, 1, state, sizeof(state));
	if (!ask_state_named(state, &facts->state))
		facts->state = ASK_LOCAL;
	take_text(row, 2, item->path, sizeof(item->path));
	take_text(row, 3, facts->key, sizeof(facts->key));
	facts->bytes = (uint64_t)sqlite3_column_int64(row, 4);
	take_text(row, 5, facts->sha256, sizeof(facts->sha256));
	take_text(row, 6, item->media_type, sizeof(item->media_type));
	take_text(row, 7, item->upload, sizeof(item->upload));
	item->part_bytes = (uint64_t)sqlite3_column_int64(row, 8);
	item->is_touched = sqlite3_column_int(row, 9) != 0;
	facts->verified_ms = sqlite3_column_int64(row, 10);
	item->needs_sidecar = sqlite3_column_int(row, 11) != 0;
	take_text(row, 12, item->stamp, sizeof(item->stamp));
	item->failures = (unsigned)sqlite3_column_int(row, 13);
	item->next_ms = sqlite3_column_int64(row, 14);
	take_text(row, 15, facts->words, sizeof(facts->words));
	facts->sent = facts->state == ASK_UPLOADING
	    ? (uint64_t)sqlite3_column_int64(row, 16)
	    : facts->state == ASK_LOCAL ? 0
					: facts->bytes;
}

/* The one row of a statement; false when there is none. */
static bool
take_one(sqlite3_stmt *statement, struct item *item)
{
	bool is_there = sqlite3_step(statement) == SQLITE_ROW;

	if (is_there)
		take_item(statement, item);
	sqlite3_finalize(statement);
	return is_there;
}

bool
inventory_find(struct inventory *inventory, const char *id, struct item *item)
{
	sqlite3_stmt *statement = prepare(
	    inventory, "SELECT " COLUMNS " FROM item WHERE id = ?");

	bind_text(statement, 1, id);
	return take_one(statement, item);
}

bool
inventory_forgetting(struct inventory *inventory, struct item *item)
{
	return take_one(
	    prepare(inventory,
		"SELECT " COLUMNS " FROM item WHERE state = 'forgetting' "
		"ORDER BY next_ms, number LIMIT 1"),
	    item);
}

static bool
is_there(struct inventory *inventory, const char *sql, const char *text)
{
	sqlite3_stmt *statement = prepare(inventory, sql);
	bool is_found;

	bind_text(statement, 1, text);
	is_found = sqlite3_step(statement) == SQLITE_ROW;
	sqlite3_finalize(statement);
	return is_found;
}

bool
inventory_is_forgotten(struct inventory *inventory, const char *id)
{
	return is_there(inventory, "SELECT 1 FROM forgotten WHERE id = ?", id);
}

bool
inventory_has_upload(struct inventory *inventory, const char *upload)
{
	return is_there(
	    inventory, "SELECT 1 FROM item WHERE upload = ?", upload);
}

bool
inventory_each(struct inventory *inventory,
    bool (*tell)(void *arg, const struct item *), void *arg)
{
	sqlite3_stmt *statement = prepare(
	    inventory, "SELECT " COLUMNS " FROM item ORDER BY number");
	struct item item;
	int step;

	while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		take_item(statement, &item);
		if (!tell(arg, &item)) {
			step = SQLITE_DONE;
			break;
		}
	}
	sqlite3_finalize(statement);
	return step == SQLITE_DONE;
}

bool
inventory_due(struct inventory *inventory, int64_t now_ms, struct item *item,
    int64_t *next_ms)
{
	sqlite3_stmt *statement = prepare(inventory,
	    "SELECT " COLUMNS " FROM item WHERE " IS_WORK
	    " AND (next_ms <= ?1 OR next_ms > ?1 + ?2) "
	    "ORDER BY needs_sidecar AND state IN ('verified', 'dropped') DESC, "
	    "number LIMIT 1");

	*next_ms = 0;
	sqlite3_bind_int64(statement, 1, now_ms);
	sqlite3_bind_int64(statement, 2, FARTHEST_MS);
	if (take_one(statement, item))
		return true;
	*next_ms = read_number(inventory,
	    "SELECT coalesce(min(next_ms), 0) FROM item WHERE " IS_WORK);
	return false;
}

bool
inventory_add(struct inventory *inventory, const struct item *item)
{
	sqlite3_stmt *statement = prepare(inventory,
	    "INSERT INTO item (id, state, path, key, bytes, sha256, "
	    "media_type, touched, verified_ms, needs_sidecar, stamp) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	bind_text(statement, 1, item->facts.id);
	bind_text(statement, 2, ask_state_name(item->facts.state));
	bind_text(statement, 3, item->path);
	bind_text(statement, 4, item->facts.key);
	sqlite3_bind_int64(statement, 5, (int64_t)item->facts.bytes);
	bind_text(statement, 6, item->facts.sha256);
	bind_text(statement, 7, item->media_type);
	sqlite3_bind_int(statement, 8, item->is_touched);
	sqlite3_bind_int64(statement, 9, item->facts.verified_ms);
	sqlite3_bind_int(statement, 10, item->needs_sidecar);
	bind_text(statement, 11, item->stamp);
	return finish(inventory, statement);
}

static bool
drop_parts(struct inventory *inventory, const char *id)
{
	sqlite3_stmt *statement = prepare(
	    inventory, "DELETE FROM part WHERE id = ?");

	bool is_done;

	bind_text(statement, 1, id);
	is_done = sqlite3_step(statement) == SQLITE_DONE;
	return sqlite3_finalize(statement) == SQLITE_OK && is_done;
}

/* All of it or nothing. */
static bool
settle(struct inventory *inventory, bool is_fine)
{
	if (is_fine && run(inventory, "COMMIT"))
		return true;
	if (!sqlite3_get_autocommit(inventory->connection))
		run(inventory, "ROLLBACK");
	return false;
}

bool
inventory_change(
    struct inventory *inventory, enum ask_state from, const struct item *item)
{
	sqlite3_stmt *statement;
	bool is_fine;

	if (!run(inventory, "BEGIN IMMEDIATE"))
		return false;
	statement = prepare(inventory,
	    "UPDATE item SET state = ?2, path = ?3, verified_ms = ?4, "
	    "needs_sidecar = ?5, stamp = ?6, failures = 0, next_ms = 0, "
	    "words = '', "
	    "touched = touched OR ?2 <> 'local', "
	    "upload = CASE ?2 WHEN 'uploading' THEN upload ELSE '' END "
	    "WHERE id = ?1 AND state = ?7");
	bind_text(statement, 1, item->facts.id);
	bind_text(statement, 2, ask_state_name(item->facts.state));
	bind_text(statement, 3, item->path);
	sqlite3_bind_int64(statement, 4, item->facts.verified_ms);
	sqlite3_bind_int(statement, 5, item->needs_sidecar);
	bind_text(statement, 6, item->stamp);
	bind_text(statement, 7, ask_state_name(from));
	is_fine = finish(inventory, statement);
	if (is_fine && item->facts.state != ASK_UPLOADING)
		is_fine = drop_parts(inventory, item->facts.id);
	return settle(inventory, is_fine);
}

bool
inventory_begin(struct inventory *inventory, struct item *item,
    const char *upload, uint64_t part_bytes)
{
	sqlite3_stmt *statement;
	bool is_fine;

	if (!run(inventory, "BEGIN IMMEDIATE"))
		return false;
	statement = prepare(inventory,
	    "UPDATE item SET state = 'uploading', upload = ?2, "
	    "part_bytes = ?3, touched = 1 "
	    "WHERE id = ?1 AND state IN ('local', 'uploading')");
	bind_text(statement, 1, item->facts.id);
	bind_text(statement, 2, upload);
	sqlite3_bind_int64(statement, 3, (int64_t)part_bytes);
	is_fine = finish(inventory, statement) &&
	    drop_parts(inventory, item->facts.id);
	if (!settle(inventory, is_fine))
		return false;
	item->facts.state = ASK_UPLOADING;
	item->part_bytes = part_bytes;
	item->is_touched = true;
	text_copy(item->upload, sizeof(item->upload), upload);
	return true;
}

bool
inventory_add_part(
    struct inventory *inventory, const char *id, const struct bucket_part *part)
{
	sqlite3_stmt *statement = prepare(inventory,
	    "INSERT OR REPLACE INTO part (id, number, bytes, etag) "
	    "SELECT id, ?2, ?3, ?4 FROM item "
	    "WHERE id = ?1 AND state = 'uploading'");

	bind_text(statement, 1, id);
	sqlite3_bind_int(statement, 2, (int)part->number);
	sqlite3_bind_int64(statement, 3, (int64_t)part->bytes);
	bind_text(statement, 4, part->etag);
	return finish(inventory, statement);
}

bool
inventory_parts(struct inventory *inventory, const char *id,
    struct bucket_part *parts, size_t count)
{
	sqlite3_stmt *statement = prepare(
	    inventory, "SELECT number, bytes, etag FROM part WHERE id = ?");
	int step;

	bind_text(statement, 1, id);
	while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		size_t number = (size_t)sqlite3_column_int64(statement, 0);

		if (number < 1 || number > count)
			continue;
		parts[number - 1].number = (unsigned)number;
		parts[number - 1].bytes = (uint64_t)sqlite3_column_int64(
		    statement, 1);
		take_text(statement, 2, parts[number - 1].etag,
		    sizeof(parts[number - 1].etag));
	}
	sqlite3_finalize(statement);
	return step == SQLITE_DONE;
}

bool
inventory_fail(struct inventory *inventory, const char *id, const char *words,
    int64_t next_ms)
{
	sqlite3_stmt *statement = prepare(inventory,
	    "UPDATE item SET failures = failures + 1, words = ?2, "
	    "next_ms = ?3 WHERE id = ?1");

	bind_text(statement, 1, id);
	bind_text(statement, 2, words);
	sqlite3_bind_int64(statement, 3, next_ms);
	return finish(inventory, statement);
}

bool
inventory_hurry(struct inventory *inventory)
{
	return run(inventory, "UPDATE item SET next_ms = 0");
}

bool
inventory_forget(struct inventory *inventory, const char *id)
{
	sqlite3_stmt *statement = prepare(inventory,
	    "UPDATE item SET state = 'forgetting', next_ms = 0 WHERE id = ?");

	bind_text(statement, 1, id);
	return finish(inventory, statement);
}

bool
inventory_remove(struct inventory *inventory, const char *id, bool is_forgotten)
{
	sqlite3_stmt *statement;
	bool is_fine = true;

	if (!run(inventory, "BEGIN IMMEDIATE"))
		return false;
	if (is_forgotten) {
		statement = prepare(inventory,
		    "INSERT OR REPLACE INTO forgotten (id, at_ms) "
		    "VALUES (?, ?)");
		bind_text(statement, 1, id);
		sqlite3_bind_int64(statement, 2, clock_wall_ms());
		is_fine = finish(inventory, statement);
	}
	statement = prepare(inventory, "DELETE FROM item WHERE id = ?");
	bind_text(statement, 1, id);
	is_fine = finish(inventory, statement) && is_fine;
	return settle(inventory, is_fine);
}
