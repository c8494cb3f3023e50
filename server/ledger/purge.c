/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/purge.h"

#include "base/clock.h"
#include "base/text.h"
#include "ledger/audit.h"
#include "ledger/custody.h"
#include "ledger/purge_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES_MOST 5

struct purge {
	struct store *store;
	const struct purge_wish *wish;
	int64_t now_ms;
	struct bytes counts; /* a line for each table */
	int64_t rows, statements, invoices;
	int64_t recordings, recorded_bytes;
	struct bytes objects; /* a line for each */
	struct purge_files files;
};

static const char select_air[] =
    "SELECT EXISTS(SELECT 1 FROM broadcast "
    "WHERE member = ?1 AND ended_ms IS NULL) OR EXISTS(SELECT 1 FROM recording "
    "WHERE member = ?1 AND state = 'active')";

static const char select_held[] =
    "SELECT count(*), coalesce(group_concat(id || ' (' || hold_reference || "
    "')', ', '), '') FROM recording WHERE member = ?1 AND hold_reason <> '' "
    "AND (hold_until_ms = 0 OR hold_until_ms > ?2)";

static const char select_recordings[] =
    "SELECT count(*), coalesce(sum(bytes), 0) FROM recording WHERE member = ?1";

static const char select_objects[] =
    "SELECT object FROM recording WHERE member = ?1 AND object <> '' "
    "ORDER BY object";

static const char forget_objects[] =
    "INSERT INTO forget SELECT id FROM recording WHERE member = ?1 "
    "AND (object <> '' OR ?2) ON CONFLICT DO NOTHING";

/* No name, no address, no key; since when it was, by number only. */
static const char update_member[] =
    "UPDATE member SET slug = 'deleted-' || id, name = '', key_hash = '', "
    "state = 'deleted', key_ms = 0, blocked_ms = NULL, activated_ms = NULL, "
    "kind = 'association', email = '', publisher = '', "
    "zone = 'Europe/Brussels', language = 'en', plan = NULL, "
    "block_reason = NULL, block_reference = NULL, block_person = NULL, "
    "fingerprint = NULL, dossier = '' WHERE id = ?1";

/* Amounts and days stay, their references may be names. */
static const char update_invoices[] =
    "UPDATE invoice SET reference = 'purged ' || known.n FROM (SELECT "
    "reference, row_number() OVER (ORDER BY sent_ms, reference) AS n "
    "FROM invoice WHERE member = ?1) AS known "
    "WHERE invoice.member = ?1 AND invoice.reference = known.reference";

/* A mount begins with its member's slug; others are the member's when nobody
 * else was counted on them. Rows stay, for somebody may be, without a name. To
 * be run while the member's rows are there. */
static const char update_mounts[] =
    "UPDATE mount SET path = '/deleted-' || ?2 || '/' || id WHERE path <> '' "
    "AND (substr(path, 1, length(?1) + 2) = '/' || ?1 || '/' "
    "OR (id IN (SELECT mount FROM usage WHERE member = ?2) AND id NOT IN "
    "(SELECT mount FROM usage WHERE member NOT IN (0, ?2))))";

static const char select_audit[] =
    "SELECT id, lower(hex(sha256)), (SELECT count(*) FROM audit "
    "WHERE member = ?1) FROM audit ORDER BY id DESC LIMIT 1";

static bool
may_go(const struct member_row *member, bool is_forced)
{
	switch (member->member.state) {
	case MEMBER_DUE:
	case MEMBER_BLOCKED:
	case MEMBER_ORDERED:
		return true;
	case MEMBER_DELETED:
		return false;
	default:
		return is_forced;
	}
}

/* What an authority wants kept. False: the store cannot be read. */
static bool
find_held(struct store *store, int64_t member, struct bytes *held)
{
	sqlite3_stmt *prepared = store_prepare(store, select_held);
	int step;

	sqlite3_bind_int64(prepared, 1, member);
	sqlite3_bind_int64(prepared, 2, clock_wall_ms());
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		if (sqlite3_column_int64(prepared, 0) > 0)
			bytes_text(held, store_text(prepared, 1));
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

/* Told by name, so that who asks knows what to have released. */
static enum purge_answer
check_held(
    struct store *store, const struct member_row *member, struct bytes *out)
{
	enum purge_answer answer = PURGE_DONE;
	struct bytes held = { 0 };

	if (!find_held(store, member->member.id, &held)) {
		answer = PURGE_FAILED;
	} else if (held.len > 0) {
		bytes_append(&held, "", 1);
		bytes_format(out,
		    "%s has recordings that are held, none of it is deleted "
		    "before they are released: ",
		    member->member.slug);
		text_json(out, (const char *)held.data);
		bytes_text(out, "\n");
		answer = PURGE_REFUSED;
	}
	bytes_free(&held);
	return answer;
}

static enum purge_answer
check(struct store *store, const struct purge_wish *wish, struct bytes *out)
{
	const struct member_row *member = wish->member;
	sqlite3_stmt *prepared = store_prepare(store, select_air);
	bool is_on_air = false;
	int step;

	sqlite3_bind_int64(prepared, 1, member->member.id);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		is_on_air = sqlite3_column_int(prepared, 0) != 0;
		step = sqlite3_step(prepared);
	}
	if (!store_ended(prepared, step))
		return PURGE_FAILED;
	if (member->is_held)
		bytes_format(out,
		    "%s is held: nothing of it may be deleted before it is "
		    "released\n",
		    member->member.slug);
	else if (!may_go(member, wish->is_forced))
		bytes_format(out,
		    "%s is %s: only who is blocked, due or ordered is deleted, "
		    "or who asked to leave: --force with --reference\n",
		    member->member.slug,
		    members_state_word(member->member.state));
	else if (is_on_air)
		bytes_format(out, "%s is on air\n", member->member.slug);
	else
		return check_held(store, member, out);
	return PURGE_REFUSED;
}

