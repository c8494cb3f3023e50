/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The recordings of an extract. One whose file is not there is told, and is no
 * reason to keep the rest from a member. */
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/custody.h"
#include "ledger/listing.h"
#include "reports/extract_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct item {
	char *id, *mount, *title, *path, *state, *sha256;
	int64_t started_ms, ended_ms, bytes;
};

struct extract_media {
	struct item *items;
	unsigned count;
	int archive; /* its folder; -1: there is none */
	unsigned files, missing;
	uint64_t bytes;
	struct listing *listing;
};

static const char select_recordings[] =
    "SELECT id, mount, title, path, state, coalesce(sha256, ''), started_ms, "
    "coalesce(ended_ms, 0), bytes FROM recording WHERE member = ?1 "
    "ORDER BY started_ms, id";

static const struct column columns[] = { { "id", false }, { "mount", false },
	{ "title", false }, { "started", false }, { "ended", false },
	{ "state", false }, { "bytes", true }, { "sha256", false },
	{ "file", false } };

#define COLUMNS (sizeof(columns) / sizeof(*columns))

static void
read_item(sqlite3_stmt *prepared, struct item *item)
{
	char **texts[] = { &item->id, &item->mount, &item->title, &item->path,
		&item->state, &item->sha256 };

	for (int i = 0; i < 6; i++)
		*texts[i] = mem_text(store_text(prepared, i));
	item->started_ms = sqlite3_column_int64(prepared, 6);
	item->ended_ms = sqlite3_column_int64(prepared, 7);
	item->bytes = sqlite3_column_int64(prepared, 8);
}

struct extract_media *
extract_media_list(struct extract *extract)
{
	sqlite3_stmt *prepared = store_prepare(
	    extract->store, select_recordings);
	struct extract_media *media = mem_new(sizeof(*media));
	int step;

	media->archive = -1;
	sqlite3_bind_int64(prepared, 1, extract->wish->member->member.id);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		if ((media->count & (media->count - 1)) == 0)
			media->items = mem_grow(media->items,
			    (media->count == 0 ? 1 : 2 * media->count) *
				sizeof(*media->items));
		read_item(prepared, &media->items[media->count++]);
	}
	if (store_ended(prepared, step))
		return media;
	extract_media_free(media);
	extract_fail(extract, "store", store_reason(extract->store));
	return NULL;
}

void
extract_media_free(struct extract_media *media)
{
	if (media == NULL)
		return;
	for (unsigned i = 0; i < media->count; i++) {
		char *texts[] = { media->items[i].id, media->items[i].mount,
			media->items[i].title, media->items[i].path,
			media->items[i].state, media->items[i].sha256 };

		for (unsigned n = 0; n < 6; n++)
			free(texts[n]);
	}
	listing_free(media->listing);
	if (media->archive != -1)
		close(media->archive);
	free(media->items);
	free(media);
}

/* -1: it is not there, or no plain file. */
static int
open_file(int folder, const char *name, uint64_t *bytes)
{
	int fd = file_open_at(folder, name, O_RDONLY | O_NONBLOCK, 0);
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*bytes = (uint64_t)st.st_size;
		return fd;
	}
	close(fd);
	errno = EINVAL;
	return -1;
}

/* False: the archive is spoilt. *is_there: it is in it now. */
static bool
add_file(struct extract *extract, struct extract_media *media, int folder,
    const char *path, bool *is_there)
{
	const char *name = strrchr(path, '/') + 1;
	char *full;
	uint64_t bytes;
	int fd = open_file(folder, name, &bytes);
	bool is_done;

	*is_there = fd != -1;
	if (fd == -1)
		return true;
	CHECK(asprintf(&full, "media/%s", path) > 0);
	is_done = extract_copy(extract, fd, bytes, full);
	media->files++;
	media->bytes += bytes;
	free(full);
	close(fd);
	return is_done;
}

static bool
add_pair(struct extract *extract, struct extract_media *media,
    const struct item *item, bool *is_there)
{
	const char *slug = extract->wish->member->member.slug, *name;
	char sidecar[512], path[600];
	bool is_done, is_known;
	int folder;

	*is_there = false;
	if (media->archive == -1 || !custody_is_path(slug, item->path))
		return true;
	folder = custody_open_folder(media->archive, item->path, false, &name);
	if (folder == -1)
		return true;
	is_done = add_file(extract, media, folder, item->path, is_there);
	if (is_done && *is_there) {
		custody_sidecar(sidecar, sizeof(sidecar), name);
		snprintf(path, sizeof(path), "%.*s%s", (int)(name - item->path),
		    item->path, sidecar);
		is_done = add_file(extract, media, folder, path, &is_known);
	}
	close(folder);
	return is_done;
}

static void
add_line(struct extract_media *media, const struct item *item, const char *file)
{
	const char *texts[] = { item->id, item->mount, item->title };

	for (unsigned i = 0; i < 3; i++)
		listing_add(media->listing, texts[i]);
	listing_add_time(media->listing, item->started_ms);
	listing_add_time(media->listing, item->ended_ms);
	listing_add(media->listing, item->state);
	listing_add_number(media->listing, item->bytes);
	listing_add(
	    media->listing, item->sha256[0] != '\0' ? item->sha256 : NULL);
	listing_add(media->listing, file);
}

static bool
add_item(struct extract *extract, struct extract_media *media,
    const struct item *item)
{
	bool is_there = false;
	char file[600];

	if (!extract->wish->has_media) {
		add_line(media, item, "not asked for");
		return true;
	}
	if (!add_pair(extract, media, item, &is_there))
		return false;
	snprintf(file, sizeof(file), "media/%s", item->path);
	if (!is_there) {
		media->missing++;
		bytes_format(extract->out, "missing: %s (%s)\n", item->path,
		    item->state);
		snprintf(file, sizeof(file), "missing");
	}
	add_line(media, item, file);
	return true;
}

static bool
add_list(struct extract *extract, struct extract_media *media)
{
	struct part part;

	if (!part_begin(extract, &part))
		return false;
	listing_show(media->listing, LISTING_CSV, &part.text);
	return part_end(extract, &part, "recordings.csv");
}

bool
extract_media(struct extract *extract, struct extract_media *media)
{
	media->listing = listing_new(columns, COLUMNS);
	media->archive = custody_open_archive(extract->store);
	for (unsigned i = 0; i < media->count; i++) {
		if (!add_item(extract, media, &media->items[i]))
			return false;
	}
	if (extract->wish->has_media)
		bytes_format(extract->out,
		    "%u files of %u recordings, %llu bytes; missing: %u\n",
		    media->files, media->count,
		    (unsigned long long)media->bytes, media->missing);
	return add_list(extract, media);
}
