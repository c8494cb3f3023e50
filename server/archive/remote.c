/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/remote.h"

#include "archive/archivist_priv.h"
#include "archive/item.h"
#include "archive/remote_file.h"
#include "archive/twin.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sentence.h"
#include "base/text.h"
#include "conf/conf.h"
#include "ledger/audit.h"
#include "ledger/recordings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INVENTORY  "offload.sqlite"
#define NEWS_MOST  256 /* of one look */
#define LOOK_EVERY 10  /* rounds */

/* A path below data; free() it. */
static char *
path_of(const struct archivist *archivist, const char *name)
{
	char *path;

	CHECK(asprintf(&path, "%s/%s", archivist->conf->data, name) > 0);
	return path;
}

bool
remote_is_used(struct archivist *archivist)
{
	char *path = path_of(archivist, INVENTORY);
	bool is_used = access(path, F_OK) == 0;

	free(path);
	return is_used;
}

bool
remote_list(struct archivist *archivist,
    bool (*tell)(void *arg, const struct ask_item *), void *arg, char **error)
{
	char *socket = path_of(archivist, ASK_SOCKET);
	bool is_done = ask_list(socket, REMOTE_PATIENCE_MS, tell, arg, error) ==
	    ASK_OK;

	free(socket);
	return is_done;
}

/* The object has to be this recording, as its sidecar has it. */
static bool
is_same(const struct ask_item *item, const struct recording_msg *row)
{
	return (item->state == ASK_VERIFIED || item->state == ASK_DROPPED) &&
	    item->bytes == row->bytes &&
	    strcmp(item->sha256, row->sha256) == 0 &&
	    strlen(item->key) < sizeof(row->object);
}

static bool
is_verified(struct archivist *archivist, const struct recording_msg *row,
    struct ask_item *item, char **error)
{
	char *socket = path_of(archivist, ASK_SOCKET);
	enum ask_end end = ask_state(
	    socket, row->id, REMOTE_PATIENCE_MS, item, error);

	free(socket);
	if (end == ASK_FAILED)
		return false;
	if (end == ASK_OK && is_same(item, row))
		return true;
	return sentence(error, "it is not in the object store yet: %s",
	    end == ASK_NONE ? "not known there" : ask_state_name(item->state));
}

static void
take_item(struct recording_msg *row, const struct ask_item *item)
{
	text_copy(row->object, sizeof(row->object), item->key);
	row->verified_ms = item->verified_ms;
}

static bool
read_sidecar(struct archivist *archivist, const struct recording_msg *row,
    struct sidecar *sidecar, char **error)
{
	sidecar->row = *row;
	if (item_read(archivist->finishing.archive, row->path, sidecar))
		return true;
	return sentence(error, "its sidecar cannot be read: %m");
}

static bool
write_sidecar(
    struct archivist *archivist, const struct sidecar *sidecar, char **error)
{
	if (!item_write(
		archivist->finishing.archive, sidecar->row.path, sidecar))
		return sentence(error, "its sidecar cannot be written: %m");
	archivist_tell(archivist, &sidecar->row);
	return true;
}

bool
remote_drop(
    struct archivist *archivist, const struct recording_msg *row, char **error)
{
	struct sidecar sidecar = { 0 };
	struct ask_item item;
	bool is_done = read_sidecar(archivist, row, &sidecar, error) &&
	    is_verified(archivist, &sidecar.row, &item, error);

	if (is_done) {
		take_item(&sidecar.row, &item);
		sidecar.row.is_remote = true;
		sidecar.row.twin_bytes = 0;
		sidecar.row.twin_sha256[0] = '\0';
		is_done = write_sidecar(archivist, &sidecar, error);
	}
	if (is_done &&
	    !remote_file_drop(archivist->finishing.archive, row->path))
		is_done = sentence(error, "its file cannot be deleted: %m");
	if (is_done)
		log_info("archive: %s is in the object store only", row->path);
	sidecar_clear(&sidecar);
	return is_done;
}

bool
remote_fetch(
    struct archivist *archivist, const struct recording_msg *row, char **error)
{
	struct sidecar sidecar = { 0 };
	char *socket = path_of(archivist, ASK_SOCKET);
	bool is_done = read_sidecar(archivist, row, &sidecar, error) &&
	    remote_file_fetch(
		archivist->finishing.archive, socket, &sidecar.row, error);

	if (is_done) {
		sidecar.row.is_remote = false;
		twin_restore(&archivist->finishing, &sidecar);
		is_done = write_sidecar(archivist, &sidecar, error);
	}
	if (is_done)
		log_info("archive: %s is here again", row->path);
	free(socket);
	sidecar_clear(&sidecar);
	return is_done;
}

/* --- by the clock */

