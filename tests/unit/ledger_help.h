/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * ledger_help - a store in a folder of its own, for the ledger's unit tests.
 *
 * Both clocks stand still at NOON until a test moves them.
 */
#ifndef LEDGER_HELP_H
#define LEDGER_HELP_H

#include "test.h"

#include "base/clock.h"
#include "ledger/commands.h"
#include "ledger/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOON      INT64_C(1795262400000) /* 2026-11-21T12:00:00Z */
#define NOON_SLOT (NOON / SLOT_MS)

struct help {
	char folder[64], path[96];
	struct ledger *ledger;
};

static inline void
help_open(struct help *help)
{
	char *error = NULL;

	help->ledger = ledger_open(help->path, &error);
	if (help->ledger == NULL)
		fail_msg("%s", error);
}

/* As a kill does: what was not flushed is gone. */
static inline void
help_reopen(struct help *help)
{
	ledger_close(help->ledger);
	help_open(help);
}

static inline int
help_begin(void **state)
{
	struct help *help = calloc(1, sizeof(*help));

	clock_set(1000, NOON);
	strcpy(help->folder, "/tmp/all2all-ledger-XXXXXX");
	assert_non_null(mkdtemp(help->folder));
	snprintf(
	    help->path, sizeof(help->path), "%s/all2all.sqlite", help->folder);
	help_open(help);
	*state = help;
	return 0;
}

static inline int
help_end(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	struct help *help = *state;
	char path[128];

	ledger_close(help->ledger);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", help->path, ends[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(help->folder), 0);
	free(help);
	return 0;
}

#define HELP_TEST(name)                                                        \
	cmocka_unit_test_setup_teardown(name, help_begin, help_end)

/* One number out of the store, by a connection of its own. */
static inline int64_t
help_number(const struct help *help, const char *sql)
{
	sqlite3_stmt *prepared;
	sqlite3 *connection;
	int64_t number = -1;

	assert_int_equal(sqlite3_open_v2(help->path, &connection,
			     SQLITE_OPEN_READONLY, NULL),
	    SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(connection, sql, -1, &prepared, NULL),
	    SQLITE_OK);
	if (sqlite3_step(prepared) == SQLITE_ROW)
		number = sqlite3_column_int64(prepared, 0);
	sqlite3_finalize(prepared);
	sqlite3_close(connection);
	return number;
}

/* Any SQL, on the ledger's own connection. */
static inline int
help_sql(const struct help *help, const char *sql)
{
	return sqlite3_exec(
	    store_connection(help->ledger->store), sql, NULL, NULL, NULL);
}

/* The words end with NULL; the answer is good until the next call. */
static inline int
help_words(const struct help *help, const char **words, const char **text)
{
	static char answer[65536];
	struct bytes out = { 0 };
	unsigned argc = 0;
	int status;

	while (words[argc] != NULL)
		argc++;
	status = ledger_command(help->ledger, argc, (char **)words, &out);
	assert_true(out.len < sizeof(answer));
	if (out.len > 0)
		memcpy(answer, out.data, out.len);
	answer[out.len] = '\0';
	bytes_free(&out);
	*text = answer;
	return status;
}

#define COMMAND(help, text, ...)                                               \
	help_words(help, (const char *[]){ __VA_ARGS__, NULL }, text)

static inline void
help_add(struct help *help, int64_t slot, const char *mount, uint64_t bytes)
{
	struct usage_delta delta = { .slot = slot,
		.member = 1,
		.kind = USAGE_LIVE,
		.payload_out = bytes,
		.tcp_out = bytes + 1,
		.wire_out = bytes + 2,
		.payload_in = bytes + 3,
		.wire_in = bytes + 4,
		.tls_out = bytes + 5,
		.listen_ms = bytes + 6,
		.listen60_ms = bytes + 7,
		.starts = 1 };

	strcpy(delta.mount, mount);
	usage_add(help->ledger->usage, &delta);
}

#endif
