/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * mime - a letter as mail has it: RFC 5322 with a text of RFC 2045, or sealed
 * in an envelope of RFC 3156.
 *
 * Pure functions, any thread. The same letter gives the same bytes however
 * often it is built, its Message-ID too, so that who gets it twice can see it.
 * What could break a header (a control character, what is not UTF-8) is
 * refused, never repaired. *error is a constant sentence. Times are wall
 * milliseconds.
 */
#ifndef LETTERS_MIME_H
#define LETTERS_MIME_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

struct mime_letter {
	const char *relay; /* UUID; with id it makes the Message-ID */
	int64_t id;
	int64_t made_ms;
	const char *from, *to; /* addresses alone: "ana@example.org" */
	const char *to_name;   /* "" for none */
	const char *subject;
	const char *body; /* UTF-8, lines end with \n */
	bool is_notice;   /* tells how to get no more of them */
};

/* NULL, or why mail cannot be sent to or from there. */
const char *mime_bad_address(const char *address);

bool mime_build(const struct mime_letter *, struct bytes *out,
    const char **error) MUST_CHECK;
/* What is to be encrypted of it: the text with its own headers, the subject
 * among them. */
bool mime_build_inner(const struct mime_letter *, struct bytes *out,
    const char **error) MUST_CHECK;
/* The letter around that, armored; without its subject. */
bool mime_build_sealed(const struct mime_letter *, const struct bytes *armored,
    struct bytes *out, const char **error) MUST_CHECK;

#endif
