/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/archivist.h"

#include "archive/archive_commands.h"
#include "archive/archivist_priv.h"
#include "archive/care_commands.h"
#include "archive/item.h"
#include "archive/leftovers.h"
#include "archive/scrubbing.h"
#include "archive/upkeep.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sentence.h"
#include "base/text.h"
#include "conf/conf.h"
#include "ledger/audit.h"
#include "ledger/call.h"
#include "ledger/recordings.h"
#include "spool/naming.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STORE_NAME "all2all.sqlite"
#define STOP_MS    10000
#define AGAIN_SECS 30 /* until what failed is tried again */

struct leftover {
	struct leftover *next;
	char path[];
};

static void
post_row(struct loop *to, const struct recording_msg *row)
{
	struct recording_msg *copy = message_new(MSG_RECORDING, sizeof(*copy));
	struct message message = copy->message;

	*copy = *row;
	copy->message = message;
	loop_post(to, &copy->message);
}

void
archivist_tell(void *arg, const struct recording_msg *row)
{
	struct archivist *archivist = arg;

	post_row(archivist->clerk, row);
	post_row(archivist->desk, row);
}

static void
name_of(void *arg, int64_t member, char name[NAME_BYTES])
{
	static const char select[] = "SELECT name FROM member WHERE id = ?1";
	struct archivist *archivist = arg;
	sqlite3_stmt *prepared = store_prepare(archivist->store, select);
	int step;

	sqlite3_bind_int64(prepared, 1, member);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		text_copy(name, NAME_BYTES, store_text(prepared, 0));
		step = sqlite3_step(prepared);
	}
	(void)!store_ended(prepared, step);
}

static bool
go_on(void *arg)
{
	struct archivist *archivist = arg;
	int64_t stop_at_ms = atomic_load(&archivist->stop_at_ms);

	return stop_at_ms == 0 || clock_mono_ms() < stop_at_ms;
}

/* The reserve is for what is recorded; what a twin takes is the member's. */
static bool
has_room(const struct archivist *archivist, const struct recording_msg *row)
{
	uint64_t reserve = (uint64_t)archivist->conf->archive_reserve_bytes;
	uint64_t free_bytes;

	return file_free_bytes(archivist->finishing.archive, &free_bytes) &&
	    free_bytes >= row->bytes + reserve &&
	    recordings_has_twin_room(archivist->store, row);
}

static bool
wants_twin(void *arg, const struct recording_msg *row)
{
	struct archivist *archivist = arg;

	if (!conf_mount(archivist->conf, row->mount)->has_twin)
		return false;
	if (has_room(archivist, row))
		return true;
	log_warn("archive: %s has no twin: there is no room", row->path);
	return false;
}

static void
keep(void *arg, const char *path)
{
	struct archivist *archivist = arg;
	struct leftover *leftover = mem_new(
	    sizeof(*leftover) + strlen(path) + 1);

	strcpy(leftover->path, path);
	*archivist->last = leftover;
	archivist->last = &leftover->next;
}

static void
finish(struct archivist *archivist, const char *path)
{
	const struct timeval later = { .tv_sec = AGAIN_SECS };

	if (finishing_run(&archivist->finishing, path))
		return;
	keep(archivist, path);
	event_add(archivist->next, &later);
}

/* Those that were there when it began, one after the other. */
static void
next_leftovers(evutil_socket_t fd, short what, void *arg)
{
	struct archivist *archivist = arg;
	struct leftover *leftover = archivist->leftovers, *next;

	(void)fd;
	(void)what;
	archivist->leftovers = NULL;
	archivist->last = &archivist->leftovers;
	for (; leftover != NULL; leftover = next) {
		next = leftover->next;
		finish(archivist, leftover->path);
		free(leftover);
	}
}

void
archivist_audit(struct archivist *archivist, const char *who, const char *what,
    const struct recording_msg *row, const char *detail)
{
	struct audit_msg *audit = message_new(MSG_AUDIT, sizeof(*audit));

	audit->member = row->member;
	text_copy(audit->slug, sizeof(audit->slug), row->slug);
	text_copy(audit->who, sizeof(audit->who), who);
	snprintf(audit->what, sizeof(audit->what), "%s id=%s mount=%s%s", what,
	    row->id, row->mount, detail);
	loop_post(archivist->clerk, &audit->message);
}

static void
make_round(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	upkeep_round(arg);
}

void
archivist_reply(struct archivist *archivist, uint64_t reply_to, int status,
    const struct bytes *text)
{
	struct result_msg *result = message_new(MSG_RESULT, sizeof(*result));

	result->reply_to = reply_to;
	result->status = status;
	result->text = block_new(text->data, text->len, 0);
	loop_post(archivist->clerk, &result->message);
}

bool
archivist_answers(unsigned argc, char **argv)
{
	return argc > 0 && strcmp(argv[0], "archive") == 0;
}

