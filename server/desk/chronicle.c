/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * What was on air and what was played, as the ledger keeps it. A broadcast
 * begins when a source's first sound is known, not with its login. */
#include "base/clock.h"
#include "base/text.h"
#include "desk/desk_priv.h"

#include <string.h>

#define SAME_MS 5000 /* a title that comes back within it had not ended */

static void
post_broadcast(
    const struct desk_mount *mount, int64_t ended_ms, const char *reason)
{
	struct broadcast_msg *told = message_new(MSG_BROADCAST, sizeof(*told));
	const struct mount_facts *facts = &mount->facts;

	told->number = mount->chronicle.broadcast;
	told->member = mount->member;
	told->started_ms = mount->chronicle.broadcast_ms;
	told->ended_ms = ended_ms;
	told->bitrate_kbps = facts->bitrate_kbps;
	text_copy(told->mount, sizeof(told->mount), mount->name);
	text_copy(told->reason, sizeof(told->reason), reason);
	text_copy(told->encoder, sizeof(told->encoder), facts->agent);
	text_copy(
	    told->media_type, sizeof(told->media_type), facts->media_type);
	text_copy(told->codecs, sizeof(told->codecs), facts->codecs);
	loop_post(clerk_loop(mount->desk->clerk), &told->message);
}

void
chronicle_facts(struct desk_mount *mount)
{
	struct chronicle *chronicle = &mount->chronicle;

	if (mount->source == 0)
		return;
	if (chronicle->broadcast == 0) {
		chronicle->broadcast = ++mount->desk->last_number;
		chronicle->broadcast_ms = clock_wall_ms();
	}
	post_broadcast(mount, 0, "");
}

static void
post_play(struct desk_mount *mount)
{
	struct chronicle *chronicle = &mount->chronicle;
	struct play_msg *told = message_new(MSG_PLAY, sizeof(*told));

	told->number = chronicle->play;
	told->member = mount->member;
	told->started_ms = chronicle->play_ms;
	told->ended_ms = chronicle->play_end_ms;
	told->listeners = chronicle->play_listeners;
	told->peak = chronicle->play_peak;
	text_copy(told->mount, sizeof(told->mount), mount->name);
	text_copy(told->title, sizeof(told->title), chronicle->title);
	chronicle->has_new_peak = false;
	loop_post(clerk_loop(mount->desk->clerk), &told->message);
}

static bool
is_playing(const struct chronicle *chronicle)
{
	return chronicle->play != 0 && chronicle->play_end_ms == 0;
}

/* The wall clock may have been set back: no end before the beginning. */
static int64_t
end_of(int64_t began_ms)
{
	int64_t now_ms = clock_wall_ms();

	return now_ms > began_ms ? now_ms : began_ms;
}

/* Told a while later: the same title may come back. */
static void
end_play(struct desk_mount *mount)
{
	struct chronicle *chronicle = &mount->chronicle;

	if (!is_playing(chronicle))
		return;
	chronicle->play_end_ms = end_of(chronicle->play_ms);
	chronicle->owes_end = true;
}

static void
tell_end(struct desk_mount *mount)
{
	if (!mount->chronicle.owes_end)
		return;
	mount->chronicle.owes_end = false;
	post_play(mount);
}

static void
raise_peak(struct desk_mount *mount)
{
	struct chronicle *chronicle = &mount->chronicle;

	if (mount->listeners.now <= chronicle->play_peak)
		return;
	chronicle->play_peak = mount->listeners.now;
	chronicle->has_new_peak = true;
}

static void
begin_play(struct desk_mount *mount, const char *title)
{
	struct chronicle *chronicle = &mount->chronicle;

	chronicle->play = ++mount->desk->last_number;
	chronicle->play_ms = clock_wall_ms();
	chronicle->play_end_ms = 0;
	chronicle->play_listeners = mount->listeners.now;
	chronicle->play_peak = mount->listeners.now;
	text_copy(chronicle->title, sizeof(chronicle->title), title);
	post_play(mount);
}

/* False: that title has not just ended. */
static bool
go_on(struct desk_mount *mount, const char *title)
{
	struct chronicle *chronicle = &mount->chronicle;

	if (!chronicle->owes_end || strcmp(title, chronicle->title) != 0)
		return false;
	chronicle->owes_end = false;
	chronicle->play_end_ms = 0;
	raise_peak(mount);
	return true;
}

void
chronicle_title(struct desk_mount *mount, const char *title)
{
	struct chronicle *chronicle = &mount->chronicle;
	char clean[TITLE_BYTES];

	text_clean(clean, sizeof(clean), title, strlen(title));
	if (is_playing(chronicle) && strcmp(clean, chronicle->title) == 0)
		return;
	end_play(mount);
	if (clean[0] == '\0' || mount->source == 0 || go_on(mount, clean))
		return;
	tell_end(mount);
	begin_play(mount, clean);
}

void
chronicle_lost(struct desk_mount *mount, const char *reason)
{
	struct chronicle *chronicle = &mount->chronicle;

	end_play(mount);
	if (mount->is_cut || mount->desk->is_stopping)
		tell_end(mount);
	if (chronicle->broadcast == 0)
		return;
	if (mount->is_cut)
		reason = mount->cut_reason;
	post_broadcast(mount, end_of(chronicle->broadcast_ms), reason);
	chronicle->broadcast = 0;
}

void
chronicle_join(struct desk_mount *mount)
{
	if (is_playing(&mount->chronicle))
		raise_peak(mount);
}

void
chronicle_tick(struct desk_mount *mount)
{
	struct chronicle *chronicle = &mount->chronicle;
	int64_t over_ms = clock_wall_ms() - chronicle->play_end_ms;

	if (!chronicle->owes_end && chronicle->has_new_peak)
		post_play(mount);
	else if (over_ms < 0 || over_ms > SAME_MS)
		tell_end(mount);
}

void
chronicle_end(struct desk_mount *mount)
{
	tell_end(mount);
}
