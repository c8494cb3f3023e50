/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/librarian.h"

#include "archive/catalog.h"
#include "archive/entry.h"
#include "archive/far.h"
#include "archive/points.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sentence.h"
#include "base/text.h"
#include "ledger/recordings.h"
#include "ledger/store.h"
#include "offload/ask.h"
#include "spool/naming.h"
#include "spool/sidecar.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STORE_NAME "all2all.sqlite"

struct librarian {
	struct loop *loop, *desk;
	struct loop *far;      /* NULL: this is the far one */
	char *socket;          /* of all2all-archived */
	atomic_bool is_ending; /* STOP is on its way */
	struct store *store;   /* NULL: stopped */
	int archive;           /* data/archive */
	struct catalog *catalog;
	unsigned thread_no;
};

/* The first of these that is there. */
static int
open_one(const struct librarian *librarian, const char *path,
    const enum naming_kind *kinds, unsigned count)
{
	char name[NAMING_FILE_BYTES];
	struct naming naming;
	int folder, fd = -1;

	if (!naming_parse_path(&naming, path)) {
		errno = ENOENT;
		return -1;
	}
	folder = naming_open(librarian->archive, &naming);
	for (unsigned i = 0; i < count && folder != -1 && fd == -1; i++) {
		naming_file(name, &naming, kinds[i]);
		fd = file_open_at(folder, name, O_RDONLY | O_NONBLOCK, 0);
		if (fd == -1 && errno != ENOENT)
			break;
	}
	if (folder != -1)
		close(folder);
	return fd;
}

/* The finished file, or the one that is being written, which may become the
 * other one meanwhile. */
static int
open_media(const struct librarian *librarian, const char *path)
{
	static const enum naming_kind kinds[] = { NAMING_MEDIA,
		NAMING_MEDIA_PART, NAMING_MEDIA };

	return open_one(librarian, path, kinds, 3);
}

