/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/track.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/media.h"
#include "icy/metadata.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SAY_EVERY 12 /* failures: once a minute */
#define NO_ROOM   "the archive's disk is nearly full"

/* A file that is there goes on; borders are looked for from where it is. */
static void
set_rules(struct track *track)
{
	const struct record_rules *rules = &track->facts.rules;
	struct zones *zones = track->setup->zones;
	const struct zone *zone = zones_find(zones, rules->zone);
	struct split_point last = { .mono_ms = track->splits.began_ms,
		.wall_ms = track->splits.seen_ms };

	splits_set(&track->splits, rules, track->profile,
	    zone != NULL ? zone : zones_utc(zones));
	if (track->recording != NULL)
		splits_begin(&track->splits, &last);
}

struct track *
track_new(const struct track_setup *setup, enum recording_profile profile,
    const struct spool_msg *facts)
{
	struct track *track = mem_new(sizeof(*track));

	track->setup = setup;
	track->profile = profile;
	track->facts = *facts;
	set_rules(track);
	return track;
}

/* A file keeps one media type; what is new holds from the next file on. */
void
track_facts(struct track *track, const struct spool_msg *facts)
{
	bool is_same = strcmp(track->facts.extension, facts->extension) == 0 &&
	    strcmp(track->facts.media_type, facts->media_type) == 0;
	bool is_ruled = memcmp(&track->facts.rules, &facts->rules,
			    sizeof(facts->rules)) == 0;
	struct spool_msg known = *facts;

	track->facts = *facts;
	if (!is_ruled)
		set_rules(track);
	if (track->recording == NULL)
		return;
	known.title[0] = '\0'; /* it has its own by now */
	if (is_same)
		recording_facts(track->recording, &known);
	else
		track->is_other = true;
}

/* The file may end well or badly: its row says which. */
static void
end_file(struct track *track, const char *why)
{
	const struct track_out *out = track->setup->out;
	struct recording_msg row;

	if (track->recording == NULL)
		return;
	if (recording_close(track->recording, &row)) {
		if (row.state == RECORDING_BROKEN)
			log_error("recording %s: broken after %" PRIu64
				  " bytes, path=%s: %s",
			    row.mount, row.bytes, row.path, row.note);
		else
			log_info("recording %s: whole bytes=%" PRIu64
				 " path=%s%s%s",
			    row.mount, row.bytes, row.path,
			    why[0] != '\0' ? ", ended " : "", why);
		out->row(out->arg, &row);
		out->finish(out->arg, row.path);
	}
	track->recording = NULL;
	track->is_in_gap = track->is_other = false;
	track->is_told = false;
	block_unref(track->head);
	track->head = NULL;
}

/* No file is there to have it as a gap. */
static void
lose(struct track *track, uint64_t bytes, const char *why)
{
	if (track->lost_ms == 0) {
		track->lost_ms = clock_mono_ms();
		track->lost_why = why;
	}
	track->lost_bytes += bytes;
}

static void
count_failure(struct track *track, const char *note)
{
	if (track->failures++ % SAY_EVERY == 0)
		log_error("recording %s: %s; trying again every %d s",
		    track->facts.mount, note, RETRY_MS / 1000);
	track->retry_at_ms = clock_mono_ms() + RETRY_MS;
}

static void
fail(struct track *track)
{
	const struct recording_msg *row = recording_row(track->recording);

	count_failure(track, row->note);
	/* A file without a byte leaves no row: its loss is the next one's. */
	lose(track, row->bytes == 0 ? row->gap_bytes : 0,
	    "before it, the disk failed");
	end_file(track, "");
}

static void
tell_begin(struct track *track)
{
	const struct recording_msg *row = recording_row(track->recording);

	if (track->is_told || row->bytes == 0)
		return;
	if (track->failures > 0)
		log_info(
		    "recording %s: goes on, path=%s", row->mount, row->path);
	track->failures = 0;
	track->is_told = true;
	track->told_bytes = row->bytes;
	track->told_ms = clock_mono_ms();
	track->setup->out->row(track->setup->out->arg, row);
}

/* So that storage is counted as it is used. */
static void
tell_growth(struct track *track)
{
	const struct recording_msg *now = recording_row(track->recording);
	struct recording_msg row;

	if (!track->is_told || now->bytes == track->told_bytes ||
	    (now->bytes < track->told_bytes + GROWN_BYTES &&
		clock_mono_ms() < track->told_ms + GROWN_MS))
		return;
	track->told_bytes = now->bytes;
	track->told_ms = clock_mono_ms();
	row = *now;
	row.is_growing = true;
	track->setup->out->row(track->setup->out->arg, &row);
}

