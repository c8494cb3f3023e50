/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/reconcile.h"

#include "base/mem.h"
#include "base/text.h"
#include "ledger/usage.h"
#include "reports/rates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char select_sessions[] =
    "SELECT boot, min(slot), sum(begun), sum(ended) FROM ("
    "SELECT boot, slot, starts AS begun, 0 AS ended FROM usage "
    "WHERE kind = 'live' UNION ALL "
    "SELECT boot, slot, 0, ended FROM session) "
    "GROUP BY boot ORDER BY min(slot)";

static const char select_wire[] =
    "WITH " USAGE_MEMBERS
    "SELECT coalesce(sum(wire_out), 0), coalesce(sum(wire_in), 0) FROM usage "
    "WHERE boot = ?1 AND slot >= ?2 AND member IN (SELECT id FROM who)";

static struct reconcile_line *
new_line(struct reconcile *reconcile, const char *check)
{
	struct reconcile_line *line;

	reconcile->lines = mem_grow(
	    reconcile->lines, (reconcile->count + 1) * sizeof(*line));
	line = &reconcile->lines[reconcile->count++];
	memset(line, 0, sizeof(*line));
	text_copy(line->check, sizeof(line->check), check);
	return line;
}

static enum reconcile_verdict
judge(int64_t begun, int64_t ended, bool is_this_start)
{
	if (begun == ended)
		return RECONCILE_EQUAL;
	if (begun < ended)
		return RECONCILE_WRONG;
	return is_this_start ? RECONCILE_LISTENING : RECONCILE_CUT;
}

static bool
compare_sessions(struct store *store, const struct reconcile_start *start,
    struct reconcile *reconcile)
{
	sqlite3_stmt *prepared = store_prepare(store, select_sessions);
	struct reconcile_line *line;
	struct tm tm;
	time_t secs;
	int step;

	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		line = new_line(reconcile, "sessions");
		secs = (time_t)(sqlite3_column_int64(prepared, 1) *
		    (SLOT_MS / 1000));
		gmtime_r(&secs, &tm);
		strftime(line->about, sizeof(line->about),
		    "start at %Y-%m-%dT%H:%MZ", &tm);
		line->ours = sqlite3_column_int64(prepared, 2);
		line->theirs = sqlite3_column_int64(prepared, 3);
		line->verdict = judge(line->ours, line->theirs,
		    sqlite3_column_int64(prepared, 0) == start->boot);
	}
	return store_ended(prepared, step);
}

static void
add_interface(struct reconcile *reconcile, const char *check, const char *name,
    int64_t ours, int64_t theirs)
{
	struct reconcile_line *line = new_line(reconcile, check);

	snprintf(line->about, sizeof(line->about), "%s", name);
	line->ours = ours;
	line->theirs = theirs;
	line->verdict = RECONCILE_LINE;
}

static bool
compare_wire(struct store *store, const struct reconcile_start *start,
    struct reconcile *reconcile)
{
	sqlite3_stmt *prepared = store_prepare(store, select_wire);
	const struct interface *before, *now;
	struct interfaces interfaces;
	int64_t out = 0, in = 0;
	int step;

	sqlite3_bind_int64(prepared, 1, start->boot);
	sqlite3_bind_int64(prepared, 2, start->slot);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		out = sqlite3_column_int64(prepared, 0);
		in = sqlite3_column_int64(prepared, 1);
		step = sqlite3_step(prepared);
	}
	interfaces_read(&interfaces);
	for (unsigned i = 0; i < interfaces.count; i++) {
		now = &interfaces.rows[i];
		before = interfaces_find(&start->interfaces, now->name);
		if (before == NULL)
			continue;
		add_interface(reconcile, "wire_out", now->name, out,
		    now->out_bytes - before->out_bytes);
		add_interface(reconcile, "wire_in", now->name, in,
		    now->in_bytes - before->in_bytes);
	}
	return store_ended(prepared, step);
}

bool
reconcile_collect(struct store *store, const struct reconcile_start *start,
    struct reconcile *reconcile)
{
	memset(reconcile, 0, sizeof(*reconcile));
	return compare_sessions(store, start, reconcile) &&
	    compare_wire(store, start, reconcile);
}

void
reconcile_free(struct reconcile *reconcile)
{
	free(reconcile->lines);
	memset(reconcile, 0, sizeof(*reconcile));
}
