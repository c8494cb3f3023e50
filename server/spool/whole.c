/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/whole.h"

#include "base/mem.h"
#include "spool/whole_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ZEROS_BYTES 4096

/* Some file systems give zeros where a crash came before the data. No unit of
 * what we scan has so many of them in a row. */
static void
leave_out_zeros(struct view *view)
{
	int64_t end = view->size, start;
	const uint8_t *bytes;
	size_t len;

	for (; end > 0; end = start) {
		start = end > VIEW_BYTES ? end - VIEW_BYTES : 0;
		len = (size_t)(end - start);
		bytes = view_look(view, start, len);
		while (bytes != NULL && len > 0 && bytes[len - 1] == 0)
			len--;
		if (bytes == NULL || len > 0) {
			end = start + (int64_t)len;
			break;
		}
	}
	if (view->size - end >= ZEROS_BYTES)
		view->size = end;
}

static int64_t
whole_other(struct view *view)
{
	return view->size;
}

static int64_t (*scan_of(const char *extension))(struct view *)
{
	static const struct {
		const char *extension;
		int64_t (*scan)(struct view *);
	} scans[] = {
		{ "ogg", whole_ogg },
		{ "oga", whole_ogg },
		{ "ogv", whole_ogg },
		{ "opus", whole_ogg },
		{ "spx", whole_ogg },
		{ "mp3", whole_mp3 },
		{ "aac", whole_adts },
		{ "webm", whole_webm },
		{ "mkv", whole_webm },
		{ "mka", whole_webm },
		{ "ts", whole_ts },
		{ "flac", whole_flac },
	};

	for (size_t i = 0; i < sizeof(scans) / sizeof(scans[0]); i++) {
		if (strcmp(scans[i].extension, extension) == 0)
			return scans[i].scan;
	}
	return whole_other;
}

int64_t
whole_bytes(const char *extension, int fd, int64_t size)
{
	struct view *view = mem_new(sizeof(*view));
	int64_t whole;

	view->fd = fd;
	view->size = size;
	if (scan_of(extension) != whole_other)
		leave_out_zeros(view);
	whole = scan_of(extension)(view);
	if (view->error != 0) {
		errno = view->error;
		whole = -1;
	}
	free(view);
	return whole;
}
