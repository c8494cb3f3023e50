/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "base/mem.h"
#include "http/range.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The first byte is the size of the file. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct range ranges[RANGES_MOST];
	unsigned count;
	int64_t secs;
	char *text;

	if (len == 0)
		return 0;
	text = mem_new(len);
	memcpy(text, bytes + 1, len - 1);
	if (range_parse(text, bytes[0], ranges, 8, &count) == RANGE_PARTS) {
		CHECK(count >= 1 && count <= 8);
		for (unsigned i = 0; i < count; i++)
			CHECK(ranges[i].first <= ranges[i].last &&
			    ranges[i].last < bytes[0]);
	}
	(void)!http_date_secs(text, &secs);
	free(text);
	return 0;
}
