/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/entries.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdlib.h>

struct entries *
entries_new(struct store *store, const char *name, entry_writer *write)
{
	struct entries *entries = mem_new(sizeof(*entries));

	entries->store = store;
	entries->name = name;
	entries->write = write;
	entries->end = &entries->first;
	return entries;
}

static void
forget(struct entries *entries, struct entry **at)
{
	struct entry *entry = *at;

	*at = entry->next;
	if (*at == NULL)
		entries->end = at;
	entries->count--;
	entries->unwritten -= entry->is_unwritten;
	free(entry->told);
	free(entry);
}

void
entries_free(struct entries *entries)
{
	if (entries == NULL)
		return;
	while (entries->first != NULL)
		forget(entries, &entries->first);
	free(entries);
}

static void
drop_oldest(struct entries *entries)
{
	struct entry **at = &entries->first;

	while (*at != NULL && !(*at)->is_over)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	forget(entries, at);
	if (entries->dropped++ == 0)
		log_error("store not written: the oldest %s are dropped",
		    entries->name);
}

static struct entry *
get_entry(struct entries *entries, uint64_t number)
{
	struct entry *entry = entries->first;

	while (entry != NULL && entry->number != number)
		entry = entry->next;
	if (entry != NULL)
		return entry;
	if (entries->count >= ENTRIES_MOST)
		drop_oldest(entries);
	entry = mem_new(sizeof(*entry));
	entry->number = number;
	*entries->end = entry;
	entries->end = &entry->next;
	entries->count++;
	return entry;
}

void
entries_add(struct entries *entries, uint64_t number, const void *told,
    size_t bytes, bool is_over)
{
	struct entry *entry = get_entry(entries, number);

	free(entry->told);
	entry->told = mem_copy(told, bytes);
	entry->is_over = is_over;
	entries->unwritten += !entry->is_unwritten;
	entry->is_unwritten = true;
}

bool
entries_write(struct entries *entries)
{
	for (struct entry *entry = entries->first; entry != NULL;
	     entry = entry->next) {
		if (!entry->is_unwritten)
			continue;
		if (!entries->write(entries->store, entry))
			return false;
		if (!entry->is_kept)
			entry->id = store_last_id(entries->store);
	}
	return true;
}

/* Those that go on may change. */
void
entries_written(struct entries *entries)
{
	struct entry **at = &entries->first;

	if (entries->dropped > 0)
		log_warn("store: %s lost while it was not written: %llu",
		    entries->name, (unsigned long long)entries->dropped);
	entries->dropped = 0;
	entries->unwritten = 0;
	while (*at != NULL) {
		(*at)->is_kept = true;
		(*at)->is_unwritten = false;
		if ((*at)->is_over)
			forget(entries, at);
		else
			at = &(*at)->next;
	}
}
