/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * whole_priv - the parts of whole.c, one for each kind of file.
 */
#ifndef SPOOL_WHOLE_PRIV_H
#define SPOOL_WHOLE_PRIV_H

#include "base/view.h"
#include "spool/whole.h"

int64_t whole_ogg(struct view *);
int64_t whole_mp3(struct view *);
int64_t whole_adts(struct view *);
int64_t whole_webm(struct view *);
int64_t whole_ts(struct view *);
int64_t whole_flac(struct view *);

#endif
