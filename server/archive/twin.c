/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/twin.h"

#include "archive/sums.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"
#include "finish/m4a.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct making {
	const struct finishing *finishing;
	const struct naming *naming;
	struct sidecar *facts;
	int folder, media, made; /* -1: none */
};

bool
twin_is_wanted(
    const struct finishing *finishing, const struct recording_msg *row)
{
	return finishing->wants_twin != NULL && row->state == RECORDING_DONE &&
	    row->trashed_ms == 0 && !row->is_remote &&
	    row->profile != PROFILE_LOG && strcmp(row->extension, "aac") == 0 &&
	    finishing->wants_twin(finishing->arg, row);
}

static bool
is_plain(int folder, const char *name, uint64_t bytes)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && st.st_nlink == 1 &&
	    (uint64_t)st.st_size == bytes;
}

bool
twin_is_right(
    int folder, const struct naming *naming, const struct recording_msg *row)
{
	char name[NAMING_FILE_BYTES];

	naming_file(name, naming, NAMING_TWIN);
	return row->twin_bytes > 0 && is_plain(folder, name, row->twin_bytes);
}

static void
remove_file(const struct making *making, enum naming_kind kind)
{
	char name[NAMING_FILE_BYTES];

	naming_file(name, making->naming, kind);
	if (!file_unlink_at(making->folder, name))
		log_warn("archive: %s stays behind: %m", name);
}

static bool
open_files(struct making *making)
{
	char name[NAMING_FILE_BYTES];

	naming_file(name, making->naming, NAMING_MEDIA);
	errno = EINVAL;
	if (!is_plain(making->folder, name, making->facts->row.bytes))
		return false;
	making->media = file_open_at(
	    making->folder, name, O_RDONLY | O_NONBLOCK, 0);
	if (making->media == -1)
		return false;
	naming_file(name, making->naming, NAMING_TWIN_NEW);
	making->made = file_open_at(
	    making->folder, name, O_RDWR | O_CREAT | O_EXCL, 0600);
	return making->made != -1;
}

static enum finish_result
write_frames(const struct making *making, char **why)
{
	const struct finishing *finishing = making->finishing;
	const struct sidecar *facts = making->facts;
	char artist[NAME_BYTES] = "";
	struct m4a_job job = { .from = making->media,
		.from_bytes = (int64_t)facts->row.bytes,
		.to = making->made,
		.title = facts->row.title,
		.artist = artist,
		.started_ms = facts->row.started_ms,
		.chapters = facts->chapters,
		.chapter_count = facts->chapter_count,
		.go_on = finishing->go_on,
		.arg = finishing->arg };

	if (finishing->name_of != NULL)
		finishing->name_of(finishing->arg, facts->row.member, artist);
	return m4a_write(&job, why);
}

static bool
put_in_place(const struct making *making)
{
	char from[NAMING_FILE_BYTES], to[NAMING_FILE_BYTES];
	struct recording_msg *row = &making->facts->row;
	char sha256[DIGEST_BYTES];
	struct stat st;

	naming_file(from, making->naming, NAMING_TWIN_NEW);
	naming_file(to, making->naming, NAMING_TWIN);
	if (!file_sync(making->made) || fstat(making->made, &st) == -1 ||
	    !digest_file(making->made, (uint64_t)st.st_size, sha256) ||
	    fchmod(making->made, 0440) == -1 ||
	    !file_replace_at(making->folder, from, to) ||
	    !file_sync(making->folder))
		return false;
	row->twin_bytes = (uint64_t)st.st_size;
	memcpy(row->twin_sha256, sha256, sizeof(sha256));
	return true;
}

static enum finish_result
make(struct making *making)
{
	enum finish_result result = FINISH_FAILED;
	char *why = NULL;

	if (open_files(making))
		result = write_frames(making, &why);
	if (result == FINISH_WRITTEN && !put_in_place(making))
		result = FINISH_FAILED;
	if (result == FINISH_FAILED)
		log_warn("archive: %s has no twin: %s", making->facts->row.path,
		    why != NULL ? why : strerror(errno));
	free(why);
	return result;
}

bool
twin_make(const struct finishing *finishing, int folder,
    const struct naming *naming, struct sidecar *facts)
{
	struct making making = { finishing, naming, facts, folder, -1, -1 };
	struct recording_msg *row = &facts->row;
	enum finish_result result = FINISH_FAILED;

	remove_file(&making, NAMING_TWIN_NEW);
	if (twin_is_wanted(finishing, row))
		result = make(&making);
	if (making.media != -1)
		close(making.media);
	if (making.made != -1)
		close(making.made);
	if (result == FINISH_WRITTEN) {
		log_info("archive: %s has a twin bytes=%" PRIu64, row->path,
		    row->twin_bytes);
		return true;
	}
	remove_file(&making, NAMING_TWIN_NEW);
	if (result == FINISH_STOPPED)
		return false;
	remove_file(&making, NAMING_TWIN);
	row->twin_bytes = 0;
	row->twin_sha256[0] = '\0';
	return true;
}

void
twin_restore(const struct finishing *finishing, struct sidecar *facts)
{
	char name[NAMING_FILE_BYTES];
	struct naming naming;
	int folder;

	if (!naming_parse_path(&naming, facts->row.path))
		return;
	folder = naming_open(finishing->archive, &naming);
	if (folder == -1)
		return;
	naming_file(name, &naming, NAMING_TWIN);
	if (twin_make(finishing, folder, &naming, facts) &&
	    !sums_put(folder, name, facts->row.twin_sha256))
		log_warn("archive: %s is not in %s: %m", name, SUMS_NAME);
	close(folder);
}
