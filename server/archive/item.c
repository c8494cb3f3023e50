/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/item.h"

#include "archive/sums.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
open_folder(int archive, const char *path, struct naming *naming)
{
	if (naming_parse_path(naming, path))
		return naming_open(archive, naming);
	errno = ENOENT;
	return -1;
}

static void
shut(int folder)
{
	int error = errno;

	close(folder);
	errno = error;
}

void
item_take_names(struct recording_msg *row, const struct naming *naming)
{
	char folder[NAMING_FOLDER_BYTES];

	naming_folder(folder, row->slug);
	if (strcmp(folder, naming->folders[0]) != 0)
		text_copy(row->slug, sizeof(row->slug), naming->folders[0]);
	row->message.kind = MSG_RECORDING;
	text_copy(row->id, sizeof(row->id), naming_id(naming));
	naming_path(row->path, sizeof(row->path), naming);
	text_copy(row->extension, sizeof(row->extension), naming->extension);
	if (row->started_ms == 0)
		row->started_ms = naming_wall_ms(naming);
}

char *
item_text(int archive, const char *path)
{
	char name[NAMING_FILE_BYTES], *text;
	struct naming naming;
	int folder = open_folder(archive, path, &naming);
	size_t len;

	if (folder == -1)
		return NULL;
	naming_file(name, &naming, NAMING_SIDECAR);
	text = file_read_all(folder, name, SIDECAR_MOST_BYTES, &len);
	shut(folder);
	return text;
}

bool
item_read(int archive, const char *path, struct sidecar *sidecar)
{
	char name[NAMING_FILE_BYTES];
	struct naming naming;
	int folder = open_folder(archive, path, &naming);
	int64_t member = sidecar->row.member;
	bool is_read;

	if (folder == -1)
		return false;
	naming_file(name, &naming, NAMING_SIDECAR);
	errno = 0;
	is_read = sidecar_read(sidecar, folder, name);
	item_take_names(&sidecar->row, &naming);
	sidecar->row.member = member;
	if (!is_read && errno == 0)
		errno = EBADMSG;
	shut(folder);
	return is_read;
}

bool
item_write(int archive, const char *path, const struct sidecar *sidecar)
{
	struct naming naming;
	int folder = open_folder(archive, path, &naming);
	bool is_written;

	if (folder == -1)
		return false;
	is_written = sidecar_replace(folder, &naming, NAMING_SIDECAR, sidecar);
	shut(folder);
	return is_written;
}

bool
item_is_held(const struct recording_msg *row, int64_t now_ms)
{
	return row->hold.reason[0] != '\0' &&
	    (row->hold.until_ms == 0 || row->hold.until_ms > now_ms);
}

/* Those below the member's own, as far as nothing else is in them. */
static void
remove_empty_folders(int archive, const struct naming *naming)
{
	int above[NAMING_FOLDERS] = { -1, -1, -1, -1 }, depth;

	above[0] = file_open_at(
	    archive, naming->folders[0], O_RDONLY | O_DIRECTORY, 0);
	for (depth = 1; depth < NAMING_FOLDERS - 1 && above[depth - 1] != -1;
	     depth++)
		above[depth] = file_open_at(above[depth - 1],
		    naming->folders[depth], O_RDONLY | O_DIRECTORY, 0);
	for (depth = NAMING_FOLDERS - 1; depth > 0; depth--) {
		if (above[depth - 1] != -1)
			(void)unlinkat(above[depth - 1], naming->folders[depth],
			    AT_REMOVEDIR);
	}
	for (depth = 0; depth < NAMING_FOLDERS; depth++) {
		if (above[depth] != -1)
			close(above[depth]);
	}
}

/* The sidecar last: as long as it is there, this can be done again. */
bool
item_delete(int archive, const char *path)
{
	static const enum naming_kind kinds[] = { NAMING_MEDIA, NAMING_TWIN,
		NAMING_INDEX, NAMING_SIDECAR };
	char name[NAMING_FILE_BYTES];
	struct naming naming;
	int folder = open_folder(archive, path, &naming);
	bool is_gone = folder != -1;

	if (folder == -1)
		return errno == ENOENT;
	for (unsigned i = 0; i < 2; i++) {
		naming_file(name, &naming, kinds[i]);
		if (!sums_put(folder, name, ""))
			log_warn(
			    "archive: %s stays in %s: %m", name, SUMS_NAME);
	}
	for (unsigned i = 0; i < 4 && is_gone; i++) {
		naming_file(name, &naming, kinds[i]);
		is_gone = file_unlink_at(folder, name);
	}
	is_gone = is_gone && file_sync(folder);
	shut(folder);
	if (is_gone)
		remove_empty_folders(archive, &naming);
	return is_gone;
}
