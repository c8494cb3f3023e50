/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/retention.h"

#include "archive/item.h"
#include "ledger/recordings.h"

#include <string.h>

/* Of one mount, from its newest programme on. */
struct tally {
	int64_t member;
	char mount[MOUNT_BYTES];
	int64_t count, bytes;
};

static bool
is_exempt(const struct recording_msg *row, int64_t now_ms)
{
	return row->trashed_ms != 0 || row->is_pinned ||
	    item_is_held(row, now_ms) || row->profile == PROFILE_MANUAL;
}

static bool
is_older(const struct recording_msg *row, int64_t keep_ms, int64_t now_ms)
{
	int64_t ended_ms = row->ended_ms > 0
	    ? row->ended_ms
	    : row->started_ms + row->duration_ms;

	return keep_ms > 0 && now_ms - ended_ms > keep_ms;
}

static const char *
why_programme(struct tally *tally, const struct recording_msg *row,
    const struct conf_mount *rules, int64_t now_ms)
{
	if (tally->member != row->member ||
	    strcmp(tally->mount, row->mount) != 0) {
		memset(tally, 0, sizeof(*tally));
		tally->member = row->member;
		memcpy(tally->mount, row->mount, sizeof(tally->mount));
	}
	tally->count++;
	tally->bytes += (int64_t)(row->bytes + row->twin_bytes);
	if (is_older(row, rules->keep_programme_ms, now_ms))
		return "keep-programme";
	if (rules->keep_count > 0 && tally->count > rules->keep_count)
		return "keep-count";
	if (rules->keep_bytes > 0 && tally->bytes > rules->keep_bytes &&
	    tally->count > 1)
		return "keep-bytes";
	return NULL;
}

bool
retention_find(const struct retention *retention)
{
	sqlite3_stmt *prepared = recordings_kept(retention->store, "");
	int64_t now_ms = retention->now_ms;
	const struct conf_mount *rules;
	struct tally tally = { 0 };
	struct recording_msg row;
	const char *why;
	bool failed;

	while (recordings_next_kept(prepared, &row, &failed)) {
		if (is_exempt(&row, now_ms))
			continue;
		rules = conf_mount(retention->conf, row.mount);
		if (row.profile == PROFILE_PROGRAMME)
			why = why_programme(&tally, &row, rules, now_ms);
		else
			why = is_older(&row, rules->keep_log_ms, now_ms)
			    ? "keep-log"
			    : NULL;
		if (why != NULL)
			retention->due(retention->arg, &row, why);
	}
	return !failed;
}
