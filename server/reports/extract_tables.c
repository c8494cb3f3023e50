/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The tables of an extract. Columns are asked of the store, not listed here: a
 * new one is in the next extract by itself. */
#include "base/text.h"
#include "ledger/custody.h"
#include "reports/extract_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A row's number says nothing elsewhere: what it names is told instead. */
static void
add_column(struct bytes *sql, const struct custody_table *table,
    const struct custody_column *column)
{
	const char *label = custody_label(column->refers);

	if (label == NULL)
		bytes_format(sql, "\"%s\"", column->name);
	else
		bytes_format(sql,
		    "(SELECT \"%s\" FROM \"%s\" WHERE id = \"%s\".\"%s\") "
		    "AS \"%s\"",
		    label, column->refers, table->name, column->name,
		    column->name);
}

static sqlite3_stmt *
select_rows(struct extract *extract, const struct custody_table *table)
{
	struct bytes sql = { 0 }, order = { 0 };
	sqlite3_stmt *prepared;
	unsigned count = 0;

	bytes_text(&sql, "SELECT ");
	for (unsigned i = 0; i < table->count; i++) {
		if (!custody_leaves(&table->columns[i]))
			continue;
		bytes_text(&sql, count++ > 0 ? ", " : "");
		add_column(&sql, table, &table->columns[i]);
		if (table->columns[i].is_key)
			bytes_format(
			    &order, "%s%u", order.len > 0 ? ", " : "", count);
	}
	bytes_format(&sql, " FROM \"%s\" WHERE \"%s\" = ?1", table->name,
	    custody_member_column(table));
	if (order.len > 0) {
		bytes_text(&sql, " ORDER BY ");
		bytes_append(&sql, order.data, order.len);
	}
	prepared = custody_prepare(extract->store, &sql);
	sqlite3_bind_int64(prepared, 1, extract->wish->member->member.id);
	bytes_free(&sql);
	bytes_free(&order);
	return prepared;
}

static void
add_hex(struct bytes *out, sqlite3_stmt *prepared, int column)
{
	const uint8_t *blob = sqlite3_column_blob(prepared, column);
	int len = sqlite3_column_bytes(prepared, column);

	for (int i = 0; i < len; i++)
		bytes_format(out, "%02x", blob[i]);
}

static void
add_json(struct bytes *out, sqlite3_stmt *prepared, int column)
{
	switch (sqlite3_column_type(prepared, column)) {
	case SQLITE_NULL:
		bytes_text(out, "null");
		break;
	case SQLITE_INTEGER:
	case SQLITE_FLOAT:
		bytes_text(out, store_text(prepared, column));
		break;
	case SQLITE_BLOB:
		bytes_text(out, "\"");
		add_hex(out, prepared, column);
		bytes_text(out, "\"");
		break;
	default:
		text_json(out, store_text(prepared, column));
		break;
	}
}

static void
add_cell(struct bytes *out, sqlite3_stmt *prepared, int column)
{
	int type = sqlite3_column_type(prepared, column);

	if (type == SQLITE_BLOB)
		add_hex(out, prepared, column);
	else if (type == SQLITE_TEXT)
		text_csv(out, store_text(prepared, column));
	else if (type != SQLITE_NULL)
		bytes_text(out, store_text(prepared, column));
}

static void
add_names(struct bytes *csv, sqlite3_stmt *prepared)
{
	int count = sqlite3_column_count(prepared);

	for (int i = 0; i < count; i++) {
		text_csv(csv, sqlite3_column_name(prepared, i));
		bytes_text(csv, i + 1 < count ? "," : "\r\n");
	}
}

static void
add_row(struct bytes *json, struct bytes *csv, sqlite3_stmt *prepared)
{
	int count = sqlite3_column_count(prepared);

	for (int i = 0; i < count; i++) {
		bytes_text(json, i > 0 ? "," : "{");
		text_json(json, sqlite3_column_name(prepared, i));
		bytes_text(json, ":");
		add_json(json, prepared, i);
		add_cell(csv, prepared, i);
		bytes_text(csv, i + 1 < count ? "," : "\r\n");
	}
	bytes_text(json, "}\n");
}

static bool
end_table(struct extract *extract, const char *table, struct part *json,
    struct part *csv)
{
	char name[CUSTODY_NAME_BYTES + 16];
	bool is_done;

	snprintf(name, sizeof(name), "tables/%s.jsonl", table);
	is_done = part_end(extract, json, name);
	snprintf(name, sizeof(name), "tables/%s.csv", table);
	if (is_done)
		return part_end(extract, csv, name);
	part_drop(csv);
	return false;
}

static bool
add_table(struct extract *extract, const struct custody_table *table)
{
	sqlite3_stmt *prepared = select_rows(extract, table);
	struct part json, csv;
	int step;

	if (!part_begin(extract, &json)) {
		sqlite3_finalize(prepared);
		return false;
	}
	if (!part_begin(extract, &csv)) {
		part_drop(&json);
		sqlite3_finalize(prepared);
		return false;
	}
	add_names(&csv.text, prepared);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		add_row(&json.text, &csv.text, prepared);
		part_grow(&json);
		part_grow(&csv);
	}
	sqlite3_finalize(prepared);
	if (step == SQLITE_DONE)
		return end_table(extract, table->name, &json, &csv);
	part_drop(&json);
	part_drop(&csv);
	return extract_fail(extract, table->name, store_reason(extract->store));
}

bool
extract_tables(struct extract *extract)
{
	struct custody_table *tables;
	unsigned count;
	bool is_done = true;

	tables = custody_tables(extract->store, &count);
	if (tables == NULL)
		return extract_fail(
		    extract, "store", store_reason(extract->store));
	for (unsigned i = 0; is_done && i < count; i++)
		is_done = add_table(extract, &tables[i]);
	free(tables);
	return is_done;
}

static const char select_statements[] =
    "SELECT period, csv, json FROM statement WHERE member = ?1 "
    "ORDER BY from_ms";

static bool
add_statement(struct extract *extract, const char *period, const char *ending,
    const char *text)
{
	char name[96];
	struct part part;

	/* A period's name is digits and "-". */
	snprintf(name, sizeof(name), "statements/%.*s.%s",
	    (int)strspn(period, "0123456789-"), period, ending);
	if (!part_begin(extract, &part))
		return false;
	bytes_text(&part.text, text);
	return part_end(extract, &part, name);
}

bool
extract_statements(struct extract *extract)
{
	sqlite3_stmt *prepared = store_prepare(
	    extract->store, select_statements);
	bool is_done = true;
	int step;

	sqlite3_bind_int64(prepared, 1, extract->wish->member->member.id);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW && is_done)
		is_done = add_statement(extract, store_text(prepared, 0), "csv",
			      store_text(prepared, 1)) &&
		    add_statement(extract, store_text(prepared, 0), "json",
			store_text(prepared, 2));
	sqlite3_reset(prepared);
	if (is_done && step != SQLITE_DONE)
		return extract_fail(
		    extract, "store", store_reason(extract->store));
	return is_done;
}
