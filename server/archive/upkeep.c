/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/upkeep.h"

#include "archive/archivist_priv.h"
#include "archive/disposal.h"
#include "archive/item.h"
#include "archive/remote.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/recordings.h"

#include <stdlib.h>
#include <string.h>

#define DUE_MOST   64  /* deleted in one round */
#define TRASH_MOST 500 /* and put into the trash */
#define HOUR_MS    3600000

/* Found first, changed then: what changes is read from the same rows. */
struct due {
	struct due *next;
	char id[RECORDING_ID_BYTES];
	int64_t trashed_ms, started_ms;
	const char *why;
};

struct due_list {
	struct due *first, **last;
	int count;
};

static void
add_due(void *arg, const struct recording_msg *row, const char *why)
{
	struct due_list *list = arg;
	struct due *due = mem_new(sizeof(*due));

	text_copy(due->id, sizeof(due->id), row->id);
	due->trashed_ms = row->trashed_ms;
	due->started_ms = row->started_ms;
	due->why = why;
	*list->last = due;
	list->last = &due->next;
	list->count++;
}

static void
free_list(struct due_list *list)
{
	struct due *next;

	for (; list->first != NULL; list->first = next) {
		next = list->first->next;
		free(list->first);
	}
}

static bool
find_row(struct archivist *archivist, const char *id, struct recording_msg *row)
{
	char name[NAME_BYTES];
	bool failed;

	memset(row, 0, sizeof(*row));
	return recordings_find(archivist->store, id, "", row, name, &failed);
}

int
upkeep_retention(struct archivist *archivist)
{
	struct due_list list = { .last = &list.first };
	const struct retention retention = { .store = archivist->store,
		.conf = archivist->conf,
		.now_ms = clock_wall_ms(),
		.due = add_due,
		.arg = &list };
	int count = retention_find(&retention) ? 0 : -1;
	struct due *due = list.first;
	struct recording_msg row;

	for (; count >= 0 && count < TRASH_MOST && due != NULL; due = due->next)
		count += find_row(archivist, due->id, &row) &&
		    disposal_trash(archivist, &row, due->why);
	archivist->retained_ms = due == NULL ? clock_mono_ms() : 0;
	free_list(&list);
	return count;
}

/* The clerk has their rows out of the store before the next round. */
static void
empty_trash(struct archivist *archivist)
{
	int64_t now_ms = clock_wall_ms();
	struct recording_msg row;
	char ids[DUE_MOST][40];
	unsigned count = recordings_due(archivist->store,
	    now_ms - archivist->conf->trash_ms, now_ms, ids, DUE_MOST);

	for (unsigned i = 0; i < count; i++) {
		if (find_row(archivist, ids[i], &row))
			disposal_delete(archivist, &row, "trash-time");
	}
}

/* --- rotation */

struct rotation {
	int64_t member, used_bytes, storage_bytes;
	char slug[SLUG_BYTES];
};

static bool
may_rotate(const struct recording_msg *row, int64_t now_ms)
{
	return row->trashed_ms != 0
	    ? !item_is_held(row, now_ms)
	    : row->profile == PROFILE_PROGRAMME && !row->is_pinned &&
		!row->is_public && !item_is_held(row, now_ms);
}

/* The trash first, then by age. */
static int
compare_due(const void *one, const void *other)
{
	const struct due *a = *(struct due *const *)one;
	const struct due *b = *(struct due *const *)other;

	if ((a->trashed_ms != 0) != (b->trashed_ms != 0))
		return a->trashed_ms != 0 ? -1 : 1;
	if (a->trashed_ms != b->trashed_ms)
		return a->trashed_ms < b->trashed_ms ? -1 : 1;
	if (a->started_ms != b->started_ms)
		return a->started_ms < b->started_ms ? -1 : 1;
	return strcmp(a->id, b->id);
}

static struct due **
sort_list(const struct due_list *list)
{
	struct due **sorted = mem_new(
	    ((size_t)list->count + 1) * sizeof(struct due *));
	size_t count = 0;

	for (struct due *due = list->first; due != NULL; due = due->next)
		sorted[count++] = due;
	qsort(sorted, count, sizeof(struct due *), compare_due);
	return sorted;
}

