/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * seal - a letter as bytes for a mail server: in clear to members without an
 * OpenPGP key, encrypted to all others. Never in clear to who has a key.
 *
 * The poster's thread. Errors are sentences that the caller frees.
 */
#ifndef POST_SEAL_H
#define POST_SEAL_H

#include "ledger/letters.h"
#include "letters/mime.h"

struct seal;

struct seal *seal_new(const char *data); /* the data folder */
void seal_free(struct seal *);
bool seal_letter(struct seal *, const struct mime_letter *,
    const char *fingerprint, struct bytes *out, char **error) MUST_CHECK;

#endif
