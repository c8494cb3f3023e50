/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * care_commands - how the archive as a whole is looked after: "archive rescan",
 * "scrub" and others of all2allctl. Answered by the archivist.
 */
#ifndef ARCHIVE_CARE_COMMANDS_H
#define ARCHIVE_CARE_COMMANDS_H

#include "ledger/call.h"

extern const struct command_table care_commands; /* owner: archivist */

#endif
