/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/squeeze.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

static la_ssize_t
take(struct archive *archive, void *arg, const void *bytes, size_t len)
{
	(void)archive;
	bytes_append(arg, bytes, len);
	return (la_ssize_t)len;
}

static bool
write_all(struct archive *to, const void *bytes, size_t len)
{
	struct archive_entry *entry = archive_entry_new();
	bool is_written;

	CHECK(entry != NULL);
	archive_entry_set_filetype(entry, S_IFREG);
	is_written = archive_write_header(to, entry) == ARCHIVE_OK &&
	    archive_write_data(to, bytes, len) == (la_ssize_t)len;
	archive_entry_free(entry);
	return is_written;
}

/* A raw "archive" is the bytes alone. */
bool
squeeze(const void *bytes, size_t len, struct bytes *out)
{
	struct archive *to = archive_write_new();
	bool is_done;

	CHECK(to != NULL);
	is_done = archive_write_set_format_raw(to) == ARCHIVE_OK &&
	    archive_write_add_filter_gzip(to) == ARCHIVE_OK &&
	    archive_write_set_filter_option(to, "gzip", "timestamp", NULL) ==
		ARCHIVE_OK &&
	    archive_write_set_bytes_in_last_block(to, 1) == ARCHIVE_OK &&
	    archive_write_open(to, out, NULL, take, NULL) == ARCHIVE_OK &&
	    write_all(to, bytes, len);
	is_done = archive_write_close(to) == ARCHIVE_OK && is_done;
	archive_write_free(to);
	if (!is_done)
		bytes_free(out);
	return is_done;
}
