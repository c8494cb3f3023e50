/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * marks - titles and gaps, noted while a recording is written.
 *
 * STEM.marks.part has a line for each, only ever added to, tabs between:
 *
 *   title  BYTE  TEXT
 *   gap    BYTE  BYTES  MS  WHY
 *
 * BYTE is where in the recording what follows begins. Lines that say anything
 * else, or go back, are passed over. Any thread.
 */
#ifndef SPOOL_MARKS_H
#define SPOOL_MARKS_H

#include "base/bytes.h"
#include "finish/finish.h"
#include "spool/naming.h"

#define MARKS_MOST_BYTES (8 << 20)
#define MARKS_MOST       10000

void marks_format(struct bytes *, const struct finish_mark *);
/* Their number; *marks is to be freed. */
size_t marks_parse(const char *text, size_t len, struct finish_mark **marks);
/* Of a recording; none when there is no such file. */
size_t marks_read(
    int folder, const struct naming *, struct finish_mark **marks);

#endif
