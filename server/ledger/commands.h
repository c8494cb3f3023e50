/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * commands - what all2allctl may ask of the store: words in, text and an exit
 * status out. 0 done; 1 refused, with the reason; 2 wrong use, with a usage
 * line. Words are a local operator's, and still not trusted: they are checked,
 * and escaped where they are said back.
 */
#ifndef LEDGER_COMMANDS_H
#define LEDGER_COMMANDS_H

#include "base/bytes.h"
#include "ledger/ledger.h"

/* argv[0] is the first word after all2allctl's own options. */
int ledger_command(
    struct ledger *, unsigned argc, char **argv, struct bytes *out);

#endif
