/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Commands that the clerk answers. Before figures are asked for, every worker
 * tells the clerk what it has counted, so that they are true to the moment. */
#include "archive/archivist.h"
#include "base/mem.h"
#include "desk/desk_priv.h"
#include "reports/reporter.h"

#include <stdlib.h>
#include <string.h>

struct inquiry {
	struct command_msg *command;
	unsigned missing; /* workers that have not told the clerk yet */
};

static struct command_msg *
new_command(uint64_t number, unsigned argc, char **argv)
{
	struct command_msg *command = message_new(
	    MSG_COMMAND, sizeof(*command) + argc * sizeof(command->argv[0]));

	command->reply_to = number;
	command->argc = argc;
	for (unsigned i = 0; i < argc; i++)
		command->argv[i] = mem_text(argv[i]);
	return command;
}

/* What is asked for, or deleted, must be all of it. */
static bool
needs_all(unsigned argc, char **argv)
{
	return (argc > 0 && strcmp(argv[0], "usage") == 0) ||
	    (argc > 1 && strcmp(argv[0], "member") == 0 &&
		strcmp(argv[1], "purge") == 0);
}

void
inquiry_begin(struct desk *desk, uint64_t number, unsigned argc, char **argv)
{
	struct command_msg *command = new_command(number, argc, argv);
	struct flush_msg flush = { .message.kind = MSG_FLUSH,
		.reply_to = number };
	struct inquiry *inquiry;

	gauges_post(desk);
	if (archivist_answers(argc, argv)) {
		command->then = archivist_loop(desk->archivist);
		loop_post(clerk_loop(desk->clerk), &command->message);
		return;
	}
	if (reporter_answers(argc, argv)) {
		command->then = reporter_loop(desk->reporter);
	} else if (!needs_all(argc, argv)) {
		loop_post(clerk_loop(desk->clerk), &command->message);
		return;
	}
	inquiry = mem_new(sizeof(*inquiry));
	inquiry->command = command;
	inquiry->missing = desk->worker_count;
	table_put(&desk->inquiries, number, inquiry);
	desk_tell_workers(desk, &flush, sizeof(flush));
}

void
inquiry_flushed(struct desk *desk, const struct flush_msg *flushed)
{
	struct inquiry *inquiry = table_get(
	    &desk->inquiries, flushed->reply_to);

	if (inquiry == NULL || --inquiry->missing > 0)
		return;
	loop_post(clerk_loop(desk->clerk), &inquiry->command->message);
	table_take(&desk->inquiries, flushed->reply_to);
	free(inquiry);
}

void
inquiry_free(struct desk *desk)
{
	struct inquiry *inquiry;
	size_t at = 0;

	while ((inquiry = table_next(&desk->inquiries, &at)) != NULL) {
		message_free(&inquiry->command->message);
		free(inquiry);
	}
	table_free(&desk->inquiries);
}
