/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * line - the lines of all2all-archived's socket: read from a peer that may say
 * anything, and written. The words are explained in offload/ask.h.
 *
 * Pure functions; any thread. A line has no end of its own here and is at most
 * LINE_BYTES with its NUL.
 */
#ifndef OFFLOAD_LINE_H
#define OFFLOAD_LINE_H

#include "base/bytes.h"
#include "base/check.h"
#include "offload/ask.h"

#include <stdbool.h>
#include <stdint.h>

#define LINE_BYTES 2048

enum line_word {
	LINE_STATE,
	LINE_GET,
	LINE_SCAN,
	LINE_FORGET,
	LINE_LIST,
	LINE_WORDS
};

struct line {
	enum line_word word;
	char id[ASK_ID_BYTES];
	uint64_t offset, length;
};

/* False: no question that is known, or it has too much or too little. */
bool line_parse(struct line *, const char *text) MUST_CHECK;

/* Answers, without the end of the line. */
bool line_read_state(const char *text, struct ask_item *) MUST_CHECK;
bool line_read_item(const char *text, struct ask_item *) MUST_CHECK;
void line_write_state(struct bytes *, const struct ask_item *);
void line_write_item(struct bytes *, const struct ask_item *);

#endif
