/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * A table of an extract, one JSON object a line, becomes rows. SQLite reads the
 * JSON; which columns there are, the first line says, so that what an older
 * all2all did not have yet gets the store's own default. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/import_priv.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of this store's transactions: these rows change now. */
#define REV       "rev"
#define MOST_LINE (64 << 20) /* a sealed year in one cell */

/* Whose numbers only grow: what comes twice is there once. */
static const char *const growing[] = { "usage", "peak", "session", "audience" };
/* The relay they happened on tells of them itself: share/tables.h. */
static const char *const told_there[] = { "broadcast", "play" };
/* A chain of hashes has no place for another's rows; a delegate, a token and a
 * link are no use without their key; a letter that did not leave would leave
 * now. */
static const char *const left[] = { "audit", "delegate", "login_link",
	"token" };

static bool
is_one_of(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(word, words[i]) == 0)
			return true;
	}
	return false;
}

static bool
fail(struct import *import, const char *why)
{
	char what[CUSTODY_NAME_BYTES + 32];

	snprintf(what, sizeof(what), "tables/%s.jsonl, line %u",
	    import->reader.table->name, import->reader.line_no);
	return import_fail(import, what, why);
}

static bool
fail_store(struct import *import)
{
	return fail(import, store_reason(import->ledger->store));
}

static const struct custody_column *
find_column(const struct custody_table *table, const char *name)
{
	for (unsigned i = 0; i < table->count; i++) {
		if (strcmp(table->columns[i].name, name) == 0)
			return &table->columns[i];
	}
	return NULL;
}

/* What a member that comes back does not have any more is its access. A block
 * that is not about money is not washed off. */
#define IS_BLOCKED                                                             \
	"coalesce(json_extract(?1, '$.block_reason'), 'payment') <> 'payment'"

static void
add_member_value(struct bytes *sql, const char *name)
{
	if (strcmp(name, "fingerprint") == 0)
		bytes_text(sql, "NULL"); /* its key does not come along */
	else if (strcmp(name, "state") == 0)
		bytes_text(sql,
		    "CASE WHEN " IS_BLOCKED " THEN 'blocked' "
		    "ELSE 'ordered' END");
	else if (strcmp(name, "key_ms") == 0)
		bytes_text(sql, "?3");
	else
		bytes_format(sql,
		    "CASE WHEN " IS_BLOCKED " THEN json_extract(?1, '$.%s') "
		    "END",
		    name);
}

static bool
is_of_access(const char *name)
{
	return strcmp(name, "fingerprint") == 0 || strcmp(name, "state") == 0 ||
	    strcmp(name, "key_ms") == 0 || strncmp(name, "block", 5) == 0;
}

static void
add_value(struct bytes *sql, const struct custody_table *table,
    const struct custody_column *column)
{
	bool is_member = strcmp(table->name, "member") == 0;
	const char *name = column->name, *label = custody_label(column->refers);

	if (is_member && is_of_access(name))
		add_member_value(sql, name);
	else if (!is_member && strcmp(name, "member") == 0)
		bytes_text(sql, "?2");
	else if (label != NULL)
		bytes_format(sql,
		    "(SELECT id FROM \"%s\" WHERE \"%s\" = "
		    "json_extract(?1, '$.\"%s\"'))",
		    column->refers, label, name);
	else
		bytes_format(sql, "json_extract(?1, '$.\"%s\"')", name);
}

/* A mount or relay that is not known here yet. Plans are made by people. */
static bool
prepare_name(struct import *import, const struct custody_column *column)
{
	struct import_rows *reader = &import->reader;
	struct bytes sql = { 0 };

	if (custody_label(column->refers) == NULL ||
	    strcmp(column->refers, "plan") == 0)
		return true;
	bytes_format(&sql,
	    "INSERT INTO \"%s\"(\"%s\") VALUES(json_extract(?1, "
	    "'$.\"%s\"')) ON CONFLICT DO NOTHING",
	    column->refers, custody_label(column->refers), column->name);
	reader->names[reader->name_count] = custody_prepare(
	    import->ledger->store, &sql);
	bytes_free(&sql);
	return reader->names[reader->name_count++] != NULL ||
	    fail_store(import);
}

static void
add_conflict(struct bytes *sql, const struct custody_table *table)
{
	const char *before = " ON CONFLICT DO UPDATE SET ";

	if (!is_one_of(table->name, growing, 4))
		return;
	for (unsigned i = 0; i < table->count; i++) {
		const char *name = table->columns[i].name;

		if (table->columns[i].is_key)
			continue;
		bytes_format(sql, "%s\"%s\" = max(\"%s\", excluded.\"%s\")",
		    before, name, name, name);
		before = ", ";
	}
}

