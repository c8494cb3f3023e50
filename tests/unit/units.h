/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * units - for tests of frame formats: keeps what a format gives out, and feeds
 * it in pieces.
 */
#ifndef UNITS_H
#define UNITS_H

#include "base/bytes.h"
#include "base/mem.h"
#include "format/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct units {
	struct bytes bytes; /* of all units */
	struct bytes heads; /* of all heads */
	struct bytes head;  /* the last */
	size_t *lens;
	unsigned *flags;
	size_t count;
	const char *why; /* what the format said when it gave up */
};

static inline void
units_head(void *arg, const void *bytes, size_t len)
{
	struct units *units = arg;

	bytes_append(&units->heads, bytes, len);
	bytes_free(&units->head);
	bytes_append(&units->head, bytes, len);
}

static inline void
units_unit(void *arg, const void *bytes, size_t len, unsigned flags)
{
	struct units *units = arg;
	size_t count = units->count++;

	bytes_append(&units->bytes, bytes, len);
	units->lens = mem_grow(units->lens, (count + 1) * sizeof(size_t));
	units->flags = mem_grow(units->flags, (count + 1) * sizeof(unsigned));
	units->lens[count] = len;
	units->flags[count] = flags;
}

static inline void
units_title(void *arg, const char *title)
{
	(void)arg;
	(void)title;
}

static inline struct format_out
units_out(struct units *units)
{
	return (
	    struct format_out){ units_head, units_unit, units_title, units };
}

static inline void
units_free(struct units *units)
{
	bytes_free(&units->bytes);
	bytes_free(&units->heads);
	bytes_free(&units->head);
	free(units->lens);
	free(units->flags);
	memset(units, 0, sizeof(*units));
}

/* Pieces are copies, so that reading beyond one is noticed. False: given up. */
static inline bool
units_feed(struct units *units, const struct format *format, void *state,
    const uint8_t *bytes, size_t len, size_t piece)
{
	struct format_out out = units_out(units);
	size_t at, n;
	bool ok = true;

	for (at = 0; at < len && ok; at += n) {
		uint8_t *copy;

		n = len - at < piece ? len - at : piece;
		copy = mem_copy(bytes + at, n);
		ok = format->read(state, copy, n, &out, &units->why);
		free(copy);
	}
	return ok;
}

static inline void
units_same(const struct units *a, const struct units *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->bytes.len, b->bytes.len);
	assert_int_equal(a->heads.len, b->heads.len);
	if (a->count == 0)
		return;
	assert_memory_equal(a->bytes.data, b->bytes.data, a->bytes.len);
	assert_memory_equal(a->lens, b->lens, a->count * sizeof(size_t));
	assert_memory_equal(a->flags, b->flags, a->count * sizeof(unsigned));
	if (a->heads.len > 0)
		assert_memory_equal(a->heads.data, b->heads.data, a->heads.len);
}

/* The same units, whatever the pieces, one byte ones and every cut in two. */
static inline void
units_any_cut(const struct format *format, const uint8_t *bytes, size_t len)
{
	struct units whole = { 0 }, cut = { 0 };
	void *state = format->open();
	size_t at;

	assert_true(units_feed(&whole, format, state, bytes, len, len));
	format->close(state);
	state = format->open();
	assert_true(units_feed(&cut, format, state, bytes, len, 1));
	format->close(state);
	units_same(&whole, &cut);
	units_free(&cut);
	for (at = 1; at < len; at++) {
		state = format->open();
		assert_true(units_feed(&cut, format, state, bytes, at, at));
		assert_true(units_feed(
		    &cut, format, state, bytes + at, len - at, len - at));
		format->close(state);
		units_same(&whole, &cut);
		units_free(&cut);
	}
	units_free(&whole);
}

/* A file of tests/data/muxers. */
static inline struct bytes
units_file(const char *name)
{
	const char *folder = getenv("srcdir");
	struct bytes bytes = { 0 };
	char path[512];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "%s/tests/data/muxers/%s",
	    folder != NULL ? folder : ".", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	while ((len = fread(bytes_room(&bytes, 65536), 1, 65536, file)) > 0)
		bytes_added(&bytes, len);
	fclose(file);
	return bytes;
}

#endif