static void
point_of(const struct track *track, const struct block *block,
    struct split_point *point)
{
	int64_t now = clock_mono_ms();

	memset(point, 0, sizeof(*point));
	point->mono_ms = block->time_ms > 0 && block->time_ms < now
	    ? block->time_ms
	    : now;
	point->wall_ms = clock_wall_ms() - (now - point->mono_ms);
	point->bytes = block->len;
	point->is_titled = track->is_titled;
	if (track->recording != NULL)
		point->file_bytes = recording_end(track->recording);
}

/* What a person said, the schedule's show, the song, the stream's name. */
static void
name_file(const struct track *track, struct spool_msg *facts)
{
	char song[TITLE_BYTES] = "";

	if (track->splits.rules.split_title)
		icy_metadata_title(track->title, song, sizeof(song));
	if (track->item[0] != '\0')
		text_copy(facts->title, sizeof(facts->title), track->item);
	else if (track->splits.show != NULL)
		text_copy(facts->title, sizeof(facts->title),
		    track->splits.show->name);
	else if (song[0] != '\0')
		text_copy(facts->title, sizeof(facts->title), song);
}

static void
mark_title(struct track *track)
{
	char title[TITLE_BYTES];

	icy_metadata_title(track->title, title, sizeof(title));
	if (track->recording != NULL && title[0] != '\0')
		recording_title(track->recording, title);
}

static bool
begin_file(struct track *track, const struct block *block)
{
	struct spool_msg facts = track->facts;
	struct split_point point;
	char note[128];

	point_of(track, block, &point);
	splits_begin(&track->splits, &point);
	name_file(track, &facts);
	track->recording = recording_open(
	    track->setup->archive, track->profile, &facts, note);
	if (track->recording == NULL) {
		count_failure(track, note);
		return false;
	}
	if (track->lost_ms > 0)
		recording_gap(track->recording, track->lost_bytes,
		    track->lost_ms, track->lost_why);
	if (track->is_piece)
		recording_keep(track->recording);
	mark_title(track);
	track->lost_bytes = 0;
	track->lost_ms = 0;
	track->is_titled = track->is_marked = track->is_back = false;
	return true;
}

static void
write_block(struct track *track, struct block *block, bool wants_head)
{
	bool is_written = recording_write(
	    track->recording, wants_head ? block->head : NULL, block);

	block_ref(block->head);
	block_unref(track->head);
	track->head = block->head;
	if (is_written)
		tell_begin(track);
	else
		fail(track);
}

static bool
is_same_block(const struct block *one, const struct block *other)
{
	if (one == other)
		return true;
	return one != NULL && other != NULL && one->len == other->len &&
	    memcmp(one->bytes, other->bytes, one->len) == 0;
}

static void
block_without_file(struct track *track, struct block *block)
{
	bool is_down = track->failures > 0;

	if (is_down && clock_mono_ms() < track->retry_at_ms)
		lose(track, block->len, "before it, the disk failed");
	else if ((block->flags & BLOCK_SYNC) == 0)
		track->lost_bytes += track->lost_ms > 0 ? block->len : 0;
	else if (begin_file(track, block))
		write_block(track, block, true);
	else
		lose(track, block->len, "before it, the disk failed");
}

/* Whether the file can take what another encoder sends. */
static bool
joins(const struct track *track, const struct block *block)
{
	const struct block *head = track->head, *other = block->head;

	if (track->is_other)
		return false;
	if (head == NULL || other == NULL)
		return head == other;
	return media_joins(head->bytes, head->len, other->bytes, other->len);
}

/* Why the file must end before this block; NULL: it takes it. */
static const char *
why_end(struct track *track, const struct block *block)
{
	struct split_point point;
	const char *why;

	track->is_piece = false;
	if ((block->flags & BLOCK_CUT) != 0)
		return "as the stream does not continue";
	if (track->is_new_feed && !joins(track, block))
		return "as another stream came";
	if (track->is_in_gap && !is_same_block(track->head, block->head))
		return "with other headers after a gap";
	if ((block->flags & BLOCK_SYNC) == 0)
		return NULL;
	point_of(track, block, &point);
	why = splits_due(&track->splits, &point);
	track->is_titled = false;
	if (why != NULL && track->profile != PROFILE_MANUAL &&
	    !track->is_marked)
		track->item[0] = '\0';
	if (track->is_marked)
		why = "by a mark";
	if (why != NULL) {
		track->is_piece = true;
		recording_keep(track->recording);
	}
	return why;
}

