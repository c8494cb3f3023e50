/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/sums.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "spool/naming.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_BYTES (16 << 20)
#define HEX        (DIGEST_BYTES - 1)
#define NAME_AT    (HEX + 2) /* two spaces between */

void
sums_line(struct bytes *lines, const char *file, const char *sha256)
{
	if (strlen(sha256) == HEX)
		bytes_format(lines, "%s  %s\n", sha256, file);
}

/* Whether it is a line we would write. */
static bool
is_line(const char *line, size_t len)
{
	char name[NAMING_FILE_BYTES];
	struct naming naming;
	enum naming_kind kind;

	if (len <= NAME_AT || len - NAME_AT >= sizeof(name) ||
	    strspn(line, "0123456789abcdef") != HEX || line[HEX] != ' ' ||
	    line[HEX + 1] != ' ')
		return false;
	memcpy(name, line + NAME_AT, len - NAME_AT);
	name[len - NAME_AT] = '\0';
	return naming_parse(&naming, &kind, name) &&
	    (kind == NAMING_MEDIA || kind == NAMING_TWIN);
}

/* What is there, with the file's line at its place. */
static void
merge(
    struct bytes *lines, const char *old, const char *file, const char *sha256)
{
	const char *end;
	bool is_put = false;
	int order;

	for (; *old != '\0'; old = *end == '\0' ? end : end + 1) {
		end = strchrnul(old, '\n');
		if (!is_line(old, (size_t)(end - old)))
			continue;
		order = strncmp(
		    old + NAME_AT, file, (size_t)(end - old) - NAME_AT);
		if (order == 0)
			continue;
		if (order > 0 && !is_put) {
			sums_line(lines, file, sha256);
			is_put = true;
		}
		bytes_append(lines, old, (size_t)(end - old));
		bytes_text(lines, "\n");
	}
	if (!is_put)
		sums_line(lines, file, sha256);
}

static bool
write_lines(int folder, const struct bytes *lines)
{
	size_t written;
	bool is_done;
	int fd, error;

	if (!file_unlink_at(folder, SUMS_NEW))
		return false;
	fd = file_open_at(folder, SUMS_NEW, O_WRONLY | O_CREAT | O_EXCL, 0640);
	if (fd == -1)
		return false;
	is_done = file_write(fd, lines->data, lines->len, &written) &&
	    file_sync(fd);
	error = errno;
	close(fd);
	errno = error;
	return is_done && file_replace_at(folder, SUMS_NEW, SUMS_NAME) &&
	    file_sync(folder);
}

/* The file's text, "" when there is none or it is a link. NULL with errno. */
static char *
read_lines(int folder)
{
	size_t len;
	char *text = file_read_all(folder, SUMS_NAME, MOST_BYTES, &len);

	return text != NULL || (errno != ENOENT && errno != ELOOP)
	    ? text
	    : mem_text("");
}

static bool
put_lines(int folder, const struct bytes *lines, const char *old)
{
	if (strlen(old) == lines->len &&
	    memcmp(old, lines->data, lines->len) == 0 &&
	    (lines->len > 0 || faccessat(folder, SUMS_NAME, F_OK, 0) == -1))
		return true;
	if (lines->len > 0)
		return write_lines(folder, lines);
	return file_unlink_at(folder, SUMS_NEW) &&
	    file_unlink_at(folder, SUMS_NAME) && file_sync(folder);
}

bool
sums_put(int folder, const char *file, const char *sha256)
{
	struct bytes lines = { 0 };
	char *old = read_lines(folder);
	bool is_done;
	int error;

	if (old == NULL)
		return false;
	merge(&lines, old, file, sha256);
	is_done = put_lines(folder, &lines, old);
	error = errno;
	free(old);
	bytes_free(&lines);
	errno = error;
	return is_done;
}

bool
sums_replace(int folder, const struct bytes *lines)
{
	char *old = read_lines(folder);
	bool is_done = old != NULL && put_lines(folder, lines, old);
	int error = errno;

	free(old);
	errno = error;
	return is_done;
}
