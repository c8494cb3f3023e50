/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/mem.h"
#include "base/text.h"
#include "ledger/csv.h"
#include "ledger/purge_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FIELDS 64

struct fields {
	char *of[MOST_FIELDS];
	unsigned count;
	unsigned member, line; /* where they are */
};

/* Mounts, titles, days and reasons say who somebody was. */
static bool
is_total(const char *line)
{
	return strcmp(line, "total") == 0 || strcmp(line, "kind") == 0 ||
	    strcmp(line, "value") == 0;
}

static bool
find_columns(struct fields *names)
{
	names->member = names->line = MOST_FIELDS;
	for (unsigned i = 0; i < names->count; i++) {
		if (strcmp(names->of[i], "member") == 0)
			names->member = i;
		if (strcmp(names->of[i], "line") == 0)
			names->line = i;
	}
	return names->member < MOST_FIELDS && names->line < MOST_FIELDS;
}

static void
add_csv(struct bytes *csv, const struct fields *fields)
{
	for (unsigned i = 0; i < fields->count; i++) {
		text_csv(csv, fields->of[i]);
		bytes_text(csv, i + 1 < fields->count ? "," : "\r\n");
	}
}

static void
add_json(
    struct bytes *json, const struct fields *names, const struct fields *fields)
{
	bytes_text(json, json->len > 0 ? ",\n" : "\n");
	for (unsigned i = 0; i < fields->count; i++) {
		bytes_text(json, i > 0 ? "," : "{");
		text_json(json, names->of[i]);
		bytes_text(json, ":");
		text_json(json, fields->of[i]);
	}
	bytes_text(json, "}");
}

bool
purge_totals(
    const char *csv, int64_t member, struct bytes *reduced, struct bytes *json)
{
	char *text = mem_text(csv), number[24];
	struct fields names = { 0 }, fields = { 0 };
	enum csv_answer answer;
	bool is_one = false;
	struct csv reader;

	snprintf(number, sizeof(number), "%lld", (long long)member);
	csv_open(&reader, text);
	if (csv_next(&reader, names.of, MOST_FIELDS, &names.count) ==
		CSV_RECORD &&
	    find_columns(&names)) {
		is_one = true;
		add_csv(reduced, &names);
	}
	while (is_one &&
	    (answer = csv_next(
		 &reader, fields.of, MOST_FIELDS, &fields.count)) != CSV_END) {
		is_one = answer == CSV_RECORD && fields.count == names.count;
		if (!is_one || !is_total(fields.of[names.line]))
			continue;
		fields.of[names.member] = number;
		add_csv(reduced, &fields);
		add_json(json, &names, &fields);
	}
	free(text);
	return is_one;
}

static const char
    select_next[] = "SELECT from_ms, period, csv FROM statement "
		    "WHERE member = ?1 AND purged_ms IS NULL LIMIT 1";

static const char
    update_one[] = "UPDATE statement SET csv = ?3, json = ?4, purged_ms = ?5 "
		   "WHERE member = ?1 AND from_ms = ?2";

/* What cannot be read is not kept. */
static bool
reduce(struct store *store, int64_t member, int64_t now_ms,
    sqlite3_stmt *statement)
{
	struct bytes csv = { 0 }, lines = { 0 }, json = { 0 };
	sqlite3_stmt *prepared = store_prepare(store, update_one);
	bool is_done;

	if (!purge_totals(store_text(statement, 2), member, &csv, &lines)) {
		bytes_eat(&csv, csv.len);
		bytes_eat(&lines, lines.len);
	}
	bytes_format(&json,
	    "{\"schema\":1,\"member\":%lld,\"period\":", (long long)member);
	text_json(&json, store_text(statement, 1));
	bytes_text(&json, ",\"lines\":[");
	bytes_append(&json, lines.data, lines.len);
	bytes_text(&json, "]}\n");
	sqlite3_bind_int64(prepared, 1, member);
	sqlite3_bind_int64(prepared, 2, sqlite3_column_int64(statement, 0));
	sqlite3_bind_text(prepared, 3,
	    csv.len > 0 ? (const char *)csv.data : "", (int)csv.len,
	    SQLITE_TRANSIENT);
	sqlite3_bind_text(prepared, 4, (const char *)json.data, (int)json.len,
	    SQLITE_TRANSIENT);
	sqlite3_bind_int64(prepared, 5, now_ms);
	sqlite3_reset(statement);
	is_done = store_run(prepared);
	bytes_free(&csv);
	bytes_free(&lines);
	bytes_free(&json);
	return is_done;
}

int64_t
purge_statements(struct store *store, int64_t member, int64_t now_ms)
{
	sqlite3_stmt *prepared;
	int64_t count = 0;
	int step;

	for (;; count++) {
		prepared = store_prepare(store, select_next);
		sqlite3_bind_int64(prepared, 1, member);
		step = sqlite3_step(prepared);
		if (step != SQLITE_ROW)
			return store_ended(prepared, step) ? count : -1;
		if (!reduce(store, member, now_ms, prepared))
			return -1;
	}
}
