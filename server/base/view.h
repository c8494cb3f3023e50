/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * view - a window on a file, for what reads it once and in order.
 *
 * The file is read in pieces and never mapped: a disk that fails is an error
 * here, not a signal. What view_look() gives stays until the next one. After a
 * read that failed it gives NULL, and error is set. Looking back further than
 * the window is right, and slow. Any thread; blocks on the disk; the one who
 * made it zeroes it and sets fd and size.
 */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include "base/check.h"

#include <stddef.h>
#include <stdint.h>

#define VIEW_BYTES (128 << 10)

struct view {
	int fd;
	int64_t size;
	int64_t at; /* of bytes[0] in the file */
	size_t len; /* of what is in bytes */
	int error;  /* errno of a read that failed */
	uint8_t bytes[VIEW_BYTES];
};

/* len bytes at that place; NULL when the file is shorter or cannot be read.
 * len is at most VIEW_BYTES. */
const uint8_t *view_look(struct view *, int64_t at, size_t len);
/* Where this byte comes next from at on, size when never. */
int64_t view_find(struct view *, int64_t at, uint8_t byte);

#endif
