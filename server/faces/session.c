/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "faces/session.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

struct sessions {
	struct sessions_rules rules;
	struct session **rows; /* each stays where it is */
	unsigned count;        /* some may be over */
};

struct sessions *
sessions_new(const struct sessions_rules *rules)
{
	struct sessions *sessions = mem_new(sizeof(*sessions));

	sessions->rules = *rules;
	return sessions;
}

void
sessions_free(struct sessions *sessions)
{
	if (sessions == NULL)
		return;
	for (unsigned i = 0; i < sessions->count; i++) {
		session_end(sessions->rows[i]);
		free(sessions->rows[i]);
	}
	free(sessions->rows);
	free(sessions);
}

static bool
is_over(
    const struct sessions *sessions, const struct session *row, int64_t now_ms)
{
	return row->role == ROLE_PUBLIC ||
	    now_ms - row->seen_ms > sessions->rules.idle_ms ||
	    now_ms - row->began_ms > sessions->rules.all_ms;
}

/* A place that is free; else a new one; else the longest unused one's. */
static struct session *
place(struct sessions *sessions, int64_t now_ms)
{
	struct session *oldest = NULL;

	for (unsigned i = 0; i < sessions->count; i++) {
		struct session *row = sessions->rows[i];

		if (is_over(sessions, row, now_ms))
			return row;
		if (oldest == NULL || row->seen_ms < oldest->seen_ms)
			oldest = row;
	}
	if (oldest != NULL && sessions->count >= sessions->rules.most)
		return oldest;
	sessions->rows = mem_grow(
	    sessions->rows, (sessions->count + 1) * sizeof(*sessions->rows));
	oldest = mem_new(sizeof(*oldest));
	sessions->rows[sessions->count++] = oldest;
	return oldest;
}

struct session *
session_begin(struct sessions *sessions, enum face_role role, const char *slug,
    int64_t now_ms, char word[SESSION_WORD + 1])
{
	struct session *row = place(sessions, now_ms);

	memset(row, 0, sizeof(*row));
	random_word(word, SESSION_WORD);
	SHA256((const unsigned char *)word, strlen(word), row->digest);
	random_word(row->token, SESSION_WORD);
	row->role = role;
	text_copy(row->slug, sizeof(row->slug), slug);
	row->began_ms = row->seen_ms = now_ms;
	return row;
}

struct session *
session_find(struct sessions *sessions, const char *word, int64_t now_ms)
{
	uint8_t digest[32];

	SHA256((const unsigned char *)word, strlen(word), digest);
	for (unsigned i = 0; i < sessions->count; i++) {
		struct session *row = sessions->rows[i];

		if (CRYPTO_memcmp(row->digest, digest, sizeof(digest)) != 0 ||
		    is_over(sessions, row, now_ms))
			continue;
		row->seen_ms = now_ms;
		return row;
	}
	return NULL;
}

void
session_end(struct session *row)
{
	explicit_bzero(row, sizeof(*row));
}

void
sessions_end_of(struct sessions *sessions, enum face_role role,
    const char *slug, const struct session *but)
{
	for (unsigned i = 0; i < sessions->count; i++) {
		struct session *row = sessions->rows[i];

		if (row != but && row->role == role &&
		    strcmp(row->slug, slug) == 0)
			session_end(row);
	}
}

bool
session_is_token(const struct session *row, const char *token)
{
	return strlen(token) == SESSION_WORD &&
	    CRYPTO_memcmp(row->token, token, SESSION_WORD) == 0;
}
