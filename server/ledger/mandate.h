/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * mandate - what a member signed, so that somebody else may feed its mounts:
 *
 *	delegate: bob                          or    revoke: bob
 *	member: ana                                  member: ana
 *	mounts: /ana/live /ana/talk  (or *)          nonce: 8c1f09b2d7e64a35
 *	from: 2026-11-22T00:00Z
 *	until: 2026-12-01T00:00Z
 *	nonce: 2f7c5b0e9d1a4c38
 *
 * Each line once, in any order, and no other. A pure function: whether the
 * member signed it, and when, is asked elsewhere. Times are in milliseconds
 * since 1970.
 */
#ifndef LEDGER_MANDATE_H
#define LEDGER_MANDATE_H

#include "loop/messages.h"

#define NONCE_BYTES 65
#define NONCE_LEAST 16 /* letters and digits */

struct mandate {
	bool is_revocation; /* mounts and times are empty then */
	char name[SLUG_BYTES];
	char slug[SLUG_BYTES];
	char mounts[DELEGATE_MOUNTS_BYTES]; /* "*", or paths and spaces */
	int64_t from_ms, until_ms;
	char nonce[NONCE_BYTES];
};

/* False: *error (free it) is a sentence. */
bool mandate_read(const char *text, struct mandate *, char **error) MUST_CHECK;

#endif
