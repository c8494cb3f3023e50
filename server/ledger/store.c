/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/store.h"

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/sentence.h"
#include "base/text.h"
#include "ledger/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statfs.h>
#include <unistd.h>

#define APPLICATION_ID     0x61326131 /* "a2a1" */
#define CHECKED_BYTES_MOST (INT64_C(512) << 20)
#define BUSY_MS            1000
#define PAGE_BYTES         4096
#define LOG_BYTES          (4 << 20) /* write-ahead log: checkpoint above this */
#define STATEMENTS         128

#define DAMAGED                                                                \
	"the store %s is damaged (%s): put a good copy in its place, or move " \
	"it away to begin a new one"

struct statement {
	const char *sql;
	sqlite3_stmt *prepared;
};

struct store {
	sqlite3 *connection;
	char *path;
	int lock_fd;
	int log_pages;
	char reason[256]; /* of the last rollback */
	int64_t relay, boot;
	int64_t rev;   /* of the transaction that goes on */
	bool is_ready; /* all tables are there */
	unsigned statement_count;
	struct statement statements[STATEMENTS];
};

static void
say_why(struct store *store, char **error)
{
	int code = sqlite3_errcode(store->connection);

	if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
		sentence(error, DAMAGED, store->path, store_reason(store));
		return;
	}
	sentence(error, "the store %s cannot be used: %s", store->path,
	    store_reason(store));
}

/* SQLite's locks cannot be trusted over a network. */
static bool
is_on_network(int fd)
{
	static const unsigned types[] = { NFS_SUPER_MAGIC, SMB_SUPER_MAGIC,
		AFS_SUPER_MAGIC, CODA_SUPER_MAGIC, 0xff534d42 /* CIFS */,
		0xfe534d42 /* SMB2 */, 0x00c36400 /* Ceph */ };
	struct statfs facts;

	if (fstatfs(fd, &facts) == -1)
		return false;
	for (unsigned i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if ((unsigned)facts.f_type == types[i])
			return true;
	}
	return false;
}

static bool
take_lock(struct store *store, char **error)
{
	char *name;

	CHECK(asprintf(&name, "%s.lock", store->path) > 0);
	store->lock_fd = file_open_at(AT_FDCWD, name, O_RDWR | O_CREAT, 0600);
	free(name);
	if (store->lock_fd == -1) {
		sentence(error, "the store %s cannot be locked: %s",
		    store->path, strerror(errno));
		return false;
	}
	if (is_on_network(store->lock_fd)) {
		sentence(error,
		    "the store %s is on a network filesystem: put it on "
		    "a local disk",
		    store->path);
		return false;
	}
	if (flock(store->lock_fd, LOCK_EX | LOCK_NB) == -1) {
		sentence(error, "the store %s is in use by another server",
		    store->path);
		return false;
	}
	return true;
}

static int
note_log_pages(void *arg, sqlite3 *connection, const char *name, int pages)
{
	struct store *store = arg;

	(void)connection;
	(void)name;
	store->log_pages = pages;
	return SQLITE_OK;
}

static bool
run_text(struct store *store, const char *sql)
{
	return sqlite3_exec(store->connection, sql, NULL, NULL, NULL) ==
	    SQLITE_OK;
}

/* The first column of the first row as a number; -1 when it cannot be read. */
static int64_t
read_number(struct store *store, const char *sql)
{
	sqlite3_stmt *prepared = store_prepare(store, sql);
	int64_t number = -1;

	if (sqlite3_step(prepared) == SQLITE_ROW)
		number = sqlite3_column_int64(prepared, 0);
	sqlite3_reset(prepared);
	return number;
}

