/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/clerk.h"

#include "base/log.h"
#include "base/mem.h"
#include "ledger/audit.h"
#include "ledger/commands.h"
#include "ledger/delegates.h"
#include "ledger/ledger.h"
#include "ledger/letters.h"
#include "ledger/members.h"
#include "ledger/revisions.h"
#include "ledger/rounds.h"
#include "ledger/statements.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORE_NAME "all2all.sqlite"
#define ROUND_SECS 60

struct clerk {
	struct loop *loop, *desk;
	struct ledger *ledger; /* NULL: stopped */
	struct event *flush_timer, *round_timer;
	int64_t flush_ms;
	unsigned thread_no;
};

static void
flush_now(evutil_socket_t fd, short what, void *arg)
{
	struct clerk *clerk = arg;

	(void)fd;
	(void)what;
	ledger_flush(clerk->ledger);
}

/* False: the store cannot be read, and the desk keeps what it has. */
static bool
post_members(struct clerk *clerk)
{
	struct members_msg *members = members_snapshot(clerk->ledger->store);
	struct delegates_msg *delegates = delegates_snapshot(
	    clerk->ledger->store);

	if (members == NULL || delegates == NULL) {
		message_free((struct message *)members);
		message_free((struct message *)delegates);
		return false;
	}
	for (unsigned i = 0; i < members->count; i++) {
		members->rows[i].is_capped = quotas_is_capped(
		    clerk->ledger->quotas, members->rows[i].id);
		members->rows[i].is_full = storages_is_full(
		    clerk->ledger->storages, members->rows[i].id);
	}
	loop_post(clerk->desk, &members->message);
	loop_post(clerk->desk, &delegates->message);
	clerk->ledger->members_changed = false;
	return true;
}

/* The poster looks for itself which letters wait. */
static void
wake_poster(struct clerk *clerk)
{
	loop_post(
	    clerk->desk, message_new(MSG_LETTERS, sizeof(struct message)));
}

static void
tell_changes(struct clerk *clerk)
{
	if (letters_wait(clerk->ledger->store))
		wake_poster(clerk);
	if (clerk->ledger->members_changed && !post_members(clerk))
		log_error("store members cannot be read: %s",
		    store_reason(clerk->ledger->store));
}

static void
make_round(evutil_socket_t fd, short what, void *arg)
{
	struct clerk *clerk = arg;

	(void)fd;
	(void)what;
	rounds_run(clerk->ledger);
	tell_changes(clerk);
}

/* What was right by the old rules may not be by the new ones. */
static void
take_rules(struct clerk *clerk, const struct life_rules_msg *message)
{
	clerk->ledger->life_rules = message->rules;
	make_round(-1, 0, clerk);
}

static void
take_usage(struct clerk *clerk, const struct usage_msg *usage)
{
	struct usage_delta delta;

	for (unsigned i = 0; i < usage->count; i++) {
		delta = usage->rows[i];
		/* It was sent all the same: the server itself has it. */
		if (ledger_is_gone(clerk->ledger, delta.member)) {
			delta.member = 0;
			delta.mount[0] = '\0';
		}
		usage_add(clerk->ledger->usage, &delta);
		quotas_count(clerk->ledger->quotas, &delta);
	}
}

static void
take_peaks(struct clerk *clerk, const struct peaks_msg *peaks)
{
	for (unsigned i = 0; i < peaks->count; i++) {
		if (!ledger_is_gone(clerk->ledger, peaks->rows[i].member))
			usage_add_peak(clerk->ledger->usage, &peaks->rows[i]);
	}
}

/* At once: the file has its name already, and nobody else knows of it. */
static void
take_recording(struct clerk *clerk, const struct recording_msg *recording)
{
	recordings_add(clerk->ledger->recordings, recording);
	if (!recording->is_growing)
		ledger_flush(clerk->ledger);
}

/* Members first, so that who reads the new key in the answer may use it. */
static void
take_command(struct clerk *clerk, const struct command_msg *command)
{
	struct result_msg *result = message_new(MSG_RESULT, sizeof(*result));
	struct bytes text = { 0 };

	result->reply_to = command->reply_to;
	result->status = ledger_command(
	    clerk->ledger, command->argc, (char **)command->argv, &text);
	result->text = block_new(text.data, text.len, 0);
	if (text.base != NULL)
		explicit_bzero(text.base, text.size);
	bytes_free(&text);
	tell_changes(clerk);
	loop_post(clerk->desk, &result->message);
}

/* What nobody asked for. */
static void
log_result(int status, const struct bytes *text)
{
	const char *at = (const char *)text->data;
	int len = (int)text->len;

	if (status == 0)
		log_info("statements: %.*s", len, at);
	else
		log_error("statements: %.*s", len, at);
}

