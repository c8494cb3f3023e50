/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "http/request.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Up to the first line end the name, behind it the query. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1), *query;
	char value[32];
	size_t value_len = 0, size;

	memcpy(text, bytes, len);
	text[len] = '\0';
	query = text + strcspn(text, "\n");
	if (*query != '\0')
		*query++ = '\0';
	size = 1 + len % sizeof(value);
	if (query_get(query, text, value, size, &value_len)) {
		CHECK(value_len < size);
		CHECK(strlen(value) == value_len);
	}
	free(text);
	return 0;
}
