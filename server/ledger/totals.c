/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/totals.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static struct total *
unlink_first(struct totals *totals, struct total **at)
{
	struct total *total = *at;

	*at = total->next;
	totals->held--;
	return total;
}

static void
forget(struct total *total)
{
	free(total->base);
	free(total->mount);
	free(total);
}

void
totals_free(struct totals *totals)
{
	for (unsigned i = 0; i < TOTAL_BUCKETS; i++) {
		while (totals->buckets[i] != NULL)
			forget(unlink_first(totals, &totals->buckets[i]));
	}
}

static unsigned
bucket_of(int64_t slot, int64_t member, const char *mount, unsigned kind)
{
	uint64_t hash = (uint64_t)slot * 31 + (uint64_t)member * 7 + kind;

	for (; *mount != '\0'; mount++)
		hash = (hash ^ (uint8_t)*mount) * 0x100000001b3;
	return (unsigned)(hash ^ hash >> 32) % TOTAL_BUCKETS;
}

struct total *
totals_get(struct totals *totals, int64_t slot, int64_t member,
    const char *mount, unsigned kind)
{
	struct total *
	    *bucket = &totals->buckets[bucket_of(slot, member, mount, kind)];
	struct total *total = *bucket;

	while (total != NULL &&
	    (total->slot != slot || total->member != member ||
		total->kind != kind || strcmp(total->mount, mount) != 0))
		total = total->next;
	if (total == NULL) {
		total = mem_new(sizeof(*total));
		total->slot = slot;
		total->member = member;
		total->mount = mem_text(mount);
		total->kind = kind;
		total->next = *bucket;
		*bucket = total;
		totals->held++;
	}
	if (!total->is_unwritten)
		totals->unwritten++;
	total->is_unwritten = true;
	return total;
}

/* The base is in the row now, so it is of the total too. */
static void
note_kept(struct total *total)
{
	for (unsigned i = 0; total->base != NULL && i < TOTAL_COUNTERS; i++)
		total->counters[i] += total->base[i];
	free(total->base);
	total->base = NULL;
	total->is_kept = true;
	total->is_unwritten = false;
}

void
totals_written(struct totals *totals, int64_t oldest_slot)
{
	totals->unwritten = 0;
	for (unsigned i = 0; i < TOTAL_BUCKETS; i++) {
		struct total **at = &totals->buckets[i];

		while (*at != NULL) {
			note_kept(*at);
			if ((*at)->slot < oldest_slot)
				forget(unlink_first(totals, at));
			else
				at = &(*at)->next;
		}
	}
}

static void
add_into(struct total *to, const struct total *from)
{
	if (from->kind == PEAK_KIND) {
		if (from->counters[0] > to->counters[0])
			memcpy(
			    to->counters, from->counters, sizeof(to->counters));
		return;
	}
	for (unsigned i = 0; i < TOTAL_COUNTERS; i++)
		to->counters[i] += from->counters[i];
}

/* A row that is there must stay what it says, so only what has none moves. */
static bool
can_move(const struct total *total, int64_t before_slot, int64_t slots)
{
	return total->is_unwritten && !total->is_kept &&
	    total->slot < before_slot && total->slot % slots != 0;
}

void
totals_fold(struct totals *totals, int64_t before_slot, int64_t slots)
{
	for (unsigned i = 0; i < TOTAL_BUCKETS; i++) {
		struct total **at = &totals->buckets[i];

		while (*at != NULL) {
			struct total *total = *at;

			if (!can_move(total, before_slot, slots)) {
				at = &total->next;
				continue;
			}
			unlink_first(totals, at);
			totals->unwritten--;
			add_into(totals_get(totals,
				     total->slot - total->slot % slots,
				     total->member, total->mount, total->kind),
			    total);
			forget(total);
		}
	}
}
