/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/webm_time.h"

#include <string.h>

#define NS_PER_S  INT64_C(1000000000)
#define BACK_S    2    /* a cluster this much before the last is a new start */
#define FORWARD_S 3600 /* and so is one this much ahead */
#define VIDEO_NS  40000000
#define OTHER_NS  20000000
#define MOST_TIME (INT64_MAX / 4) /* ns */

int64_t
webm_ticks(const struct webm_time *time, int64_t ns)
{
	int64_t ticks = ns / (int64_t)time->scale;

	return ticks > 0 ? ticks : 1;
}

/* The encoder's ticks as ours. */
static int64_t
scaled(const struct webm_time *time, int64_t ticks)
{
	if (time->scale_in == time->scale)
		return ticks;
	return ticks * (int64_t)time->scale_in / (int64_t)time->scale;
}

static bool
is_timed(const struct webm_track *track)
{
	return track->type == WEBM_VIDEO || track->type == WEBM_AUDIO;
}

/* Where the next encoding goes on: after the last frame of every track. */
static int64_t
end_of(const struct webm_time *time)
{
	int64_t end = 0;

	for (size_t i = 0; i < WEBM_TRACKS; i++) {
		const struct webm_lane *lane = &time->lanes[i];

		if (lane->counts && lane->newest + lane->step > end)
			end = lane->newest + lane->step;
	}
	return end;
}

static void
set_floors(struct webm_time *time)
{
	for (size_t i = 0; i < WEBM_TRACKS; i++)
		time->lanes[i].floor = time->lanes[i].newest + 1;
}

static void
set_lanes(struct webm_time *time, const struct webm_head *head)
{
	for (size_t i = 0; i < head->count; i++) {
		const struct webm_track *track = &head->track[i];
		struct webm_lane *lane = &time->lanes[i];
		int64_t ns = track->type == WEBM_VIDEO ? VIDEO_NS : OTHER_NS;

		lane->counts = is_timed(track);
		lane->is_fixed = track->frame_ns > 0 &&
		    track->frame_ns < (uint64_t)NS_PER_S;
		if (lane->is_fixed)
			ns = (int64_t)track->frame_ns;
		lane->step = webm_ticks(time, ns);
	}
}

bool
webm_time_cluster(struct webm_time *time, uint64_t timestamp, uint64_t scale_in)
{
	if (timestamp > (uint64_t)MOST_TIME / scale_in ||
	    end_of(time) > MOST_TIME)
		return false;
	time->cluster_in = (int64_t)timestamp;
	time->has_cluster = true;
	return true;
}

void
webm_time_begin(struct webm_time *time, const struct webm_head *head,
    int16_t relative, bool continues)
{
	int64_t first, lead;

	if (!continues) {
		memset(time->lanes, 0, sizeof(time->lanes));
		for (size_t i = 0; i < WEBM_TRACKS; i++)
			time->lanes[i].newest = -1;
		time->scale = head->scale;
		time->cluster = 0;
	}
	time->scale_in = head->scale;
	set_lanes(time, head);
	set_floors(time);
	first = scaled(time, time->cluster_in + relative);
	if (continues) {
		time->delta = end_of(time) - first;
	} else {
		/* Pictures shown before the first one sent need room. */
		lead = relative > 0 ? relative : 0;
		if (lead > webm_ticks(time, NS_PER_S))
			lead = webm_ticks(time, NS_PER_S);
		time->delta = lead - first;
	}
	time->last_in = scaled(time, time->cluster_in);
}

/* Listeners freeze when time goes back, and wait when it runs ahead. */
void
webm_time_check(struct webm_time *time)
{
	int64_t now = scaled(time, time->cluster_in), end = end_of(time);

	if (now < time->last_in - webm_ticks(time, BACK_S * NS_PER_S) ||
	    now + time->delta > end + webm_ticks(time, FORWARD_S * NS_PER_S)) {
		time->delta = end - now;
		set_floors(time);
	}
	time->last_in = now;
}

bool
webm_time_block(
    struct webm_time *time, size_t track, int16_t relative, int64_t *at)
{
	struct webm_lane *lane = &time->lanes[track];
	int64_t gap;

	*at = scaled(time, time->cluster_in + relative) + time->delta;
	if (*at < 0)
		*at = 0;
	if (*at < lane->floor)
		return false;
	gap = *at - lane->newest;
	if (!lane->is_fixed && lane->newest >= 0 && gap > 0 &&
	    gap < webm_ticks(time, NS_PER_S))
		lane->step = gap;
	if (gap > 0)
		lane->newest = *at;
	return true;
}

/* The encoder's own cluster time where that is possible, so that its blocks can
 * stay as they are: a browser does not take a block before its cluster. */
int64_t
webm_time_of_cluster(struct webm_time *time, int64_t at)
{
	int64_t cluster = scaled(time, time->cluster_in) + time->delta;
	int64_t lead = webm_ticks(time, NS_PER_S);

	if (cluster < time->cluster)
		cluster = time->cluster;
	if (!webm_time_fits(at - cluster)) {
		lead = lead > INT16_MAX / 2 ? INT16_MAX / 2 : lead;
		cluster = at > lead ? at - lead : 0;
	}
	time->cluster = cluster;
	return cluster;
}

bool
webm_time_fits(int64_t relative)
{
	return relative >= INT16_MIN && relative <= INT16_MAX;
}
