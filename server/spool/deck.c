/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/deck.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>

#define EACH_TRACK(deck, track)                                                \
	for (unsigned at_ = 0; at_ < PROFILES; at_++)                          \
		if (((track) = (deck)->tracks[at_]) != NULL)

static void
pause_track(const struct deck *deck, struct track *track)
{
	enum room_state most = track->profile == PROFILE_LOG
	    ? ROOM_FOR_ALL
	    : ROOM_FOR_PROGRAMMES;

	track_pause(track, deck->room > most);
}

static void
begin_track(struct deck *deck, enum recording_profile profile)
{
	deck->tracks[profile] = track_new(deck->setup, profile, &deck->facts);
	pause_track(deck, deck->tracks[profile]);
}

static void
end_track(struct deck *deck, enum recording_profile profile)
{
	track_end(deck->tracks[profile]);
	deck->tracks[profile] = NULL;
}

static void
want_track(struct deck *deck, enum recording_profile profile, bool is_wanted)
{
	bool is_there = deck->tracks[profile] != NULL;

	if (is_wanted && !is_there)
		begin_track(deck, profile);
	else if (is_there && !is_wanted)
		end_track(deck, profile);
}

static void
apply_rules(struct deck *deck)
{
	const struct record_rules *rules = &deck->facts.rules;

	want_track(deck, PROFILE_PROGRAMME, rules->has_programme);
	want_track(deck, PROFILE_LOG, rules->has_log);
	if (!rules->has_manual)
		want_track(deck, PROFILE_MANUAL, false);
}

struct deck *
deck_new(const struct track_setup *setup, const struct spool_msg *facts)
{
	struct deck *deck = mem_new(sizeof(*deck));

	deck->setup = setup;
	deck->facts = *facts;
	deck->last_ms = clock_mono_ms();
	apply_rules(deck);
	return deck;
}

/* What was started by hand ends with its broadcast. */
static void
stop_all(struct deck *deck)
{
	struct track *track;

	EACH_TRACK (deck, track) {
		track_stop(track);
	}
	want_track(deck, PROFILE_MANUAL, false);
}

static bool
is_away_too_long(const struct deck *deck)
{
	return clock_mono_ms() - deck->last_ms > deck->facts.rules.resume_ms;
}

void
deck_open(struct deck *deck, const struct spool_msg *facts)
{
	bool is_new_feed = deck->is_closed;
	struct track *track;

	if (deck->is_away && is_away_too_long(deck))
		stop_all(deck);
	deck->facts = *facts;
	apply_rules(deck);
	EACH_TRACK (deck, track) {
		track_facts(track, facts);
		if (deck->is_away)
			track_back(track, is_new_feed);
	}
	deck->is_away = deck->is_closed = false;
}

void
deck_block(struct deck *deck, struct block *block, uint64_t dropped_bytes)
{
	struct track *track;

	if (!deck->is_away)
		deck->last_ms = clock_mono_ms();
	EACH_TRACK (deck, track) {
		/* The last of a stream that is over begins nothing. */
		if (!deck->is_away || track->recording != NULL)
			track_block(track, block, dropped_bytes);
	}
}

void
deck_away(struct deck *deck)
{
	deck->is_away = true;
}

bool
deck_close(struct deck *deck, bool is_final, uint64_t dropped_bytes)
{
	struct track *track;
	bool is_recording = false;

	EACH_TRACK (deck, track) {
		track_dropped(track, dropped_bytes);
		is_recording |= track->recording != NULL;
	}
	deck->is_closed = deck->is_away = true;
	return is_recording && !is_final && deck->facts.rules.resume_ms > 0;
}

bool
deck_point(struct deck *deck, int64_t point_ms)
{
	struct track *track;

	if (deck->is_away && is_away_too_long(deck)) {
		stop_all(deck);
		return !deck->is_closed;
	}
	EACH_TRACK (deck, track) {
		track_point(track, point_ms);
	}
	return true;
}

void
deck_room(struct deck *deck, enum room_state room)
{
	struct track *track;

	if (room == deck->room)
		return;
	deck->room = room;
	EACH_TRACK (deck, track) {
		pause_track(deck, track);
	}
}

static const char *
start(struct deck *deck, const char *title)
{
	struct track *track;

	if (!deck->facts.rules.has_manual)
		return "its mount has record = no";
	if (deck->is_away)
		return "its source is away";
	if (deck->tracks[PROFILE_MANUAL] != NULL)
		return "that goes on already";
	begin_track(deck, PROFILE_MANUAL);
	track = deck->tracks[PROFILE_MANUAL];
	text_copy(track->item, sizeof(track->item), title);
	return NULL;
}

static const char *
stop(struct deck *deck)
{
	if (deck->tracks[PROFILE_MANUAL] == NULL)
		return "nothing was started there";
	end_track(deck, PROFILE_MANUAL);
	return NULL;
}

static const char *
mark(struct deck *deck, const char *title)
{
	struct track *track;
	bool is_any = false;

	EACH_TRACK (deck, track) {
		if (track->profile == PROFILE_LOG || track->recording == NULL)
			continue;
		track_mark(track, title);
		is_any = true;
	}
	return is_any ? NULL : "nothing is recorded there";
}

const char *
deck_command(struct deck *deck, enum record_what what, const char *title)
{
	switch (what) {
	case RECORD_START:
		return start(deck, title);
	case RECORD_STOP:
		return stop(deck);
	default:
		return mark(deck, title);
	}
}

void
deck_free(struct deck *deck)
{
	for (unsigned i = 0; i < PROFILES; i++)
		want_track(deck, (enum recording_profile)i, false);
	free(deck);
}
