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

extern const struct command_table archive_commands; /* owner: archivist */

#endif
