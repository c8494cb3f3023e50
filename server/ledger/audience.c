/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/audience.h"

#include "base/clock.h"
#include "base/distinct.h"
#include "base/mem.h"
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

struct crowd {
	struct crowd *next;
	int64_t day, member;
	char *mount; /* "" for all mounts of the member */
	struct distinct tokens;
	uint64_t listeners; /* of a day that is over: its tokens are gone */
	bool is_over, is_unwritten;
};

struct audience {
	struct store *store;
	struct crowd *first;
	unsigned unwritten;
};

#define MOUNT_ID "(SELECT id FROM mount WHERE path = ?5)"

static const char
    add_mount[] = "INSERT INTO mount(path) VALUES(?5) ON CONFLICT DO NOTHING";

static const char write_row[] =
    "INSERT INTO audience(relay, boot, day, member, mount, listeners, rev) "
    "VALUES(?1, ?2, ?3, ?4, " MOUNT_ID ", ?6, rev()) "
    "ON CONFLICT DO UPDATE SET "
    "listeners = max(listeners, excluded.listeners), rev = excluded.rev";

struct audience *
audience_new(struct store *store)
{
	struct audience *audience = mem_new(sizeof(*audience));

	audience->store = store;
	return audience;
}

static void
forget(struct crowd **at)
{
	struct crowd *crowd = *at;

	*at = crowd->next;
	distinct_free(&crowd->tokens);
	free(crowd->mount);
	free(crowd);
}

void
audience_free(struct audience *audience)
{
	if (audience == NULL)
		return;
	while (audience->first != NULL)
		forget(&audience->first);
	free(audience);
}

static struct crowd *
get_crowd(
    struct audience *audience, int64_t day, int64_t member, const char *mount)
{
	struct crowd *crowd = audience->first;

	while (crowd != NULL &&
	    (crowd->day != day || crowd->member != member || crowd->is_over ||
		strcmp(crowd->mount, mount) != 0))
		crowd = crowd->next;
	if (crowd != NULL)
		return crowd;
	crowd = mem_new(sizeof(*crowd));
	crowd->day = day;
	crowd->member = member;
	crowd->mount = mem_text(mount);
	crowd->next = audience->first;
	audience->first = crowd;
	return crowd;
}

static void
add_tokens(struct audience *audience, const struct audience_msg *message,
    const char *mount)
{
	struct crowd *crowd = get_crowd(
	    audience, message->day, message->member, mount);

	for (unsigned i = 0; i < message->count; i++)
		distinct_add(&crowd->tokens, message->tokens[i]);
	audience->unwritten += !crowd->is_unwritten;
	crowd->is_unwritten = true;
}

void
audience_add(struct audience *audience, const struct audience_msg *message)
{
	add_tokens(audience, message, message->mount);
	add_tokens(audience, message, "");
}

unsigned
audience_unwritten(const struct audience *audience)
{
	return audience->unwritten;
}

static bool
write_crowd(struct store *store, const struct crowd *crowd)
{
	sqlite3_stmt *prepared = store_prepare(store, add_mount);
	char day[DAY_BYTES];

	sqlite3_bind_text(prepared, 5, crowd->mount, -1, SQLITE_STATIC);
	if (!store_run(prepared))
		return false;
	day_text(crowd->day, day);
	prepared = store_prepare(store, write_row);
	sqlite3_bind_int64(prepared, 1, store_relay(store));
	sqlite3_bind_int64(prepared, 2, store_boot(store));
	sqlite3_bind_text(prepared, 3, day, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 4, crowd->member);
	sqlite3_bind_text(prepared, 5, crowd->mount, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 6,
	    (sqlite3_int64)(crowd->is_over ? crowd->listeners
					   : distinct_count(&crowd->tokens)));
	return store_run(prepared);
}

/* Nowhere on earth is it still that day. */
static bool
is_past(const struct crowd *crowd)
{
	return crowd->day + 1 < clock_wall_ms() / DAY_MS;
}

/* Also when it cannot be written: only the number is needed then. */
static void
end_days(struct audience *audience)
{
	for (struct crowd *crowd = audience->first; crowd != NULL;
	     crowd = crowd->next) {
		if (crowd->is_over || !is_past(crowd))
			continue;
		crowd->listeners = distinct_count(&crowd->tokens);
		crowd->is_over = true;
		distinct_free(&crowd->tokens);
	}
}

bool
audience_write(struct audience *audience)
{
	end_days(audience);
	for (const struct crowd *crowd = audience->first; crowd != NULL;
	     crowd = crowd->next) {
		if (crowd->is_unwritten && !write_crowd(audience->store, crowd))
			return false;
	}
	return true;
}

void
audience_written(struct audience *audience)
{
	struct crowd **at = &audience->first;

	audience->unwritten = 0;
	end_days(audience);
	while (*at != NULL) {
		(*at)->is_unwritten = false;
		if ((*at)->is_over)
			forget(at);
		else
			at = &(*at)->next;
	}
}
