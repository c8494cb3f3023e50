/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * entry - where in a recording that is still written a player can be let in.
 *
 *   mp3, aac  a frame that others follow
 *   ts        a packet that begins a picture one can start at (or, of sound
 *             alone, a PES), behind the tables at the file's begin
 *   ogg       a page on which a packet begins, behind the headers of its link
 *   webm      a cluster, behind the head
 *   flac      a frame, behind the head
 *
 * Any thread; blocks on the disk.
 */
#ifndef ARCHIVE_ENTRY_H
#define ARCHIVE_ENTRY_H

#include <stdint.h>

/* At near or soon after it: a player gets head bytes from the file's begin,
 * then all from start on. Where none is found, all from the begin: 0 and 0. */
void entry_find(const char *extension, int fd, uint64_t size, uint64_t near,
    uint64_t *head, uint64_t *start);

#endif
