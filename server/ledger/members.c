/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/members.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/audit.h"

#include <stdlib.h>
#include <string.h>

/* The only way to these commands is the control socket of this machine. */
#define WHO "control socket"

static const char insert_member[] =
    "INSERT INTO member(slug, name, key_hash, state, created_ms, key_ms) "
    "VALUES(?1, ?2, ?3, 'active', ?4, ?4) ON CONFLICT(slug) DO NOTHING";

static const char update_key[] =
    "UPDATE member SET key_hash = ?2, key_ms = ?3 WHERE slug = ?1";

static const char update_state[] =
    "UPDATE member SET state = ?2, blocked_ms = ?3 WHERE slug = ?1";

#define COLUMNS                                                                \
	"id, slug, name, key_hash, state, created_ms, key_ms, blocked_ms, "    \
	"zone"
static const char select_one[] = "SELECT " COLUMNS
				 " FROM member WHERE slug = ?1";
static const char select_all[] = "SELECT " COLUMNS " FROM member ORDER BY slug";

static const char *const state_words[] = {
	[MEMBER_ACTIVE] = "active",
	[MEMBER_BLOCKED] = "blocked",
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

static void
read_row(sqlite3_stmt *prepared, struct member_row *row)
{
	struct member *member = &row->member;

	memset(row, 0, sizeof(*row));
	member->id = sqlite3_column_int64(prepared, 0);
	text_copy(member->slug, SLUG_BYTES, store_text(prepared, 1));
	text_copy(member->name, NAME_BYTES, store_text(prepared, 2));
	text_copy(member->key_hash, KEY_BYTES, store_text(prepared, 3));
	member->state = strcmp(store_text(prepared, 4), "active") == 0
	    ? MEMBER_ACTIVE
	    : MEMBER_BLOCKED;
	row->created_ms = sqlite3_column_int64(prepared, 5);
	row->key_ms = sqlite3_column_int64(prepared, 6);
	row->blocked_ms = sqlite3_column_int64(prepared, 7);
	text_copy(member->zone, ZONE_BYTES, store_text(prepared, 8));
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
	struct audit_row audit = { WHO, what, 0, slug };
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

enum members_answer
members_add(struct store *store, const char *slug, const char *name,
    const char *key_hash)
{
	enum members_answer answer;
	sqlite3_stmt *prepared;

	if (!store_begin(store))
		return MEMBERS_FAILED;
	prepared = store_prepare(store, insert_member);
	sqlite3_bind_text(prepared, 1, slug, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 3, key_hash, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 4, clock_wall_ms());
	answer = change(store, prepared, slug, "member add");
	return answer == MEMBERS_UNKNOWN ? MEMBERS_EXISTS : answer;
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

enum members_answer
members_set_state(
    struct store *store, const char *slug, enum member_state state)
{
	sqlite3_stmt *prepared;

	if (!store_begin(store))
		return MEMBERS_FAILED;
	prepared = store_prepare(store, update_state);
	sqlite3_bind_text(prepared, 1, slug, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 2, state_words[state], -1, SQLITE_STATIC);
	if (state == MEMBER_BLOCKED)
		sqlite3_bind_int64(prepared, 3, clock_wall_ms());
	return change(store, prepared, slug,
	    state == MEMBER_BLOCKED ? "member block" : "member unblock");
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