static void
answer(struct archivist *archivist, const struct command_msg *command)
{
	const struct command_table tables[] = { archive_commands,
		care_commands };
	struct bytes text = { 0 };
	int status;

	archivist->asking = command->reply_to;
	status = call_run(tables, sizeof(tables) / sizeof(*tables), archivist,
	    command->argc, (char **)command->argv, &text);
	if (archivist->asking != 0)
		archivist_reply(archivist, command->reply_to, status, &text);
	bytes_free(&text);
}

static void
stop(struct archivist *archivist)
{
	struct done_msg *done = message_new(MSG_DONE, sizeof(*done));

	scrubbing_free(archivist->scrubbing);
	archivist->scrubbing = NULL;
	event_free(archivist->rounds);
	event_free(archivist->next);
	archivist->next = NULL;
	done->thread_no = archivist->thread_no;
	loop_post(archivist->desk, &done->message);
	loop_end(archivist->loop);
}

static void
take_conf(struct archivist *archivist, struct conf_msg *message)
{
	const struct conf *old = archivist->conf;

	archivist->conf = message->conf;
	message->conf = old; /* goes with it */
}

static void
handle(void *owner, struct message *message)
{
	struct archivist *archivist = owner;

	if (archivist->next != NULL && message->kind == MSG_FINISH)
		finish(archivist, ((const struct finish_msg *)message)->path);
	else if (archivist->next != NULL && message->kind == MSG_COMMAND)
		answer(archivist, (const struct command_msg *)message);
	else if (message->kind == MSG_CONF)
		take_conf(archivist, (struct conf_msg *)message);
	else if (archivist->next != NULL && message->kind == MSG_STOP)
		stop(archivist);
	message_free(message);
}

static struct store *
open_store(const char *data, char **error)
{
	struct store *store;
	char *path;

	CHECK(asprintf(&path, "%s/" STORE_NAME, data) > 0);
	store = store_open_reader(path, error);
	free(path);
	return store;
}

struct archivist *
archivist_open(const struct archivist_setup *setup, char **error)
{
	struct archivist *archivist = mem_new(sizeof(*archivist));

	archivist->last = &archivist->leftovers;
	archivist->finishing = (struct finishing){ .row = archivist_tell,
		.name_of = name_of,
		.wants_twin = wants_twin,
		.go_on = go_on,
		.arg = archivist };
	archivist->finishing.archive = naming_open_archive(setup->data);
	if (archivist->finishing.archive == -1) {
		(void)sentence(error, "%s/archive: %m", setup->data);
		free(archivist);
		return NULL;
	}
	archivist->store = open_store(setup->data, error);
	if (archivist->store == NULL) {
		close(archivist->finishing.archive);
		free(archivist);
		return NULL;
	}
	archivist->desk = setup->desk;
	archivist->clerk = setup->clerk;
	archivist->thread_no = setup->thread_no;
	archivist->loop = loop_new("archivist", handle, archivist);
	archivist->next = event_new(
	    loop_base(archivist->loop), -1, 0, next_leftovers, archivist);
	archivist->rounds = event_new(
	    loop_base(archivist->loop), -1, EV_PERSIST, make_round, archivist);
	CHECK(archivist->next != NULL && archivist->rounds != NULL);
	archivist->conf = conf_ref(setup->conf);
	archivist->scrubbing = scrubbing_new(archivist);
	leftovers_find(archivist->finishing.archive, keep, archivist);
	return archivist;
}

bool
archivist_start(struct archivist *archivist)
{
	const struct timeval often = { .tv_sec = UPKEEP_SECS };

	event_add(archivist->rounds, &often);
	event_active(archivist->next, 0, 0);
	scrubbing_start(archivist->scrubbing);
	return loop_start(archivist->loop);
}

struct loop *
archivist_loop(struct archivist *archivist)
{
	return archivist->loop;
}

void
archivist_stop(struct archivist *archivist)
{
	atomic_store(&archivist->stop_at_ms, clock_mono_ms() + STOP_MS);
	loop_post(
	    archivist->loop, message_new(MSG_STOP, sizeof(struct message)));
}

void
archivist_free(struct archivist *archivist)
{
	struct leftover *next;

	if (archivist == NULL)
		return;
	loop_join(archivist->loop);
	if (archivist->next != NULL) { /* never started */
		scrubbing_free(archivist->scrubbing);
		event_free(archivist->next);
		event_free(archivist->rounds);
	}
	loop_free(archivist->loop);
	for (; archivist->leftovers != NULL; archivist->leftovers = next) {
		next = archivist->leftovers->next;
		free(archivist->leftovers);
	}
	store_close(archivist->store);
	close(archivist->finishing.archive);
	conf_unref(archivist->conf);
	free(archivist);
}
