/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "feed_units.h"

#include "base/bytes.h"

#include <ogg/ogg.h>
#include <string.h>

#define FLAGS_AT 1 /* bytes[0] is for fuzz_units */

/* Length of the page that begins here, as far as it is here; 0: none does. */
static size_t
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
static void
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

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t *copy;

	if (len < 4)
		return 0;
	copy = mem_copy(bytes, len);
	if ((bytes[FLAGS_AT] & 1) != 0)
		fix_pages(copy + 2, len - 2);
	copy[FLAGS_AT] = copy[0];
	(void)fuzz_units(&format_ogg, copy + FLAGS_AT, len - FLAGS_AT);
	free(copy);
	return 0;
}
