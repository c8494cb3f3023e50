/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * csv - reads tables as RFC 4180 has them, in place.
 *
 * Lines end with LF or CRLF, the last one may end with the text; empty lines
 * are skipped. A quote within a field without quotes, text after a closing
 * quote and a quote that is never closed are errors, not guesses. Fields point
 * into the text, which is written to. Pure functions.
 */
#ifndef LEDGER_CSV_H
#define LEDGER_CSV_H

#include <stdbool.h>

enum csv_answer {
	CSV_RECORD,
	CSV_END,
	CSV_BAD
};

struct csv {
	char *at;
	unsigned line; /* of at, from 1 */
	unsigned record_line;
	const char *wrong; /* after CSV_BAD: a sentence without its end */
};

/* text ends with NUL; a mark of UTF-8 at its begin is skipped. */
void csv_open(struct csv *, char *text);
/* At most so many fields; more are CSV_BAD. */
enum csv_answer csv_next(
    struct csv *, char **fields, unsigned most, unsigned *count);

#endif
