/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/mem.h"
#include "finish/ogg_sound.h"
#include "finish/units.h"
#include "finish/webm_front.h"
#include "format/webm_priv.h"

#include <stdlib.h>
#include <string.h>

/* WebM and Matroska, RFC 9559. The recording is read twice: counted, then
 * written with clusters of known size whose time begins at 0. Blocks stay as
 * they were. */

#define CUE_MS       5000 /* without pictures; else each key picture */
#define CLUSTER_MOST (64 << 20)
#define STAMP_BYTES  8
#define SECOND_NS    1000000000

struct track_end {
	int64_t last;   /* ticks, of its newest block */
	int64_t length; /* of that one; what it was before when not known */
	bool has_block;
};

struct webm {
	const struct finish_job *job;
	struct finish_facts *facts;
	struct bytes head; /* as the format gave it first */
	struct webm_head parsed;
	bool is_cut;      /* something does not continue what was before */
	bool is_too_long; /* a cluster */
	uint64_t recorded;
	size_t next_mark;
	struct track_end ends[WEBM_TRACKS];

	bool has_first;
	int64_t first;   /* ticks, of the first block */
	int64_t cluster; /* ticks, of the one at hand, from first on */
	int64_t now;
	struct bytes blocks; /* of the cluster at hand */
	bool is_sync;        /* it begins where one may start */
	uint64_t cluster_bytes;
	struct webm_cue *cues;
	size_t cue_count;

	bool writes;
	struct sink sink;
};

static int64_t
ticks_ms(const struct webm *webm, int64_t ticks)
{
	return ticks * (int64_t)webm->parsed.scale / 1000000;
}

static void
add_cue(struct webm *webm)
{
	size_t count = webm->cue_count;
	bool has_video = webm_head_has_video(&webm->parsed);

	if (!has_video && count > 0 &&
	    ticks_ms(webm,
		webm->cluster - (int64_t)webm->cues[count - 1].ticks) < CUE_MS)
		return;
	if ((count & (count - 1)) == 0)
		webm->cues = mem_grow(webm->cues,
		    (count == 0 ? 1 : 2 * count) * sizeof(*webm->cues));
	webm->cues[count].ticks = (uint64_t)webm->cluster;
	webm->cues[count].byte = webm->cluster_bytes;
	webm->cue_count++;
}

/* Its size, its time and its blocks. */
static void
end_cluster(struct webm *webm)
{
	struct bytes front = { 0 }, time = { 0 };
	uint8_t stamp[STAMP_BYTES];

	if (webm->blocks.len == 0)
		return;
	for (unsigned i = 0; i < STAMP_BYTES; i++)
		stamp[i] = (uint8_t)((uint64_t)webm->cluster >> (56 - 8 * i));
	ebml_put(&time, WEBM_TIMESTAMP, stamp, sizeof(stamp));
	ebml_put_header(&front, WEBM_CLUSTER, time.len + webm->blocks.len);
	bytes_append(&front, time.data, time.len);
	bytes_free(&time);
	if (webm->writes) {
		sink_put(&webm->sink, front.data, front.len);
		sink_put(&webm->sink, webm->blocks.data, webm->blocks.len);
	} else if (webm->is_sync) {
		add_cue(webm);
	}
	webm->cluster_bytes += front.len + webm->blocks.len;
	bytes_free(&front);
	bytes_eat(&webm->blocks, webm->blocks.len);
}

/* In ticks; 0 when it is not known. */
static int64_t
block_length(const struct webm *webm, const struct webm_block *block,
    const uint8_t *whole)
{
	const struct webm_track *track = &webm->parsed.track[block->track];
	unsigned samples;

	if (block->is_laced)
		return 0;
	if (strcmp(track->codec_id, "A_OPUS") == 0) {
		samples = opus_packet_samples(
		    whole + block->frame, block->frame_len);
		return (int64_t)((uint64_t)samples * SECOND_NS / 48000 /
		    webm->parsed.scale);
	}
	return (int64_t)(track->frame_ns / webm->parsed.scale);
}

static void
time_block(struct webm *webm, const struct webm_block *block,
    const uint8_t *whole, int64_t at)
{
	struct track_end *end = &webm->ends[block->track];
	int64_t length = block_length(webm, block, whole);

	if (length == 0 && end->has_block && at > end->last)
		length = at - end->last;
	if (length != 0)
		end->length = length;
	if (!end->has_block || at > end->last)
		end->last = at;
	end->has_block = true;
}

static void
take_block(struct webm *webm, const struct ebml_child *child, int64_t cluster)
{
	struct webm_block block;
	int64_t at;

	if (!webm_block_read(
		&block, &webm->parsed, child->whole, child->whole_len))
		return;
	at = cluster + block.relative;
	webm->now = at - webm->first;
	if (!webm->writes)
		time_block(webm, &block, child->whole, webm->now);
	webm->is_too_long |= webm->blocks.len + child->whole_len > CLUSTER_MOST;
	if (!webm->is_too_long)
		bytes_append(&webm->blocks, child->whole, child->whole_len);
}

/* The first cluster is at 0, unless its first block is before it. */
static void
begin_cluster(struct webm *webm, const struct ebml_span *span, int64_t stamp,
    unsigned flags)
{
	struct ebml_span rest = *span;
	struct ebml_child child;
	struct webm_block block;

	end_cluster(webm);
	if (!webm->has_first) {
		webm->has_first = true;
		webm->first = stamp;
		if (ebml_next(&rest, &child) &&
		    webm_block_read(
			&block, &webm->parsed, child.whole, child.whole_len) &&
		    block.relative < 0)
			webm->first = stamp + block.relative;
	}
	webm->cluster = stamp - webm->first;
	if (webm->cluster < 0)
		webm->is_cut = true;
	webm->is_sync = (flags & UNIT_SYNC) != 0;
}

