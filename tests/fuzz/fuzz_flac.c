/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "feed_units.h"

#include "base/bytes.h"
#include "format/flac.h"

#include <string.h>

#define FLAGS_AT 1 /* bytes[0] is for fuzz_units */

static bool
is_sync(const uint8_t *at)
{
	return at[0] == 0xff && (at[1] & 0xfe) == 0xf8;
}

/* Makes the checksums right wherever something looks like a frame, so that
 * what is changed gets past them. */
static void
fix_frames(uint8_t *bytes, size_t len)
{
	struct flac_frame frame;
	size_t at, start = 0, n;
	uint16_t crc;

	for (at = 0; at + FLAC_HEADER_MOST < len; at++) {
		if (!is_sync(bytes + at))
			continue;
		if (start > 0 && at - start > 9) {
			crc = flac_crc16(0, bytes + start, at - 2 - start);
			bytes[at - 2] = (uint8_t)(crc >> 8);
			bytes[at - 1] = (uint8_t)crc;
		}
		start = at;
		for (n = 5; n < FLAC_HEADER_MOST; n++) {
			uint8_t old = bytes[at + n];

			bytes[at + n] = flac_crc8(bytes + at, n);
			if (flac_frame_parse(bytes + at, len - at, &frame) ==
			    FLAC_YES)
				break;
			bytes[at + n] = old;
		}
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
		fix_frames(copy + 2, len - 2);
	copy[FLAGS_AT] = copy[0];
	(void)fuzz_units(&format_flac, copy + FLAGS_AT, len - FLAGS_AT);
	free(copy);
	return 0;
}
