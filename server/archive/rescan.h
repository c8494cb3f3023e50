/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * rescan - rows are made again from what is on the disk.
 *
 *   media and sidecar      the row is as the sidecar says, also when somebody
 *                          edited it; a sidecar that cannot be read is said
 *   media alone            gets a sidecar: of what its row says, or it is
 *                          finished again (archive/finishing.h)
 *   a twin that is not as the sidecar says, or none where there should be one
 *                          is made (archive/twin.h)
 *   sidecar alone          the row is broken, "its file is missing", unless the
 *                          recording is kept in an object store only
 *   a row alone            the same: no row is ever deleted here
 *   anything .part         being written or finished: left out
 *   names that are not ours, what is no plain file with one name: said, left
 *                          alone
 *
 * The folder says whose a recording is. SHA256SUMS is written again where it
 * differs. Done twice it changes nothing the second time, and it may be ended
 * at any point. The archivist's thread; blocks on the disk.
 */
#ifndef ARCHIVE_RESCAN_H
#define ARCHIVE_RESCAN_H

#include "archive/finishing.h"
#include "ledger/store.h"

#define RESCAN_MISSING "its file is missing"

struct rescan {
	const struct finishing *finishing; /* gets the rows */
	struct store *store;               /* read only */
	/* Of each thing that is not as it was, or is odd. */
	void (*say)(void *arg, const char *path, const char *what);
	void *arg;
};

/* False: it was stopped, or the store cannot be read. */
bool rescan_run(const struct rescan *) MUST_CHECK;

#endif
