/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * import - a member comes back from the archive that "member extract" made, or
 * comes from another relay with it.
 *
 * The archive is read twice: first every SHA-256 is checked, then it is taken
 * over, in one transaction. Nothing of it is believed: names, tables and
 * columns must be known, paths stay in the member's own folder, and no file is
 * replaced. When anything is wrong the store and the archive are as they were
 * before. The clerk's thread; what is counted meanwhile waits in its mailbox.
 */
#ifndef LEDGER_IMPORT_H
#define LEDGER_IMPORT_H

#include "base/bytes.h"
#include "ledger/ledger.h"

struct import_wish {
	const char *path;     /* absolute */
	const char *key_hash; /* of the member's new key */
};

/* The slug it came with; out tells what was taken over, or what is wrong. */
bool import_member(struct ledger *, const struct import_wish *,
    char slug[SLUG_BYTES], struct bytes *out) MUST_CHECK;

#endif
