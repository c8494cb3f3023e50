/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * leftovers - recordings that were not finished when the server ended.
 *
 * Looks at the day folders below data/archive only (SLUG/YYYY/MM/DD, no deeper,
 * never through a symbolic link), for names of ours that only last while a
 * recording is written or finished. What does not have a name of ours is said
 * and left alone. Changes nothing. Before anything is recorded.
 */
#ifndef ARCHIVE_LEFTOVERS_H
#define ARCHIVE_LEFTOVERS_H

/* archive is data/archive, opened; path is good for the call, and is what
 * finishing_run() takes. */
void leftovers_find(
    int archive, void (*found)(void *arg, const char *path), void *arg);

#endif