static bool
stays(const char *table)
{
	return strcmp(table, "member") == 0 || strcmp(table, "audit") == 0 ||
	    strcmp(table, "statement") == 0 || strcmp(table, "invoice") == 0;
}

static bool
delete_rows(struct purge *purge, const char *table)
{
	struct bytes sql = { 0 };
	sqlite3_stmt *prepared;
	int64_t count;
	bool is_done;

	bytes_format(&sql, "DELETE FROM \"%s\" WHERE member = ?1", table);
	prepared = custody_prepare(purge->store, &sql);
	bytes_free(&sql);
	sqlite3_bind_int64(prepared, 1, purge->wish->member->member.id);
	is_done = sqlite3_step(prepared) == SQLITE_DONE;
	count = store_changed(purge->store);
	sqlite3_finalize(prepared);
	if (is_done)
		bytes_format(
		    &purge->counts, "  %s: %lld\n", table, (long long)count);
	purge->rows += is_done ? count : 0;
	return is_done;
}

static bool
delete_tables(struct purge *purge)
{
	struct custody_table *tables;
	unsigned count;
	bool is_done = true;

	tables = custody_tables(purge->store, &count);
	if (tables == NULL)
		return false;
	for (unsigned i = 0; is_done && i < count; i++)
		is_done = stays(tables[i].name) ||
		    delete_rows(purge, tables[i].name);
	free(tables);
	return is_done;
}

static bool
run_for_member(struct purge *purge, const char *sql)
{
	sqlite3_stmt *prepared = store_prepare(purge->store, sql);

	sqlite3_bind_int64(prepared, 1, purge->wish->member->member.id);
	return store_run(prepared);
}

static bool
rename_mounts(struct purge *purge)
{
	const struct member *member = &purge->wish->member->member;
	sqlite3_stmt *prepared = store_prepare(purge->store, update_mounts);

	sqlite3_bind_text(prepared, 1, member->slug, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 2, member->id);
	return store_run(prepared);
}

/* What is on its way into an object store is not known here. */
static bool
has_inventory(struct store *store)
{
	int archive = custody_open_archive(store);
	bool is_there = archive != -1 &&
	    faccessat(archive, "../offload.sqlite", F_OK, 0) == 0;

	if (archive != -1)
		close(archive);
	return is_there;
}

static bool
forget(struct purge *purge)
{
	sqlite3_stmt *prepared = store_prepare(purge->store, forget_objects);

	sqlite3_bind_int64(prepared, 1, purge->wish->member->member.id);
	sqlite3_bind_int(prepared, 2, has_inventory(purge->store));
	return store_run(prepared);
}

/* While their rows are there. */
static bool
count_recordings(struct purge *purge)
{
	int64_t member = purge->wish->member->member.id;
	sqlite3_stmt *prepared = store_prepare(purge->store, select_recordings);
	int step;

	sqlite3_bind_int64(prepared, 1, member);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		purge->recordings = sqlite3_column_int64(prepared, 0);
		purge->recorded_bytes = sqlite3_column_int64(prepared, 1);
		step = sqlite3_step(prepared);
	}
	if (!store_ended(prepared, step))
		return false;
	prepared = store_prepare(purge->store, select_objects);
	sqlite3_bind_int64(prepared, 1, member);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		bytes_text(&purge->objects, "  ");
		text_json(&purge->objects, store_text(prepared, 0));
		bytes_text(&purge->objects, "\n");
	}
	return store_ended(prepared, step) && forget(purge);
}

static bool
change_rows(struct purge *purge)
{
	int64_t member = purge->wish->member->member.id;

	if (!run_for_member(purge, update_member))
		return false;
	purge->statements = purge_statements(
	    purge->store, member, purge->now_ms);
	if (purge->statements == -1 || !run_for_member(purge, update_invoices))
		return false;
	purge->invoices = store_changed(purge->store);
	return true;
}

