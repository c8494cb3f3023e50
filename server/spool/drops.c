/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/drops.h"

#include <stddef.h>

static struct drop_slot *
find(struct drops *drops, uint32_t mount_no)
{
	if (atomic_load(&drops->used) == 0)
		return NULL;
	for (unsigned i = 0; i < DROPS_SLOTS; i++) {
		if (atomic_load(&drops->slots[i].owner) ==
		    (uint64_t)mount_no + 1)
			return &drops->slots[i];
	}
	return NULL;
}

static struct drop_slot *
claim(struct drops *drops, uint32_t mount_no)
{
	for (unsigned i = 0; i < DROPS_SLOTS; i++) {
		unsigned long long nobody = 0;

		if (!atomic_compare_exchange_strong(&drops->slots[i].owner,
			&nobody, (uint64_t)mount_no + 1))
			continue;
		atomic_fetch_add(&drops->used, 1);
		return &drops->slots[i];
	}
	return NULL;
}

bool
drops_add(struct drops *drops, uint32_t mount_no, uint64_t bytes)
{
	struct drop_slot *slot = find(drops, mount_no);

	if (slot == NULL)
		slot = claim(drops, mount_no);
	if (slot == NULL)
		return false;
	atomic_fetch_add(&slot->bytes, bytes);
	return true;
}

uint64_t
drops_take(struct drops *drops, uint32_t mount_no)
{
	struct drop_slot *slot = find(drops, mount_no);
	uint64_t bytes;

	if (slot == NULL)
		return 0;
	bytes = atomic_exchange(&slot->bytes, 0);
	atomic_store(&slot->owner, 0);
	atomic_fetch_sub(&drops->used, 1);
	return bytes;
}

uint64_t
drops_look(struct drops *drops, uint32_t mount_no)
{
	struct drop_slot *slot = find(drops, mount_no);

	return slot != NULL ? atomic_load(&slot->bytes) : 0;
}
