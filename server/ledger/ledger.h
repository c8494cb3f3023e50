/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * ledger - everything of the store that needs no thread: open, add, flush;
 * ledger/commands.h answers commands. The clerk runs it; unit tests run it
 * without threads.
 *
 * Time comes from base/clock.h. Nothing here is seen by a second thread.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "base/zone.h"
#include "ledger/audience.h"
#include "ledger/broadcasts.h"
#include "ledger/plays.h"
#include "ledger/quota.h"
#include "ledger/recordings.h"
#include "ledger/storage.h"
#include "ledger/store.h"
#include "ledger/usage.h"
#include "letters/openpgp.h"
#include "loop/messages.h"

struct ledger {
	struct store *store;
	struct usage *usage;
	struct recordings *recordings;
	struct audience *audience;
	struct entries *broadcasts;
	struct entries *plays;
	int64_t failing_since_ms; /* mono; -1: the last flush worked */
	int64_t alarm_ms;         /* mono: when to say so again */
	bool members_changed;     /* since it was last set false */
	bool is_round_failing;    /* the last look at members was none */
	struct zones *zones;
	struct quotas *quotas;
	struct storages *storages;
	struct life_rules life_rules; /* the usual ones until others come */
	char *keys_folder;            /* beside the store */
	struct openpgp *openpgp;      /* NULL until it is needed */
	int64_t *gone;                /* members purged since it was opened */
	unsigned gone_count;
};

/* NULL, and *error (free it) is a sentence, when the store cannot be used. */
struct ledger *ledger_open(const char *path, char **error) MUST_CHECK;
/* What was not flushed is lost. */
void ledger_close(struct ledger *);

/* Everything in one transaction. False: nothing was written, all of it stays
 * for the next time; the log says so once. */
bool ledger_flush(struct ledger *);

/* NULL, and *error (free it) is a sentence, when gpg cannot be used. */
struct openpgp *ledger_openpgp(struct ledger *, char **error) MUST_CHECK;

/* From now on nothing is written of a member that is purged: a thread may still
 * tell what it had counted before it heard of it. */
void ledger_forget(struct ledger *, int64_t member);
bool ledger_is_gone(const struct ledger *, int64_t member);

#endif
