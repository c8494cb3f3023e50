/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * openpgp - members' public keys: takes them in, encrypts to them, and says who
 * signed a text.
 *
 * Keys are in a folder of our own, and no secret key ever is. gpg runs for the
 * time of a call, some tens of milliseconds: only threads that may block call
 * it. Nothing of it stays, and nothing is asked of the network. One struct for
 * each thread; several may use the same folder. Errors are sentences; the
 * caller frees *error.
 */
#ifndef LETTERS_OPENPGP_H
#define LETTERS_OPENPGP_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

#define OPENPGP_FINGERPRINT_BYTES 65 /* hexadecimal, with the NUL */
/* Longer keys, and longer signed texts, are refused. */
#define OPENPGP_MOST_KEY_BYTES  (256 * 1024)
#define OPENPGP_MOST_TEXT_BYTES (16 * 1024)

struct openpgp;

struct openpgp_signed {
	char fingerprint[OPENPGP_FINGERPRINT_BYTES]; /* of the primary key */
	int64_t signed_ms;                           /* wall, as signed */
	char *text; /* what was signed and nothing else, free() it */
};

/* The folder is made when it is not there; only this user may look into it. */
struct openpgp *openpgp_open(const char *folder, char **error) MUST_CHECK;
void openpgp_close(struct openpgp *); /* NULL is fine */

/* Takes one armored public key that can encrypt now; one that is known is
 * brought up to date. */
bool openpgp_add_key(struct openpgp *, const char *armored,
    char fingerprint[OPENPGP_FINGERPRINT_BYTES], char **error) MUST_CHECK;
/* True also when there is none. */
bool openpgp_remove_key(
    struct openpgp *, const char *fingerprint, char **error) MUST_CHECK;
/* For that key alone; appended to armored. */
bool openpgp_encrypt(struct openpgp *, const char *fingerprint,
    const char *text, struct bytes *armored, char **error) MUST_CHECK;
/* One clear-signed message with one good signature, by a key that was added and
 * is neither expired nor revoked. What is outside of the signed part is not in
 * the text. */
bool openpgp_verify(struct openpgp *, const char *message,
    struct openpgp_signed *, char **error) MUST_CHECK;

#endif
