/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/whole_priv.h"

#include <stdbool.h>

#define HEAD_BYTES 12 /* of an element: id up to 4, size up to 8 */
#define CLUSTER    0x1f43b675u
#define SEGMENT    0x18538067u

struct element {
	uint32_t id;
	unsigned head_bytes;
	uint64_t size;
	bool is_unknown; /* its size */
};

/* RFC 8794 sections 4 and 5. len is what the file still has, at most
 * HEAD_BYTES. */
static bool
read_element(struct element *element, const uint8_t *bytes, size_t len)
{
	unsigned id_bytes = 1, size_bytes = 1;

	while (id_bytes <= 4 && (bytes[0] & 0x80u >> (id_bytes - 1)) == 0)
		id_bytes++;
	if (id_bytes > 4 || id_bytes >= len)
		return false;
	element->id = 0;
	for (unsigned i = 0; i < id_bytes; i++)
		element->id = element->id << 8 | bytes[i];
	bytes += id_bytes;
	while (size_bytes <= 8 && (bytes[0] & 0x80u >> (size_bytes - 1)) == 0)
		size_bytes++;
	if (size_bytes > 8 || id_bytes + size_bytes > len)
		return false;
	element->size = bytes[0] & (0xffu >> size_bytes);
	for (unsigned i = 1; i < size_bytes; i++)
		element->size = element->size << 8 | bytes[i];
	element->is_unknown = element->size ==
	    (UINT64_C(1) << 7 * size_bytes) - 1;
	element->head_bytes = id_bytes + size_bytes;
	return true;
}

/* Elements after which a file may end: the rest of a cluster means nothing
 * without a block. */
static bool
is_unit(uint32_t id)
{
	static const uint32_t units[] = {
		0x1a45dfa3, /* EBML */
		0x114d9b74, /* SeekHead */
		0x1549a966, /* Info */
		0x1654ae6b, /* Tracks */
		0x1c53bb6b, /* Cues */
		0x1254c367, /* Tags */
		0x1043a770, /* Chapters */
		0x1941a469, /* Attachments */
		0xa3,       /* SimpleBlock */
		0xa0,       /* BlockGroup */
	};

	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i] == id)
			return true;
	}
	return false;
}

static bool
element_at(struct view *view, int64_t at, struct element *element)
{
	int64_t left = view->size - at;
	size_t len = left < HEAD_BYTES ? (size_t)left : HEAD_BYTES;
	const uint8_t *bytes = len > 1 ? view_look(view, at, len) : NULL;

	if (bytes == NULL || !read_element(element, bytes, len))
		return false;
	if (element->id == CLUSTER || element->id == SEGMENT)
		return true;
	left -= element->head_bytes;
	return !element->is_unknown && element->size <= (uint64_t)left;
}

static int64_t
next_cluster(struct view *view, int64_t at)
{
	const uint8_t *bytes;

	for (;; at++) {
		at = view_find(view, at, CLUSTER >> 24);
		bytes = view_look(view, at, 4);
		if (bytes == NULL)
			return view->size;
		if (bytes[1] == 0x43 && bytes[2] == 0xb6 && bytes[3] == 0x75)
			return at;
	}
}

/* Ids are the same nowhere else, so segments and clusters need not be closed:
 * what is inside is walked as if it stood beside. */
int64_t
whole_webm(struct view *view)
{
	int64_t at = 0, whole = 0;
	struct element element;

	while (at < view->size && view->error == 0) {
		if (!element_at(view, at, &element)) {
			at = next_cluster(view, at + 1);
			continue;
		}
		at += element.head_bytes;
		if (element.id == CLUSTER || element.id == SEGMENT)
			continue;
		at += (int64_t)element.size;
		if (is_unit(element.id))
			whole = at;
	}
	return whole;
}