static void
post_result(struct clerk *clerk, uint64_t reply_to, int status,
    const struct bytes *text)
{
	struct result_msg *result;

	if (reply_to == 0) {
		log_result(status, text);
		return;
	}
	result = message_new(MSG_RESULT, sizeof(*result));
	result->reply_to = reply_to;
	result->status = status;
	result->text = block_new(text->data, text->len, 0);
	loop_post(clerk->desk, &result->message);
}

static void
refuse(struct clerk *clerk, uint64_t reply_to)
{
	struct bytes text = { 0 };

	bytes_format(&text, "the store cannot be used now: %s\n",
	    store_reason(clerk->ledger->store));
	post_result(clerk, reply_to, 1, &text);
	bytes_free(&text);
}

/* False: it is for the clerk, or was refused. */
static bool
pass_on(struct clerk *clerk, struct command_msg *command)
{
	if (!ledger_flush(clerk->ledger)) {
		refuse(clerk, command->reply_to);
		return false;
	}
	loop_post(command->then, &command->message);
	return true;
}

static void
take_statement(struct clerk *clerk, const struct statement_msg *statement)
{
	struct bytes text = { 0 };

	switch (statements_seal(clerk->ledger->store, statement, &text)) {
	case STATEMENTS_DONE:
		post_result(clerk, statement->reply_to, 0, &text);
		tell_changes(clerk);
		break;
	case STATEMENTS_REFUSED:
		post_result(clerk, statement->reply_to, 1, &text);
		break;
	default:
		refuse(clerk, statement->reply_to);
		break;
	}
	bytes_free(&text);
}

/* Who told it waits until it is in the store: a letter that was sent must not
 * look as if it were not. */
static void
take_letter(struct clerk *clerk, const struct letter_msg *letter)
{
	struct store *store = clerk->ledger->store;
	bool is_written = letter->is_sent
	    ? letters_sent(store, letter->id, letter->tries)
	    : letters_failed(store, letter->id, letter->tries, letter->error);

	if (is_written)
		wake_poster(clerk);
	else
		log_error("store: what became of letter %lld is not written: "
			  "%s",
		    (long long)letter->id, store_reason(store));
}

static void
take_audit(struct clerk *clerk, const struct audit_msg *audit)
{
	struct store *store = clerk->ledger->store;
	const struct audit_row row = { .who = audit->who,
		.what = audit->what,
		.member = audit->member,
		.slug = audit->slug };

	if (store_begin(store) && audit_add(store, &row) && store_commit(store))
		return;
	log_error("store: not in the audit log: %s %s: %s", audit->who,
	    audit->what, store_reason(store));
	store_rollback(store);
}

static void
take_forgotten(struct clerk *clerk, const struct forgotten_msg *forgotten)
{
	if (!recordings_forgotten(clerk->ledger->store, forgotten->id))
		log_error("store: object of %s is not written as forgotten: %s",
		    forgotten->id, store_reason(clerk->ledger->store));
}

static void
stop(struct clerk *clerk)
{
	struct done_msg *done = message_new(MSG_DONE, sizeof(*done));

	if (!ledger_flush(clerk->ledger))
		log_error("store not written at the end, lost: totals=%u "
			  "recordings=%u",
		    usage_unwritten(clerk->ledger->usage),
		    recordings_unwritten(clerk->ledger->recordings));
	event_free(clerk->flush_timer);
	event_free(clerk->round_timer);
	clerk->flush_timer = clerk->round_timer = NULL;
	ledger_close(clerk->ledger);
	clerk->ledger = NULL;
	done->thread_no = clerk->thread_no;
	loop_post(clerk->desk, &done->message);
	loop_end(clerk->loop);
}

/* Of a member that is purged. */
static bool
is_late(const struct ledger *ledger, const struct message *message)
{
	switch (message->kind) {
	case MSG_AUDIENCE:
		return ledger_is_gone(
		    ledger, ((const struct audience_msg *)message)->member);
	case MSG_BROADCAST:
		return ledger_is_gone(
		    ledger, ((const struct broadcast_msg *)message)->member);
	case MSG_PLAY:
		return ledger_is_gone(
		    ledger, ((const struct play_msg *)message)->member);
	case MSG_RECORDING:
		return ledger_is_gone(
		    ledger, ((const struct recording_msg *)message)->member);
	default:
		return false;
	}
}

/* Of a change by another thread: who asks now sees it. */
static void
pass_result(struct clerk *clerk, struct message *result)
{
	if (!ledger_flush(clerk->ledger))
		log_error("store: not written yet: %s",
		    store_reason(clerk->ledger->store));
	loop_post(clerk->desk, result);
}

