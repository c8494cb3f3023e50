/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * head - the head of an HTTP answer (RFC 9112, 2 to 5), or of an ICY one.
 * Pure. A head longer than HEAD_MOST_BYTES is bad.
 */
#ifndef LOAD_HEAD_H
#define LOAD_HEAD_H

#include "base/check.h"

#include <stddef.h>
#include <stdint.h>

#define HEAD_MOST_BYTES (16 << 10)

enum head_answer {
	HEAD_MORE,
	HEAD_DONE,
	HEAD_BAD
};

struct head {
	unsigned status;
	size_t len;     /* the empty line included */
	size_t metaint; /* 0: no titles woven in */
};

enum head_answer head_read(
    struct head *, const uint8_t *bytes, size_t len) MUST_CHECK;

#endif
