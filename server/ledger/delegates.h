/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * delegates - who may feed a member's mounts besides itself, and for how long;
 * and the signed messages that said so, each good for once.
 *
 * Times are wall clock, in milliseconds. All that changes something belongs in
 * a transaction that is open; false: roll back.
 */
#ifndef LEDGER_DELEGATES_H
#define LEDGER_DELEGATES_H

#include "ledger/mandate.h"
#include "ledger/store.h"
#include "letters/openpgp.h"

#define DELEGATES_MOST 8 /* of a member, that are not over */

/* Of a member that are not over, of this name only unless it is NULL. */
bool delegates_count(struct store *, int64_t member, const char *name,
    int64_t *count) MUST_CHECK;
bool delegates_add(struct store *, int64_t member, const struct mandate *,
    const char *key_hash) MUST_CHECK;
/* All of that name; store_changed() tells how many. */
bool delegates_revoke(
    struct store *, int64_t member, const char *name) MUST_CHECK;

/* Whether the member's nonce was used. */
bool delegates_nonce_is_known(struct store *, int64_t member, const char *nonce,
    bool *is_known) MUST_CHECK;
/* Keeps the message, as what the delegate goes by, and its nonce. */
bool delegates_keep_message(struct store *, int64_t member, const char *nonce,
    const struct openpgp_signed *, const char *message) MUST_CHECK;

/* A member's, the newest first: while delegates_next() fills row. *failed is
 * set at the end. */
struct delegate_row {
	struct delegate delegate;
	int64_t made_ms, revoked_ms; /* revoked 0: not */
};
sqlite3_stmt *delegates_of(struct store *, int64_t member);
bool delegates_next(sqlite3_stmt *, struct delegate_row *, bool *failed);

/* A DELEGATES message with all that are not over, and those that were revoked
 * within the last hour; NULL when the store cannot be read. */
struct delegates_msg *delegates_snapshot(struct store *);

#endif
