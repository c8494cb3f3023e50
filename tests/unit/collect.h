/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * collect - for tests of formats with heads that change: keeps what units.h
 * keeps, and the titles, and which head is in force at each unit.
 */
#ifndef COLLECT_H
#define COLLECT_H

#include "units.h"

struct collected {
	struct units units;
	size_t *heads_at; /* for each head, how many units came before it */
	size_t heads;
	struct bytes titles; /* each with its NUL */
};

static inline void
collect_head(void *arg, const void *bytes, size_t len)
{
	struct collected *all = arg;
	size_t count = all->heads++;

	all->heads_at = mem_grow(all->heads_at, (count + 1) * sizeof(size_t));
	all->heads_at[count] = all->units.count;
	units_head(&all->units, bytes, len);
}

static inline void
collect_unit(void *arg, const void *bytes, size_t len, unsigned flags)
{
	struct collected *all = arg;

	units_unit(&all->units, bytes, len, flags);
}

static inline void
collect_title(void *arg, const char *title)
{
	struct collected *all = arg;

	bytes_append(&all->titles, title, strlen(title) + 1);
}

static inline struct format_out
collect_out(struct collected *all)
{
	return (struct format_out){ collect_head, collect_unit, collect_title,
		all };
}

static inline void
collect_free(struct collected *all)
{
	units_free(&all->units);
	bytes_free(&all->titles);
	free(all->heads_at);
	memset(all, 0, sizeof(*all));
}

/* Pieces are copies, so that reading beyond one is noticed. False: given up. */
static inline bool
collect_feed(struct collected *all, const struct format *format, void *state,
    const struct bytes *bytes, size_t piece)
{
	const struct format_out out = collect_out(all);
	size_t at, n;
	bool ok = true;

	for (at = 0; at < bytes->len && ok; at += n) {
		uint8_t *copy;

		n = bytes->len - at < piece ? bytes->len - at : piece;
		copy = mem_copy(bytes->data + at, n);
		ok = format->read(state, copy, n, &out, &all->units.why);
		free(copy);
	}
	return ok;
}

/* Where the bytes of a unit are. */
static inline const uint8_t *
collect_at(const struct collected *all, size_t unit)
{
	size_t at = 0, i;

	assert_true(unit < all->units.count);
	for (i = 0; i < unit; i++)
		at += all->units.lens[i];
	return all->units.bytes.data + at;
}

#endif
