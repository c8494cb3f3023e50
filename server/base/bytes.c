/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/bytes.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_BYTES 256

void
bytes_free(struct bytes *bytes)
{
	free(bytes->base);
	memset(bytes, 0, sizeof(*bytes));
}

uint8_t *
bytes_room(struct bytes *bytes, size_t len)
{
	size_t eaten = bytes->base != NULL ? (size_t)(bytes->data - bytes->base)
					   : 0;
	size_t size = bytes->size > 0 ? bytes->size : LEAST_BYTES;

	if (bytes->size - eaten - bytes->len >= len && bytes->base != NULL)
		return bytes->data + bytes->len;
	if (eaten > 0) {
		memmove(bytes->base, bytes->data, bytes->len);
		bytes->data = bytes->base;
	}
	while (size - bytes->len < len)
		size *= 2;
	if (size != bytes->size) {
		bytes->base = mem_grow(bytes->base, size);
		bytes->data = bytes->base;
		bytes->size = size;
	}
	return bytes->data + bytes->len;
}

void
bytes_added(struct bytes *bytes, size_t len)
{
	bytes->len += len;
}

void
bytes_append(struct bytes *bytes, const void *from, size_t len)
{
	if (len == 0)
		return;
	memcpy(bytes_room(bytes, len), from, len);
	bytes->len += len;
}

void
bytes_text(struct bytes *bytes, const char *text)
{
	bytes_append(bytes, text, strlen(text));
}

void
bytes_format(struct bytes *bytes, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	CHECK(len >= 0);
	va_start(args, format);
	vsnprintf((char *)bytes_room(bytes, (size_t)len + 1), (size_t)len + 1,
	    format, args);
	va_end(args);
	bytes->len += (size_t)len;
}

void
bytes_eat(struct bytes *bytes, size_t len)
{
	CHECK(len <= bytes->len);
	if (len == 0)
		return;
	bytes->data += len;
	bytes->len -= len;
	if (bytes->len == 0)
		bytes->data = bytes->base;
}

void
bytes_trim(struct bytes *bytes)
{
	struct bytes small = { 0 };

	if (bytes->size <= 4 * LEAST_BYTES || bytes->size / 4 <= bytes->len)
		return;
	bytes_append(&small, bytes->data, bytes->len);
	bytes_free(bytes);
	*bytes = small;
}