/* Made by us with its mode first: SQLite would let everybody read it. */
static bool
open_file(struct store *store, char **error)
{
	int fd = file_open_at(AT_FDCWD, store->path, O_RDWR | O_CREAT, 0600);

	if (fd == -1) {
		sentence(error, "the store %s cannot be opened: %s",
		    store->path, strerror(errno));
		return false;
	}
	close(fd);
	if (sqlite3_open_v2(store->path, &store->connection,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
		return true;
	say_why(store, error);
	return false;
}

static bool
set_up(struct store *store, char **error)
{
	sqlite3 *connection = store->connection;

	sqlite3_busy_timeout(connection, BUSY_MS);
	sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (!run_text(store,
		"PRAGMA journal_mode = WAL;"
		"PRAGMA synchronous = FULL;"
		"PRAGMA foreign_keys = ON;"
		/* What is deleted is overwritten, not only let go. */
		"PRAGMA secure_delete = ON;"
		"PRAGMA cell_size_check = ON;"
		"PRAGMA wal_autocheckpoint = 0")) {
		say_why(store, error);
		return false;
	}
	sqlite3_wal_hook(connection, note_log_pages, store);
	return true;
}

/* Reading gigabytes would keep the streams from starting for minutes: larger
 * ones are checked by each backup. */
static bool
is_quick_to_check(struct store *store)
{
	return read_number(store, "PRAGMA page_count") *
	    read_number(store, "PRAGMA page_size") <=
	    CHECKED_BYTES_MOST;
}

/* Says so when it is not. */
static bool
is_whole(struct store *store, char **error)
{
	sqlite3_stmt *prepared;
	bool is_ok;
	int step;

	if (!is_quick_to_check(store))
		return true;
	prepared = store_prepare(store, "PRAGMA quick_check(1)");
	step = sqlite3_step(prepared);
	is_ok = step == SQLITE_ROW &&
	    strcmp(store_text(prepared, 0), "ok") == 0;
	if (!is_ok)
		sentence(error, DAMAGED, store->path,
		    step == SQLITE_ROW ? store_text(prepared, 0)
				       : store_reason(store));
	sqlite3_reset(prepared);
	return is_ok;
}

static bool
check_file(struct store *store, char **error)
{
	int64_t application = read_number(store, "PRAGMA application_id");
	int64_t version = read_number(store, "PRAGMA user_version");
	int64_t tables = read_number(
	    store, "SELECT count(*) FROM sqlite_schema");

	if (!is_whole(store, error))
		return false;
	if (application != APPLICATION_ID &&
	    (tables != 0 || application != 0)) {
		sentence(error, "%s is not an all2all store", store->path);
		return false;
	}
	if (version > (int64_t)schema_version()) {
		sentence(error, "the store %s was written by a newer all2all",
		    store->path);
		return false;
	}
	return true;
}

/* All steps that are missing, or none. */
static bool
migrate(struct store *store)
{
	char pragmas[96];
	unsigned version = (unsigned)read_number(store, "PRAGMA user_version");

	if (version == schema_version())
		return true;
	if (!store_begin(store))
		return false;
	for (; version < schema_version(); version++) {
		if (!run_text(store, schema_step(version)))
			return false;
	}
	snprintf(pragmas, sizeof(pragmas),
	    "PRAGMA application_id = %d; PRAGMA user_version = %u",
	    APPLICATION_ID, version);
	return run_text(store, pragmas) && store_commit(store);
}

/* RFC 9562, version 4. */
static void
make_uuid(char text[37])
{
	uint8_t b[16];

	random_bytes(b, sizeof(b));
	b[6] = (uint8_t)(0x40 | (b[6] & 0x0f));
	b[8] = (uint8_t)(0x80 | (b[8] & 0x3f));
	snprintf(text, 37,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x%02x%02x%02x%02x",
	    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
	    b[11], b[12], b[13], b[14], b[15]);
}

#define FIND_RELAY                                                             \
	"SELECT relay.id FROM relay JOIN meta ON meta.v = relay.uuid "         \
	"WHERE meta.k = 'relay_id'"

/* Somebody who runs a copy of a store elsewhere removes meta's relay_id: the
 * copy gets its own, and old rows stay with the old one. */
static bool
name_relay(struct store *store)
{
	sqlite3_stmt *prepared;
	char uuid[37];

	store->boot = (int64_t)(random_u64() >> 1) | 1;
	store->relay = read_number(store, FIND_RELAY);
	if (store->relay != -1)
		return true;
	make_uuid(uuid);
	prepared = store_prepare(store,
	    "INSERT INTO meta(k, v) VALUES('relay_id', ?1) "
	    "ON CONFLICT DO NOTHING");
	sqlite3_bind_text(prepared, 1, uuid, -1, SQLITE_STATIC);
	if (!store_run(prepared) ||
	    !run_text(store,
		"INSERT INTO relay(uuid) SELECT v FROM meta "
		"WHERE k = 'relay_id' ON CONFLICT DO NOTHING"))
		return false;
	store->relay = read_number(store, FIND_RELAY);
	return store->relay != -1;
}

static void
give_rev(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct store *store = sqlite3_user_data(context);

	(void)count;
	(void)values;
	sqlite3_result_int64(context, store->rev);
}

static bool
add_functions(struct store *store)
{
	return sqlite3_create_function_v2(store->connection, "rev", 0,
		   SQLITE_UTF8 | SQLITE_DIRECTONLY, store, give_rev, NULL, NULL,
		   NULL) == SQLITE_OK;
}

struct store *
store_open_memory(const char *path, char **error)
{
	struct store *store = mem_new(sizeof(*store));
	struct bytes attach = { 0 };
	sqlite3_stmt *prepared;
	bool is_attached = false;

	store->path = mem_text(path);
	store->lock_fd = -1;
	if (sqlite3_open_v2(":memory:", &store->connection,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI,
		NULL) == SQLITE_OK &&
	    migrate(store) && add_functions(store)) {
		bytes_text(&attach, "file:");
		text_url_path(&attach, path);
		bytes_append(&attach, "?mode=ro", sizeof("?mode=ro"));
		prepared = store_prepare(store, "ATTACH ?1 AS local");
		sqlite3_bind_text(
		    prepared, 1, (const char *)attach.data, -1, SQLITE_STATIC);
		is_attached = store_run(prepared);
		bytes_free(&attach);
	}
	if (is_attached)
		return store;
	say_why(store, error);
	store_close(store);
	return NULL;
}

struct store *
store_open(const char *path, char **error)
{
	struct store *store = mem_new(sizeof(*store));

	store->path = mem_text(path);
	store->lock_fd = -1;
	if (!take_lock(store, error) || !open_file(store, error) ||
	    !set_up(store, error) || !check_file(store, error))
		goto out;
	if (migrate(store) && name_relay(store) && add_functions(store)) {
		store->is_ready = true;
		return store;
	}
	say_why(store, error);
out:
	store_close(store);
	return NULL;
}

struct store *
store_open_reader(const char *path, char **error)
{
	struct store *store = mem_new(sizeof(*store));

	store->path = mem_text(path);
	store->lock_fd = -1;
	if (sqlite3_open_v2(path, &store->connection,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
		NULL) == SQLITE_OK &&
	    sqlite3_busy_timeout(store->connection, BUSY_MS) == SQLITE_OK &&
	    run_text(store, "PRAGMA query_only = ON"))
		return store;
	say_why(store, error);
	store_close(store);
	return NULL;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	for (unsigned i = 0; i < store->statement_count; i++)
		sqlite3_finalize(store->statements[i].prepared);
	sqlite3_close(store->connection);
	if (store->lock_fd != -1)
		close(store->lock_fd);
	free(store->path);
	free(store);
}

int64_t
store_relay(const struct store *store)
{
	return store->relay;
}

int64_t
store_boot(const struct store *store)
{
	return store->boot;
}

sqlite3_stmt *
store_prepare(struct store *store, const char *sql)
{
	struct statement *statement = store->statements;
	sqlite3_stmt *prepared = NULL;

	for (unsigned i = 0; i < store->statement_count; i++, statement++) {
		if (statement->sql != sql)
			continue;
		sqlite3_reset(statement->prepared);
		sqlite3_clear_bindings(statement->prepared);
		return statement->prepared;
	}
	if (sqlite3_prepare_v3(store->connection, sql, -1,
		SQLITE_PREPARE_PERSISTENT, &prepared, NULL) != SQLITE_OK)
		return NULL;
	CHECK(store->statement_count < STATEMENTS);
	statement->sql = sql;
	statement->prepared = prepared;
	store->statement_count++;
	return prepared;
}

bool
store_run(sqlite3_stmt *prepared)
{
	return store_ended(prepared, sqlite3_step(prepared));
}

/* A statement left unreset would keep its lock. */
bool
store_ended(sqlite3_stmt *prepared, int step)
{
	sqlite3_reset(prepared);
	return step == SQLITE_DONE;
}

const char *
store_text(sqlite3_stmt *prepared, int column)
{
	const unsigned char *text = sqlite3_column_text(prepared, column);

	return text != NULL ? (const char *)text : "";
}

/* One more than any that was committed. Before the first migration there is
 * nothing that could have one. */
static bool
next_rev(struct store *store)
{
	sqlite3_stmt *prepared;
	int step;

	if (!store->is_ready)
		return true;
	prepared = store_prepare(store,
	    "INSERT INTO meta(k, v) VALUES('rev', '1') ON CONFLICT DO UPDATE "
	    "SET v = CAST(v AS INTEGER) + 1 RETURNING CAST(v AS INTEGER)");
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		store->rev = sqlite3_column_int64(prepared, 0);
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

bool
store_begin(struct store *store)
{
	return store_run(store_prepare(store, "BEGIN IMMEDIATE")) &&
	    next_rev(store);
}

bool
store_commit(struct store *store)
{
	return store_run(store_prepare(store, "COMMIT"));
}

/* SQLite has rolled back by itself after some failures, a full disk too. */
void
store_rollback(struct store *store)
{
	text_copy(store->reason, sizeof(store->reason),
	    sqlite3_errmsg(store->connection));
	if (!sqlite3_get_autocommit(store->connection) &&
	    !run_text(store, "ROLLBACK"))
		log_error("store rollback failed: %s", store_reason(store));
}

int64_t
store_changed(struct store *store)
{
	return sqlite3_changes64(store->connection);
}

int64_t
store_last_id(struct store *store)
{
	return sqlite3_last_insert_rowid(store->connection);
}

const char *
store_reason(struct store *store)
{
	if (sqlite3_errcode(store->connection) == SQLITE_OK)
		return store->reason;
	return sqlite3_errmsg(store->connection);
}

sqlite3 *
store_connection(struct store *store)
{
	return store->connection;
}

void
store_checkpoint(struct store *store)
{
	if ((int64_t)store->log_pages * PAGE_BYTES <= LOG_BYTES)
		return;
	if (sqlite3_wal_checkpoint_v2(store->connection, NULL,
		SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) != SQLITE_OK)
		log_warn("store checkpoint: %s", store_reason(store));
}
