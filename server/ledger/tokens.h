/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * tokens - words that let a program, or an operator's browser, in; and links
 * that log a member in once. Only the SHA-256 of each is kept: the words are
 * random, so nothing slower is needed.
 *
 * Times are wall clock, in milliseconds. What changes something belongs in a
 * transaction that is open; false: roll back.
 */
#ifndef LEDGER_TOKENS_H
#define LEDGER_TOKENS_H

#include "ledger/store.h"
#include "loop/messages.h"

#define TOKEN_START "a2a-"
#define TOKEN_BYTES 40 /* "a2a-", 32 letters, NUL */
#define LINK_MS     900000

struct token {
	char name[SLUG_BYTES];
	int64_t member;        /* 0: an operator's, who may do everything */
	char slug[SLUG_BYTES]; /* of the member, or "" */
	bool may_write;
	int64_t made_ms, until_ms, revoked_ms; /* 0: never */
};

void token_make(char word[TOKEN_BYTES]);
bool tokens_add(
    struct store *, const struct token *, const char *word) MUST_CHECK;
/* store_changed() tells whether there was one. */
bool tokens_revoke(struct store *, const char *name) MUST_CHECK;
/* One that is good now. False: there is none. Any reader. */
bool tokens_find(struct store *, const char *word, struct token *);
/* While tokens_next() fills row, the newest first. *failed is set at the end.
 */
sqlite3_stmt *tokens_all(struct store *);
bool tokens_next(sqlite3_stmt *, struct token *, bool *failed);

/* A link for a member, and its use: the slug, "" when it is none any more. */
bool links_add(struct store *, int64_t member, const char *word) MUST_CHECK;
bool links_take(
    struct store *, const char *word, char slug[SLUG_BYTES]) MUST_CHECK;

#endif
