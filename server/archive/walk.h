/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * walk - through the day folders of the archive, SLUG/YYYY/MM/DD.
 *
 * No deeper, and never through a symbolic link, so it ends whatever somebody
 * put there. Names are read before any of them is shown; those that begin with
 * a dot are left out. Changes nothing. The archivist's thread, or before it
 * runs; blocks on the disk.
 */
#ifndef ARCHIVE_WALK_H
#define ARCHIVE_WALK_H

#include "spool/naming.h"

#include <stdbool.h>
#include <stddef.h>

struct day {
	int folder;           /* opened */
	struct naming naming; /* its folders; stem and extension are free */
	char **names;         /* of what is in it, in their order */
	size_t count;
};

struct walker {
	/* False: that was enough. */
	bool (*day)(void *arg, struct day *);
	/* What is none of ours where a folder should be. */
	void (*odd)(void *arg, const char *name, const char *why);
	void *arg;
};

/* archive is data/archive, opened. False: day said so. */
bool walk_days(int archive, const struct walker *);

#endif
