/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * extract - all that is kept of one member, as one archive it can take away.
 *
 *   README.txt               what is what
 *   extract.json             of whom, from which relay, when
 *   tables/NAME.jsonl .csv   the member's rows, of every table
 *   statements/PERIOD.csv .json   as they were sealed
 *   media/PATH               recordings and their sidecars, if asked for
 *   recordings.csv           what was recorded, and what of it is in here
 *   SHA256SUMS               of all the others, the last file
 *
 * The tables are as they were at one moment. It is written under a temporary
 * name, made durable, and gets its name only then. The reporter's thread; what
 * it waits for is the disk only.
 */
#ifndef REPORTS_EXTRACT_H
#define REPORTS_EXTRACT_H

#include "base/bytes.h"
#include "ledger/members.h"

struct extract_wish {
	const struct member_row *member;
	const char *folder; /* absolute */
	bool has_media;
};

/* out tells the file's path, or why there is none. */
bool extract_make(
    struct store *, const struct extract_wish *, struct bytes *out) MUST_CHECK;

#endif
