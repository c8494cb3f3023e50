/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * retention - which recordings go by the rules of their mounts.
 *
 *   keep-programme, keep-log   older than that, from its end on
 *   keep-count, keep-bytes     of programmes: but for the newest of the mount
 *
 * What is pinned or held neither goes nor counts, and what is in the trash is
 * gone already. Manual recordings stay. Only finds them. Any thread.
 */
#ifndef ARCHIVE_RETENTION_H
#define ARCHIVE_RETENTION_H

#include "conf/conf.h"
#include "ledger/store.h"
#include "loop/messages.h"

#include <stdbool.h>

struct retention {
	struct store *store;
	const struct conf *conf;
	int64_t now_ms;
	/* why: the option, as "keep-log". */
	void (*due)(void *arg, const struct recording_msg *, const char *why);
	void *arg;
};

/* False: the store cannot be read. */
bool retention_find(const struct retention *) MUST_CHECK;

#endif
