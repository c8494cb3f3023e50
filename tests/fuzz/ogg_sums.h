/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * ogg_sums - for fuzz targets that read Ogg: pages that were changed get right
 * checksums again, so that they are looked at. */
#ifndef OGG_SUMS_H
#define OGG_SUMS_H

#include <ogg/ogg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Length of the page that begins here, as far as it is here; 0: none does. */
static inline size_t
page_length(const uint8_t *bytes, size_t len)
{
	size_t page, i;

	if (len < 27 || memcmp(bytes, "OggS", 4) != 0 || len < 27u + bytes[26])
		return 0;
	page = 27u + bytes[26];
	for (i = 0; i < bytes[26]; i++)
		page += bytes[27 + i];
	return page <= len ? page : 0;
}

/* Makes checksums right, so that what is changed gets past them. */
static inline void
fix_pages(uint8_t *bytes, size_t len)
{
	size_t at = 0, n;
	ogg_page page;

	while (at < len) {
		n = page_length(bytes + at, len - at);
		if (n == 0) {
			at++;
			continue;
		}
		page.header = bytes + at;
		page.header_len = 27 + bytes[at + 26];
		page.body = page.header + page.header_len;
		page.body_len = (long)n - page.header_len;
		ogg_page_checksum_set(&page);
		at += n;
	}
}

#endif
