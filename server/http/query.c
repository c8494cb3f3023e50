/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/http_priv.h"

#include <string.h>

/* One byte of a form's text, and how many letters it stood in. NUL becomes a
 * space: no name has one, and no reader stops early at it. */
static char
take_byte(const char *from, size_t len, size_t *step)
{
	int high, low;

	*step = 1;
	if (from[0] == '+')
		return ' ';
	if (from[0] != '%' || len < 3)
		return from[0];
	high = http_hex_digit(from[1]);
	low = http_hex_digit(from[2]);
	if (high < 0 || low < 0)
		return '%';
	*step = 3;
	return (high | low) == 0 ? ' ' : (char)(high << 4 | low);
}

static bool
is_named(const char *from, size_t len, const char *name)
{
	size_t step;

	for (; len > 0; from += step, len -= step) {
		if (*name == '\0' || take_byte(from, len, &step) != *name++)
			return false;
	}
	return *name == '\0';
}

bool
query_get(
    const char *query, const char *name, char *value, size_t size, size_t *len)
{
	size_t pair, name_len, used = 0, step;
	const char *from, *end;

	CHECK(size > 0);
	value[0] = '\0';
	for (;; query += pair + 1) {
		pair = strcspn(query, "&");
		name_len = strcspn(query, "=&");
		if (is_named(query, name_len, name))
			break;
		if (query[pair] == '\0')
			return false;
	}
	end = query + pair;
	from = query + name_len + (query[name_len] == '=');
	for (; from < end && used + 1 < size; from += step)
		value[used++] = take_byte(from, (size_t)(end - from), &step);
	value[used] = '\0';
	if (len != NULL)
		*len = used;
	return true;
}
