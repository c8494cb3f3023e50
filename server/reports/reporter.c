/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/reporter.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "ledger/backup.h"
#include "reports/extract_command.h"
#include "reports/network_commands.h"
#include "reports/rates.h"
#include "reports/report_commands.h"
#include "reports/statement_commands.h"
#include "share/link.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORE_NAME  "all2all.sqlite"
#define SHARE_MS    30000 /* for a report of all relays */
#define LOOK_SECS   600   /* how often it looks whether something is due */
#define BACKUP_EACH 86400000

#define TABLES 4

static void
tables(struct command_table all[TABLES])
{
	all[0] = report_commands;
	all[1] = statement_commands;
	all[2] = network_commands;
	all[3] = extract_commands;
}

static bool
begins_with(const struct command *command, unsigned argc, char **argv)
{
	for (unsigned i = 0; i < 3 && command->words[i] != NULL; i++) {
		if (i >= argc || strcmp(argv[i], command->words[i]) != 0)
			return false;
	}
	return true;
}

bool
reporter_answers(unsigned argc, char **argv)
{
	struct command_table all[TABLES];

	tables(all);
	for (unsigned i = 0; i < TABLES; i++) {
		for (unsigned k = 0; k < all[i].count; k++) {
			if (begins_with(&all[i].commands[k], argc, argv))
				return true;
		}
	}
	return false;
}

int
reporter_show(struct call *call, struct listing *listing, bool is_read,
    const char *json_name)
{
	const struct reporter *reporter = call->owner;

	if (is_read) {
		call_begin_json(call, json_name);
		listing_show(listing, call->format, call->out);
		call_end_json(call);
	}
	listing_free(listing);
	return is_read ? CALL_DONE : call_refuse_store(call, reporter->store);
}

static void
answer(struct reporter *reporter, const struct command_msg *command)
{
	struct result_msg *result = message_new(MSG_RESULT, sizeof(*result));
	struct command_table all[TABLES];
	struct bytes text = { 0 };
	struct statement_msg *statement;

	tables(all);
	result->reply_to = command->reply_to;
	result->status = call_run(all, TABLES, reporter, command->argc,
	    (char **)command->argv, &text);
	if (reporter->passed != NULL) {
		statement = (struct statement_msg *)reporter->passed;
		statement->reply_to = command->reply_to;
		loop_post(reporter->clerk, reporter->passed);
		reporter->passed = NULL;
		message_free(&result->message);
	} else if (command->reply_to == 0) {
		if (result->status != CALL_DONE)
			log_error("statements: %.*s", (int)text.len,
			    (const char *)text.data);
		message_free(&result->message);
	} else {
		result->text = block_new(text.data, text.len, 0);
		loop_post(reporter->desk, &result->message);
	}
	bytes_free(&text);
}

static void
look_for_backup(evutil_socket_t fd, short what, void *arg)
{
	struct reporter *reporter = arg;
	int64_t now_ms = clock_wall_ms();
	struct bytes out = { 0 };
	bool is_made;

	(void)fd;
	(void)what;
	/* One of tomorrow is from a clock that was wrong. */
	if (llabs(now_ms - backup_newest_ms(reporter->backup_folder)) <
	    BACKUP_EACH)
		return;
	is_made = backup_make(reporter->store, reporter->backup_folder, &out);
	bytes_append(&out, "", 1);
	if (is_made)
		log_info("backup: %s", (const char *)out.data);
	else
		log_error("backup: %s", (const char *)out.data);
	bytes_free(&out);
}

/* The clerk writes what it has before it comes back to us. */
static void
look_for_statements(evutil_socket_t fd, short what, void *arg)
{
	static const char *const words[] = { "statement", "due" };
	struct reporter *reporter = arg;
	struct command_msg *command = message_new(
	    MSG_COMMAND, sizeof(*command) + sizeof(words));

	(void)fd;
	(void)what;
	command->then = reporter->loop;
	command->argc = 2;
	for (unsigned i = 0; i < 2; i++)
		command->argv[i] = mem_text(words[i]);
	loop_post(reporter->clerk, &command->message);
}

static void
stop(struct reporter *reporter)
{
	struct done_msg *done = message_new(MSG_DONE, sizeof(*done));

	event_free(reporter->backup_timer);
	event_free(reporter->statement_timer);
	reporter->backup_timer = reporter->statement_timer = NULL;
	store_close(reporter->store);
	reporter->store = NULL;
	done->thread_no = reporter->thread_no;
	loop_post(reporter->desk, &done->message);
	loop_end(reporter->loop);
}

static void
handle(void *owner, struct message *message)
{
	struct reporter *reporter = owner;

	if (reporter->store != NULL && message->kind == MSG_COMMAND)
		answer(reporter, (const struct command_msg *)message);
	else if (reporter->store != NULL && message->kind == MSG_STOP)
		stop(reporter);
	message_free(message);
}

struct reporter *
reporter_open(const struct reporter_setup *setup, char **error)
{
	struct reporter *reporter = mem_new(sizeof(*reporter));

	CHECK(asprintf(&reporter->path, "%s/" STORE_NAME, setup->data) > 0);
	reporter->store = store_open_reader(reporter->path, error);
	if (reporter->store == NULL) {
		free(reporter->path);
		free(reporter);
		return NULL;
	}
	reporter->zones = zones_new();
	if (setup->share != NULL)
		reporter->share = link_new(setup->share, SHARE_MS);
	reporter->desk = setup->desk;
	reporter->clerk = setup->clerk;
	reporter->thread_no = setup->thread_no;
	reporter->start.boot = setup->boot;
	reporter->start.slot = clock_wall_ms() / SLOT_MS - 1;
	interfaces_read(&reporter->start.interfaces);
	reporter->loop = loop_new("reporter", handle, reporter);
	reporter->backup_folder = mem_text(setup->backup_folder);
	reporter->backup_timer = event_new(loop_base(reporter->loop), -1,
	    EV_PERSIST, look_for_backup, reporter);
	reporter->statement_day = setup->statement_day;
	reporter->statement_timer = event_new(loop_base(reporter->loop), -1,
	    EV_PERSIST, look_for_statements, reporter);
	CHECK(reporter->backup_timer != NULL &&
	    reporter->statement_timer != NULL);
	return reporter;
}

bool
reporter_start(struct reporter *reporter)
{
	const struct timeval often = { .tv_sec = LOOK_SECS };

	if (reporter->backup_folder != NULL) {
		event_add(reporter->backup_timer, &often);
		event_active(reporter->backup_timer, 0, 0);
	}
	if (reporter->statement_day != 0) {
		event_add(reporter->statement_timer, &often);
		event_active(reporter->statement_timer, 0, 0);
	}
	return loop_start(reporter->loop);
}

struct loop *
reporter_loop(struct reporter *reporter)
{
	return reporter->loop;
}

void
reporter_free(struct reporter *reporter)
{
	if (reporter == NULL)
		return;
	loop_join(reporter->loop);
	if (reporter->backup_timer != NULL) {
		event_free(reporter->backup_timer);
		event_free(reporter->statement_timer);
	}
	loop_free(reporter->loop);
	free(reporter->backup_folder);
	link_free(reporter->share);
	free(reporter->path);
	store_close(reporter->store);
	zones_free(reporter->zones);
	free(reporter);
}
