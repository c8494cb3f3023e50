/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * id3 - the tag in front of an MP3: ID3v2.4.0, and chapters (ID3v2 Chapter
 * Frame Addendum 1.0).
 */
#ifndef FINISH_ID3_H
#define FINISH_ID3_H

#include "finish/finish_priv.h"

#define ID3_MOST_CHAPTERS 255 /* what a table of contents can count */

/* Title, artist, date, length, and the chapters of facts, which know their
 * places and the length already. */
void id3_put(
    struct sink *, const struct finish_job *, const struct finish_facts *);

#endif
