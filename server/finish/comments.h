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

/* Without any framing: vendor, then title, artist, date and chapters. */
void comments_put(
    struct bytes *, const struct finish_job *, const struct finish_facts *);

#endif