struct statement {
	struct bytes names, values;
};

static bool
add_column(struct import *import, struct statement *statement, const char *name)
{
	const struct custody_table *table = import->reader.table;
	const struct custody_column *column = find_column(table, name);

	if (column == NULL || !custody_leaves(column))
		return fail(import, "it has a column that is not known here");
	if (column->is_row_number || strcmp(name, REV) == 0)
		return true;
	bytes_format(&statement->names, "%s\"%s\"",
	    statement->names.len > 0 ? ", " : "", name);
	bytes_text(&statement->values, statement->values.len > 0 ? ", " : "");
	add_value(&statement->values, table, column);
	return prepare_name(import, column);
}

static const char
    select_keys[] = "SELECT key FROM json_each(?1) WHERE json_valid(?1)";

static bool
add_columns(struct import *import, struct statement *statement)
{
	sqlite3_stmt *keys = store_prepare(import->ledger->store, select_keys);
	bool is_done = true;
	int step;

	sqlite3_bind_text(
	    keys, 1, (const char *)import->reader.line.data, -1, SQLITE_STATIC);
	while (is_done && (step = sqlite3_step(keys)) == SQLITE_ROW)
		is_done = add_column(import, statement, store_text(keys, 0));
	sqlite3_reset(keys);
	if (is_done && statement->names.len == 0)
		return fail(import, "it is no JSON object");
	if (is_done && find_column(import->reader.table, REV) != NULL) {
		bytes_text(&statement->names, ", " REV);
		bytes_text(&statement->values,
		    is_one_of(import->reader.table->name, told_there,
			sizeof(told_there) / sizeof(*told_there))
			? ", 0"
			: ", rev()");
	}
	return is_done;
}

static bool
prepare(struct import *import)
{
	struct statement statement = { 0 };
	const struct custody_table *table = import->reader.table;
	bool is_member = strcmp(table->name, "member") == 0;
	struct bytes sql = { 0 };
	bool is_done = add_columns(import, &statement);

	if (is_done) {
		bytes_format(&sql, "INSERT INTO \"%s\"(%.*s%s) SELECT %.*s%s",
		    table->name, (int)statement.names.len,
		    (const char *)statement.names.data,
		    is_member ? ", key_hash" : "", (int)statement.values.len,
		    (const char *)statement.values.data,
		    is_member ? ", ?2" : "");
		bytes_text(&sql, " WHERE json_valid(?1)");
		add_conflict(&sql, table);
		import->reader.insert = custody_prepare(
		    import->ledger->store, &sql);
		is_done = import->reader.insert != NULL || fail_store(import);
	}
	bytes_free(&statement.names);
	bytes_free(&statement.values);
	bytes_free(&sql);
	return is_done;
}

/* --- which lines are taken --- */

static bool
ask(struct import *import, const char *sql, char *to, size_t size)
{
	sqlite3_stmt *prepared = store_prepare(import->ledger->store, sql);
	bool is_one;

	sqlite3_bind_text(prepared, 1, (const char *)import->reader.line.data,
	    -1, SQLITE_STATIC);
	is_one = sqlite3_step(prepared) == SQLITE_ROW &&
	    sqlite3_column_type(prepared, 0) != SQLITE_NULL;
	if (is_one)
		text_copy(to, size, store_text(prepared, 0));
	sqlite3_reset(prepared);
	sqlite3_clear_bindings(prepared);
	return is_one;
}

static bool
has_media(struct import *import)
{
	char path[512], name[600];

	if (!ask(import,
		"SELECT json_extract(?1, '$.path') WHERE json_valid(?1)", path,
		sizeof(path)) ||
	    !custody_is_path(import->slug, path))
		return false;
	snprintf(name, sizeof(name), IMPORT_MEDIA "%s", path);
	return import_find(import, name) != NULL;
}

static bool
is_taken(struct import *import)
{
	const char *table = import->reader.table->name;
	char text[24];

	if (is_one_of(table, left, sizeof(left) / sizeof(*left)))
		return false;
	if (strcmp(table, "recording") == 0)
		return has_media(import);
	if (strcmp(table, "letter") == 0)
		return ask(import,
		    "SELECT json_extract(?1, '$.sent_ms') "
		    "WHERE json_valid(?1)",
		    text, sizeof(text));
	return true;
}

/* --- what a line must be --- */

static const char select_sealed[] =
    "SELECT json_extract(?1, '$.csv'), json_extract(?1, '$.csv_sha256') "
    "WHERE json_valid(?1)";

