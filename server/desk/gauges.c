/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Peaks are exact because they are raised at every join, never sampled. */
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "desk/desk_priv.h"

static void
note_peak(struct gauge *gauge)
{
	gauge->peak = gauge->now;
	gauge->peak_at_ms = clock_wall_ms();
	gauge->is_new = gauge->now > 0;
}

void
gauge_join(struct gauge *gauge)
{
	gauge->now++;
	if (gauge->now > gauge->peak)
		note_peak(gauge);
}

void
gauge_leave(struct gauge *gauge)
{
	CHECK(gauge->now > 0);
	gauge->now--;
}

static void
add_row(struct desk *desk, struct peaks_msg *peaks, struct gauge *gauge,
    int64_t member, const char *mount)
{
	struct peak_row *row = &peaks->rows[peaks->count];

	if (!gauge->is_new)
		return;
	gauge->is_new = false;
	peaks->count++;
	row->slot = desk->slot;
	row->member = member;
	text_copy(row->mount, sizeof(row->mount), mount);
	row->peak = gauge->peak;
	row->peak_at_ms = gauge->peak_at_ms;
}

void
gauges_post(struct desk *desk)
{
	struct desk_mount *mount;
	struct peaks_msg *peaks;
	unsigned most = desk->patron_count;

	TAILQ_FOREACH (mount, &desk->mounts, link)
		most++;
	peaks = message_new(
	    MSG_PEAKS, sizeof(*peaks) + most * sizeof(peaks->rows[0]));
	TAILQ_FOREACH (mount, &desk->mounts, link)
		add_row(
		    desk, peaks, &mount->listeners, mount->member, mount->name);
	for (unsigned i = 0; i < desk->patron_count; i++)
		add_row(desk, peaks, &desk->patrons[i]->listeners,
		    desk->patrons[i]->member.id, "");
	if (peaks->count > 0)
		loop_post(clerk_loop(desk->clerk), &peaks->message);
	else
		message_free(&peaks->message);
}

/* Who stays over the end of a slot is the first peak of the next. */
void
gauges_tick(struct desk *desk)
{
	int64_t slot = clock_wall_ms() / SLOT_MS;
	int64_t step_ms = clock_stepped_ms(&desk->apart_ms);
	struct desk_mount *mount;

	if (step_ms != 0)
		log_warn("the clock was set, the slot of accounting ends early "
			 "seconds=%+.1f",
		    (double)step_ms / 1000);
	gauges_post(desk);
	TAILQ_FOREACH (mount, &desk->mounts, link) {
		chronicle_tick(mount);
		herald_tick(mount);
	}
	if (slot == desk->slot)
		return;
	desk->slot = slot;
	TAILQ_FOREACH (mount, &desk->mounts, link)
		note_peak(&mount->listeners);
	for (unsigned i = 0; i < desk->patron_count; i++)
		note_peak(&desk->patrons[i]->listeners);
}
