/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/custody.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDERS    4 /* slug, year, month, day */
#define PATH_BYTES 512

static const char select_columns[] =
    "SELECT t.name, c.name, coalesce((SELECT \"table\" FROM "
    "pragma_foreign_key_list(t.name) WHERE \"from\" = c.name), ''), c.pk > 0, "
    "c.pk = 1 AND c.type = 'INTEGER' AND (SELECT count(*) FROM "
    "pragma_table_info(t.name) WHERE pk > 0) = 1 "
    "FROM sqlite_schema AS t, pragma_table_info(t.name) AS c "
    "WHERE t.type = 'table' AND (t.name = 'member' OR 'member' IN "
    "(SELECT name FROM pragma_table_info(t.name))) "
    "ORDER BY t.name <> 'member', t.name, c.cid";

static void
read_column(sqlite3_stmt *prepared, struct custody_table *table)
{
	struct custody_column *column = &table->columns[table->count++];

	CHECK(table->count <= CUSTODY_COLUMNS);
	text_copy(column->name, sizeof(column->name), store_text(prepared, 1));
	text_copy(
	    column->refers, sizeof(column->refers), store_text(prepared, 2));
	column->is_key = sqlite3_column_int(prepared, 3) != 0;
	column->is_row_number = sqlite3_column_int(prepared, 4) != 0;
}

struct custody_table *
custody_tables(struct store *store, unsigned *count)
{
	sqlite3_stmt *prepared = store_prepare(store, select_columns);
	struct custody_table *tables = NULL;
	int step;

	*count = 0;
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		const char *name = store_text(prepared, 0);

		if (*count == 0 || strcmp(tables[*count - 1].name, name) != 0) {
			tables = mem_grow(
			    tables, (*count + 1) * sizeof(*tables));
			memset(&tables[*count], 0, sizeof(*tables));
			text_copy(
			    tables[*count].name, CUSTODY_NAME_BYTES, name);
			++*count;
		}
		read_column(prepared, &tables[*count - 1]);
	}
	if (store_ended(prepared, step))
		return tables;
	free(tables);
	return NULL;
}

const char *
custody_member_column(const struct custody_table *table)
{
	return strcmp(table->name, "member") == 0 ? "id" : "member";
}

const char *
custody_label(const char *table)
{
	static const char *const labels[][2] = { { "mount", "path" },
		{ "relay", "uuid" }, { "plan", "name" } };

	for (unsigned i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		if (strcmp(table, labels[i][0]) == 0)
			return labels[i][1];
	}
	return NULL;
}

bool
custody_leaves(const struct custody_column *column)
{
	return strcmp(column->name, "key_hash") != 0;
}

sqlite3_stmt *
custody_prepare(struct store *store, const struct bytes *sql)
{
	sqlite3_stmt *prepared = NULL;

	if (sqlite3_prepare_v2(store_connection(store), (const char *)sql->data,
		(int)sql->len, &prepared, NULL) != SQLITE_OK)
		return NULL;
	return prepared;
}

bool
custody_is_path(const char *slug, const char *path)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t len = strlen(slug), first;
	const char *at = path + len;

	if (strlen(path) >= PATH_BYTES || strncmp(path, slug, len) != 0)
		return false;
	for (unsigned i = 1; i < FOLDERS; i++) {
		if (*at != '/')
			return false;
		first = strspn(at + 1, "0123456789");
		if (first != (i == 1 ? 4U : 2U))
			return false;
		at += 1 + first;
	}
	first = *at == '/' ? strspn(at + 1, plain) : 0;
	if (first == 0 || at[1 + first] != '.')
		return false;
	at += 2 + first;
	return *at != '\0' && at[strspn(at, plain)] == '\0';
}

int
custody_open_archive(struct store *store)
{
	const char *path = sqlite3_db_filename(store_connection(store), "main");
	const char *slash = strrchr(path, '/');
	char *name;
	int archive;

	if (slash == NULL) {
		errno = ENOENT;
		return -1;
	}
	CHECK(asprintf(&name, "%.*s/archive", (int)(slash - path), path) > 0);
	archive = file_open_at(AT_FDCWD, name, O_RDONLY | O_DIRECTORY, 0);
	free(name);
	return archive;
}

int
custody_open_folder(
    int archive, const char *path, bool is_made, const char **name)
{
	char part[PATH_BYTES];
	int above = archive, folder = -1, error;
	bool is_lasting;

	for (unsigned i = 0; i < FOLDERS; i++) {
		size_t len = strcspn(path, "/");

		snprintf(part, sizeof(part), "%.*s", (int)len, path);
		folder = is_made
		    ? file_open_folder(above, part)
		    : file_open_at(above, part, O_RDONLY | O_DIRECTORY, 0);
		is_lasting = folder != -1 && (!is_made || file_sync(above));
		error = errno;
		if (above != archive)
			close(above);
		if (!is_lasting) {
			if (folder != -1)
				close(folder);
			errno = error;
			return -1;
		}
		above = folder;
		path += len + 1;
	}
	*name = path;
	return folder;
}

void
custody_sidecar(char *to, size_t size, const char *name)
{
	snprintf(to, size, "%.*s.json", (int)strcspn(name, "."), name);
}
