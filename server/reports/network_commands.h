/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * network_commands - what concerns all members: the year's capacity, and
 * whether the books agree with themselves and with the line. A call's owner is
 * the struct reporter.
 */
#ifndef REPORTS_NETWORK_COMMANDS_H
#define REPORTS_NETWORK_COMMANDS_H

#include "ledger/call.h"

extern const struct command_table network_commands;

#endif
