/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/scrub.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "spool/naming.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ_BYTES 65536

struct scrub {
	int fd; /* -1: it could not be opened */
	enum scrub_result otherwise;
	uint64_t at, bytes;
	struct digest *digest;
	char sha256[DIGEST_BYTES];
};

/* Of this thread. Where the kernel cannot, it reads as always. */
static void
set_priority(int class)
{
	(void)!syscall(
	    SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(class, 0));
}

static int
open_media(int archive, const char *path)
{
	char name[NAMING_FILE_BYTES];
	struct naming naming;
	int folder, fd, error;

	errno = ENOENT;
	if (!naming_parse_path(&naming, path))
		return -1;
	folder = naming_open(archive, &naming);
	if (folder == -1)
		return -1;
	naming_file(name, &naming, NAMING_MEDIA);
	fd = file_open_at(folder, name, O_RDONLY | O_NONBLOCK, 0);
	error = errno;
	close(folder);
	errno = error;
	return fd;
}

struct scrub *
scrub_begin(int archive, const struct recording_msg *row)
{
	struct scrub *scrub = mem_new(sizeof(*scrub));
	struct stat st;

	scrub->digest = digest_new();
	scrub->bytes = row->bytes;
	text_copy(scrub->sha256, sizeof(scrub->sha256), row->sha256);
	scrub->fd = open_media(archive, row->path);
	if (scrub->fd == -1)
		scrub->otherwise = errno == ENOENT ? SCRUB_MISSING
						   : SCRUB_UNREADABLE;
	else if (fstat(scrub->fd, &st) == -1 || !S_ISREG(st.st_mode))
		scrub->otherwise = SCRUB_UNREADABLE;
	else if ((uint64_t)st.st_size != row->bytes)
		scrub->otherwise = SCRUB_WRONG;
	return scrub;
}

static enum scrub_result
compare(struct scrub *scrub)
{
	char sha256[DIGEST_BYTES];

	digest_end(scrub->digest, sha256);
	scrub->digest = NULL;
	return strcmp(sha256, scrub->sha256) == 0 ? SCRUB_RIGHT : SCRUB_WRONG;
}

/* False: the disk did not give them. */
static bool
read_piece(struct scrub *scrub, size_t most)
{
	uint8_t buffer[READ_BYTES];
	ssize_t n;

	do {
		n = pread(scrub->fd, buffer,
		    most < READ_BYTES ? most : READ_BYTES, (off_t)scrub->at);
	} while (n == -1 && errno == EINTR);
	if (n <= 0)
		return false;
	digest_add(scrub->digest, buffer, (size_t)n);
	(void)posix_fadvise(
	    scrub->fd, (off_t)scrub->at, n, POSIX_FADV_DONTNEED);
	scrub->at += (uint64_t)n;
	return true;
}

enum scrub_result
scrub_step(struct scrub *scrub, size_t bytes)
{
	uint64_t end = scrub->bytes - scrub->at < bytes ? scrub->bytes
							: scrub->at + bytes;
	bool is_read = true;

	if (scrub->otherwise != SCRUB_MORE)
		return scrub->otherwise;
	set_priority(IOPRIO_CLASS_IDLE);
	while (is_read && scrub->at < end)
		is_read = read_piece(scrub, end - scrub->at);
	set_priority(IOPRIO_CLASS_NONE);
	if (!is_read)
		scrub->otherwise = SCRUB_UNREADABLE;
	else if (scrub->at == scrub->bytes)
		scrub->otherwise = compare(scrub);
	return scrub->otherwise;
}

void
scrub_end(struct scrub *scrub)
{
	char unused[DIGEST_BYTES];

	if (scrub == NULL)
		return;
	if (scrub->digest != NULL)
		digest_end(scrub->digest, unused);
	if (scrub->fd != -1)
		close(scrub->fd);
	free(scrub);
}

const char *
scrub_word(enum scrub_result result)
{
	static const char *const words[SCRUB_RESULTS] = { "", "right", "wrong",
		"missing", "unreadable" };

	return words[result];
}

const char *
scrub_note(enum scrub_result result)
{
	static const char *const notes[SCRUB_RESULTS] = { "", "",
		"its bytes are not those that were recorded",
		"its file is missing", "its file cannot be read" };

	return notes[result];
}
