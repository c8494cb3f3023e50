/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/icy.h"

static size_t
least(size_t one, size_t other)
{
	return one < other ? one : other;
}

static size_t
skip_title(struct icy *icy, size_t len)
{
	size_t n = least(icy->title_left, len);

	icy->title_left -= n;
	icy->woven_bytes += n;
	return n;
}

static size_t
start_title(struct icy *icy, uint8_t sixteens)
{
	icy->title_left = (size_t)sixteens * 16;
	icy->titles += sixteens > 0;
	icy->woven_bytes++;
	icy->since = 0;
	return 1;
}

static size_t
pass_stream(struct icy *icy, const uint8_t *bytes, size_t len)
{
	if (icy->metaint > 0)
		len = least(icy->metaint - icy->since, len);
	icy->since += len;
	icy->stream(icy->arg, bytes, len);
	return len;
}

void
icy_read(struct icy *icy, const uint8_t *bytes, size_t len)
{
	size_t done;

	while (len > 0) {
		if (icy->title_left > 0)
			done = skip_title(icy, len);
		else if (icy->metaint > 0 && icy->since == icy->metaint)
			done = start_title(icy, bytes[0]);
		else
			done = pass_stream(icy, bytes, len);
		bytes += done;
		len -= done;
	}
}
