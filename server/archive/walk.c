/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/walk.h"

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where we are; the day's folders up to depth are filled in. */
struct walk {
	const struct walker *walker;
	struct day day;
	unsigned depth;
};

static int
compare_names(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static void
add_name(struct day *day, const char *name)
{
	if ((day->count & (day->count - 1)) == 0)
		day->names = mem_grow(day->names,
		    (day->count == 0 ? 1 : 2 * day->count) *
			sizeof(*day->names));
	day->names[day->count++] = mem_text(name);
}

static void
read_names(int folder, struct day *day)
{
	int fd = file_open_at(folder, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	day->names = NULL;
	day->count = 0;
	if (dir == NULL) {
		log_error("archive: a folder cannot be read: %m");
		if (fd != -1)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.')
			add_name(day, entry->d_name);
	}
	closedir(dir);
	if (day->count > 0)
		qsort(
		    day->names, day->count, sizeof(*day->names), compare_names);
}

static void
free_names(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* The folder below, -1 when it is none or too long to be one of ours. */
static int
open_below(const struct walk *walk, int folder, const char *name)
{
	const struct walker *walker = walk->walker;
	int below = -1;

	errno = ENAMETOOLONG;
	if (strlen(name) < NAMING_FOLDER_BYTES)
		below = file_open_at(folder, name, O_RDONLY | O_DIRECTORY, 0);
	if (below == -1)
		walker->odd(walker->arg, name, strerror(errno));
	return below;
}

static bool walk_folder(struct walk *walk, int folder);

static bool
walk_below(struct walk *walk, int folder, char **names, size_t count)
{
	bool goes_on = true;
	int below;

	for (size_t i = 0; goes_on && i < count; i++) {
		below = open_below(walk, folder, names[i]);
		if (below == -1)
			continue;
		text_copy(walk->day.naming.folders[walk->depth],
		    NAMING_FOLDER_BYTES, names[i]);
		walk->depth++;
		goes_on = walk_folder(walk, below);
		walk->depth--;
		close(below);
	}
	return goes_on;
}

static bool
walk_folder(struct walk *walk, int folder)
{
	const struct walker *walker = walk->walker;
	struct day *day = &walk->day;
	char **names;
	size_t count;
	bool goes_on;

	read_names(folder, day);
	names = day->names;
	count = day->count;
	day->folder = folder;
	if (walk->depth == NAMING_FOLDERS)
		goes_on = walker->day(walker->arg, day);
	else
		goes_on = walk_below(walk, folder, names, count);
	free_names(names, count);
	return goes_on;
}

bool
walk_days(int archive, const struct walker *walker)
{
	struct walk walk = { .walker = walker };

	return walk_folder(&walk, archive);
}
