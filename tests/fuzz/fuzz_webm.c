/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "feed_units.h"

#define CLUSTER_BYTES 22 /* in front of a block, which has at least 6 */

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	/* Annex B start codes of three bytes become lengths of four. */
	CHECK(fuzz_units(&format_webm, bytes, len) <=
	    len * (1 + CLUSTER_BYTES / 6) + CLUSTER_BYTES);
	return 0;
}