/* Whoever seals CSV and hash anew can deceive us; a slip cannot. */
static bool
is_sealed(struct import *import)
{
	sqlite3_stmt *prepared = store_prepare(
	    import->ledger->store, select_sealed);
	uint8_t hash[32];
	char hex[IMPORT_HEX];
	const char *csv;
	bool is_right = false;

	sqlite3_bind_text(prepared, 1, (const char *)import->reader.line.data,
	    -1, SQLITE_STATIC);
	if (sqlite3_step(prepared) == SQLITE_ROW) {
		csv = store_text(prepared, 0);
		CHECK(EVP_Digest(
		    csv, strlen(csv), hash, NULL, EVP_sha256(), NULL));
		for (unsigned i = 0; i < sizeof(hash); i++)
			snprintf(hex + (size_t)2 * i, 3, "%02x", hash[i]);
		is_right = strcmp(hex, store_text(prepared, 1)) == 0;
	}
	sqlite3_reset(prepared);
	sqlite3_clear_bindings(prepared);
	return is_right ||
	    fail(import, "this statement is not what was sealed");
}

static bool
is_right(struct import *import)
{
	const char *table = import->reader.table->name;
	char slug[SLUG_BYTES];

	if (strcmp(table, "member") != 0) {
		if (import->member == 0)
			return fail(import, "its member did not come before");
		return strcmp(table, "statement") != 0 || is_sealed(import);
	}
	if (import->member != 0 ||
	    !ask(import,
		"SELECT json_extract(?1, '$.slug') WHERE json_valid(?1)", slug,
		sizeof(slug)) ||
	    strcmp(slug, import->slug) != 0)
		return fail(import, "it is another member");
	return true;
}

static bool
run(struct import *import, sqlite3_stmt *prepared)
{
	const struct import_rows *reader = &import->reader;
	bool is_member = strcmp(reader->table->name, "member") == 0;

	sqlite3_bind_text(
	    prepared, 1, (const char *)reader->line.data, -1, SQLITE_STATIC);
	if (is_member)
		sqlite3_bind_text(
		    prepared, 2, import->wish->key_hash, -1, SQLITE_STATIC);
	else
		sqlite3_bind_int64(prepared, 2, import->member);
	sqlite3_bind_int64(prepared, 3, clock_wall_ms());
	return store_run(prepared) || fail_store(import);
}

static bool
insert(struct import *import)
{
	struct import_rows *reader = &import->reader;

	if (reader->insert == NULL && !prepare(import))
		return false;
	for (unsigned i = 0; i < reader->name_count; i++) {
		if (!run(import, reader->names[i]))
			return false;
	}
	if (!run(import, reader->insert))
		return false;
	if (store_changed(import->ledger->store) != 1)
		return fail(import, "it is no JSON object");
	if (strcmp(reader->table->name, "member") == 0)
		import->member = store_last_id(import->ledger->store);
	import->rows++;
	return true;
}

static bool
take_line(struct import *import)
{
	bool is_done = true;

	import->reader.line_no++;
	bytes_append(&import->reader.line, "", 1);
	if (!is_taken(import))
		import->rows_left++;
	else
		is_done = is_right(import) && insert(import);
	bytes_eat(&import->reader.line, import->reader.line.len);
	return is_done;
}

bool
import_rows_begin(struct import *import, const char *table)
{
	for (unsigned i = 0; i < import->table_count; i++) {
		if (strcmp(import->tables[i].name, table) == 0)
			import->reader.table = &import->tables[i];
	}
	return import->reader.table != NULL ||
	    import_fail(import, table, "it is a table that is not known here");
}

bool
import_rows_data(struct import *import, const void *bytes, size_t len)
{
	struct bytes *line = &import->reader.line;
	const char *at = bytes, *end;

	while ((end = memchr(at, '\n', len)) != NULL) {
		bytes_append(line, at, (size_t)(end - at));
		len -= (size_t)(end - at) + 1;
		at = end + 1;
		if (!take_line(import))
			return false;
	}
	bytes_append(line, at, len);
	return line->len <= MOST_LINE || fail(import, "it is too long");
}

bool
import_rows_end(struct import *import)
{
	if (import->reader.line.len > 0)
		return fail(import, "it has no end");
	import_rows_drop(import);
	return true;
}

void
import_rows_drop(struct import *import)
{
	struct import_rows *reader = &import->reader;

	for (unsigned i = 0; i < reader->name_count; i++)
		sqlite3_finalize(reader->names[i]);
	sqlite3_finalize(reader->insert);
	bytes_free(&reader->line);
	memset(reader, 0, sizeof(*reader));
}
