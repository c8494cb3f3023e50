/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * report_commands - what all2allctl asks the reporter. A call's owner is the
 * struct reporter.
 */
#ifndef REPORTS_REPORT_COMMANDS_H
#define REPORTS_REPORT_COMMANDS_H

#include "ledger/call.h"

extern const struct command_table report_commands;

#endif
