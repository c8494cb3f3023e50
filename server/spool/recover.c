/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/recover.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "spool/naming.h"
#include "spool/recording.h"
#include "spool/sidecar.h"
#include "spool/whole.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The names in a folder, read before any of them is changed. */
struct names {
	char **list;
	size_t count, size;
};

/* Where we are; the naming's folders up to depth are filled in. */
struct walk {
	const struct track_out *out;
	struct naming naming;
	unsigned depth;
};

static void
read_names(int folder, struct names *names)
{
	int fd = file_open_at(folder, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	memset(names, 0, sizeof(*names));
	if (dir == NULL) {
		log_error("archive: a folder cannot be read: %m");
		if (fd != -1)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (names->count == names->size) {
			names->size = names->size > 0 ? 2 * names->size : 64;
			names->list = mem_grow(
			    names->list, names->size * sizeof(*names->list));
		}
		names->list[names->count++] = mem_text(entry->d_name);
	}
	closedir(dir);
}

static void
free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

static bool
has_name(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->list[i], name) == 0)
			return true;
	}
	return false;
}

/* A plain file with no other name: a link to somebody else's file would have
 * us cut that one. */
static int
open_media(int folder, const char *name, int flags, struct stat *st)
{
	int fd = file_open_at(folder, name, flags | O_NONBLOCK, 0);

	if (fd == -1) {
		log_error("archive: %s is left alone: %m", name);
		return -1;
	}
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_nlink == 1)
		return fd;
	log_error("archive: %s is left alone: no plain file", name);
	close(fd);
	return -1;
}

/* The names of the folders and the file say what it is; the sidecar it began
 * with only adds to that. */
static void
find_facts(const struct walk *walk, int folder, const struct stat *st,
    struct sidecar *facts)
{
	struct recording_msg *row = &facts->row;
	char name[NAMING_FILE_BYTES], slug_folder[NAMING_FOLDER_BYTES];
	const struct naming *naming = &walk->naming;

	memset(facts, 0, sizeof(*facts));
	row->started_ms = naming_wall_ms(naming);
	naming_file(name, naming, NAMING_SIDECAR_PART);
	if (!sidecar_read(facts, folder, name))
		text_copy(row->note, sizeof(row->note),
		    "what was known at its begin is lost");
	naming_folder(slug_folder, row->slug);
	if (strcmp(slug_folder, naming->folders[0]) != 0)
		text_copy(row->slug, sizeof(row->slug), naming->folders[0]);
	row->message.kind = MSG_RECORDING;
	text_copy(row->id, sizeof(row->id), naming_id(naming));
	naming_path(row->path, sizeof(row->path), naming);
	text_copy(
	    facts->extension, sizeof(facts->extension), naming->extension);
	row->state = RECORDING_DONE;
	row->is_recovered = true;
	row->ended_ms = (int64_t)st->st_mtim.tv_sec * 1000 +
	    st->st_mtim.tv_nsec / 1000000;
	if (row->ended_ms < row->started_ms)
		row->ended_ms = row->started_ms;
}

static void
delete_empty(const struct walk *walk, int folder, const char *name)
{
	log_info("archive: %s is empty and goes", name);
	if (!file_unlink_at(folder, name))
		log_error("archive: %s stays behind: %m", name);
	else
		sidecar_drop(folder, &walk->naming);
}

/* Cuts and digests. False: it cannot be read or cut now; it stays as it is. */
static bool
make_whole(int fd, int64_t size, struct sidecar *facts)
{
	struct recording_msg *row = &facts->row;
	int64_t whole = whole_bytes(facts->extension, fd, size);

	if (whole == -1)
		return false;
	if (whole == 0) {
		whole = size;
		row->state = RECORDING_BROKEN;
		text_copy(row->note, sizeof(row->note),
		    "nothing in it can be played");
	}
	row->bytes = (uint64_t)whole;
	if (whole < size && !file_truncate(fd, whole))
		return false;
	if (!digest_file(fd, row->bytes, row->sha256))
		return false;
	if (!file_sync(fd)) {
		row->state = RECORDING_BROKEN;
		snprintf(row->note, sizeof(row->note),
		    "the disk did not keep it: %m");
	}
	return true;
}

static void
recover_media(const struct walk *walk, int folder, const char *name)
{
	struct sidecar facts;
	struct stat st;
	int fd = open_media(folder, name, O_RDWR, &st);

	if (fd == -1)
		return;
	if (st.st_size == 0) {
		delete_empty(walk, folder, name);
		goto out;
	}
	find_facts(walk, folder, &st, &facts);
	if (!make_whole(fd, st.st_size, &facts)) {
		log_error("archive: %s is left for the next start: %m", name);
		goto out;
	}
	if (recording_publish(folder, fd, &walk->naming, &facts)) {
		log_warn("recording %s: recovered bytes=%" PRIu64
			 " of %lld path=%s",
		    facts.row.mount, facts.row.bytes, (long long)st.st_size,
		    facts.row.path);
		walk->out->row(walk->out->arg, &facts.row);
	}
out:
	close(fd);
}

