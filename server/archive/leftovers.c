/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/leftovers.h"

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "loop/messages.h"
#include "spool/naming.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The names in a folder, read before any of them is changed. */
struct names {
	char **list;
	size_t count, size;
};

/* Where we are; the naming's folders up to depth are filled in. */
struct walk {
	void (*found)(void *arg, const char *path);
	void *arg;
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
is_temporary(enum naming_kind kind)
{
	return kind == NAMING_MEDIA_PART || kind == NAMING_MEDIA_NEW ||
	    kind == NAMING_SIDECAR_PART || kind == NAMING_SIDECAR_NEW ||
	    kind == NAMING_MARKS_PART;
}

/* The extension of the media with this stem; "bin" when there is none. */
static void
find_extension(const struct names *names, struct naming *naming)
{
	struct naming other;
	enum naming_kind kind;

	text_copy(naming->extension, sizeof(naming->extension), "bin");
	for (size_t i = 0; i < names->count; i++) {
		if (naming_parse(&other, &kind, names->list[i]) &&
		    (kind == NAMING_MEDIA || kind == NAMING_MEDIA_PART) &&
		    strcmp(other.stem, naming->stem) == 0)
			memcpy(naming->extension, other.extension,
			    sizeof(naming->extension));
	}
}

/* Whether it is the one of its stem that is told: the media, else the first. */
static bool
speaks_for_stem(const struct names *names, size_t at, enum naming_kind kind)
{
	struct naming one, other;
	enum naming_kind other_kind;

	if (kind == NAMING_MEDIA_PART)
		return true;
	if (!naming_parse(&one, &other_kind, names->list[at]))
		return false;
	for (size_t i = 0; i < names->count; i++) {
		if (i == at ||
		    !naming_parse(&other, &other_kind, names->list[i]) ||
		    strcmp(other.stem, one.stem) != 0)
			continue;
		if (other_kind == NAMING_MEDIA_PART ||
		    (i < at && is_temporary(other_kind)))
			return false;
	}
	return true;
}

static bool
ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

static void
look_at_day(struct walk *walk, const struct names *names)
{
	enum naming_kind kind;
	char path[sizeof(((struct recording_msg *)0)->path)];

	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->list[i];

		if (!naming_parse(&walk->naming, &kind, name)) {
			if (ends_in(name, ".part"))
				log_warn("archive: %s is not ours: left alone",
				    name);
			continue;
		}
		if (!is_temporary(kind) || !speaks_for_stem(names, i, kind))
			continue;
		find_extension(names, &walk->naming);
		naming_path(path, sizeof(path), &walk->naming);
		walk->found(walk->arg, path);
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
		look_at_day(walk, &names);
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
leftovers_find(
    int archive, void (*found)(void *arg, const char *path), void *arg)
{
	struct walk walk = { .found = found, .arg = arg };

	walk_folder(&walk, archive);
}
