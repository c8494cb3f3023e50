/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The line is never full: newcomers are sent away before it is, so that those
 * who listen never starve. What is used now is what the workers say they sent
 * in their last second, and what newcomers since then will take. */
#include "base/clock.h"
#include "base/log.h"
#include "desk/desk_priv.h"

#define HEADS_PERCENT   4 /* TCP and IP heads over what is sent: measured */
#define UNKNOWN_BPS     128000
#define ROTATE_MS       1000
#define CALMER_PERMILLE 50 /* an alarm ends so much below its level */
#define ROOM_LEAST      10 /* of their share recordings keep one part of it */

static const unsigned levels_permille[HEADROOM_LEVELS] = { 700, 800 };

static uint64_t
capacity_bps(const struct desk *desk)
{
	int64_t mbit = desk->conf->capacity_mbit;

	return mbit < 0 ? 0 : (uint64_t)mbit * 1000000;
}

static uint64_t
with_heads(uint64_t bps)
{
	return bps * (100 + HEADS_PERCENT) / 100;
}

/* Once a second those of the last but one second have become part of what the
 * workers measure. */
static void
rotate(struct headroom *headroom)
{
	int64_t now_ms = clock_mono_ms();

	if (now_ms - headroom->rotated_ms < ROTATE_MS)
		return;
	headroom->rotated_ms = now_ms;
	headroom->promised_before_bps = headroom->promised_bps;
	headroom->promised_bps = 0;
}

static uint64_t
archive_bps(const struct desk *desk)
{
	uint64_t bps = 0;

	for (unsigned i = 0; i < desk->worker_count; i++)
		bps += desk->loads[i].archive_bps;
	return with_heads(bps);
}

uint64_t
headroom_used_bps(const struct desk *desk)
{
	const struct headroom *headroom = &desk->headroom;
	uint64_t sent_bps = 0;

	for (unsigned i = 0; i < desk->worker_count; i++)
		sent_bps += desk->loads[i].sent_bps;
	return with_heads(sent_bps) + headroom->promised_bps +
	    headroom->promised_before_bps;
}

/* Without what makes room when somebody wants to listen. */
static uint64_t
live_bps(const struct desk *desk)
{
	uint64_t used = headroom_used_bps(desk), archive = archive_bps(desk);

	return used > archive ? used - archive : 0;
}

uint64_t
headroom_limit_bps(const struct desk *desk)
{
	return capacity_bps(desk) / 100 *
	    (100 - (uint64_t)desk->conf->headroom_percent);
}

/* What recordings may take: their share, but no more than listeners leave; and
 * a little always, so that what has begun does not break off. */
static uint64_t
room_bps(const struct desk *desk)
{
	uint64_t share = capacity_bps(desk) / 100 *
	    (uint64_t)desk->conf->archive_share_percent;
	uint64_t limit = headroom_limit_bps(desk), live = live_bps(desk);
	uint64_t room = live < limit ? limit - live : 0;

	if (room < share / ROOM_LEAST)
		return share / ROOM_LEAST;
	return room < share ? room : share;
}

bool
headroom_admits(struct desk *desk, const struct desk_mount *mount)
{
	struct headroom *headroom = &desk->headroom;
	uint64_t bps = mount->facts.bitrate_kbps > 0
	    ? UINT64_C(1000) * mount->facts.bitrate_kbps
	    : UNKNOWN_BPS;

	if (capacity_bps(desk) == 0)
		return true;
	rotate(headroom);
	bps = with_heads(bps);
	if (live_bps(desk) + bps > headroom_limit_bps(desk)) {
		headroom->refused++;
		return false;
	}
	headroom->promised_bps += bps;
	return true;
}

/* One alone is always let in while listeners leave anything: it may wait. */
bool
headroom_admits_reader(struct desk *desk, const struct ask_msg *ask)
{
	struct headroom *headroom = &desk->headroom;
	uint64_t needed = 0, need = with_heads(ask->need_bps);

	if (capacity_bps(desk) == 0)
		return true;
	rotate(headroom);
	for (unsigned i = 0; i < desk->worker_count; i++)
		needed += with_heads(
		    desk->loads[i].need_bps + desk->loads[i].promised_bps);
	if (live_bps(desk) >= headroom_limit_bps(desk) ||
	    (needed > 0 && needed + need > room_bps(desk))) {
		headroom->refused++;
		return false;
	}
	desk->loads[ask->worker].promised_bps += ask->need_bps;
	return true;
}

/* Its part of the room: those that nobody reads at need none. */
void
headroom_tell_room(const struct desk *desk, unsigned worker)
{
	struct room_msg *room = message_new(MSG_ROOM, sizeof(*room));
	unsigned sharing = 1;

	for (unsigned i = 0; i < desk->worker_count; i++) {
		if (i != worker && desk->loads[i].need_bps > 0)
			sharing++;
	}
	if (capacity_bps(desk) > 0)
		room->archive_bps = room_bps(desk) * 100 /
			(100 + HEADS_PERCENT) / sharing +
		    1;
	loop_post(desk->worker_loops[worker], &room->message);
}

static void
look_at_level(struct desk *desk, unsigned level)
{
	struct headroom *headroom = &desk->headroom;
	uint64_t capacity = capacity_bps(desk);
	uint64_t permille = headroom_used_bps(desk) * 1000 / capacity;
	unsigned limit = levels_permille[level];

	if (!headroom->is_above[level] && permille >= limit) {
		headroom->is_above[level] = true;
		log_warn("line at %llu of 1000 of its capacity of %lld Mbit/s",
		    (unsigned long long)permille,
		    (long long)desk->conf->capacity_mbit);
	} else if (headroom->is_above[level] &&
	    permille + CALMER_PERMILLE < limit) {
		headroom->is_above[level] = false;
		log_info("line below %u of 1000 of its capacity again", limit);
	}
}

void
headroom_pulse(struct desk *desk, const struct pulse_msg *pulse)
{
	struct worker_load *load = &desk->loads[pulse->worker];

	load->sent_bps = pulse->sent_bps;
	load->archive_bps = pulse->archive_bps;
	load->need_bps = pulse->need_bps;
	load->promised_bps = 0;
	headroom_tell_room(desk, pulse->worker);
	if (capacity_bps(desk) == 0)
		return;
	rotate(&desk->headroom);
	for (unsigned i = 0; i < HEADROOM_LEVELS; i++)
		look_at_level(desk, i);
}

void
headroom_show(const struct desk *desk, bool is_json, struct bytes *out)
{
	unsigned long long capacity = capacity_bps(desk);
	unsigned long long limit = headroom_limit_bps(desk);
	unsigned long long used = headroom_used_bps(desk);
	unsigned long long archive = archive_bps(desk), room = room_bps(desk);

	if (is_json)
		bytes_format(out,
		    "{\"schema\":1,\"capacity_bps\":%llu,\"limit_bps\":%llu,"
		    "\"used_bps\":%llu,\"archive_bps\":%llu,"
		    "\"archive_room_bps\":%llu,\"refused\":%llu}\n",
		    capacity, limit, used, archive, room,
		    (unsigned long long)desk->headroom.refused);
	else if (capacity == 0)
		bytes_format(
		    out, "used %llu bit/s, and no capacity is set\n", used);
	else
		bytes_format(out,
		    "used %llu of %llu bit/s, newcomers up to %llu, "
		    "recordings %llu of %llu, %llu sent away\n",
		    used, capacity, limit, archive, room,
		    (unsigned long long)desk->headroom.refused);
}
