/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/members.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/audit.h"

#include <stdlib.h>
#include <string.h>

static const char insert_member[] =
    "INSERT INTO member(slug, name, key_hash, state, created_ms, key_ms, "
    "activated_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?5, ?6) "
    "ON CONFLICT(slug) DO NOTHING";

static const char update_key[] =
    "UPDATE member SET key_hash = ?2, key_ms = ?3 WHERE slug = ?1";

static const char update_state[] =
    "UPDATE member SET state = ?2, blocked_ms = ?3, block_reason = ?4, "
    "block_reference = ?5, block_person = ?6, "
    "activated_ms = coalesce(activated_ms, ?7) WHERE id = ?1";

static const char
    update_plan[] = "UPDATE member SET plan = nullif(?2, 0) WHERE id = ?1";

static const char
    update_held[] = "UPDATE member SET is_held = ?2 WHERE id = ?1";

static const char
    update_fingerprint[] = "UPDATE member SET fingerprint = ?2 WHERE id = ?1";

#define COLUMNS                                                                \
	"member.id, slug, member.name, key_hash, state, created_ms, key_ms, "  \
	"blocked_ms, activated_ms, kind, email, publisher, zone, language, "   \
	"block_reason, block_reference, block_person, dossier, is_held, "      \
	"plan.id, plan.name, quota_bytes, storage_bytes, max_listeners, "      \
	"max_bitrate_kbps, max_mounts, is_solidarity, at_quota, at_storage, "  \
	"fingerprint"
#define TABLES "member LEFT JOIN plan ON plan.id = member.plan"
static const char select_one[] = "SELECT " COLUMNS " FROM " TABLES
				 " WHERE slug = ?1";
static const char select_all[] = "SELECT " COLUMNS " FROM " TABLES
				 " ORDER BY slug";

static const char *const state_words[] = {
	[MEMBER_ORDERED] = "ordered",
	[MEMBER_ACTIVE] = "active",
	[MEMBER_OVERDUE] = "overdue",
	[MEMBER_BLOCKED] = "blocked",
	[MEMBER_DUE] = "due",
	[MEMBER_DELETED] = "deleted",
};

/* Addresses of this server, and words that would pass for it. */
static const char *const reserved[] = { "admin", "all", "all2all", "api",
	"archive", "archives", "assets", "auth", "cgi-bin", "css", "embed",
	"events", "favicon", "feed", "feeds", "fonts", "healthz", "help", "hls",
	"icons", "images", "img", "index", "js", "listen", "login", "logout",
	"me", "member", "members", "metrics", "play", "player", "privacy",
	"public", "readyz", "recordings", "relay", "robots", "root", "rss",
	"server", "source", "static", "stats", "status", "system", "total",
	"usage", "web", "well-known", "www" };

const char *
members_bad_slug(const char *slug)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t len = strlen(slug);

	if (len == 0 || len >= SLUG_BYTES || strspn(slug, letters) != len ||
	    *slug == '-')
		return "a slug is 1 to 63 of a-z, 0-9 and -, and does not "
		       "begin with -";
	if (strncmp(slug, "deleted-", 8) == 0)
		return "this is what members are called who are deleted";
	for (unsigned i = 0; i < sizeof(reserved) / sizeof(*reserved); i++) {
		if (strcmp(slug, reserved[i]) == 0)
			return "this word is kept for the server's own "
			       "addresses";
	}
	return NULL;
}

const char *
members_state_word(enum member_state state)
{
	return state_words[state];
}

/* The store's own CHECK keeps other words out. */
static enum member_state
state_named(const char *word)
{
	unsigned state = 0;

	while (state < MEMBER_DELETED && strcmp(state_words[state], word) != 0)
		state++;
	return (enum member_state)state;
}

static int64_t
read_limit(sqlite3_stmt *prepared, int column)
{
	return sqlite3_column_type(prepared, column) == SQLITE_NULL
	    ? NO_LIMIT
	    : sqlite3_column_int64(prepared, column);
}

const char *
plan_at_storage_word(enum at_storage at_storage)
{
	static const char *const words[] = {
		[STORAGE_STOP] = "stop",
		[STORAGE_ROTATE] = "rotate",
		[STORAGE_ALLOW] = "allow",
	};

	return words[at_storage];
}

enum at_storage
plan_at_storage(const char *word)
{
	enum at_storage at_storage = STORAGE_ALLOW;

	while (at_storage > STORAGE_STOP &&
	    strcmp(plan_at_storage_word(at_storage), word) != 0)
		at_storage--;
	return at_storage;
}

static void
read_plan(sqlite3_stmt *prepared, int column, struct plan *plan)
{
	plan->id = sqlite3_column_int64(prepared, column);
	text_copy(
	    plan->name, sizeof(plan->name), store_text(prepared, column + 1));
	plan->quota_bytes = read_limit(prepared, column + 2);
	plan->storage_bytes = read_limit(prepared, column + 3);
	plan->max_listeners = read_limit(prepared, column + 4);
	plan->max_bitrate_kbps = read_limit(prepared, column + 5);
	plan->max_mounts = read_limit(prepared, column + 6);
	plan->is_solidarity = sqlite3_column_int(prepared, column + 7) != 0;
	plan->caps = strcmp(store_text(prepared, column + 8), "cap") == 0;
	plan->at_storage = plan_at_storage(store_text(prepared, column + 9));
}

