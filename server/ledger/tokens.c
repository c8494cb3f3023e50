/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/tokens.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/random.h"
#include "base/text.h"

#include <string.h>

#define TOKEN_ROWS                                                             \
	"SELECT t.name, t.member, COALESCE(m.slug, ''), t.may_write,"          \
	" t.made_ms, COALESCE(t.until_ms, 0), COALESCE(t.revoked_ms, 0)"       \
	" FROM token AS t LEFT JOIN member AS m ON m.id = t.member"

void
token_make(char word[TOKEN_BYTES])
{
	size_t len = strlen(TOKEN_START);

	memcpy(word, TOKEN_START, len);
	random_word(word + len, TOKEN_BYTES - 1 - len);
}

static void
bind_hash(sqlite3_stmt *prepared, int at, const char *word)
{
	struct digest *digest = digest_new();
	char hex[DIGEST_BYTES];

	digest_add(digest, word, strlen(word));
	digest_end(digest, hex);
	sqlite3_bind_text(prepared, at, hex, -1, SQLITE_TRANSIENT);
}

bool
tokens_add(struct store *store, const struct token *token, const char *word)
{
	sqlite3_stmt *prepared = store_prepare(store,
	    "INSERT INTO token(name, member, key_hash, may_write, made_ms,"
	    " until_ms) VALUES(?1, ?2, ?3, ?4, ?5, NULLIF(?6, 0))");

	sqlite3_bind_text(prepared, 1, token->name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 2, token->member);
	bind_hash(prepared, 3, word);
	sqlite3_bind_int(prepared, 4, token->may_write);
	sqlite3_bind_int64(prepared, 5, clock_wall_ms());
	sqlite3_bind_int64(prepared, 6, token->until_ms);
	return store_run(prepared);
}

bool
tokens_revoke(struct store *store, const char *name)
{
	sqlite3_stmt *prepared = store_prepare(store,
	    "UPDATE token SET revoked_ms = ?2"
	    " WHERE name = ?1 AND revoked_ms IS NULL");

	sqlite3_bind_text(prepared, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 2, clock_wall_ms());
	return store_run(prepared);
}

static void
read_row(sqlite3_stmt *prepared, struct token *row)
{
	memset(row, 0, sizeof(*row));
	text_copy(row->name, sizeof(row->name), store_text(prepared, 0));
	row->member = sqlite3_column_int64(prepared, 1);
	text_copy(row->slug, sizeof(row->slug), store_text(prepared, 2));
	row->may_write = sqlite3_column_int(prepared, 3) != 0;
	row->made_ms = sqlite3_column_int64(prepared, 4);
	row->until_ms = sqlite3_column_int64(prepared, 5);
	row->revoked_ms = sqlite3_column_int64(prepared, 6);
}

bool
tokens_find(struct store *store, const char *word, struct token *found)
{
	sqlite3_stmt *prepared = store_prepare(store,
	    TOKEN_ROWS " WHERE t.key_hash = ?1 AND t.revoked_ms IS NULL"
		       " AND COALESCE(t.until_ms, ?2 + 1) > ?2");
	bool is_found;

	bind_hash(prepared, 1, word);
	sqlite3_bind_int64(prepared, 2, clock_wall_ms());
	is_found = sqlite3_step(prepared) == SQLITE_ROW;
	if (is_found)
		read_row(prepared, found);
	sqlite3_reset(prepared);
	/* Of a member that is gone it lets nobody in. */
	return is_found && (found->member == 0 || found->slug[0] != '\0');
}

sqlite3_stmt *
tokens_all(struct store *store)
{
	return store_prepare(store, TOKEN_ROWS " ORDER BY t.id DESC");
}

bool
tokens_next(sqlite3_stmt *prepared, struct token *row, bool *failed)
{
	int step = sqlite3_step(prepared);

	if (step == SQLITE_ROW) {
		read_row(prepared, row);
		return true;
	}
	*failed = !store_ended(prepared, step);
	return false;
}

bool
links_add(struct store *store, int64_t member, const char *word)
{
	int64_t now_ms = clock_wall_ms();
	sqlite3_stmt *prepared = store_prepare(
	    store, "DELETE FROM login_link WHERE until_ms <= ?1");

	sqlite3_bind_int64(prepared, 1, now_ms);
	if (!store_run(prepared))
		return false;
	prepared = store_prepare(store,
	    "INSERT INTO login_link(key_hash, member, until_ms)"
	    " VALUES(?1, ?2, ?3)");
	bind_hash(prepared, 1, word);
	sqlite3_bind_int64(prepared, 2, member);
	sqlite3_bind_int64(prepared, 3, now_ms + LINK_MS);
	return store_run(prepared);
}

bool
links_take(struct store *store, const char *word, char slug[SLUG_BYTES])
{
	sqlite3_stmt *prepared = store_prepare(store,
	    "SELECT m.slug FROM login_link AS l JOIN member AS m"
	    " ON m.id = l.member WHERE l.key_hash = ?1 AND l.until_ms > ?2"
	    " AND m.state <> 'deleted'");
	int step;

	slug[0] = '\0';
	bind_hash(prepared, 1, word);
	sqlite3_bind_int64(prepared, 2, clock_wall_ms());
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		text_copy(slug, SLUG_BYTES, store_text(prepared, 0));
		sqlite3_reset(prepared);
	} else if (!store_ended(prepared, step)) {
		return false;
	}
	prepared = store_prepare(
	    store, "DELETE FROM login_link WHERE key_hash = ?1");
	bind_hash(prepared, 1, word);
	return store_run(prepared);
}
