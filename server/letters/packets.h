/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * packets - what is in an armored OpenPGP block, before gpg looks at it
 * (RFC 4880, sections 4.2 and 6).
 *
 * gpg unpacks whatever it finds, for hours if it must: a block may only have
 * the packets that its kind has, none of them packed, each with its length. No
 * threads, no state.
 */
#ifndef LETTERS_PACKETS_H
#define LETTERS_PACKETS_H

#include "base/bytes.h"
#include "base/check.h"

#include <stdbool.h>

enum packets_kind {
	PACKETS_KEY,      /* a public key, its names and signatures */
	PACKETS_SIGNATURE /* under a clear-signed text */
};

/* Text has one block of that kind; appends its bytes to out. False, and *error
 * (free it) is a sentence: it is not, or has what it should not have. */
bool packets_read(const char *text, enum packets_kind, struct bytes *out,
    char **error) MUST_CHECK;

#endif
