/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * upkeep - what the archivist does by the clock.
 *
 *   each round   what lay in the trash for trash-time is deleted; members that
 *                chose rotation get room; and archive/remote.h
 *   each hour    what the rules of retention say goes to the trash
 *
 * A rotating member is kept below UPKEEP_HIGH percent of its storage: what it
 * has in the trash is deleted first, then its oldest programmes that are not
 * pinned, held or published, down to UPKEEP_LOW percent. The archivist's
 * thread; blocks on the disk.
 */
#ifndef ARCHIVE_UPKEEP_H
#define ARCHIVE_UPKEEP_H

#include "archive/retention.h"

#define UPKEEP_SECS 10
#define UPKEEP_HIGH 95
#define UPKEEP_LOW  90

struct archivist;

void upkeep_round(struct archivist *);
/* The rules of retention, now; how many went. -1: the store cannot be read. */
int upkeep_retention(struct archivist *);

#endif
