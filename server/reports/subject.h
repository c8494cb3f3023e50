/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * subject - what a report is about: --member, and --period or --from and --to.
 *
 * A named period is a month or a year of the member's zone. When it is sealed
 * it is what was sealed; otherwise it begins where the sealed one before it
 * ended, so that a member that moves to another zone has neither a gap nor an
 * hour twice. A call's owner is the struct reporter; its thread only.
 */
#ifndef REPORTS_SUBJECT_H
#define REPORTS_SUBJECT_H

#include "ledger/call.h"
#include "reports/collect.h"

struct subject {
	struct member_row member;
	struct collect_wish wish; /* points to the other two */
	char period[64];
};

/* enum call_status; unless DONE it is said why. */
int subject_member(struct call *, struct member_row *);
int subject_find(struct call *, const char *slug, struct member_row *);
/* Stays where it is from then on. */
int subject_read(struct call *, struct subject *);
int subject_read_of(struct call *, const struct member_row *, struct subject *);
/* With the hash, and whether it is sealed. False: the store cannot be read.
 * model_free() in both cases. */
bool subject_collect(
    struct store *, const struct subject *, struct model *) MUST_CHECK;

#endif