/* A cluster's head with its time, or none; then blocks. */
static void
take_unit(void *arg, const void *bytes, size_t len, unsigned flags)
{
	struct webm *webm = arg;
	struct ebml_span span = { bytes, len };
	struct ebml_child child;
	struct ebml cluster;

	if ((flags & UNIT_CUT) != 0 && webm->has_first)
		webm->is_cut = true;
	if (ebml_read(&cluster, span.at, span.len) == EBML_FOUND &&
	    cluster.id == WEBM_CLUSTER) {
		span.at += cluster.header_bytes;
		span.len -= cluster.header_bytes;
		if (!ebml_next(&span, &child) || child.id != WEBM_TIMESTAMP)
			return;
		begin_cluster(webm, &span, (int64_t)ebml_uint(&child), flags);
	}
	if (!webm->writes)
		finish_pass_marks(webm->job, &webm->next_mark, webm->recorded,
		    ticks_ms(webm, webm->now));
	while (ebml_next(&span, &child)) {
		if (child.id == WEBM_SIMPLE_BLOCK ||
		    child.id == WEBM_BLOCK_GROUP)
			take_block(webm, &child, webm->cluster + webm->first);
	}
	webm->recorded += len;
}

static bool
parse_head(struct webm *webm)
{
	struct ebml_span span = { webm->head.data, webm->head.len };
	struct ebml_child child;
	struct ebml segment;
	const char *why;

	if (!ebml_next(&span, &child) ||
	    ebml_read(&segment, span.at, span.len) != EBML_FOUND)
		return false;
	span.at += segment.header_bytes;
	span.len -= segment.header_bytes;
	while (ebml_next(&span, &child)) {
		if (child.id == WEBM_INFO &&
		    !webm_head_info(&webm->parsed, child.data, child.len, &why))
			return false;
		if (child.id == WEBM_TRACKS_ID &&
		    !webm_head_tracks(
			&webm->parsed, child.data, child.len, &why))
			return false;
	}
	return webm->parsed.count > 0 && webm->parsed.scale > 0;
}

static void
take_head(void *arg, const void *bytes, size_t len)
{
	struct webm *webm = arg;

	if (webm->head.len > 0)
		return;
	bytes_append(&webm->head, bytes, len);
	webm->recorded = len;
	webm->is_cut |= !parse_head(webm);
}

static void
take_title(void *arg, const char *title)
{
	struct webm *webm = arg;

	if (!webm->writes)
		finish_note_title(
		    webm->facts, ticks_ms(webm, webm->now), title);
}

static enum finish_result
pass(struct webm *webm, struct view *view)
{
	const struct format_out out = { take_head, take_unit, take_title,
		webm };
	enum finish_result result;

	webm->recorded = webm->head.len;
	webm->has_first = false;
	webm->now = 0;
	webm->cluster_bytes = 0;
	result = units_read(webm->job, &format_webm, view, &out, webm->facts);
	end_cluster(webm);
	return result;
}

static int64_t
length_ticks(const struct webm *webm)
{
	int64_t most = 0;

	for (unsigned i = 0; i < WEBM_TRACKS; i++) {
		const struct track_end *end = &webm->ends[i];

		if (end->has_block && end->last + end->length > most)
			most = end->last + end->length;
	}
	return most;
}

static enum finish_result
write_all(struct webm *webm, struct view *view, int64_t length)
{
	const struct webm_head *parsed = &webm->parsed;
	const struct webm_front front = { .job = webm->job,
		.facts = webm->facts,
		.head = &webm->head,
		.scale = parsed->scale,
		.duration_ticks = (double)length,
		.track = parsed
			     ->track[parsed->join < parsed->count ? parsed->join
								  : 0]
			     .number,
		.cues = webm->cues,
		.cue_count = webm->cue_count,
		.cluster_bytes = webm->cluster_bytes };
	enum finish_result result;
	struct bytes bytes = { 0 };

	if (!webm_front_put(&bytes, &front))
		return FINISH_AS_IS;
	webm->sink.fd = webm->job->to;
	webm->writes = true;
	sink_put(&webm->sink, bytes.data, bytes.len);
	bytes_free(&bytes);
	result = pass(webm, view);
	if (!sink_end(&webm->sink))
		return FINISH_FAILED;
	return result == FINISH_AS_IS ? FINISH_WRITTEN : result;
}

static enum finish_result
finish(struct webm *webm, struct view *view)
{
	struct finish_facts *facts = webm->facts;
	enum finish_result result = pass(webm, view);
	int64_t length = length_ticks(webm);

	if (result != FINISH_AS_IS)
		return result;
	if (!webm->has_first)
		return FINISH_FAILED;
	facts->duration_ms = ticks_ms(webm, length);
	finish_pass_marks(
	    webm->job, &webm->next_mark, UINT64_MAX, facts->duration_ms);
	finish_marks_to_chapters(webm->job, facts);
	if (webm->is_cut || webm->is_too_long)
		return FINISH_AS_IS;
	return write_all(webm, view, length);
}

enum finish_result
finish_webm(
    const struct finish_job *job, struct view *view, struct finish_facts *facts)
{
	struct webm *webm = mem_new(sizeof(*webm));
	enum finish_result result;

	webm->job = job;
	webm->facts = facts;
	result = finish(webm, view);
	webm_head_reset(&webm->parsed);
	bytes_free(&webm->head);
	bytes_free(&webm->blocks);
	free(webm->cues);
	free(webm);
	return result;
}