static void
read_member(sqlite3_stmt *prepared, struct member_row *row)
{
	struct member *member = &row->member;

	member->id = sqlite3_column_int64(prepared, 0);
	text_copy(member->slug, SLUG_BYTES, store_text(prepared, 1));
	text_copy(member->name, NAME_BYTES, store_text(prepared, 2));
	text_copy(member->key_hash, KEY_BYTES, store_text(prepared, 3));
	member->state = state_named(store_text(prepared, 4));
	text_copy(member->zone, ZONE_BYTES, row->zone);
	member->blocked_ms = row->blocked_ms;
	member->is_cut = row->block_reason[0] != '\0' &&
	    strcmp(row->block_reason, REASON_PAYMENT) != 0;
	member->max_listeners = row->plan.max_listeners;
	member->max_bitrate_kbps = row->plan.max_bitrate_kbps;
	member->max_mounts = row->plan.max_mounts;
}

static void
read_row(sqlite3_stmt *prepared, struct member_row *row)
{
	const struct {
		char *to;
		size_t size;
	} texts[] = { { row->kind, sizeof(row->kind) },
		{ row->email, sizeof(row->email) },
		{ row->publisher, sizeof(row->publisher) },
		{ row->zone, sizeof(row->zone) },
		{ row->language, sizeof(row->language) },
		{ row->block_reason, sizeof(row->block_reason) },
		{ row->block_reference, sizeof(row->block_reference) },
		{ row->block_person, sizeof(row->block_person) },
		{ row->dossier, sizeof(row->dossier) } };

	memset(row, 0, sizeof(*row));
	row->created_ms = sqlite3_column_int64(prepared, 5);
	row->key_ms = sqlite3_column_int64(prepared, 6);
	row->blocked_ms = sqlite3_column_int64(prepared, 7);
	row->activated_ms = sqlite3_column_int64(prepared, 8);
	for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		text_copy(texts[i].to, texts[i].size,
		    store_text(prepared, 9 + (int)i));
	row->is_held = sqlite3_column_int(prepared, 18) != 0;
	read_plan(prepared, 19, &row->plan);
	text_copy(row->fingerprint, sizeof(row->fingerprint),
	    store_text(prepared, 29));
	read_member(prepared, row);
}

enum members_answer
members_find(struct store *store, const char *slug, struct member_row *row)
{
	sqlite3_stmt *prepared = store_prepare(store, select_one);
	enum members_answer answer = MEMBERS_UNKNOWN;
	int step;

	sqlite3_bind_text(prepared, 1, slug, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		read_row(prepared, row);
		answer = MEMBERS_DONE;
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step) ? answer : MEMBERS_FAILED;
}

sqlite3_stmt *
members_all(struct store *store)
{
	return store_prepare(store, select_all);
}

bool
members_next(sqlite3_stmt *prepared, struct member_row *row, bool *failed)
{
	int step = sqlite3_step(prepared);

	if (step == SQLITE_ROW) {
		read_row(prepared, row);
		return true;
	}
	*failed = !store_ended(prepared, step);
	return false;
}

/* A change of one row and what is told about it, or neither. */
static enum members_answer
change(struct store *store, sqlite3_stmt *prepared, const char *slug,
    const char *what)
{
	struct audit_row audit = { AUDIT_SOCKET, what, 0, slug };
	struct member_row row;
	bool is_done = store_run(prepared);

	if (is_done && store_changed(store) == 0) {
		store_rollback(store);
		return MEMBERS_UNKNOWN;
	}
	if (is_done && members_find(store, slug, &row) == MEMBERS_DONE) {
		audit.member = row.member.id;
		if (audit_add(store, &audit) && store_commit(store))
			return MEMBERS_DONE;
	}
	store_rollback(store);
	return MEMBERS_FAILED;
}

static enum members_answer
add(struct store *store, const char *slug, const char *name,
    const char *key_hash, enum member_state state)
{
	enum members_answer answer;
	sqlite3_stmt *prepared;

	if (!store_begin(store))
		return MEMBERS_FAILED;
	prepared = store_prepare(store, insert_member);
	sqlite3_bind_text(prepared, 1, slug, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 3, key_hash, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 4, state_words[state], -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 5, clock_wall_ms());
	if (state == MEMBER_ACTIVE)
		sqlite3_bind_int64(prepared, 6, clock_wall_ms());
	answer = change(store, prepared, slug,
	    state == MEMBER_ACTIVE ? "member add" : "member add --ordered");
	return answer == MEMBERS_UNKNOWN ? MEMBERS_EXISTS : answer;
}

