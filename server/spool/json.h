/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * json - reads the members of one object, RFC 8259, without building anything.
 *
 * Members of objects inside are given as if they were the outer one's; what is
 * in arrays is passed over. Keys and texts longer than JSON_TEXT_BYTES are cut
 * at a character. Numbers are whole; others are passed over. No recursion, no
 * allocation. Pure, any thread.
 */
#ifndef SPOOL_JSON_H
#define SPOOL_JSON_H

#include "base/check.h"

#include <stddef.h>
#include <stdint.h>

#define JSON_TEXT_BYTES 1024
#define JSON_DEEPEST    8

enum json_found {
	JSON_MEMBER,
	JSON_END,
	JSON_BAD
};
enum json_kind {
	JSON_TEXT,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_OTHER
};

struct json {
	const char *text;
	size_t len;
	size_t at;
	unsigned depth; /* objects we are in */
};

struct json_member {
	char key[JSON_TEXT_BYTES];
	enum json_kind kind;
	char text[JSON_TEXT_BYTES];
	int64_t number;
};

enum json_found json_next(struct json *, struct json_member *) MUST_CHECK;

#endif
