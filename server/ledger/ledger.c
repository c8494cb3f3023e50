/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/ledger.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "ledger/audit.h"
#include "ledger/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_FOLDER   "gnupg"
#define NOT_FAILING   (-1)
#define FOLD_AFTER_MS 900000  /* 15 minutes */
#define ALARM_MS      3600000 /* between two words about it */

static const char
    write_meta[] = "INSERT INTO meta(k, v) VALUES('written_ms', ?1) "
		   "ON CONFLICT DO UPDATE SET v = excluded.v";

static void
check_audit(struct store *store)
{
	int64_t bad;

	if (!audit_is_whole(store, &bad))
		log_error("store audit: row %lld is not what was written",
		    (long long)bad);
}

static bool
end_what_was_open(struct store *store)
{
	return store_begin(store) && recordings_break_active(store) &&
	    broadcasts_close_open(store) && plays_close_open(store) &&
	    store_commit(store);
}

static char *
folder_of_keys(const char *path)
{
	const char *slash = strrchr(path, '/');
	int len = slash != NULL ? (int)(slash + 1 - path) : 0;
	char *folder;

	CHECK(asprintf(&folder, "%.*s" KEYS_FOLDER, len, path) > 0);
	return folder;
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
	ledger->zones = zones_new();
	ledger->quotas = quotas_new(store);
	ledger->storages = storages_new(store);
	ledger->life_rules = life_usual_rules();
	ledger->audience = audience_new(store);
	ledger->broadcasts = broadcasts_new(store);
	ledger->plays = plays_new(store);
	ledger->keys_folder = folder_of_keys(path);
	ledger->failing_since_ms = NOT_FAILING;
	check_audit(store);
	/* A full disk must not keep the streams from starting. */
	if (!end_what_was_open(store)) {
		log_error("store not written: %s", store_reason(store));
		store_rollback(store);
	}
	return ledger;
}

void
ledger_close(struct ledger *ledger)
{
	if (ledger == NULL)
		return;
	usage_free(ledger->usage);
	recordings_free(ledger->recordings);
	quotas_free(ledger->quotas);
	storages_free(ledger->storages);
	zones_free(ledger->zones);
	audience_free(ledger->audience);
	entries_free(ledger->broadcasts);
	entries_free(ledger->plays);
	openpgp_close(ledger->openpgp);
	free(ledger->keys_folder);
	store_close(ledger->store);
	free(ledger->gone);
	free(ledger);
}

static void
note_failure(struct ledger *ledger)
{
	if (ledger->failing_since_ms != NOT_FAILING)
		return;
	ledger->failing_since_ms = clock_mono_ms();
	ledger->alarm_ms = ledger->failing_since_ms + FOLD_AFTER_MS;
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

/* After a while memory matters more than the exact slot. */
static void
cope(struct ledger *ledger)
{
	int64_t now_ms = clock_mono_ms();

	note_failure(ledger);
	if (now_ms - ledger->failing_since_ms < FOLD_AFTER_MS)
		return;
	usage_fold(ledger->usage);
	if (now_ms < ledger->alarm_ms)
		return;
	ledger->alarm_ms = now_ms + ALARM_MS;
	log_error("store not written for %lld minutes, usage is kept by the "
		  "hour now totals=%u: %s",
	    (long long)(now_ms - ledger->failing_since_ms) / 60000,
	    usage_held(ledger->usage), store_reason(ledger->store));
}

/* Until then the store knows what happened, should this end by a kill. */
static bool
write_moment(struct store *store)
{
	sqlite3_stmt *prepared = store_prepare(store, write_meta);

	sqlite3_bind_int64(prepared, 1, clock_wall_ms());
	return store_run(prepared);
}

static bool
write_all(struct ledger *ledger)
{
	return store_begin(ledger->store) && usage_write(ledger->usage) &&
	    audience_write(ledger->audience) &&
	    entries_write(ledger->broadcasts) && entries_write(ledger->plays) &&
	    recordings_write(ledger->recordings) &&
	    write_moment(ledger->store) && store_commit(ledger->store);
}

static bool
has_unwritten(const struct ledger *ledger)
{
	return usage_unwritten(ledger->usage) > 0 ||
	    audience_unwritten(ledger->audience) > 0 ||
	    ledger->broadcasts->unwritten > 0 || ledger->plays->unwritten > 0 ||
	    recordings_unwritten(ledger->recordings) > 0;
}

static void
forget_written(struct ledger *ledger)
{
	usage_written(ledger->usage);
	audience_written(ledger->audience);
	entries_written(ledger->broadcasts);
	entries_written(ledger->plays);
	recordings_written(ledger->recordings);
}

bool
ledger_flush(struct ledger *ledger)
{
	struct store *store = ledger->store;

	if (!has_unwritten(ledger)) {
		forget_written(ledger);
		return true;
	}
	if (!write_all(ledger)) {
		store_rollback(store);
		cope(ledger);
		return false;
	}
	forget_written(ledger);
	note_success(ledger);
	store_checkpoint(store);
	return true;
}

struct openpgp *
ledger_openpgp(struct ledger *ledger, char **error)
{
	if (ledger->openpgp == NULL)
		ledger->openpgp = openpgp_open(ledger->keys_folder, error);
	return ledger->openpgp;
}

void
ledger_forget(struct ledger *ledger, int64_t member)
{
	ledger->gone = mem_grow(
	    ledger->gone, (ledger->gone_count + 1) * sizeof(*ledger->gone));
	ledger->gone[ledger->gone_count++] = member;
}

bool
ledger_is_gone(const struct ledger *ledger, int64_t member)
{
	for (unsigned i = 0; i < ledger->gone_count; i++) {
		if (ledger->gone[i] == member)
			return true;
	}
	return false;
}
