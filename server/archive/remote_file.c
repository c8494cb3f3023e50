/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/remote_file.h"

#include "archive/sums.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sentence.h"
#include "offload/ask.h"
#include "spool/naming.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES 65536
#define PATIENCE_MS 60000 /* for 64 MiB of it */

static int
open_folder(int archive, const char *path, struct naming *naming)
{
	if (naming_parse_path(naming, path))
		return naming_open(archive, naming);
	errno = ENOENT;
	return -1;
}

bool
remote_file_drop(int archive, const char *path)
{
	static const enum naming_kind kinds[] = { NAMING_TWIN, NAMING_MEDIA };
	char name[NAMING_FILE_BYTES];
	struct naming naming;
	int folder = open_folder(archive, path, &naming), error;
	bool is_gone = true;

	if (folder == -1)
		return false;
	for (unsigned i = 0; i < 2 && is_gone; i++) {
		naming_file(name, &naming, kinds[i]);
		if (!sums_put(folder, name, ""))
			log_warn(
			    "archive: %s stays in %s: %m", name, SUMS_NAME);
		is_gone = file_unlink_at(folder, name);
	}
	is_gone = is_gone && file_sync(folder);
	error = errno;
	close(folder);
	errno = error;
	return is_gone;
}

struct fetch {
	const char *socket;
	const struct recording_msg *row;
	int fd;
	uint64_t at;
	struct digest *digest;
};

static bool
write_stream(
    struct fetch *fetch, struct ask_stream *stream, uint64_t end, char **error)
{
	char piece[PIECE_BYTES];
	size_t written;
	int64_t n = 1;

	while (fetch->at < end && n > 0) {
		n = ask_take(stream, piece, sizeof(piece), PATIENCE_MS, error);
		if (n <= 0)
			break;
		digest_add(fetch->digest, piece, (size_t)n);
		if (!file_write(fetch->fd, piece, (size_t)n, &written))
			return sentence(error, "it cannot be written: %m");
		fetch->at += (uint64_t)n;
	}
	if (fetch->at == end)
		return true;
	return n == -1 ? false : sentence(error, "it ended too early");
}

static bool
fetch_all(struct fetch *fetch, char **error)
{
	const struct recording_msg *row = fetch->row;
	struct ask_stream *stream;
	bool is_done = true;
	uint64_t end;

	while (is_done && fetch->at < row->bytes) {
		end = row->bytes - fetch->at < ASK_MOST_BYTES
		    ? row->bytes
		    : fetch->at + ASK_MOST_BYTES;
		switch (ask_open(fetch->socket, row->id, fetch->at,
		    end - fetch->at, PATIENCE_MS, &stream, error)) {
		case ASK_OK:
			is_done = write_stream(fetch, stream, end, error);
			ask_close(stream);
			break;
		case ASK_NONE:
			is_done = sentence(error, "it is not known there");
			break;
		default:
			is_done = false;
			break;
		}
	}
	return is_done;
}

static bool
put_in_place(int folder, const struct naming *naming,
    const struct recording_msg *row, char **error)
{
	char from[NAMING_FILE_BYTES], to[NAMING_FILE_BYTES];

	naming_file(from, naming, NAMING_MEDIA_NEW);
	naming_file(to, naming, NAMING_MEDIA);
	if (!file_rename_at(folder, from, to))
		return sentence(error, "it does not get its name: %m");
	if (!sums_put(folder, to, row->sha256))
		log_warn("archive: %s is not in %s: %m", to, SUMS_NAME);
	return file_sync(folder) || sentence(error, "it is not durable: %m");
}

static bool
write_file(struct fetch *fetch, char **error)
{
	char sha256[DIGEST_BYTES];
	bool is_done;

	fetch->digest = digest_new();
	is_done = fetch_all(fetch, error);
	digest_end(fetch->digest, sha256);
	if (!is_done)
		return false;
	if (strcmp(sha256, fetch->row->sha256) != 0)
		return sentence(
		    error, "its SHA-256 is not that of the sidecar");
	if (fchmod(fetch->fd, 0440) == -1 || !file_sync(fetch->fd))
		return sentence(error, "it is not durable: %m");
	return true;
}

static bool
fetch_into(
    struct fetch *fetch, int folder, const struct naming *naming, char **error)
{
	char name[NAMING_FILE_BYTES];
	bool is_done;

	naming_file(name, naming, NAMING_MEDIA_NEW);
	if (!file_unlink_at(folder, name))
		return sentence(error, "%s is in the way: %m", name);
	fetch->fd = file_open_at(
	    folder, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fetch->fd == -1)
		return sentence(error, "%s: %m", name);
	is_done = write_file(fetch, error);
	close(fetch->fd);
	if (is_done && put_in_place(folder, naming, fetch->row, error))
		return true;
	(void)!file_unlink_at(folder, name);
	return false;
}

/* True: a plain file of that size is there. */
static bool
is_here(int folder, const struct naming *naming, uint64_t bytes)
{
	char name[NAMING_FILE_BYTES];
	struct stat st;

	naming_file(name, naming, NAMING_MEDIA);
	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && (uint64_t)st.st_size == bytes;
}

bool
remote_file_fetch(int archive, const char *socket,
    const struct recording_msg *row, char **error)
{
	struct fetch fetch = { .socket = socket, .row = row };
	struct naming naming;
	int folder = open_folder(archive, row->path, &naming);
	bool is_done;

	if (folder == -1)
		return sentence(error, "its folder: %m");
	is_done = is_here(folder, &naming, row->bytes) ||
	    fetch_into(&fetch, folder, &naming, error);
	close(folder);
	return is_done;
}
