/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/room.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <inttypes.h>

#define ASK_MS 1000
#define SAY_MS 60000

/* What stopped for lack of room needs an eighth more to go on. */
static bool
is_short(const struct room *room, uint64_t free_bytes, enum room_state stops)
{
	uint64_t need = room->reserve_bytes;

	if (stops == ROOM_FOR_PROGRAMMES)
		need *= 2;
	if (room->state >= stops)
		need += need / 8;
	return free_bytes < need;
}

static enum room_state
find_state(const struct room *room, uint64_t free_bytes)
{
	if (is_short(room, free_bytes, ROOM_FOR_NONE))
		return ROOM_FOR_NONE;
	return is_short(room, free_bytes, ROOM_FOR_PROGRAMMES)
	    ? ROOM_FOR_PROGRAMMES
	    : ROOM_FOR_ALL;
}

static void
say(struct room *room, enum room_state state, uint64_t free_bytes, int64_t now)
{
	static const char *const words[] = { "all is recorded again",
		"logs are not recorded", "nothing is recorded" };
	bool is_new = state != room->state;

	if (!is_new && (state == ROOM_FOR_ALL || now - room->said_ms < SAY_MS))
		return;
	room->said_ms = now;
	if (state == ROOM_FOR_ALL)
		log_info("archive: %s, %" PRIu64 " bytes are free",
		    words[state], free_bytes);
	else
		log_error("archive: %s: only %" PRIu64
			  " bytes are free, archive-reserve is %" PRIu64,
		    words[state], free_bytes, room->reserve_bytes);
}

enum room_state
room_look(struct room *room)
{
	int64_t now = clock_mono_ms();
	enum room_state state;
	uint64_t free_bytes;

	if (room->reserve_bytes == 0 ||
	    (room->asked_ms != 0 && now - room->asked_ms < ASK_MS))
		return room->state;
	room->asked_ms = now;
	if (!file_free_bytes(room->archive, &free_bytes)) {
		log_warn("archive: how much is free is not known: %m");
		return room->state;
	}
	state = find_state(room, free_bytes);
	say(room, state, free_bytes, now);
	room->state = state;
	return state;
}