/* The media has its name; the crash came before the sidecar had its own. */
static void
recover_sidecar(const struct walk *walk, int folder, const char *name)
{
	struct sidecar facts;
	struct stat st;
	int fd = open_media(folder, name, O_RDONLY, &st);

	if (fd == -1)
		return;
	find_facts(walk, folder, &st, &facts);
	text_copy(facts.row.note, sizeof(facts.row.note),
	    "how it ended could not be written");
	facts.row.bytes = (uint64_t)st.st_size;
	if (!digest_file(fd, facts.row.bytes, facts.row.sha256) ||
	    !sidecar_finish(folder, &walk->naming, &facts))
		log_error("archive: %s has no sidecar: %m", name);
	else
		walk->out->row(walk->out->arg, &facts.row);
	close(fd);
}

/* The sidecar is there: only the ledger may not have heard of it. */
static void
tell_again(const struct walk *walk, int folder, const char *media)
{
	char name[NAMING_FILE_BYTES];
	struct sidecar facts, finished;
	struct stat st;

	if (fstatat(folder, media, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		find_facts(walk, folder, &st, &facts);
		facts.row.note[0] = '\0';
		facts.row.is_recovered = false;
		finished = facts;
		naming_file(name, &walk->naming, NAMING_SIDECAR);
		if (sidecar_read(&finished, folder, name)) {
			text_copy(finished.row.slug, sizeof(finished.row.slug),
			    facts.row.slug);
			walk->out->row(walk->out->arg, &finished.row);
		}
	}
	sidecar_drop(folder, &walk->naming);
}

/* The name of the media with this stem; the .part when there are both. */
static const char *
find_media(const struct names *names, struct naming *naming, bool *is_part)
{
	const char *found = NULL;
	enum naming_kind kind;
	struct naming other;

	for (size_t i = 0; i < names->count && !*is_part; i++) {
		if (!naming_parse(&other, &kind, names->list[i]) ||
		    (kind != NAMING_MEDIA && kind != NAMING_MEDIA_PART) ||
		    strcmp(other.stem, naming->stem) != 0)
			continue;
		memcpy(naming->extension, other.extension,
		    sizeof(naming->extension));
		*is_part = kind == NAMING_MEDIA_PART;
		found = names->list[i];
	}
	return found;
}

/* A STEM.json.part; one with STEM.ext.part is the media's affair. */
static void
recover_begun(struct walk *walk, int folder, const struct names *names)
{
	char sidecar[NAMING_FILE_BYTES];
	bool is_part = false;
	const char *media = find_media(names, &walk->naming, &is_part);

	if (is_part)
		return;
	naming_file(sidecar, &walk->naming, NAMING_SIDECAR);
	if (media == NULL)
		sidecar_drop(folder, &walk->naming);
	else if (has_name(names, sidecar))
		tell_again(walk, folder, media);
	else
		recover_sidecar(walk, folder, media);
}

static bool
ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

static void
recover_day(struct walk *walk, int folder, const struct names *names)
{
	enum naming_kind kind;

	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->list[i];

		if (!naming_parse(&walk->naming, &kind, name)) {
			if (ends_in(name, ".part"))
				log_warn("archive: %s is not ours: left alone",
				    name);
			continue;
		}
		if (kind == NAMING_MEDIA_PART)
			recover_media(walk, folder, name);
		else if (kind == NAMING_SIDECAR_PART)
			recover_begun(walk, folder, names);
		else if (kind == NAMING_SIDECAR_NEW &&
		    !file_unlink_at(folder, name))
			log_warn("archive: %s stays behind: %m", name);
	}
}

/* The folder below, -1 when it is none or too long to be one of ours. */
static int
open_below(int folder, const char *name)
{
	int below;

	if (strlen(name) >= NAMING_FOLDER_BYTES)
		return -1;
	below = file_open_at(folder, name, O_RDONLY | O_DIRECTORY, 0);
	if (below == -1)
		log_warn("archive: %s is passed over: %m", name);
	return below;
}

/* Goes down NAMING_FOLDERS levels, so it ends whatever is there. */
static void
walk_folder(struct walk *walk, int folder)
{
	struct names names;
	int below;

	read_names(folder, &names);
	if (walk->depth == NAMING_FOLDERS)
		recover_day(walk, folder, &names);
	for (size_t i = 0; walk->depth < NAMING_FOLDERS && i < names.count;
	     i++) {
		below = open_below(folder, names.list[i]);
		if (below == -1)
			continue;
		text_copy(walk->naming.folders[walk->depth],
		    NAMING_FOLDER_BYTES, names.list[i]);
		walk->depth++;
		walk_folder(walk, below);
		walk->depth--;
		close(below);
	}
	free_names(&names);
}

void
recover_all(int archive, const struct track_out *out)
{
	struct walk walk = { .out = out };

	walk_folder(&walk, archive);
}
