/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Recordings come back under the path they had. A file that is there already
 * must be the same, byte for byte, and is left as it is. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/import_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY   "import.part"
#define CHUNK_BYTES 65536

static const char select_row[] =
    "SELECT 1 FROM recording WHERE member = ?1 AND (path = ?2 OR "
    "(?4 AND substr(path, 1, length(?3)) = ?3))";

/* What no row speaks of does not come in. */
static bool
is_known(struct import *import, const char *path)
{
	sqlite3_stmt *prepared = store_prepare(
	    import->ledger->store, select_row);
	const char *dot = strrchr(path, '.');
	bool is_one;

	sqlite3_bind_int64(prepared, 1, import->member);
	sqlite3_bind_text(prepared, 2, path, -1, SQLITE_STATIC);
	sqlite3_bind_text(
	    prepared, 3, path, (int)(dot - path) + 1, SQLITE_STATIC);
	sqlite3_bind_int(prepared, 4, strcmp(dot, ".json") == 0);
	is_one = sqlite3_step(prepared) == SQLITE_ROW;
	sqlite3_reset(prepared);
	sqlite3_clear_bindings(prepared);
	return is_one;
}

bool
import_media_begin(struct import *import, const char *name)
{
	struct import_media *media = &import->media;
	const char *path = name + strlen(IMPORT_MEDIA), *last;

	if (!custody_is_path(import->slug, path) || !is_known(import, path))
		return import_fail(import, name, "no recording is called so");
	if (media->archive == -1)
		media->archive = custody_open_archive(import->ledger->store);
	if (media->archive == -1)
		return import_fail(import, "archive", strerror(errno));
	media->folder = custody_open_folder(media->archive, path, true, &last);
	if (media->folder == -1)
		return import_fail(import, name, strerror(errno));
	media->path = mem_text(path);
	if (file_unlink_at(media->folder, TEMPORARY))
		media->fd = file_open_at(media->folder, TEMPORARY,
		    O_WRONLY | O_CREAT | O_EXCL, 0440);
	return media->fd != -1 || import_fail(import, name, strerror(errno));
}

bool
import_media_data(struct import *import, const void *bytes, size_t len)
{
	struct import_media *media = &import->media;
	size_t written;

	if (!file_write(media->fd, bytes, len, &written))
		return import_fail(import, media->path, strerror(errno));
	media->bytes += len;
	return true;
}

static bool
is_same(int folder, const char *name, const char sha256[IMPORT_HEX])
{
	int fd = file_open_at(folder, name, O_RDONLY | O_NONBLOCK, 0);
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	uint8_t chunk[CHUNK_BYTES], hash[EVP_MAX_MD_SIZE];
	char hex[IMPORT_HEX];
	ssize_t n = -1;

	CHECK(digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL));
	while (fd != -1 && (n = read(fd, chunk, sizeof(chunk))) > 0)
		CHECK(EVP_DigestUpdate(digest, chunk, (size_t)n));
	CHECK(EVP_DigestFinal_ex(digest, hash, NULL));
	EVP_MD_CTX_free(digest);
	if (fd != -1)
		close(fd);
	for (unsigned i = 0; i < 32; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", hash[i]);
	return n == 0 && strcmp(hex, sha256) == 0;
}

static void
close_file(struct import_media *media)
{
	if (media->fd != -1)
		close(media->fd);
	if (media->folder != -1) {
		if (!file_unlink_at(media->folder, TEMPORARY))
			log_warn("import: " TEMPORARY " stays behind: %m");
		close(media->folder);
	}
	free(media->path);
	media->path = NULL;
	media->fd = media->folder = -1;
}

static void
note_placed(struct import_media *media)
{
	if ((media->count & (media->count - 1)) == 0)
		media->paths = mem_grow(media->paths,
		    (media->count == 0 ? 1 : 2 * media->count) *
			sizeof(*media->paths));
	media->paths[media->count++] = mem_text(media->path);
}

bool
import_media_end(struct import *import, const char sha256[IMPORT_HEX])
{
	struct import_media *media = &import->media;
	const char *name = strrchr(media->path, '/') + 1;
	bool is_done = file_sync(media->fd);

	if (is_done && file_rename_at(media->folder, TEMPORARY, name)) {
		note_placed(media);
		is_done = file_sync(media->folder);
	} else if (is_done && errno == EEXIST) {
		is_done = is_same(media->folder, name, sha256);
		if (!is_done)
			errno = EEXIST;
	} else {
		is_done = false;
	}
	if (!is_done)
		import_fail(import, media->path, strerror(errno));
	close_file(media);
	return is_done;
}

static void
take_away(struct import_media *media, const char *path)
{
	const char *name;
	int folder = custody_open_folder(media->archive, path, false, &name);

	if (folder == -1 || !file_unlink_at(folder, name))
		log_warn("import: %s stays behind: %m", path);
	if (folder != -1)
		close(folder);
}

void
import_media_close(struct import *import, bool is_kept)
{
	struct import_media *media = &import->media;

	close_file(media);
	for (unsigned i = 0; i < media->count; i++) {
		if (!is_kept)
			take_away(media, media->paths[i]);
		free(media->paths[i]);
	}
	free(media->paths);
	if (media->archive != -1)
		close(media->archive);
}
