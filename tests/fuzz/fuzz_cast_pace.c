/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "cast_pace.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Two bytes choose the kind and where the rest is cut in two. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pace whole, cut;
	size_t first;

	if (size < 2)
		return 0;
	pace_sniff(data + 2, size - 2);
	pace_open(&whole, (enum pace_kind)(data[0] % PACE_RATE), 1000);
	pace_open(&cut, whole.kind, 1000);
	first = data[1] < size - 2 ? data[1] : size - 2;
	pace_read(&whole, data + 2, size - 2);
	pace_read(&cut, data + 2, first);
	pace_read(&cut, data + 2 + first, size - 2 - first);
	if (whole.us < 0)
		__builtin_trap();
	pace_close(&whole);
	pace_close(&cut);
	return 0;
}
