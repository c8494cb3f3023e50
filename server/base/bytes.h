/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * bytes - a run of bytes that grows at its end and is eaten from its front.
 *
 *      data            data + len
 *        v                 v
 *   eaten|unread bytes ....|room
 *
 * Zeroed is empty. One owner, one thread. Whoever appends bounds the length
 * first: bytes itself knows no limit.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/check.h"

#include <stddef.h>
#include <stdint.h>

struct bytes {
	uint8_t *data; /* first unread byte */
	size_t len;    /* unread bytes */
	uint8_t *base; /* start of the allocation */
	size_t size;   /* of the allocation */
};

void bytes_free(struct bytes *); /* empty again, and holds no memory */
/* Room for at least len bytes after the end; bytes_added() says how many came.
 */
uint8_t *bytes_room(struct bytes *, size_t len);
void bytes_added(struct bytes *, size_t len);
void bytes_append(struct bytes *, const void *, size_t len);
void bytes_text(struct bytes *, const char *text); /* without its NUL */
void bytes_format(struct bytes *, const char *format, ...) PRINTF_LIKE(2, 3);
void bytes_eat(struct bytes *, size_t len);
/* Gives back most of the memory when little of it is still needed. */
void bytes_trim(struct bytes *);

#endif