static bool
add_audit(struct purge *purge)
{
	const struct purge_wish *wish = purge->wish;
	struct bytes what = { 0 };
	bool is_done;

	bytes_format(&what, "member purge%s rows=%lld files=%u bytes=%llu",
	    wish->is_forced ? " --force" : "", (long long)purge->rows,
	    purge->files.count, (unsigned long long)purge->files.bytes);
	if (wish->reference[0] != '\0') {
		bytes_text(&what, " reference=");
		text_json(&what, wish->reference);
	}
	bytes_text(&what, " person=");
	text_json(&what, wish->person);
	bytes_append(&what, "", 1);
	is_done = members_audit(
	    purge->store, wish->member, AUDIT_SOCKET, (const char *)what.data);
	bytes_free(&what);
	return is_done;
}

/* A report that is being read holds on to the log for a moment. */
static bool
empty_log(struct store *store)
{
	for (unsigned i = 0; i < TRIES_MOST; i++) {
		if (sqlite3_wal_checkpoint_v2(store_connection(store), NULL,
			SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK)
			return true;
	}
	return false;
}

static void
say_deleted(const struct purge *purge, struct bytes *out)
{
	const struct purge_wish *wish = purge->wish;
	char iso[CLOCK_ISO_BYTES];

	clock_iso(purge->now_ms, iso);
	bytes_format(out,
	    "CERTIFICATE OF DELETION\n\nmember number: %lld\nwhen: %s\n"
	    "who: %s\n",
	    (long long)wish->member->member.id, iso, wish->person);
	if (wish->reference[0] != '\0')
		bytes_format(out, "reference: %s\n", wish->reference);
	bytes_format(out, "\nrows deleted: %lld\n", (long long)purge->rows);
	bytes_append(out, purge->counts.data, purge->counts.len);
	bytes_format(out, "recordings deleted: %lld, %lld bytes of media\n",
	    (long long)purge->recordings, (long long)purge->recorded_bytes);
	bytes_format(out, "files deleted: %u, %llu bytes\n", purge->files.count,
	    (unsigned long long)purge->files.bytes);
	if (purge->objects.len > 0)
		bytes_text(out,
		    "objects, deleted in their store as soon as it can be "
		    "reached:\n");
	bytes_append(out, purge->objects.data, purge->objects.len);
	if (purge->files.left.len == 0)
		return;
	bytes_text(out, "NOT deleted, look yourself:\n");
	bytes_append(out, purge->files.left.data, purge->files.left.len);
}

static bool
say_kept(struct purge *purge, bool is_log_empty, struct bytes *out)
{
	sqlite3_stmt *prepared = store_prepare(purge->store, select_audit);
	int step;

	sqlite3_bind_int64(prepared, 1, purge->wish->member->member.id);
	step = sqlite3_step(prepared);
	bytes_format(out,
	    "\nkept, by number only:\n"
	    "  member: the number, the day it was made, that it is deleted\n"
	    "  statement: %lld sealed periods, their totals and hashes: the "
	    "accounts of all\n"
	    "  invoice: %lld, amounts and days without references: the books\n"
	    "kept, with the slug and what was changed:\n"
	    "  audit: %lld rows: each holds the hash of the one before, and "
	    "none can be taken out\n"
	    "not in reach: copies of the store that were made before, in the "
	    "backup folder or elsewhere, and what relays share\n\n",
	    (long long)purge->statements, (long long)purge->invoices,
	    (long long)sqlite3_column_int64(prepared, 2));
	bytes_text(out,
	    is_log_empty ? "the store: overwritten, its log is empty\n"
			 : "the store: overwritten; its log is in use and is "
			   "emptied when the server ends\n");
	bytes_format(out, "audit row: %lld\nsha256: %s\n",
	    (long long)sqlite3_column_int64(prepared, 0),
	    store_text(prepared, 1));
	if (step == SQLITE_ROW)
		step = sqlite3_step(prepared);
	return store_ended(prepared, step);
}

static bool
write_certificate(struct purge *purge)
{
	if (!store_begin(purge->store) || !rename_mounts(purge) ||
	    !count_recordings(purge) || !delete_tables(purge) ||
	    !change_rows(purge))
		return false;
	purge_files(
	    purge->store, purge->wish->member->member.slug, &purge->files);
	return add_audit(purge) && store_commit(purge->store);
}

enum purge_answer
purge_member(
    struct ledger *ledger, const struct purge_wish *wish, struct bytes *out)
{
	struct purge purge = {
		.store = ledger->store, .wish = wish, .now_ms = clock_wall_ms()
	};
	enum purge_answer answer = check(ledger->store, wish, out);

	if (answer != PURGE_DONE)
		return answer;
	if (write_certificate(&purge)) {
		ledger_forget(ledger, wish->member->member.id);
		say_deleted(&purge, out);
		if (!say_kept(&purge, empty_log(ledger->store), out))
			bytes_text(out, "the audit row cannot be read\n");
	} else {
		store_rollback(ledger->store);
		answer = PURGE_FAILED;
	}
	bytes_free(&purge.counts);
	bytes_free(&purge.files.left);
	bytes_free(&purge.objects);
	return answer;
}
