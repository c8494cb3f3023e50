/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * extract_command - a member's own data, to be taken away. The reporter's
 * thread.
 */
#ifndef REPORTS_EXTRACT_COMMAND_H
#define REPORTS_EXTRACT_COMMAND_H

#include "ledger/call.h"

extern const struct command_table extract_commands;

#endif
