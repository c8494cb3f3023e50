/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * feed_units - feeds a format a stream that drops and returns half way. The
 * first byte says where, and in what pieces the bytes come.
 */
#ifndef FEED_UNITS_H
#define FEED_UNITS_H

#include "base/check.h"
#include "base/mem.h"
#include "format/format.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Touches every byte, so that the sanitizers see what is given out. */
static inline void
fuzz_head(void *arg, const void *bytes, size_t len)
{
	(void)arg;
	if (len > 0)
		free(mem_copy(bytes, len));
}

static inline void
fuzz_unit(void *arg, const void *bytes, size_t len, unsigned flags)
{
	CHECK(len > 0);
	CHECK((flags & ~(unsigned)(UNIT_SYNC | UNIT_CUT)) == 0);
	fuzz_head(arg, bytes, len);
	*(size_t *)arg += len;
}

static inline void
fuzz_title(void *arg, const char *title)
{
	(void)arg;
	(void)title;
}

/* How many bytes were given out. */
static inline size_t
fuzz_units(const struct format *format, const uint8_t *bytes, size_t len)
{
	size_t given = 0, at, n, piece, drop;
	const struct format_out out = { fuzz_head, fuzz_unit, fuzz_title,
		&given };
	struct media_facts facts;
	const char *why = NULL;
	bool ok = true;
	void *state;

	if (len < 2)
		return 0;
	piece = 1 + (bytes[0] & 15u) * 97;
	drop = len * (bytes[0] >> 4) / 16;
	state = format->open();
	for (at = 1; at < len && ok; at += n) {
		uint8_t *copy;

		if (at >= drop && drop > 0) {
			format->resume(state);
			drop = 0;
		}
		n = len - at < piece ? len - at : piece;
		copy = mem_copy(bytes + at, n);
		ok = format->read(state, copy, n, &out, &why);
		free(copy);
		CHECK(ok || why != NULL);
		format->facts(state, &facts);
	}
	if (ok)
		format->finish(state, &out);
	format->close(state);
	return given;
}

#endif