static bool
is_droppable(const struct archivist *archivist, const struct recording_msg *row)
{
	int64_t keep_ms = archivist->conf->keep_local_ms;
	int64_t now_ms = clock_wall_ms();

	return keep_ms > 0 && row->ended_ms > 0 &&
	    now_ms - row->ended_ms > keep_ms && !item_is_held(row, now_ms) &&
	    row->trashed_ms == 0;
}

/* What there is to do, found while the other side talks and done then. */
struct news {
	struct news *next;
	struct ask_item item;
};

struct hearing {
	struct archivist *archivist;
	struct news *list;
	unsigned count;
};

static bool
find_row(struct archivist *archivist, const char *id, struct recording_msg *row)
{
	char name[NAME_BYTES];
	bool failed;

	memset(row, 0, sizeof(*row));
	return recordings_find(archivist->store, id, "", row, name, &failed) &&
	    row->state >= RECORDING_DONE && !row->is_remote;
}

static bool
hear(void *arg, const struct ask_item *item)
{
	struct hearing *hearing = arg;
	struct recording_msg row;
	struct news *news;

	if (item->state != ASK_VERIFIED ||
	    !find_row(hearing->archivist, item->id, &row) ||
	    !is_same(item, &row) ||
	    (row.verified_ms == item->verified_ms &&
		!is_droppable(hearing->archivist, &row)))
		return true;
	news = mem_new(sizeof(*news));
	news->item = *item;
	news->next = hearing->list;
	hearing->list = news;
	return ++hearing->count < NEWS_MOST;
}

static void
note_object(struct archivist *archivist, const struct recording_msg *row,
    const struct ask_item *item)
{
	struct sidecar sidecar = { 0 };
	char *error = NULL;

	if (read_sidecar(archivist, row, &sidecar, &error)) {
		take_item(&sidecar.row, item);
		(void)!write_sidecar(archivist, &sidecar, &error);
	}
	if (error != NULL)
		log_warn("archive: %s: %s", row->path, error);
	free(error);
	sidecar_clear(&sidecar);
}

static void
take_news(struct archivist *archivist, const struct ask_item *item)
{
	struct recording_msg row;
	char *error = NULL;

	if (!find_row(archivist, item->id, &row))
		return;
	if (row.verified_ms != item->verified_ms)
		note_object(archivist, &row, item);
	else if (remote_drop(archivist, &row, &error))
		archivist_audit(archivist, AUDIT_CLOCK,
		    "recording dropped here", &row, " rule=keep-local");
	if (error != NULL)
		log_warn("archive: %s: %s", row.path, error);
	free(error);
}

/* False: it does not answer. */
static bool
look_at_items(struct archivist *archivist, char **error)
{
	struct hearing hearing = { .archivist = archivist };
	bool is_done = remote_list(archivist, hear, &hearing, error);
	struct news *next;

	for (; hearing.list != NULL; hearing.list = next) {
		next = hearing.list->next;
		take_news(archivist, &hearing.list->item);
		free(hearing.list);
	}
	return is_done;
}

static bool
forget_objects(struct archivist *archivist, char **error)
{
	char *socket = path_of(archivist, ASK_SOCKET);
	char id[RECORDING_ID_BYTES] = "";
	struct forgotten_msg *forgotten;
	enum ask_end end = ASK_OK;

	while (end != ASK_FAILED &&
	    recordings_to_forget(archivist->store, id, id)) {
		end = ask_forget(socket, id, REMOTE_PATIENCE_MS, error);
		if (end == ASK_FAILED)
			break;
		log_info("archive: the object of %s is deleted", id);
		forgotten = message_new(MSG_FORGOTTEN, sizeof(*forgotten));
		text_copy(forgotten->id, sizeof(forgotten->id), id);
		loop_post(archivist->clerk, &forgotten->message);
	}
	free(socket);
	return end != ASK_FAILED;
}

static bool
make_round(struct archivist *archivist, char **error)
{
	if (!forget_objects(archivist, error))
		return false;
	if (archivist->remote_rounds++ % LOOK_EVERY != 0)
		return true;
	return look_at_items(archivist, error);
}

void
remote_round(struct archivist *archivist)
{
	int64_t now_ms = clock_mono_ms();
	char *error = NULL;
	bool is_silent;

	if ((archivist->remote_ms != 0 &&
		now_ms - archivist->remote_ms < REMOTE_MS) ||
	    !remote_is_used(archivist))
		return;
	archivist->remote_ms = now_ms;
	is_silent = !make_round(archivist, &error);
	if (is_silent && !archivist->is_remote_silent)
		log_warn("archive: all2all-archived: %s", error);
	archivist->is_remote_silent = is_silent;
	free(error);
}
