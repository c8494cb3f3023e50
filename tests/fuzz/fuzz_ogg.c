/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "feed_units.h"

#include "ogg_sums.h"

#define FLAGS_AT 1 /* bytes[0] is for fuzz_units */

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
