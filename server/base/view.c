/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/view.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void
fill(struct view *view, int64_t at)
{
	ssize_t n;

	view->at = at;
	view->len = 0;
	while (view->len < VIEW_BYTES) {
		n = pread(view->fd, view->bytes + view->len,
		    VIEW_BYTES - view->len, (off_t)(at + (int64_t)view->len));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			view->error = errno;
		if (n <= 0)
			return;
		view->len += (size_t)n;
	}
}

const uint8_t *
view_look(struct view *view, int64_t at, size_t len)
{
	CHECK(at >= 0 && len <= VIEW_BYTES);
	if (view->error != 0 || at > view->size ||
	    view->size - at < (int64_t)len)
		return NULL;
	if (at < view->at || at + (int64_t)len > view->at + (int64_t)view->len)
		fill(view, at);
	return view->len >= len && view->error == 0 &&
		at - view->at + (int64_t)len <= (int64_t)view->len
	    ? view->bytes + (at - view->at)
	    : NULL;
}

int64_t
view_find(struct view *view, int64_t at, uint8_t byte)
{
	const uint8_t *bytes, *found;
	size_t len;

	for (; (bytes = view_look(view, at, 1)) != NULL; at += (int64_t)len) {
		len = view->len - (size_t)(at - view->at);
		found = memchr(bytes, byte, len);
		if (found != NULL)
			return at + (found - bytes);
		if (len == 0)
			break;
	}
	return view->size;
}
