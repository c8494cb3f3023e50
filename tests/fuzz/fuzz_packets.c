/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "letters/packets.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1), *error = NULL;
	struct bytes out = { 0 };

	CHECK(text != NULL);
	memcpy(text, bytes, len);
	text[len] = '\0';
	for (int kind = PACKETS_KEY; kind <= PACKETS_SIGNATURE; kind++) {
		if (packets_read(text, kind, &out, &error))
			CHECK(out.len > 0);
		else
			CHECK(error != NULL);
		free(error);
		error = NULL;
		bytes_free(&out);
	}
	free(text);
	return 0;
}
