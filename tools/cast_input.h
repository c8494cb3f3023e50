/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * cast_input - the files to send, one after the other, or standard input.
 *
 * The first bytes of each are kept until they are asked for, so that its kind
 * is known before anything is sent. ID3v2 tags are left out: they are no part
 * of a stream.
 */
#ifndef CAST_INPUT_H
#define CAST_INPUT_H

#include "base/bytes.h"
#include "base/check.h"
#include "cast_pace.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cast_input {
	int fd; /* -1: none */
	const char *name;
	struct bytes first;
	enum pace_kind kind;
	const char *type; /* media type of what it is */
};

/* False: errno says why. */
bool cast_input_open(struct cast_input *, const char *name) MUST_CHECK;
/* 0 at the end, -1 with errno. */
ssize_t cast_input_read(
    struct cast_input *, uint8_t *bytes, size_t len) MUST_CHECK;
void cast_input_close(struct cast_input *);

#endif