/* What does not come in numbers. */
static void
handle_rare(struct clerk *clerk, struct message *message)
{
	switch (message->kind) {
	case MSG_AUDIT:
		take_audit(clerk, (const struct audit_msg *)message);
		break;
	case MSG_FORGOTTEN:
		take_forgotten(clerk, (const struct forgotten_msg *)message);
		break;
	case MSG_LETTER:
		take_letter(clerk, (const struct letter_msg *)message);
		break;
	case MSG_LIFE_RULES:
		take_rules(clerk, (const struct life_rules_msg *)message);
		break;
	case MSG_STATEMENT:
		take_statement(clerk, (const struct statement_msg *)message);
		break;
	default:
		break;
	}
}

static void
clerk_handle(void *owner, struct message *message)
{
	struct clerk *clerk = owner;

	if (clerk->ledger != NULL && is_late(clerk->ledger, message)) {
		message_free(message);
		return;
	}
	/* Who posts after STOP is too late. */
	switch (clerk->ledger != NULL ? message->kind : (unsigned)MSG_STOP) {
	case MSG_USAGE:
		take_usage(clerk, (const struct usage_msg *)message);
		break;
	case MSG_PEAKS:
		take_peaks(clerk, (const struct peaks_msg *)message);
		break;
	case MSG_AUDIENCE:
		audience_add(clerk->ledger->audience,
		    (const struct audience_msg *)message);
		break;
	case MSG_BROADCAST:
		broadcasts_add(clerk->ledger->broadcasts,
		    (const struct broadcast_msg *)message);
		break;
	case MSG_PLAY:
		plays_add(
		    clerk->ledger->plays, (const struct play_msg *)message);
		break;
	case MSG_RECORDING:
		take_recording(clerk, (const struct recording_msg *)message);
		break;
	case MSG_COMMAND:
		if (((struct command_msg *)message)->then == NULL)
			take_command(
			    clerk, (const struct command_msg *)message);
		else if (pass_on(clerk, (struct command_msg *)message))
			return;
		break;
	case MSG_RESULT:
		pass_result(clerk, message);
		return;
	case MSG_STOP:
		if (clerk->ledger != NULL)
			stop(clerk);
		break;
	default:
		handle_rare(clerk, message);
		break;
	}
	message_free(message);
}

struct clerk *
clerk_open(const struct clerk_setup *setup, char **error)
{
	struct clerk *clerk = mem_new(sizeof(*clerk));
	char *path;

	CHECK(asprintf(&path, "%s/" STORE_NAME, setup->data) > 0);
	clerk->ledger = ledger_open(path, error);
	free(path);
	if (clerk->ledger == NULL) {
		free(clerk);
		return NULL;
	}
	if (!revisions_index(clerk->ledger->store, setup->is_shared))
		log_error("store not indexed: %s",
		    store_reason(clerk->ledger->store));
	clerk->desk = setup->desk;
	clerk->flush_ms = setup->flush_ms;
	clerk->thread_no = setup->thread_no;
	clerk->loop = loop_new("clerk", clerk_handle, clerk);
	clerk->flush_timer = event_new(
	    loop_base(clerk->loop), -1, EV_PERSIST, flush_now, clerk);
	clerk->round_timer = event_new(
	    loop_base(clerk->loop), -1, EV_PERSIST, make_round, clerk);
	CHECK(clerk->flush_timer != NULL && clerk->round_timer != NULL);
	if (setup->life_rules != NULL)
		clerk->ledger->life_rules = *setup->life_rules;
	rounds_run(clerk->ledger);
	if (post_members(clerk))
		return clerk;
	*error = mem_text(store_reason(clerk->ledger->store));
	clerk_free(clerk);
	return NULL;
}

bool
clerk_start(struct clerk *clerk)
{
	struct timeval often = { clerk->flush_ms / 1000,
		clerk->flush_ms % 1000 * 1000 };

	const struct timeval minute = { .tv_sec = ROUND_SECS };

	return event_add(clerk->flush_timer, &often) == 0 &&
	    event_add(clerk->round_timer, &minute) == 0 &&
	    loop_start(clerk->loop);
}

int64_t
clerk_boot(const struct clerk *clerk)
{
	return store_boot(clerk->ledger->store);
}

struct loop *
clerk_loop(struct clerk *clerk)
{
	return clerk->loop;
}

void
clerk_free(struct clerk *clerk)
{
	if (clerk == NULL)
		return;
	loop_join(clerk->loop);
	if (clerk->flush_timer != NULL) {
		event_free(clerk->flush_timer);
		event_free(clerk->round_timer);
	}
	loop_free(clerk->loop);
	ledger_close(clerk->ledger);
	free(clerk);
}
