/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/mem.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

void *
mem_new(size_t bytes)
{
	void *memory = calloc(1, bytes);

	CHECK(memory != NULL);
	return memory;
}

void *
mem_grow(void *old, size_t bytes)
{
	void *memory = realloc(old, bytes);

	CHECK(memory != NULL);
	return memory;
}

void *
mem_copy(const void *bytes, size_t len)
{
	void *memory = mem_new(len > 0 ? len : 1);

	if (len > 0)
		memcpy(memory, bytes, len);
	return memory;
}

char *
mem_text(const char *text)
{
	return text != NULL ? mem_copy(text, strlen(text) + 1) : NULL;
}
