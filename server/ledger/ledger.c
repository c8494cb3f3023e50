/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/ledger.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "ledger/audit.h"

#include <stdlib.h>

#define NOT_FAILING (-1)

static void
check_audit(struct store *store)
{
	int64_t bad;

	if (!audit_is_whole(store, &bad))
		log_error("store audit: row %lld is not what was written",
		    (long long)bad);
}

struct ledger *
ledger_open(const char *path, char **error)
{
	struct store *store = store_open(path, error);
	struct ledger *ledger;

	if (store == NULL)
		return NULL;
	ledger = mem_new(sizeof(*ledger));
	ledger->store = store;
	ledger->usage = usage_new(store);
	ledger->recordings = recordings_new(store);
	ledger->failing_since_ms = NOT_FAILING;
	check_audit(store);
	/* A full disk must not keep the streams from starting. */
	if (!recordings_break_active(store))
		log_error("store not written: %s", store_reason(store));
	return ledger;
}

void
ledger_close(struct ledger *ledger)
{
	if (ledger == NULL)
		return;
	usage_free(ledger->usage);
	recordings_free(ledger->recordings);
	store_close(ledger->store);
	free(ledger);
}

static void
note_failure(struct ledger *ledger)
{
	if (ledger->failing_since_ms != NOT_FAILING)
		return;
	ledger->failing_since_ms = clock_mono_ms();
	log_error("store cannot be written, usage is kept in memory: %s",
	    store_reason(ledger->store));
}

static void
note_success(struct ledger *ledger)
{
	if (ledger->failing_since_ms == NOT_FAILING)
		return;
	log_warn("store is written again, nothing was lost secs=%lld",
	    (long long)(clock_mono_ms() - ledger->failing_since_ms) / 1000);
	ledger->failing_since_ms = NOT_FAILING;
}

bool
ledger_flush(struct ledger *ledger)
{
	struct store *store = ledger->store;

	if (usage_unwritten(ledger->usage) == 0 &&
	    recordings_unwritten(ledger->recordings) == 0) {
		usage_written(ledger->usage);
		return true;
	}
	if (!store_begin(store) || !usage_write(ledger->usage) ||
	    !recordings_write(ledger->recordings) || !store_commit(store)) {
		store_rollback(store);
		note_failure(ledger);
		return false;
	}
	usage_written(ledger->usage);
	recordings_written(ledger->recordings);
	note_success(ledger);
	store_checkpoint(store);
	return true;
}
