/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/track.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SAY_EVERY 12 /* failures: once a minute */

struct track *
track_new(
    int archive, const struct spool_msg *facts, const struct track_out *out)
{
	struct track *track = mem_new(sizeof(*track));

	track->archive = archive;
	track->out = out;
	track->facts = *facts;
	return track;
}

/* A file keeps one media type; what is new holds from the next file on. */
void
track_facts(struct track *track, const struct spool_msg *facts)
{
	bool is_same = strcmp(track->facts.extension, facts->extension) == 0 &&
	    strcmp(track->facts.media_type, facts->media_type) == 0;

	track->facts = *facts;
	if (track->recording != NULL && is_same)
		recording_facts(track->recording, facts);
}

/* The file may end well or badly: its row says which. */
static void
end_file(struct track *track)
{
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
				 " path=%s",
			    row.mount, row.bytes, row.path);
		track->out->row(track->out->arg, &row);
		track->out->finish(track->out->arg, row.path);
	}
	track->recording = NULL;
	track->is_in_gap = false;
	track->is_told = false;
	block_unref(track->head);
	track->head = NULL;
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
	if (row->bytes == 0)
		track->lost_bytes += row->gap_bytes;
	end_file(track);
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
	track->out->row(track->out->arg, row);
}

static bool
begin_file(struct track *track)
{
	char note[128];

	track->recording = recording_open(track->archive, &track->facts, note);
	if (track->recording == NULL) {
		count_failure(track, note);
		return false;
	}
	if (track->lost_bytes > 0)
		recording_gap(track->recording, track->lost_bytes,
		    "before it, the disk failed");
	track->lost_bytes = 0;
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

/* A decoder goes on after a gap only when it need not be told anything new. */
static bool
is_same_head(const struct block *one, const struct block *other)
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
		track->lost_bytes += block->len;
	else if ((block->flags & BLOCK_SYNC) == 0)
		track->lost_bytes += is_down ? block->len : 0;
	else if (begin_file(track))
		write_block(track, block, true);
	else
		track->lost_bytes += block->len;
}

void
track_block(struct track *track, struct block *block, uint64_t dropped_bytes)
{
	if (track->recording != NULL && dropped_bytes > 0) {
		recording_gap(
		    track->recording, dropped_bytes, "the disk was too slow");
		track->is_in_gap = true;
	} else if (track->failures > 0) {
		track->lost_bytes += dropped_bytes;
	}
	if (track->recording != NULL && track->is_in_gap &&
	    (block->flags & (BLOCK_SYNC | BLOCK_CUT)) == 0) {
		recording_gap(track->recording, block->len, "");
		return;
	}
	if ((block->flags & BLOCK_CUT) != 0 ||
	    (track->is_in_gap && !is_same_head(track->head, block->head)))
		end_file(track);
	track->is_in_gap = false;
	if (track->recording == NULL)
		block_without_file(track, block);
	else
		write_block(track, block, false);
}

void
track_point(struct track *track, int64_t point_ms)
{
	if (track->recording == NULL)
		return;
	if (recording_point(track->recording, point_ms))
		tell_begin(track);
	else
		fail(track);
}

void
track_end(struct track *track, uint64_t dropped_bytes)
{
	if (track->recording != NULL && dropped_bytes > 0)
		recording_gap(
		    track->recording, dropped_bytes, "the disk was too slow");
	end_file(track);
	if (track->lost_bytes > 0)
		log_error("recording %s: %" PRIu64 " bytes were not recorded",
		    track->facts.mount, track->lost_bytes);
	free(track);
}
