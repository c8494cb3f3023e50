/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/block.h"

#include <stdlib.h>
#include <string.h>

struct block *
block_new(const void *bytes, size_t len, unsigned flags)
{
	struct block *block = malloc(sizeof(*block) + len);

	CHECK(block != NULL);
	memset(block, 0, sizeof(*block));
	atomic_init(&block->refs, 1);
	block->flags = flags;
	block->len = len;
	if (bytes != NULL && len > 0)
		memcpy(block->bytes, bytes, len);
	return block;
}

struct block *
block_text(const char *text)
{
	return block_new(text, strlen(text), 0);
}

struct block *
block_ref(struct block *block)
{
	if (block != NULL)
		atomic_fetch_add_explicit(
		    &block->refs, 1, memory_order_relaxed);
	return block;
}

void
block_unref(struct block *block)
{
	if (block == NULL ||
	    atomic_fetch_sub_explicit(&block->refs, 1, memory_order_acq_rel) !=
		1)
		return;
	block_unref(block->head);
	block_unref(block->title);
	free(block);
}
