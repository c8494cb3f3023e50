/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * key_commands - "member key", answered by the clerk: a member's source key,
 * and the OpenPGP key that its letters and signed messages go by.
 *
 * Of an OpenPGP key the store has the fingerprint; the key itself is in
 * data/gnupg. A call's owner is the struct ledger.
 */
#ifndef LEDGER_KEY_COMMANDS_H
#define LEDGER_KEY_COMMANDS_H

#include "ledger/call.h"
#include "ledger/ledger.h"
#include "ledger/members.h"

extern const struct command_table key_commands;

/* Takes a key out of the folder that is nobody's any more; two members may have
 * one. False: the log says why not. */
bool key_forget(struct ledger *, const char *fingerprint);
/* Writes what was done, with --person when it was given, and frees what. */
bool key_audit(
    struct call *, const struct member_row *, struct bytes *what) MUST_CHECK;
/* CALL_DONE; or says that --person is missing. */
int key_needs_person(struct call *);
/* CALL_REFUSED, with a sentence that is freed. */
int key_refuse(struct call *, char *error);

#endif
