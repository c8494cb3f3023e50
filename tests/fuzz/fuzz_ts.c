/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "feed_units.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CHECK(fuzz_units(&format_ts, bytes, len) <= len);
	return 0;
}
