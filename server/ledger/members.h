/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * members - who may feed streams: a slug, a name, a key's hash and a state.
 *
 * Every change and its audit row are one transaction.
 */
#ifndef LEDGER_MEMBERS_H
#define LEDGER_MEMBERS_H

#include "ledger/store.h"
#include "loop/messages.h"

enum members_answer {
	MEMBERS_DONE,
	MEMBERS_EXISTS,
	MEMBERS_UNKNOWN,
	MEMBERS_FAILED, /* store_reason() says why */
};

struct member_row {
	struct member member;
	int64_t created_ms, key_ms;
	int64_t blocked_ms; /* 0: not blocked */
};

/* NULL, or why a slug cannot be one. It is the first part of a member's
 * mounts, so a word that the server uses in addresses is not free. */
const char *members_bad_slug(const char *slug);

enum members_answer members_add(
    struct store *, const char *slug, const char *name, const char *key_hash);
enum members_answer members_set_key(
    struct store *, const char *slug, const char *key_hash);
enum members_answer members_set_state(
    struct store *, const char *slug, enum member_state);
enum members_answer members_find(
    struct store *, const char *slug, struct member_row *);

/* All, by slug: while members_next() fills row. *failed is set at the end. */
sqlite3_stmt *members_all(struct store *);
bool members_next(sqlite3_stmt *, struct member_row *, bool *failed);
const char *members_state_word(enum member_state);

/* A MEMBERS message with all; NULL when the store cannot be read. */
struct members_msg *members_snapshot(struct store *);

#endif
