/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * life_help - commands whose answer must have a part, and days that pass. */
#ifndef LIFE_HELP_H
#define LIFE_HELP_H

#include "ledger_help.h"

#include "ledger/members.h"
#include "ledger/rounds.h"

/* Fails unless the command ends so, and its answer has that part. */
#define EXPECT(help, status, part, ...)                                        \
	expect(help, status, part, (const char *[]){ __VA_ARGS__, NULL },      \
	    __LINE__)

static inline void
expect(struct help *help, int status, const char *part, const char **words,
    int line)
{
	const char *text;
	int got = help_words(help, words, &text);

	if (got != status || strstr(text, part) == NULL)
		fail_msg("line %d: %d <%s>", line, got, text);
}

static inline void
add_ana(struct help *help)
{
	EXPECT(help, 0, "key: ", "member", "add", "ana");
}

/* So many days after NOON. */
static inline void
at_day(int days)
{
	clock_set(1000, NOON + days * DAY_MS);
}

#endif
