/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/ebml.h"

#include <string.h>

#define ID_BYTES   4
#define SIZE_BYTES 8

/* How long a number is that begins with this byte: one more than it has leading
 * zeros. */
static size_t
number_bytes(uint8_t first)
{
	size_t len = 1;

	while (len <= SIZE_BYTES && (first & 0x80u >> (len - 1)) == 0)
		len++;
	return len;
}

static uint64_t
all_ones(size_t len)
{
	return (UINT64_C(1) << 7 * len) - 1;
}

size_t
ebml_number(const uint8_t *bytes, size_t len, uint64_t *number)
{
	size_t count = len > 0 ? number_bytes(bytes[0]) : 1;
	uint64_t value;

	if (count > SIZE_BYTES || count > len)
		return 0;
	value = bytes[0];
	for (size_t i = 1; i < count; i++)
		value = value << 8 | bytes[i];
	*number = value & all_ones(count);
	return count;
}

enum ebml_found
ebml_read(struct ebml *element, const uint8_t *bytes, size_t len)
{
	uint64_t number;
	size_t id_bytes, size_bytes;

	if (len == 0)
		return EBML_MORE;
	id_bytes = number_bytes(bytes[0]);
	if (id_bytes > ID_BYTES)
		return EBML_BAD;
	if (len <= id_bytes)
		return EBML_MORE;
	ebml_number(bytes, len, &number);
	if (number == all_ones(id_bytes))
		return EBML_BAD; /* reserved, RFC 8794 section 5 */
	element->id = (uint32_t)(number | UINT64_C(1) << 7 * id_bytes);
	size_bytes = number_bytes(bytes[id_bytes]);
	if (size_bytes > SIZE_BYTES)
		return EBML_BAD;
	if (len < id_bytes + size_bytes)
		return EBML_MORE;
	ebml_number(bytes + id_bytes, len - id_bytes, &element->size);
	if (element->size == all_ones(size_bytes))
		element->size = EBML_UNKNOWN;
	element->header_bytes = id_bytes + size_bytes;
	return EBML_FOUND;
}

bool
ebml_next(struct ebml_span *span, struct ebml_child *child)
{
	struct ebml element;

	if (ebml_read(&element, span->at, span->len) != EBML_FOUND ||
	    element.size > span->len - element.header_bytes)
		return false;
	child->id = element.id;
	child->len = (size_t)element.size;
	child->data = span->at + element.header_bytes;
	child->whole = span->at;
	child->whole_len = element.header_bytes + child->len;
	span->at += child->whole_len;
	span->len -= child->whole_len;
	return true;
}

uint64_t
ebml_uint(const struct ebml_child *child)
{
	uint64_t value = 0;

	if (child->len > 8)
		return 0;
	for (size_t i = 0; i < child->len; i++)
		value = value << 8 | child->data[i];
	return value;
}

double
ebml_float(const struct ebml_child *child)
{
	uint64_t bits = ebml_uint(child);
	uint32_t few_bits = (uint32_t)bits;
	double value = 0;
	float small;

	if (child->len == sizeof(value)) {
		memcpy(&value, &bits, sizeof(value));
	} else if (child->len == sizeof(small)) {
		memcpy(&small, &few_bits, sizeof(small));
		value = (double)small;
	}
	return value;
}

size_t
ebml_text_length(const struct ebml_child *child)
{
	size_t len = child->len;

	while (len > 0 && child->data[len - 1] == '\0')
		len--;
	return len;
}

bool
ebml_text_is(const struct ebml_child *child, const char *text)
{
	size_t len = ebml_text_length(child);

	return len == strlen(text) && memcmp(child->data, text, len) == 0;
}

static void
put_big_endian(struct bytes *bytes, uint64_t value, size_t len)
{
	uint8_t *to = bytes_room(bytes, len);

	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)(value >> 8 * (len - 1 - i));
	bytes_added(bytes, len);
}

void
ebml_put_header(struct bytes *bytes, uint32_t id, uint64_t size)
{
	size_t id_bytes = 1, size_bytes = 1;

	while (id_bytes < ID_BYTES && id >> 8 * id_bytes != 0)
		id_bytes++;
	if (size == EBML_UNKNOWN) {
		size_bytes = SIZE_BYTES;
		size = all_ones(SIZE_BYTES);
	}
	while (size_bytes < SIZE_BYTES && size >= all_ones(size_bytes))
		size_bytes++;
	put_big_endian(bytes, id, id_bytes);
	put_big_endian(bytes, size | UINT64_C(1) << 7 * size_bytes, size_bytes);
}

void
ebml_put_uint(struct bytes *bytes, uint32_t id, uint64_t value)
{
	size_t len = 1;

	while (len < 8 && value >> 8 * len != 0)
		len++;
	ebml_put_header(bytes, id, len);
	put_big_endian(bytes, value, len);
}

void
ebml_put(struct bytes *bytes, uint32_t id, const void *payload, size_t len)
{
	ebml_put_header(bytes, id, len);
	bytes_append(bytes, payload, len);
}
