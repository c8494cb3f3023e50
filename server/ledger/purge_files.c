/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/file.h"
#include "base/text.h"
#include "ledger/custody.h"
#include "ledger/purge_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH 4 /* slug, year, month, day: files are in the last */

static void
leave(struct purge_files *files, const char *name, const char *why)
{
	bytes_text(&files->left, "  ");
	text_json(&files->left, name);
	bytes_format(&files->left, ": %s\n", why);
}

static void
drop_file(struct purge_files *files, int folder, const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		leave(files, name, strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		leave(files, name, "no plain file");
	} else if (!file_unlink_at(folder, name)) {
		leave(files, name, strerror(errno));
	} else {
		files->count++;
		files->bytes += (uint64_t)st.st_size;
	}
}

static bool
is_number(const char *name)
{
	return strspn(name, "0123456789") == strlen(name);
}

static void drop_folder(
    struct purge_files *files, int above, const char *name, unsigned depth);

static void
drop_entries(struct purge_files *files, DIR *dir, unsigned depth)
{
	struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (depth == DEPTH)
			drop_file(files, dirfd(dir), entry->d_name);
		else if (is_number(entry->d_name))
			drop_folder(
			    files, dirfd(dir), entry->d_name, depth + 1);
		else
			leave(files, entry->d_name, "not of the archive");
	}
}

static void
drop_folder(
    struct purge_files *files, int above, const char *name, unsigned depth)
{
	int fd = file_open_at(above, name, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;

	if (dir == NULL) {
		if (errno != ENOENT)
			leave(files, name, strerror(errno));
		if (fd != -1)
			close(fd);
		return;
	}
	drop_entries(files, dir, depth);
	if (!file_sync(fd))
		leave(files, name, strerror(errno));
	closedir(dir);
	if (unlinkat(above, name, AT_REMOVEDIR) == -1)
		leave(files, name, strerror(errno));
}

void
purge_files(struct store *store, const char *slug, struct purge_files *files)
{
	int archive = custody_open_archive(store);

	if (archive == -1) {
		if (errno != ENOENT)
			leave(files, "archive", strerror(errno));
		return;
	}
	drop_folder(files, archive, slug, 1);
	if (!file_sync(archive))
		leave(files, "archive", strerror(errno));
	close(archive);
}
