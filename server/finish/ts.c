/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/units.h"
#include "format/frames.h"
#include "format/pes.h"

/* MPEG-TS, ISO/IEC 13818-1, stays as it is: players find their way in it by its
 * clocks. How long it is, and where it can be started, is found by the time
 * stamps of its streams, each for itself. */

#define PACKET_BYTES 188
#define TICKS_SECOND 90000
#define WRAP         (UINT64_C(1) << 33)
#define JUMP_TICKS   (10 * TICKS_SECOND) /* no two stamps are so far apart */
#define PES_HEADER   9
#define PES_MOST     (256 << 10) /* of sound; longer ones are not looked into */

struct track {
	unsigned pid;
	uint64_t last;    /* stamp */
	uint64_t elapsed; /* ticks from its first stamp to the last */
	uint64_t step;    /* the last one */
	struct bytes pes; /* the newest, to know how long it lasts */
};

struct ts {
	const struct finish_job *job;
	struct finish_facts *facts;
	struct track tracks[PES_TRACKS];
	unsigned count;
	uint64_t recorded; /* bytes */
	size_t next_mark;
};

static struct track *
find_track(struct ts *ts, unsigned pid)
{
	for (unsigned i = 0; i < ts->count; i++) {
		if (ts->tracks[i].pid == pid)
			return &ts->tracks[i];
	}
	return NULL;
}

static struct track *
make_track(struct ts *ts, unsigned pid)
{
	struct track *track = find_track(ts, pid);

	if (track != NULL)
		return track;
	if (ts->count == PES_TRACKS)
		return NULL;
	ts->tracks[ts->count] = (struct track){ .pid = pid, .last = WRAP };
	return &ts->tracks[ts->count++];
}

/* What is far from the last one goes on where that one was: an encoder that
 * came back with another clock, or a gap. */
static struct track *
pass_stamp(struct ts *ts, unsigned pid, uint64_t stamp)
{
	struct track *track = make_track(ts, pid);
	uint64_t step;

	if (track == NULL)
		return NULL;
	step = (stamp - track->last) % WRAP;
	if (track->last == WRAP)
		step = 0;
	else if (step > JUMP_TICKS)
		step = track->step;
	else if (step > 0)
		track->step = step;
	track->elapsed += step;
	track->last = stamp;
	return track;
}

static void
keep_payload(struct ts *ts, const uint8_t *packet)
{
	struct track *track = find_track(ts, pes_pid(packet));
	size_t len;
	const uint8_t *payload = pes_payload(packet, &len);

	if (track == NULL || payload == NULL)
		return;
	if ((packet[1] & 0x40) != 0)
		bytes_eat(&track->pes, track->pes.len);
	if (track->pes.len + len <= PES_MOST)
		bytes_append(&track->pes, payload, len);
}

/* The frames of sound in a PES, as time; 0 when there are none. */
static uint64_t
sound_ticks(const struct bytes *pes)
{
	size_t at = pes->len >= PES_HEADER ? PES_HEADER + pes->data[8] : 0;
	struct frame_head head;
	uint64_t ticks = 0;

	for (; at > 0 && at + adts_frames.header_bytes <= pes->len;
	     at += head.length) {
		if (!adts_head(pes->data + at, &head) &&
		    !mp3_head(pes->data + at, &head))
			return 0;
		ticks += (uint64_t)head.samples * TICKS_SECOND /
		    head.sample_rate;
	}
	return ticks;
}

static int64_t
length_ms(const struct ts *ts)
{
	uint64_t most = 0, last;

	for (unsigned i = 0; i < ts->count; i++) {
		last = sound_ticks(&ts->tracks[i].pes);
		if (last == 0)
			last = ts->tracks[i].step;
		if (ts->tracks[i].elapsed + last > most)
			most = ts->tracks[i].elapsed + last;
	}
	return (int64_t)(most * 1000 / TICKS_SECOND);
}

static void
take_unit(void *arg, const void *bytes, size_t len, unsigned flags)
{
	struct ts *ts = arg;
	const uint8_t *packet = bytes;
	const struct track *track, *first = NULL;
	struct pes_times times;
	bool is_stamped;

	for (size_t at = 0; at + PACKET_BYTES <= len; at += PACKET_BYTES) {
		is_stamped = pes_times(packet + at, &times);
		track = is_stamped
		    ? pass_stamp(ts, pes_pid(packet + at), times.decoded)
		    : NULL;
		keep_payload(ts, packet + at);
		if (first != NULL || track == NULL)
			continue;
		first = track;
		finish_pass_marks(ts->job, &ts->next_mark, ts->recorded,
		    (int64_t)(track->elapsed * 1000 / TICKS_SECOND));
		if ((flags & UNIT_SYNC) != 0)
			finish_add_point(ts->facts,
			    (int64_t)(track->elapsed * 1000 / TICKS_SECOND),
			    ts->recorded);
	}
	ts->recorded += len;
}

static void
take_head(void *arg, const void *bytes, size_t len)
{
	struct ts *ts = arg;

	(void)bytes;
	if (ts->recorded == 0) /* in a recording it stands in front, once */
		ts->recorded = len;
}

static void
take_title(void *arg, const char *title)
{
	(void)arg;
	(void)title;
}

static void
free_tracks(struct ts *ts)
{
	for (unsigned i = 0; i < ts->count; i++)
		bytes_free(&ts->tracks[i].pes);
}

enum finish_result
finish_ts(
    const struct finish_job *job, struct view *view, struct finish_facts *facts)
{
	struct ts ts = { .job = job, .facts = facts };
	const struct format_out out = { take_head, take_unit, take_title, &ts };
	enum finish_result result = units_read(
	    job, &format_ts, view, &out, facts);

	if (result == FINISH_AS_IS && ts.count == 0)
		result = FINISH_FAILED;
	if (result == FINISH_AS_IS) {
		facts->duration_ms = length_ms(&ts);
		finish_pass_marks(
		    job, &ts.next_mark, UINT64_MAX, facts->duration_ms);
		finish_marks_to_chapters(job, facts);
	}
	free_tracks(&ts);
	return result;
}
