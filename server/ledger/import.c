/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/import.h"

#include "base/file.h"
#include "base/text.h"
#include "ledger/audit.h"
#include "ledger/import_priv.h"
#include "ledger/life_commands.h"
#include "ledger/members.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TABLES "tables/"
#define LINES  ".jsonl"

bool
import_fail(struct import *import, const char *what, const char *why)
{
	if (import->is_told)
		return false;
	bytes_text(import->out, "nothing is imported: ");
	text_json(import->out, what);
	bytes_format(import->out, ": %s\n", why);
	import->is_told = true;
	return false;
}

static bool
begins_with(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

/* Of everything else the sum was right, and it says nothing more. */
static bool
take_begin(struct import *import, const char *name)
{
	size_t len = strlen(name);
	char table[CUSTODY_NAME_BYTES];

	import->reading = import_find(import, name);
	if (import->reading == NULL)
		return import_fail(import, name, "it was not there before");
	import->is_media = begins_with(name, IMPORT_MEDIA);
	if (import->is_media)
		return import_media_begin(import, name);
	if (!begins_with(name, TABLES) || len < strlen(LINES) ||
	    strcmp(name + len - strlen(LINES), LINES) != 0)
		return true;
	len -= strlen(TABLES) + strlen(LINES);
	snprintf(table, sizeof(table), "%.*s", (int)len, name + strlen(TABLES));
	return import_rows_begin(import, table);
}

static bool
take_data(struct import *import, const void *bytes, size_t len)
{
	if (import->is_media)
		return import_media_data(import, bytes, len);
	return import->reader.table == NULL ||
	    import_rows_data(import, bytes, len);
}

static bool
take_end(struct import *import, const char sha256[IMPORT_HEX])
{
	if (strcmp(import->reading->sha256, sha256) != 0)
		return import_fail(import, import->reading->name,
		    "it changed while it was read");
	if (import->is_media)
		return import_media_end(import, sha256);
	return import->reader.table == NULL || import_rows_end(import);
}

/* What was on air when it was taken out is not on air here. */
static bool
end_open(struct import *import)
{
	static const char *const updates[] = {
		"UPDATE broadcast SET ended_ms = max(started_ms, ?2), "
		"reason = 'stopped' WHERE member = ?1 AND ended_ms IS NULL",
		"UPDATE play SET ended_ms = max(started_ms, ?2) "
		"WHERE member = ?1 AND ended_ms IS NULL",
		"UPDATE recording SET state = 'broken', "
		"ended_ms = coalesce(ended_ms, max(started_ms, ?2)) "
		"WHERE member = ?1 AND state = 'active'"
	};
	sqlite3_stmt *prepared;

	for (unsigned i = 0; i < sizeof(updates) / sizeof(*updates); i++) {
		prepared = store_prepare(import->ledger->store, updates[i]);
		sqlite3_bind_int64(prepared, 1, import->member);
		sqlite3_bind_int64(prepared, 2, import->made_ms);
		if (!store_run(prepared))
			return false;
	}
	return true;
}

/* What the rest of the server trusts the store for: numbers that add up, and
 * kinds it knows. */
#define IS_COUNT(column) column " BETWEEN 0 AND 9007199254740992 AND "
#define IS_SLOT          "slot BETWEEN 0 AND 100000000"

static const char *const odd_rows[] = {
	"SELECT 1 FROM usage WHERE member = ?1 AND NOT (" IS_COUNT(
	    "payload_out") IS_COUNT("tcp_out") IS_COUNT("wire_out")
	    IS_COUNT("payload_in") IS_COUNT("wire_in") IS_COUNT("tls_out")
		IS_COUNT("listen_ms") IS_COUNT("listen60_ms") IS_COUNT(
		    "starts") "kind IN ('live', 'source_in', "
			      "'archive', 'pages', 'waste') AND " IS_SLOT
			      ") LIMIT 1",
	"SELECT 1 FROM peak WHERE member = ?1 AND NOT (" IS_COUNT("peak")
	    IS_SLOT ") LIMIT 1",
	"SELECT 1 FROM session WHERE member = ?1 AND NOT (" IS_COUNT("ended")
	    IS_COUNT("length") IS_SLOT ") LIMIT 1",
	"SELECT 1 FROM audience WHERE member = ?1 AND NOT (" IS_COUNT(
	    "listeners") "length(day) = 10) LIMIT 1",
};

static bool
are_numbers_sane(struct import *import)
{
	for (unsigned i = 0; i < sizeof(odd_rows) / sizeof(*odd_rows); i++) {
		sqlite3_stmt *prepared = store_prepare(
		    import->ledger->store, odd_rows[i]);
		bool is_odd;
		int step;

		sqlite3_bind_int64(prepared, 1, import->member);
		step = sqlite3_step(prepared);
		is_odd = step == SQLITE_ROW;
		if (is_odd)
			step = sqlite3_step(prepared);
		if (!store_ended(prepared, step))
			return import_fail(import, "store",
			    store_reason(import->ledger->store));
		if (is_odd)
			return import_fail(import, "tables",
			    "a counter, slot or kind makes no sense");
	}
	return true;
}

static bool
is_line(const char *text)
{
	char clean[NAME_BYTES];

	text_clean(clean, sizeof(clean), text, strlen(text));
	return strcmp(clean, text) == 0;
}

/* By the rules of "member set". */
static bool
is_member_sane(struct import *import)
{
	struct ledger *ledger = import->ledger;
	struct member_row row;
	const char *why = NULL;

	if (members_find(ledger->store, import->slug, &row) != MEMBERS_DONE)
		return import_fail(
		    import, "store", store_reason(ledger->store));
	const char *const facts[][2] = { { "name", row.member.name },
		{ "email", row.email }, { "publisher", row.publisher },
		{ "kind", row.kind }, { "language", row.language },
		{ "zone", row.zone } };

	for (unsigned i = 0; why == NULL && i < sizeof(facts) / sizeof(*facts);
	     i++) {
		why = life_bad_setting(ledger, facts[i][0], facts[i][1]);
		if (why == NULL && !is_line(facts[i][1]))
			why = "a text has control characters";
	}
	return why == NULL || import_fail(import, "tables/member.jsonl", why);
}

static bool
add_audit(struct import *import)
{
	struct member_row row = { .member.id = import->member };
	struct bytes what = { 0 };
	bool is_done;

	text_copy(row.member.slug, SLUG_BYTES, import->slug);
	bytes_format(&what, "member import rows=%lld files=%u sums=%s relay=",
	    (long long)import->rows, import->media.count, import->sums_sha256);
	text_json(&what, import->relay);
	bytes_append(&what, "", 1);
	is_done = members_audit(
	    import->ledger->store, &row, AUDIT_SOCKET, (const char *)what.data);
	bytes_free(&what);
	return is_done;
}

static bool
check_free(struct import *import)
{
	struct member_row row;

	switch (members_find(import->ledger->store, import->slug, &row)) {
	case MEMBERS_UNKNOWN:
		return true;
	case MEMBERS_DONE:
		return import_fail(
		    import, import->slug, "there is such a member already");
	default:
		return import_fail(
		    import, "store", store_reason(import->ledger->store));
	}
}

static bool
take_over(struct import *import)
{
	static const struct import_sink sink = { take_begin, take_data,
		take_end };
	struct store *store = import->ledger->store;
	bool is_done;

	import->tables = custody_tables(store, &import->table_count);
	if (import->tables == NULL || !store_begin(store))
		return import_fail(import, "store", store_reason(store));
	is_done = import_walk(import, &sink);
	if (is_done && import->member == 0)
		is_done = import_fail(
		    import, "tables/member.jsonl", "no member");
	is_done = is_done && is_member_sane(import) && are_numbers_sane(import);
	if (is_done &&
	    !(end_open(import) && add_audit(import) && store_commit(store)))
		is_done = import_fail(import, "store", store_reason(store));
	import_rows_drop(import);
	import_media_close(import, is_done);
	if (!is_done)
		store_rollback(store);
	return is_done;
}

static bool
open_file(struct import *import)
{
	struct stat st;

	if (import->wish->path[0] != '/') {
		bytes_text(import->out,
		    "an extract is a file of this machine, with its whole "
		    "path\n");
		import->is_told = true;
		return false;
	}
	import->fd = file_open_at(
	    AT_FDCWD, import->wish->path, O_RDONLY | O_NONBLOCK, 0);
	if (import->fd == -1 || fstat(import->fd, &st) == -1)
		return import_fail(import, import->wish->path, strerror(errno));
	return S_ISREG(st.st_mode) ||
	    import_fail(import, import->wish->path, "it is no plain file");
}

static void
say_done(const struct import *import)
{
	bytes_format(import->out,
	    "%s is imported: rows: %lld, files: %u, %llu bytes\n", import->slug,
	    (long long)import->rows, import->media.count,
	    (unsigned long long)import->media.bytes);
	if (import->rows_left > 0)
		bytes_format(import->out,
		    "not taken over: %lld rows: the audit, delegates, letters "
		    "that were not sent, recordings without their media\n",
		    (long long)import->rows_left);
}

bool
import_member(struct ledger *ledger, const struct import_wish *wish,
    char slug[SLUG_BYTES], struct bytes *out)
{
	struct import import = { .ledger = ledger,
		.wish = wish,
		.out = out,
		.fd = -1,
		.media = { .archive = -1, .folder = -1, .fd = -1 } };
	bool is_done = open_file(&import) && import_check(&import) &&
	    check_free(&import) && take_over(&import);

	if (is_done) {
		say_done(&import);
		text_copy(slug, SLUG_BYTES, import.slug);
	}
	for (unsigned i = 0; i < import.file_count; i++)
		free(import.files[i].name);
	free(import.files);
	free(import.tables);
	bytes_free(&import.sums);
	bytes_free(&import.facts);
	if (import.fd != -1)
		close(import.fd);
	return is_done;
}