/* As what was opened in found->fd. */
static bool
take_file(struct found_msg *found)
{
	struct stat st;

	if (found->fd == -1)
		return false;
	if (fstat(found->fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(found->fd);
		found->fd = -1;
		errno = EINVAL;
		return false;
	}
	found->size = (uint64_t)st.st_size;
	found->modified_ms = (int64_t)st.st_mtim.tv_sec * 1000;
	return true;
}

static bool
open_plain(const struct librarian *librarian, struct found_msg *found)
{
	found->fd = open_media(librarian, found->row.path);
	return take_file(found);
}

/* The row is then that of its twin. False: it is to be had as it is. */
static bool
find_twin(const struct librarian *librarian, struct found_msg *found)
{
	static const enum naming_kind kind = NAMING_TWIN;
	struct recording_msg *row = &found->row;

	if (row->twin_bytes == 0)
		return false;
	found->fd = open_one(librarian, row->path, &kind, 1);
	if (!take_file(found)) {
		if (errno != ENOENT)
			log_error("archive: the twin of %s: %m", row->path);
		return false;
	}
	row->bytes = row->twin_bytes;
	memcpy(row->sha256, row->twin_sha256, sizeof(row->sha256));
	text_copy(row->extension, sizeof(row->extension), SIDECAR_TWIN);
	text_copy(row->media_type, sizeof(row->media_type), SIDECAR_TWIN_TYPE);
	return true;
}

/* From a mean of all so far to a place a decoder can start at. */
static void
find_start(const struct find_msg *find, struct found_msg *found)
{
	const struct recording_msg *row = &found->row;
	int64_t all_ms = clock_wall_ms() - row->started_ms;
	int64_t before_ms = find->from_ms - row->started_ms;
	uint64_t near = 0;

	if (find->from_ms == 0 || all_ms <= 0)
		return;
	if (before_ms > 0)
		near = (uint64_t)((double)found->size * (double)before_ms /
		    (double)all_ms);
	if (near > found->size)
		near = found->size;
	entry_find(row->extension, found->fd, found->size, near,
	    &found->head_bytes, &found->start_byte);
}

/* Files in which players cannot seek, but by guessing. */
static bool
needs_index(const struct recording_msg *row)
{
	return strcmp(row->extension, "aac") == 0 ||
	    strcmp(row->extension, "ts") == 0;
}

/* At the last point before that time. */
static void
find_point(const struct librarian *librarian, const struct find_msg *find,
    struct found_msg *found)
{
	static const enum naming_kind kind = NAMING_INDEX;
	uint64_t byte;
	int fd;

	if (!needs_index(&found->row) ||
	    (found->row.state != RECORDING_DONE &&
		found->row.state != RECORDING_BROKEN))
		return;
	fd = open_one(librarian, found->row.path, &kind, 1);
	if (fd == -1)
		return;
	if (points_find(fd, find->at_ms, &byte) && byte < found->size)
		entry_find(found->row.extension, found->fd, found->size, byte,
		    &found->head_bytes, &found->start_byte);
	close(fd);
}

/* Only what is finished has facts that stay. */
static void
describe(struct librarian *librarian, const struct find_msg *find,
    struct found_msg *found)
{
	if (found->row.state != RECORDING_DONE &&
	    found->row.state != RECORDING_BROKEN)
		return;
	found->status = catalog_item(librarian->catalog, find, found) ? 200
								      : 503;
}

static void
find_media(struct librarian *librarian, const struct find_msg *find,
    struct found_msg *found)
{
	if (found->row.is_remote) {
		found->status = far_find(librarian->socket, found->row.id,
				    &found->size)
		    ? 200
		    : 503;
		found->modified_ms = found->row.ended_ms / 1000 * 1000;
	} else if (open_plain(librarian, found)) {
		find_start(find, found);
		if (find->at_ms > 0)
			find_point(librarian, find, found);
		found->status = 200;
	} else if (errno != ENOENT) {
		log_error("archive: %s cannot be opened: %m", found->row.path);
		found->status = 503;
	}
}

/* True: the far one answers, and has the message. */
static bool
look_up(struct librarian *librarian, struct find_msg *find)
{
	struct found_msg *found = message_new(MSG_FOUND, sizeof(*found));
	bool is_there, failed;

	found->conn_no = find->conn_no;
	found->librarian = librarian->loop;
	found->fd = -1;
	is_there = recordings_find(librarian->store, find->id, find->mount,
	    &found->row, found->name, &failed);
	found->status = failed ? 503 : 404;
	is_there = is_there && found->row.trashed_ms == 0;
	if (is_there && find->what != FIND_MEDIA) {
		describe(librarian, find, found);
	} else if (is_there && find->is_twin && find_twin(librarian, found)) {
		found->status = 200;
	} else if (is_there && found->row.is_remote && librarian->far != NULL) {
		message_free(&found->message);
		loop_post(librarian->far, &find->message);
		return true;
	} else if (is_there) {
		find_media(librarian, find, found);
	}
	loop_post(find->worker, &found->message);
	return false;
}

static ssize_t
read_at(int fd, void *bytes, size_t len, uint64_t at)
{
	ssize_t n;

	do {
		n = pread(fd, bytes, len, (off_t)at);
	} while (n == -1 && errno == EINTR);
	return n;
}

/* What is being written may grow until its row says otherwise; and what came
 * between the last look and that word is read too. */
static void
fetch(struct librarian *librarian, const struct fetch_msg *fetch)
{
	size_t len = fetch->len < LIBRARIAN_PIECE_BYTES ? fetch->len
							: LIBRARIAN_PIECE_BYTES;
	struct piece_msg *piece = message_new(MSG_PIECE, sizeof(*piece));
	struct block *block = block_new(NULL, len, 0);
	bool is_over;
	ssize_t n;

	if (fetch->fd == -1)
		n = far_read(librarian->socket, fetch->id, fetch->at,
			block->bytes, len)
		    ? (ssize_t)len
		    : -1;
	else
		n = read_at(fetch->fd, block->bytes, len, fetch->at);
	if (n == 0) {
		is_over = !recordings_is_active(librarian->store, fetch->id);
		n = read_at(fetch->fd, block->bytes, len, fetch->at);
		piece->is_whole = n == 0 && is_over;
	}
	piece->conn_no = fetch->conn_no;
	piece->at = fetch->at;
	piece->is_broken = n == -1;
	if (n > 0) {
		block->len = (size_t)n;
		piece->block = block;
	} else {
		block_unref(block);
	}
	loop_post(fetch->worker, &piece->message);
}

static void
list(struct librarian *librarian, const struct catalog_msg *asked)
{
	loop_post(
	    asked->worker, &catalog_answer(librarian->catalog, asked)->message);
}

static void
stop(struct librarian *librarian)
{
	struct done_msg *done = message_new(MSG_DONE, sizeof(*done));

	store_close(librarian->store);
	librarian->store = NULL;
	done->thread_no = librarian->thread_no;
	loop_post(librarian->desk, &done->message);
	loop_end(librarian->loop);
}

static void
handle(void *owner, struct message *message)
{
	struct librarian *librarian = owner;

	if (message->kind == MSG_SHUT)
		close(((const struct fetch_msg *)message)->fd);
	else if (librarian->store == NULL ||
	    (atomic_load(&librarian->is_ending) && message->kind != MSG_STOP))
		log_debug("librarian: too late");
	else if (message->kind == MSG_FIND &&
	    look_up(librarian, (struct find_msg *)message))
		return;
	else if (message->kind == MSG_CATALOG)
		list(librarian, (const struct catalog_msg *)message);
	else if (message->kind == MSG_FETCH)
		fetch(librarian, (const struct fetch_msg *)message);
	else if (message->kind == MSG_STOP)
		stop(librarian);
	message_free(message);
}

struct librarian *
librarian_open(const struct librarian_setup *setup, char **error)
{
	struct librarian *librarian = mem_new(sizeof(*librarian));
	char *path;

	CHECK(asprintf(&path, "%s/" STORE_NAME, setup->data) > 0);
	librarian->store = store_open_reader(path, error);
	free(path);
	if (librarian->store == NULL) {
		free(librarian);
		return NULL;
	}
	librarian->archive = naming_open_archive(setup->data);
	if (librarian->archive == -1) {
		(void)sentence(error, "%s/archive: %m", setup->data);
		store_close(librarian->store);
		free(librarian);
		return NULL;
	}
	CHECK(asprintf(&librarian->socket, "%s/" ASK_SOCKET, setup->data) > 0);
	librarian->far = setup->far;
	librarian->catalog = catalog_new(librarian->store, librarian->archive);
	librarian->desk = setup->desk;
	librarian->thread_no = setup->thread_no;
	librarian->loop = loop_new(
	    setup->far != NULL ? "librarian" : "librarian-far", handle,
	    librarian);
	return librarian;
}

bool
librarian_start(struct librarian *librarian)
{
	return loop_start(librarian->loop);
}

struct loop *
librarian_loop(struct librarian *librarian)
{
	return librarian->loop;
}

void
librarian_stop(struct librarian *librarian)
{
	atomic_store(&librarian->is_ending, true);
	loop_post(
	    librarian->loop, message_new(MSG_STOP, sizeof(struct message)));
}

void
librarian_free(struct librarian *librarian)
{
	if (librarian == NULL)
		return;
	loop_join(librarian->loop);
	loop_free(librarian->loop);
	catalog_free(librarian->catalog);
	store_close(librarian->store);
	close(librarian->archive);
	free(librarian->socket);
	free(librarian);
}
