/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/whole_priv.h"

#include <stdbool.h>
#include <string.h>

#define HEAD_BYTES 27
#define CRC_AT     22
#define MOST_TRIES 1000 /* places that look like a page and are not */

/* RFC 3533 section 6: x^32 + ..., not reflected, starts at 0. */
static void
make_table(uint32_t table[256])
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i << 24;

		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc << 1 ^
			    ((crc & 0x80000000u) != 0 ? 0x04c11db7u : 0);
		table[i] = crc;
	}
}

/* With the checksum's own four bytes taken as 0. */
static uint32_t
page_crc(const uint32_t table[256], const uint8_t *page, size_t len)
{
	uint32_t crc = 0;
	uint8_t byte;

	for (size_t i = 0; i < len; i++) {
		byte = i >= CRC_AT && i < CRC_AT + 4 ? 0 : page[i];
		crc = crc << 8 ^ table[(crc >> 24 ^ byte) & 0xff];
	}
	return crc;
}

/* Length of the page at that place, 0 when there is none that is whole. */
static size_t
page_length(struct view *view, int64_t at, const uint32_t table[256])
{
	const uint8_t *page = view_look(view, at, HEAD_BYTES);
	size_t len, segments;
	uint32_t crc;

	if (page == NULL || memcmp(page, "OggS", 5) != 0)
		return 0;
	segments = page[26];
	len = HEAD_BYTES + segments;
	page = view_look(view, at, len);
	if (page == NULL)
		return 0;
	for (size_t i = 0; i < segments; i++)
		len += page[HEAD_BYTES + i];
	page = view_look(view, at, len);
	if (page == NULL)
		return 0;
	crc = (uint32_t)page[CRC_AT] | (uint32_t)page[CRC_AT + 1] << 8 |
	    (uint32_t)page[CRC_AT + 2] << 16 | (uint32_t)page[CRC_AT + 3] << 24;
	return page_crc(table, page, len) == crc ? len : 0;
}

int64_t
whole_ogg(struct view *view)
{
	int64_t at = 0, whole = 0;
	unsigned tries = 0;
	uint32_t table[256];
	const uint8_t *bytes;
	size_t len;

	make_table(table);
	while (at < view->size && tries < MOST_TRIES) {
		len = page_length(view, at, table);
		if (len > 0) {
			at += (int64_t)len;
			whole = at;
			continue;
		}
		bytes = view_look(view, at, 4);
		if (bytes != NULL && memcmp(bytes, "OggS", 4) == 0)
			tries++;
		at = view_find(view, at + 1, 'O');
	}
	return whole;
}