static bool
find_rotated(struct archivist *archivist, const struct rotation *rotation,
    struct due_list *list)
{
	sqlite3_stmt *prepared = recordings_kept(
	    archivist->store, rotation->slug);
	struct recording_msg row;
	int64_t now_ms = clock_wall_ms();
	bool failed;

	while (recordings_next_kept(prepared, &row, &failed)) {
		if (may_rotate(&row, now_ms))
			add_due(list, &row, "at-storage rotate");
	}
	return !failed;
}

/* How many bytes that gives. */
static int64_t
give_up(struct archivist *archivist, const struct due *due)
{
	struct recording_msg row;

	if (!find_row(archivist, due->id, &row) ||
	    (row.trashed_ms == 0 &&
		!disposal_trash(archivist, &row, due->why)) ||
	    !disposal_delete(archivist, &row, due->why))
		return 0;
	text_copy(archivist->rotated, sizeof(archivist->rotated), row.id);
	return (int64_t)(row.bytes + row.twin_bytes);
}

static void
make_room(struct archivist *archivist, const struct rotation *rotation)
{
	int64_t need = rotation->used_bytes -
	    rotation->storage_bytes / 100 * UPKEEP_LOW;
	struct due_list list = { .last = &list.first };
	struct due **sorted;

	if (!find_rotated(archivist, rotation, &list)) {
		free_list(&list);
		return;
	}
	sorted = sort_list(&list);
	for (int i = 0; i < list.count && i < TRASH_MOST && need > 0; i++)
		need -= give_up(archivist, sorted[i]);
	if (need > 0 && list.count < TRASH_MOST &&
	    !archivist->is_rotation_short)
		log_warn("archive: member %s chose rotation, and nothing more "
			 "of it may go",
		    rotation->slug);
	archivist->is_rotation_short = need > 0;
	free(sorted);
	free_list(&list);
}

static bool
next_rotation(sqlite3_stmt *prepared, struct rotation *rotation)
{
	int step = sqlite3_step(prepared);

	if (step != SQLITE_ROW) {
		(void)!store_ended(prepared, step);
		return false;
	}
	rotation->member = sqlite3_column_int64(prepared, 0);
	text_copy(
	    rotation->slug, sizeof(rotation->slug), store_text(prepared, 1));
	rotation->storage_bytes = sqlite3_column_int64(prepared, 2);
	rotation->used_bytes = sqlite3_column_int64(prepared, 3);
	return true;
}

/* While rows of the last round are there still, the sums are not true. */
static void
rotate(struct archivist *archivist)
{
	static const char
	    select[] = "SELECT member.id, slug, storage_bytes, (SELECT "
		       "coalesce(sum(bytes + twin_bytes), 0) FROM recording "
		       "WHERE recording.member = member.id) "
		       "FROM member JOIN plan ON plan.id = member.plan "
		       "WHERE at_storage = 'rotate' AND storage_bytes > 0";
	struct recording_msg row;
	struct rotation rotation;
	sqlite3_stmt *prepared;

	if (archivist->rotated[0] != '\0' &&
	    find_row(archivist, archivist->rotated, &row))
		return;
	archivist->rotated[0] = '\0';
	prepared = store_prepare(archivist->store, select);
	while (next_rotation(prepared, &rotation)) {
		if (rotation.used_bytes * 100 >=
		    rotation.storage_bytes * UPKEEP_HIGH)
			make_room(archivist, &rotation);
	}
}

void
upkeep_round(struct archivist *archivist)
{
	int64_t now_ms = clock_mono_ms();

	empty_trash(archivist);
	rotate(archivist);
	remote_round(archivist);
	if (archivist->retained_ms != 0 &&
	    now_ms - archivist->retained_ms < HOUR_MS)
		return;
	if (upkeep_retention(archivist) == -1)
		log_error("archive: the rules of retention wait: %s",
		    store_reason(archivist->store));
}
