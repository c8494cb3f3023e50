/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/mem.h"
#include "finish/ogg_sound.h"
#include "finish/units.h"
#include "finish/webm_front.h"
#include "format/webm_priv.h"
#include "format/webm_time.h"

#include <stdlib.h>
#include <string.h>

/* WebM and Matroska, RFC 9559. The recording is read twice: counted, then
 * written with clusters of known size whose time begins at 0. Blocks stay as
 * they were. */

#define CLUSTER_NS     5000000000 /* without pictures; else as recorded */
#define CLUSTER_MOST   (64 << 20)
#define STAMP_BYTES    8
#define SECOND_NS      1000000000
#define MOST_LENGTH    3600000 /* ticks, of a block */
#define BLOCK_DURATION 0x9b

struct track_end {
	int64_t last;   /* ticks, of its newest block */
	int64_t length; /* of that one; what it was before when not known */
	bool has_block;
};

struct webm {
	const struct finish_job *job;
	struct finish_facts *facts;
	struct bytes head;  /* as the format gave it first */
	struct bytes later; /* and last, when that is another one */
	struct webm_head parsed;
	bool is_cut;       /* something does not continue what was before */
	bool is_too_long;  /* a cluster */
	bool is_finished;  /* before: it has chapters */
	int64_t before_ms; /* of encodings before a cut */
	uint64_t recorded;
	size_t next_mark;
	struct track_end ends[WEBM_TRACKS];

	bool has_first;
	int64_t first;   /* ticks: what is 0 in the finished file */
	int64_t early;   /* before the first block, of one that came later */
	int64_t stamp;   /* of the recorded cluster at hand */
	int64_t cluster; /* of the finished one at hand, from first on */
	int64_t begun;   /* ticks, of its first block */
	int64_t now;
	struct bytes blocks; /* of the cluster at hand */
	bool is_sync;        /* it begins where one may start */
	uint64_t cluster_bytes;
	struct webm_cue *cues;
	size_t cue_count;

	bool writes;
	struct sink sink;
};

/* Of what a unit says of its block. */
struct place {
	bool is_fresh; /* the first one of a recorded cluster */
	bool is_sync;
};

static int64_t
ticks_ms(const struct webm *webm, int64_t ticks)
{
	return webm->before_ms + ticks * (int64_t)webm->parsed.scale / 1000000;
}