enum members_answer
members_add(struct store *store, const char *slug, const char *name,
    const char *key_hash)
{
	return add(store, slug, name, key_hash, MEMBER_ACTIVE);
}

enum members_answer
members_order(struct store *store, const char *slug, const char *name,
    const char *key_hash)
{
	return add(store, slug, name, key_hash, MEMBER_ORDERED);
}

enum members_answer
members_set_key(struct store *store, const char *slug, const char *key_hash)
{
	sqlite3_stmt *prepared;

	if (!store_begin(store))
		return MEMBERS_FAILED;
	prepared = store_prepare(store, update_key);
	sqlite3_bind_text(prepared, 1, slug, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 2, key_hash, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 3, clock_wall_ms());
	return change(store, prepared, slug, "member key");
}

bool
members_audit(struct store *store, const struct member_row *row,
    const char *who, const char *what)
{
	const struct audit_row audit = { who, what, row->member.id,
		row->member.slug };

	return audit_add(store, &audit);
}

/* From blocked to due is no new block: it counts from the first one. */
bool
members_move(struct store *store, const struct member_row *row,
    const struct member_move *move)
{
	sqlite3_stmt *prepared = store_prepare(store, update_state);
	bool is_blocked = move->state == MEMBER_BLOCKED ||
	    move->state == MEMBER_DUE;

	sqlite3_bind_int64(prepared, 1, row->member.id);
	sqlite3_bind_text(
	    prepared, 2, state_words[move->state], -1, SQLITE_STATIC);
	if (is_blocked) {
		sqlite3_bind_int64(prepared, 3,
		    row->blocked_ms > 0 ? row->blocked_ms : clock_wall_ms());
		sqlite3_bind_text(prepared, 4, move->reason, -1, SQLITE_STATIC);
		sqlite3_bind_text(
		    prepared, 5, move->reference, -1, SQLITE_STATIC);
		sqlite3_bind_text(prepared, 6, move->person, -1, SQLITE_STATIC);
	}
	if (move->state == MEMBER_ACTIVE)
		sqlite3_bind_int64(prepared, 7, clock_wall_ms());
	return store_run(prepared) &&
	    members_audit(store, row, move->who, move->what);
}

bool
members_set_text(struct store *store, const struct member_row *row,
    const char *column, const char *text)
{
	static const struct {
		const char *column, *sql;
	} updates[] = {
#define UPDATE(column)                                                         \
	{ column, "UPDATE member SET " column " = ?2 WHERE id = ?1" }
		UPDATE("name"), UPDATE("email"), UPDATE("publisher"),
		UPDATE("kind"), UPDATE("zone"), UPDATE("language"),
		UPDATE("dossier")
	};
	unsigned at = 0;
	sqlite3_stmt *prepared;

	while (strcmp(updates[at].column, column) != 0)
		CHECK(++at < sizeof(updates) / sizeof(*updates));
	prepared = store_prepare(store, updates[at].sql);
	sqlite3_bind_int64(prepared, 1, row->member.id);
	sqlite3_bind_text(prepared, 2, text, -1, SQLITE_STATIC);
	return store_run(prepared);
}

bool
members_set_plan(
    struct store *store, const struct member_row *row, int64_t plan)
{
	sqlite3_stmt *prepared = store_prepare(store, update_plan);

	sqlite3_bind_int64(prepared, 1, row->member.id);
	sqlite3_bind_int64(prepared, 2, plan);
	return store_run(prepared);
}

bool
members_set_held(
    struct store *store, const struct member_row *row, bool is_held)
{
	sqlite3_stmt *prepared = store_prepare(store, update_held);

	sqlite3_bind_int64(prepared, 1, row->member.id);
	sqlite3_bind_int(prepared, 2, is_held);
	return store_run(prepared);
}

bool
members_set_fingerprint(
    struct store *store, const struct member_row *row, const char *fingerprint)
{
	sqlite3_stmt *prepared = store_prepare(store, update_fingerprint);

	sqlite3_bind_int64(prepared, 1, row->member.id);
	sqlite3_bind_text(prepared, 2, fingerprint, -1, SQLITE_STATIC);
	return store_run(prepared);
}

struct members_msg *
members_snapshot(struct store *store)
{
	sqlite3_stmt *prepared = members_all(store);
	struct member *rows = NULL;
	struct members_msg *snapshot;
	struct member_row row;
	unsigned count = 0;
	bool failed;

	while (members_next(prepared, &row, &failed)) {
		if ((count & (count - 1)) == 0)
			rows = mem_grow(
			    rows, (count == 0 ? 1 : 2 * count) * sizeof(*rows));
		rows[count++] = row.member;
	}
	if (failed) {
		free(rows);
		return NULL;
	}
	snapshot = message_new(
	    MSG_MEMBERS, sizeof(*snapshot) + count * sizeof(*rows));
	snapshot->count = count;
	if (count > 0)
		memcpy(snapshot->rows, rows, count * sizeof(*rows));
	free(rows);
	return snapshot;
}
