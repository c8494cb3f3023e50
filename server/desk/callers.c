/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Commands that another thread has run: the same ones as all2allctl's. */
#include "base/mem.h"
#include "desk/desk_priv.h"

#include <stdlib.h>
#include <string.h>

struct caller {
	struct loop *from;
	uint64_t number; /* it knows its question by */
};

void
caller_run(struct desk *desk, const struct run_msg *run)
{
	struct caller *caller = mem_new(sizeof(*caller));
	uint64_t reply = ++desk->last_reply;
	char *words[RUN_WORDS]; /* commands take away what they understood */
	unsigned count = run->argc < RUN_WORDS ? run->argc : RUN_WORDS;

	caller->from = run->from;
	caller->number = run->number;
	table_put(&desk->callers, reply, caller);
	memcpy(words, run->argv, count * sizeof(words[0]));
	command_run(desk, reply, count, words);
}

bool
caller_reply(
    struct desk *desk, uint64_t reply, int status, const void *text, size_t len)
{
	struct caller *caller = table_take(&desk->callers, reply);
	struct result_msg *result;

	if (caller == NULL)
		return false;
	result = message_new(MSG_RESULT, sizeof(*result));
	result->reply_to = caller->number;
	result->status = status;
	result->text = block_new(text, len, 0);
	loop_post_from(desk->loop, caller->from, &result->message);
	free(caller);
	return true;
}

void
callers_free(struct desk *desk)
{
	struct caller *caller;
	size_t at = 0;

	while ((caller = table_next(&desk->callers, &at)) != NULL)
		free(caller);
	table_free(&desk->callers);
}
