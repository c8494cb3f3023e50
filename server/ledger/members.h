/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * members - who may feed streams: a slug, a name, a key's hash and a state;
 * how to reach them, their plan, why they are blocked.
 *
 * Every change and its audit row are one transaction.
 */
#ifndef LEDGER_MEMBERS_H
#define LEDGER_MEMBERS_H

#include "base/zone.h"
#include "ledger/store.h"
#include "letters/openpgp.h"
#include "loop/messages.h"

#define REASON_BYTES   32
#define LANGUAGE_BYTES 3
#define NO_LIMIT       (-1)

enum members_answer {
	MEMBERS_DONE,
	MEMBERS_EXISTS,
	MEMBERS_UNKNOWN,
	MEMBERS_FAILED, /* store_reason() says why */
};

/* When the storage is used up. */
enum at_storage {
	STORAGE_STOP,   /* nothing new is recorded */
	STORAGE_ROTATE, /* the oldest programmes go */
	STORAGE_ALLOW   /* it is said, and goes on */
};

struct plan {
	int64_t id; /* 0: none */
	char name[SLUG_BYTES];
	/* NO_LIMIT: none. */
	int64_t quota_bytes, storage_bytes;
	int64_t max_listeners, max_bitrate_kbps, max_mounts;
	bool is_solidarity;
	bool caps; /* at the quota's end, newcomers are refused */
	enum at_storage at_storage;
};

struct member_row {
	struct member member;
	int64_t created_ms, key_ms;
	int64_t blocked_ms;   /* 0: not blocked */
	int64_t activated_ms; /* 0: not yet */
	char kind[16];        /* person, association, ngo, company */
	char email[NAME_BYTES], publisher[NAME_BYTES];
	char zone[ZONE_BYTES], language[LANGUAGE_BYTES];
	char block_reason[REASON_BYTES]; /* "" when not blocked */
	char block_reference[NAME_BYTES], block_person[NAME_BYTES];
	char dossier[NAME_BYTES]; /* of a solidarity plan: who decided what */
	bool is_held;             /* by law: nothing may be deleted */
	/* Of its OpenPGP key; "": none. */
	char fingerprint[OPENPGP_FINGERPRINT_BYTES];
	struct plan plan;
};

/* The only reason that goes away by itself. */
#define REASON_PAYMENT "payment"

/* To another state; reason, reference and person are kept while blocked. */
struct member_move {
	enum member_state state;
	const char *reason, *reference, *person; /* NULL: none */
	const char *who, *what;                  /* for the audit */
};

/* NULL, or why a slug cannot be one. It is the first part of a member's
 * mounts, so a word that the server uses in addresses is not free. */
const char *members_bad_slug(const char *slug);

/* An active one. */
enum members_answer members_add(
    struct store *, const char *slug, const char *name, const char *key_hash);
/* One that may not stream before it has paid. */
enum members_answer members_order(
    struct store *, const char *slug, const char *name, const char *key_hash);
enum members_answer members_set_key(
    struct store *, const char *slug, const char *key_hash);
enum members_answer members_find(
    struct store *, const char *slug, struct member_row *);

/* These belong in a transaction that is open; false: roll back. */
bool members_move(struct store *, const struct member_row *,
    const struct member_move *) MUST_CHECK;
/* One of the columns name, email, publisher, kind, zone, language, dossier. */
bool members_set_text(struct store *, const struct member_row *,
    const char *column, const char *text) MUST_CHECK;
const char *plan_at_storage_word(enum at_storage);
enum at_storage plan_at_storage(const char *word); /* STOP when not known */
bool members_set_plan(struct store *, const struct member_row *,
    int64_t plan) MUST_CHECK; /* 0: none */
bool members_set_held(
    struct store *, const struct member_row *, bool is_held) MUST_CHECK;
bool members_set_fingerprint(struct store *, const struct member_row *,
    const char *fingerprint) MUST_CHECK; /* NULL: none */
/* What was done, with the details behind it. */
bool members_audit(struct store *, const struct member_row *, const char *who,
    const char *what) MUST_CHECK;

/* All, by slug: while members_next() fills row. *failed is set at the end. */
sqlite3_stmt *members_all(struct store *);
bool members_next(sqlite3_stmt *, struct member_row *, bool *failed);
const char *members_state_word(enum member_state);

/* A MEMBERS message with all; NULL when the store cannot be read. */
struct members_msg *members_snapshot(struct store *);

#endif
