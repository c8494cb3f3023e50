/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * recover - finishes what a crash or a failing disk left in the archive.
 *
 * Runs once, before anything is recorded, and looks at the day folders below
 * data/archive only (SLUG/YYYY/MM/DD, no deeper, never through a symbolic
 * link). For one recording, by what is there:
 *
 *   STEM.ext.part with bytes   cut after the last whole unit, synced, renamed,
 *                              sidecar written with "recovered": true
 *   STEM.ext.part, empty       deleted, with its STEM.json.part
 *   STEM.ext and .json.part    the sidecar is written
 *   STEM.json and .json.part   STEM.json.part is deleted
 *   STEM.json.part alone       deleted
 *   STEM.json.new              deleted
 *
 * Media in which nothing can be understood is kept whole, as broken. What does
 * not have a name of ours, or is no plain file with one name, is said and left
 * alone. Each step leaves one of the states above, so it may be killed at any
 * point and run again.
 */
#ifndef SPOOL_RECOVER_H
#define SPOOL_RECOVER_H

#include "spool/track.h"

/* archive is data/archive, opened. Tells the row of each one finished. */
void recover_all(int archive, const struct track_out *);

#endif
