/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * whole_priv - how the parts of whole.c look at a file.
 *
 * A view is a window on a file that moves forward; what look() gives stays
 * until the next look(). After a read that failed it gives NULL, and error is
 * set.
 */
#ifndef SPOOL_WHOLE_PRIV_H
#define SPOOL_WHOLE_PRIV_H

#include "spool/whole.h"

#include <stddef.h>

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

int64_t whole_ogg(struct view *);
int64_t whole_mp3(struct view *);
int64_t whole_adts(struct view *);
int64_t whole_webm(struct view *);
int64_t whole_ts(struct view *);
int64_t whole_flac(struct view *);

#endif
