/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * comments - a Vorbis comment, as Ogg and FLAC have it (Vorbis I, section 5),
 * with chapters as players read them: CHAPTER000=00:00:00.000 and
 * CHAPTER000NAME=.
 */
#ifndef FINISH_COMMENTS_H
#define FINISH_COMMENTS_H

#include "finish/finish_priv.h"

#define COMMENTS_MOST_CHAPTERS 999

/* Fields that are in this comment and in all that came before; kept is empty at
 * the first. */
void comments_keep(
    struct bytes *kept, const struct bytes *comment, bool is_first);
/* Chapters of a file that was finished before. False: it has none. */
bool comments_chapters(const struct bytes *comment, struct finish_facts *);
/* Without any framing: vendor, then what was kept (may be NULL), title, artist,
 * date and chapters. */
void comments_put(struct bytes *, const struct finish_job *,
    const struct finish_facts *, const struct bytes *kept);

#endif
