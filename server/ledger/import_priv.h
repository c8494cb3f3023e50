/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * import_priv - what the parts of an import share.
 */
#ifndef LEDGER_IMPORT_PRIV_H
#define LEDGER_IMPORT_PRIV_H

#include "ledger/custody.h"
#include "ledger/import.h"

#define IMPORT_HEX         65
#define IMPORT_MEDIA       "media/"
#define IMPORT_MOST_SUMMED (256 << 20) /* of SHA256SUMS */

struct import_file {
	char *name;
	char sha256[IMPORT_HEX];
	bool is_summed; /* SHA256SUMS has it */
};

/* Of one table, while its file is read. */
struct import_rows {
	const struct custody_table *table;
	struct bytes line; /* what came of it until now */
	unsigned line_no;
	sqlite3_stmt *insert;                 /* NULL: no line came yet */
	sqlite3_stmt *names[CUSTODY_COLUMNS]; /* rows that it points to */
	unsigned name_count;
};

struct import_media {
	int archive; /* its folder; -1 until media comes */
	int folder, fd;
	char *path;     /* of the file that is read */
	unsigned count; /* files that were not there before */
	uint64_t bytes;
	char **paths;
};

struct import {
	struct ledger *ledger;
	const struct import_wish *wish;
	struct bytes *out;
	bool is_told; /* why it failed */
	int fd;       /* the archive's */

	/* Of the first reading. */
	struct bytes sums, facts;
	bool has_sums, is_facts;   /* facts: now being read */
	struct import_file *files; /* by name */
	unsigned file_count;
	char sums_sha256[IMPORT_HEX];
	char slug[SLUG_BYTES], relay[64];
	int64_t made_ms;

	/* Of the second. */
	const struct import_file *reading;
	bool is_media;
	int64_t member; /* 0: its row did not come yet */
	struct custody_table *tables;
	unsigned table_count;
	struct import_rows reader;
	int64_t rows, rows_left;
	struct import_media media;
};

/* Tells the first reason; always false. */
bool import_fail(struct import *, const char *what, const char *why);

/* import_archive.c: calls these for each file of the archive, in its order.
 * Each is false when it has told why not to go on. */
struct import_sink {
	bool (*begin)(struct import *, const char *name);
	bool (*data)(struct import *, const void *bytes, size_t len);
	bool (*end)(struct import *, const char sha256[IMPORT_HEX]);
};
bool import_walk(struct import *, const struct import_sink *) MUST_CHECK;
/* The first reading: files and facts, when all sums are right. */
bool import_check(struct import *) MUST_CHECK;
/* NULL: it is not in the archive. */
const struct import_file *import_find(const struct import *, const char *name);

/* import_rows.c: one table, line by line. */
bool import_rows_begin(struct import *, const char *table) MUST_CHECK;
bool import_rows_data(
    struct import *, const void *bytes, size_t len) MUST_CHECK;
bool import_rows_end(struct import *) MUST_CHECK;
void import_rows_drop(struct import *); /* also in the midst of one */

/* import_media.c: a recording or its sidecar; its row came before. */
bool import_media_begin(struct import *, const char *name) MUST_CHECK;
bool import_media_data(
    struct import *, const void *bytes, size_t len) MUST_CHECK;
bool import_media_end(
    struct import *, const char sha256[IMPORT_HEX]) MUST_CHECK;
/* Takes away what was placed, unless it is kept, and frees. */
void import_media_close(struct import *, bool is_kept);

#endif
