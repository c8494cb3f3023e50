/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * archive_commands - what people do with recordings: "archive ..." of
 * all2allctl. Answered by the archivist, after the clerk has written all there
 * is. Every change is audited.
 */
#ifndef ARCHIVE_ARCHIVE_COMMANDS_H
#define ARCHIVE_ARCHIVE_COMMANDS_H

#include "ledger/call.h"
#include "loop/messages.h"

/* The one recording whose id begins as the call's first word. CALL_DONE, or
 * it is said why not. */
int archive_find(struct call *, struct recording_msg *) MUST_CHECK;

extern const struct command_table archive_commands; /* owner: archivist */

#endif