static void
add_cue(struct webm *webm)
{
	size_t count = webm->cue_count;

	if ((count & (count - 1)) == 0)
		webm->cues = mem_grow(webm->cues,
		    (count == 0 ? 1 : 2 * count) * sizeof(*webm->cues));
	webm->cues[count].ticks = (uint64_t)webm->begun;
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

/* What a group says of its block; 0: nothing. */
static int64_t
group_length(const struct ebml_child *group)
{
	struct ebml_span span = { group->data, group->len };
	struct ebml_child child;
	uint64_t length = 0;

	while (group->id == WEBM_BLOCK_GROUP && ebml_next(&span, &child)) {
		if (child.id == BLOCK_DURATION)
			length = ebml_uint(&child);
	}
	return length <= MOST_LENGTH ? (int64_t)length : 0;
}

/* In ticks; 0 when it is not known. */
static int64_t
block_length(const struct webm *webm, const struct webm_block *block,
    const struct ebml_child *child)
{
	const struct webm_track *track = &webm->parsed.track[block->track];
	unsigned samples;

	if (block->is_laced)
		return group_length(child);
	if (strcmp(track->codec_id, "A_OPUS") == 0) {
		samples = opus_packet_samples(
		    child->whole + block->frame, block->frame_len);
		return (int64_t)((uint64_t)samples * SECOND_NS / 48000 /
		    webm->parsed.scale);
	}
	if (track->frame_ns > 0 && track->frame_ns < SECOND_NS)
		return (int64_t)(track->frame_ns / webm->parsed.scale);
	return group_length(child);
}

static void
time_block(struct webm *webm, const struct webm_block *block,
    const struct ebml_child *child)
{
	struct track_end *end = &webm->ends[block->track];
	int64_t length = block_length(webm, block, child);

	if (length == 0 && end->has_block && webm->now > end->last)
		length = webm->now - end->last;
	if (length != 0)
		end->length = length;
	if (!end->has_block || webm->now > end->last)
		end->last = webm->now;
	end->has_block = true;
	if (webm->now < -webm->early)
		webm->early = -webm->now;
}

/* Can it be in the cluster at hand? Without pictures a recorded cluster is too
 * short to be worth its bytes. */
static bool
has_room(const struct webm *webm, const struct place *place)
{
	int64_t relative = webm->now - webm->cluster;

	if (webm->blocks.len == 0 || !webm_time_fits(relative))
		return false;
	return !place->is_fresh ||
	    (!webm_head_has_video(&webm->parsed) &&
		(uint64_t)relative * webm->parsed.scale < CLUSTER_NS);
}

/* The recorded cluster's own time where that is possible, so that its blocks
 * can stay as they are. */
static void
begin_cluster(struct webm *webm, const struct place *place)
{
	end_cluster(webm);
	webm->cluster = webm->stamp - webm->first;
	if (webm->cluster < 0 || !webm_time_fits(webm->now - webm->cluster))
		webm->cluster = webm->now < 0 ? 0 : webm->now;
	webm->begun = webm->now;
	webm->is_sync = place->is_sync && webm->now >= 0;
}

static void
put_block(struct webm *webm, const struct webm_block *block,
    const struct ebml_child *child)
{
	int64_t relative = webm->now - webm->cluster;
	uint8_t *time;

	webm->is_too_long |= webm->blocks.len + child->whole_len > CLUSTER_MOST;
	if (webm->is_too_long)
		return;
	bytes_append(&webm->blocks, child->whole, child->whole_len);
	time = webm->blocks.data + webm->blocks.len - child->whole_len +
	    block->relative_at;
	time[0] = (uint8_t)((uint64_t)relative >> 8);
	time[1] = (uint8_t)relative;
}

static void
take_block(struct webm *webm, const struct ebml_child *child,
    const struct place *place)
{
	struct webm_block block;

	if (!webm_block_read(
		&block, &webm->parsed, child->whole, child->whole_len))
		return;
	if (!webm->has_first)
		webm->first = webm->stamp + block.relative - webm->early;
	webm->has_first = true;
	webm->now = webm->stamp + block.relative - webm->first;
	if (!webm->writes) {
		finish_pass_marks(webm->job, &webm->next_mark, webm->recorded,
		    ticks_ms(webm, webm->now));
		time_block(webm, &block, child);
	}
	if (!has_room(webm, place))
		begin_cluster(webm, place);
	put_block(webm, &block, child);
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

static void
take_head(void *arg, const void *bytes, size_t len)
{
	struct webm *webm = arg;

	if (webm->head.len > 0) {
		bytes_eat(&webm->later, webm->later.len);
		bytes_append(&webm->later, bytes, len);
		return;
	}
	bytes_append(&webm->head, bytes, len);
	webm->recorded = len;
	webm->is_cut |= !webm_head_read(
	    &webm->parsed, webm->head.data, webm->head.len);
}

/* Other tracks: all that can be done is to add up the times. */
static void
begin_again(struct webm *webm)
{
	end_cluster(webm);
	webm->is_cut = true;
	webm->before_ms = ticks_ms(webm, length_ticks(webm));
	webm->recorded += webm->later.len;
	memset(webm->ends, 0, sizeof(webm->ends));
	webm->has_first = false;
	webm->early = 0;
	(void)!webm_head_read(&webm->parsed, webm->later.data, webm->later.len);
}

/* A cluster's head with its time, or none; then a block, or Tags. */
static void
take_unit(void *arg, const void *bytes, size_t len, unsigned flags)
{
	struct place place = { .is_sync = (flags & UNIT_SYNC) != 0 };
	struct webm *webm = arg;
	struct ebml_span span = { bytes, len };
	struct ebml_child child;
	struct ebml cluster;

	if ((flags & UNIT_CUT) != 0 && webm->has_first)
		begin_again(webm);
	if (ebml_read(&cluster, span.at, span.len) == EBML_FOUND &&
	    cluster.id == WEBM_CLUSTER) {
		span.at += cluster.header_bytes;
		span.len -= cluster.header_bytes;
		if (!ebml_next(&span, &child) || child.id != WEBM_TIMESTAMP)
			return;
		webm->stamp = (int64_t)ebml_uint(&child);
		place.is_fresh = true;
	}
	while (ebml_next(&span, &child)) {
		if (child.id == WEBM_SIMPLE_BLOCK ||
		    child.id == WEBM_BLOCK_GROUP)
			take_block(webm, &child, &place);
	}
	webm->recorded += len;
}

static void
take_title(void *arg, const char *title)
{
	struct webm *webm = arg;

	if (!webm->writes && !webm->is_finished)
		finish_note_title(
		    webm->facts, ticks_ms(webm, length_ticks(webm)), title);
}

static enum finish_result
pass(struct webm *webm, struct view *view)
{
	const struct format_out out = { take_head, take_unit, take_title,
		webm };
	enum finish_result result;

	webm->recorded = webm->head.len;
	webm->has_first = false;
	webm->cluster_bytes = 0;
	webm->cue_count = 0;
	result = units_read(webm->job, &format_webm, view, &out, webm->facts);
	end_cluster(webm);
	return result;
}

/* What was before the first block and came after it moves all of it: then it is
 * counted again. */
static enum finish_result
count(struct webm *webm, struct view *view)
{
	enum finish_result result;

	webm->is_finished = webm_front_chapters(view, webm->facts);
	result = pass(webm, view);
	if (result != FINISH_AS_IS || webm->early == 0 || webm->is_cut)
		return result;
	webm->next_mark = 0;
	if (!webm->is_finished)
		webm->facts->chapter_count = 0;
	memset(webm->ends, 0, sizeof(webm->ends));
	return pass(webm, view);
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
	enum finish_result result = count(webm, view);
	int64_t length = length_ticks(webm);

	if (result != FINISH_AS_IS)
		return result;
	if (!webm->has_first && webm->before_ms == 0)
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
	bytes_free(&webm->later);
	bytes_free(&webm->blocks);
	free(webm->cues);
	free(webm);
	return result;
}