/* A chain of Ogg, and a second beginning in WebM or MPEG-TS, want the head
 * before what follows; the others have nothing to say twice. */
static bool
repeats_head(const struct track *track)
{
	return strcmp(track->facts.extension, "flac") != 0;
}

static void
block_with_file(struct track *track, struct block *block)
{
	bool is_new = track->is_new_feed;

	if (track->is_back)
		recording_gap(track->recording, 0, 0, "the encoder was away");
	track->is_back = track->is_new_feed = false;
	if (is_new && block->head != NULL && repeats_head(track) &&
	    !recording_write(track->recording, NULL, block->head)) {
		lose(track, block->len, "before it, the disk failed");
		fail(track);
		return;
	}
	write_block(track, block, false);
}

static void
see_title(struct track *track, const struct block *block)
{
	bool is_same = is_same_block(track->title, block->title);

	if (track->title == block->title)
		return;
	block_ref(block->title);
	block_unref(track->title);
	track->title = block->title;
	track->is_titled |= !is_same;
	if (!is_same && !track->is_paused)
		track->wants_title = true;
}

/* Nothing can be understood before the next start. */
static bool
is_waiting(const struct track *track, const struct block *block)
{
	return (track->is_in_gap || track->is_new_feed) &&
	    (block->flags & (BLOCK_SYNC | BLOCK_CUT)) == 0;
}

void
track_dropped(struct track *track, uint64_t dropped_bytes)
{
	if (dropped_bytes == 0)
		return;
	if (track->recording != NULL) {
		recording_gap(track->recording, dropped_bytes, 0,
		    "the disk was too slow");
		track->is_in_gap = true;
	} else if (track->lost_ms > 0) {
		track->lost_bytes += dropped_bytes;
	}
}

void
track_block(struct track *track, struct block *block, uint64_t dropped_bytes)
{
	const char *why;

	see_title(track, block);
	track_dropped(track, dropped_bytes);
	if (track->is_paused) {
		lose(track, block->len, "before it, " NO_ROOM);
		return;
	}
	if (track->recording != NULL && is_waiting(track, block)) {
		recording_gap(track->recording, block->len, 0, "");
		return;
	}
	if (track->recording != NULL) {
		why = why_end(track, block);
		if (why != NULL)
			end_file(track, why);
	}
	track->is_in_gap = false;
	if (track->recording != NULL && track->wants_title)
		mark_title(track);
	track->wants_title = false;
	if (track->recording == NULL)
		block_without_file(track, block);
	else
		block_with_file(track, block);
}

void
track_point(struct track *track, int64_t point_ms)
{
	if (track->recording == NULL)
		return;
	if (recording_point(track->recording, point_ms)) {
		tell_begin(track);
		tell_growth(track);
	} else {
		fail(track);
	}
}

void
track_mark(struct track *track, const char *title)
{
	track->is_marked = true;
	text_copy(track->item, sizeof(track->item), title);
}

void
track_back(struct track *track, bool is_new_feed)
{
	track->is_back = track->recording != NULL;
	track->is_new_feed = track->is_back && is_new_feed;
}

void
track_stop(struct track *track)
{
	end_file(track, "");
	track->is_piece = track->is_back = track->is_new_feed = false;
	track->item[0] = '\0';
}

void
track_pause(struct track *track, bool is_paused)
{
	if (is_paused && track->recording != NULL) {
		recording_note(track->recording, "it stopped: " NO_ROOM);
		recording_keep(track->recording);
		end_file(track, "as " NO_ROOM);
		lose(track, 0, "before it, " NO_ROOM);
	}
	if (track->is_paused && !is_paused && track->lost_ms > 0)
		log_info("recording %s: may go on", track->facts.mount);
	track->is_paused = is_paused;
}

void
track_end(struct track *track)
{
	track_stop(track);
	if (track->lost_bytes > 0)
		log_error("recording %s: %" PRIu64 " bytes were not recorded",
		    track->facts.mount, track->lost_bytes);
	block_unref(track->title);
	free(track);
}
