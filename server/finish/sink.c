/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/file.h"
#include "finish/finish_priv.h"

#include <errno.h>
#include <unistd.h>

#define GATHER_BYTES (256 << 10)
#define COPY_BYTES   (64 << 10)

static void
flush(struct sink *sink)
{
	size_t written;

	if (sink->error == 0 &&
	    !file_write(
		sink->fd, sink->waiting.data, sink->waiting.len, &written))
		sink->error = errno;
	bytes_eat(&sink->waiting, sink->waiting.len);
}

void
sink_put(struct sink *sink, const void *bytes, size_t len)
{
	bytes_append(&sink->waiting, bytes, len);
	sink->at += len;
	if (sink->waiting.len >= GATHER_BYTES)
		flush(sink);
}

bool
sink_copy(struct sink *sink, struct view *view, int64_t at, uint64_t len)
{
	const uint8_t *bytes;
	size_t piece;

	for (; len > 0; len -= piece, at += (int64_t)piece) {
		piece = len < COPY_BYTES ? (size_t)len : COPY_BYTES;
		bytes = view_look(view, at, piece);
		if (bytes == NULL)
			return false;
		sink_put(sink, bytes, piece);
	}
	return true;
}

bool
sink_end(struct sink *sink)
{
	if (sink->waiting.len > 0)
		flush(sink);
	bytes_free(&sink->waiting);
	errno = sink->error;
	return sink->error == 0;
}

bool
sink_over(struct sink *sink, uint64_t at, const void *bytes, size_t len)
{
	size_t written;

	return lseek(sink->fd, (off_t)at, SEEK_SET) != -1 &&
	    file_write(sink->fd, bytes, len, &written);
}
