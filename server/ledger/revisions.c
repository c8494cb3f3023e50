/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/revisions.h"

static const char *const added[] = {
	"CREATE INDEX IF NOT EXISTS usage_rev ON usage(rev)",
	"CREATE INDEX IF NOT EXISTS peak_rev ON peak(rev)",
	"CREATE INDEX IF NOT EXISTS session_rev ON session(rev)",
	"CREATE INDEX IF NOT EXISTS audience_rev ON audience(rev)",
	"CREATE INDEX IF NOT EXISTS broadcast_rev ON broadcast(rev)",
	"CREATE INDEX IF NOT EXISTS play_rev ON play(rev)",
};

static const char *const removed[] = {
	"DROP INDEX IF EXISTS usage_rev",
	"DROP INDEX IF EXISTS peak_rev",
	"DROP INDEX IF EXISTS session_rev",
	"DROP INDEX IF EXISTS audience_rev",
	"DROP INDEX IF EXISTS broadcast_rev",
	"DROP INDEX IF EXISTS play_rev",
};

bool
revisions_index(struct store *store, bool is_shared)
{
	const char *const *all = is_shared ? added : removed;
	unsigned count = sizeof(added) / sizeof(*added);

	for (unsigned i = 0; i < count; i++) {
		if (!store_run(store_prepare(store, all[i])))
			return false;
	}
	return true;
}
