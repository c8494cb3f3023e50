/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/webm_live.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* WebM and Matroska, RFC 9559. The encoder's clusters are undone and made anew
 * wherever a decoder may start, so that a newcomer's first bytes are a cluster
 * like everybody's. Blocks pass as they came; a unit is one block, with the
 * header of its cluster when it is the first in it:
 *
 *      [Cluster, size unknown | Timestamp, 8 bytes][block] [block] [block] ...
 */

enum step {
	STEP_ON,
	STEP_MORE,
	STEP_BAD
};

static enum step
fail(struct webm *webm, const char *why)
{
	webm->why = why;
	return STEP_BAD;
}

static void *
webm_open(void)
{
	struct webm *webm = mem_new(sizeof(*webm));

	webm_head_reset(&webm->heads[0]);
	webm_head_reset(&webm->heads[1]);
	return webm;
}

/* Another encoding: what is known of the last one stays until this one can
 * start. */
static void
await_encoding(struct webm *webm)
{
	webm->coming = &webm->heads[webm->running == &webm->heads[0]];
	webm_head_reset(webm->coming);
	webm->place = AT_TOP;
	webm->has_ebml = webm->has_segment = false;
	webm->has_tracks = webm->has_cluster = false;
	webm->head_bytes = 0;
	webm->time.has_cluster = false;
}

static size_t
most_bytes(uint32_t id)
{
	switch (id) {
	case WEBM_EBML:
	case WEBM_INFO:
	case WEBM_TRACKS_ID:
		return WEBM_HEAD_BYTES;
	case WEBM_TAGS:
		return WEBM_TAGS_BYTES;
	case WEBM_SIMPLE_BLOCK:
	case WEBM_BLOCK_GROUP:
		return WEBM_BLOCK_BYTES;
	default:
		return 64;
	}
}

/* STEP_ON: all of the element is held. */
static enum step
hold(struct webm *webm, const struct ebml *element)
{
	if (element->size > most_bytes(element->id))
		return fail(webm, "an element of this stream is too large");
	return webm->held.len - element->header_bytes < element->size
	    ? STEP_MORE
	    : STEP_ON;
}

static void
leave(uint64_t *left, uint64_t bytes)
{
	if (*left != EBML_UNKNOWN)
		*left -= bytes;
}

/* Takes the element out of what its parents have left. */
static void
eat(struct webm *webm, const struct ebml *element)
{
	uint64_t whole = element->header_bytes + element->size;

	bytes_eat(&webm->held, element->header_bytes);
	webm->skip = element->size;
	if (webm->place == IN_CLUSTER)
		leave(&webm->cluster_left, whole);
	else if (webm->place == IN_SEGMENT)
		leave(&webm->segment_left, whole);
	if (!webm->has_cluster && whole < WEBM_HEAD_BYTES - webm->head_bytes)
		webm->head_bytes += (size_t)whole;
	else if (!webm->has_cluster)
		webm->head_bytes = WEBM_HEAD_BYTES;
}

static enum step
enter_segment(struct webm *webm, const struct ebml *element)
{
	if (webm->has_segment) {
		await_encoding(webm); /* under the same EBML header */
		webm->has_ebml = true;
	}
	bytes_eat(&webm->held, element->header_bytes);
	webm->has_segment = true;
	webm->segment_left = element->size;
	webm->place = IN_SEGMENT;
	return STEP_ON;
}

static enum step
take_top(struct webm *webm, const struct ebml *element)
{
	const uint8_t *payload = webm->held.data + element->header_bytes;
	enum step step;

	if (element->id == WEBM_SEGMENT && webm->has_ebml)
		return enter_segment(webm, element);
	if (element->size > WEBM_HEAD_BYTES - webm->head_bytes)
		return fail(webm, "this is not WebM: it has no segment");
	if (element->id == WEBM_EBML) {
		step = hold(webm, element);
		if (step != STEP_ON)
			return step;
		await_encoding(webm);
		if (!webm_head_ebml(payload, element->size, &webm->why))
			return STEP_BAD;
		webm->has_ebml = true;
	}
	eat(webm, element);
	return STEP_ON;
}

static enum step
enter_cluster(struct webm *webm, const struct ebml *element)
{
	if (!webm->has_tracks)
		return fail(webm, "this stream has clusters before its tracks");
	bytes_eat(&webm->held, element->header_bytes);
	if (element->size == EBML_UNKNOWN)
		webm->segment_left = EBML_UNKNOWN;
	else
		leave(
		    &webm->segment_left, element->header_bytes + element->size);
	webm->cluster_left = element->size;
	webm->place = IN_CLUSTER;
	webm->is_fresh = webm->has_cluster = true;
	webm->time.has_cluster = false;
	return STEP_ON;
}

/* Info, Tracks or Tags, all of it held. */
static enum step
take_about(struct webm *webm, const struct ebml *element)
{
	const uint8_t *payload = webm->held.data + element->header_bytes;
	size_t len = (size_t)element->size;

	switch (element->id) {
	case WEBM_TAGS:
		webm_give_tags(
		    webm, webm->held.data, element->header_bytes + len);
		break;
	case WEBM_INFO:
		if (!webm_head_info(webm->coming, payload, len, &webm->why))
			return STEP_BAD;
		break;
	case WEBM_TRACKS_ID:
		if (!webm_head_tracks(webm->coming, payload, len, &webm->why))
			return STEP_BAD;
		webm->has_tracks = true;
		break;
	}
	eat(webm, element);
	return STEP_ON;
}

/* Is it of use? What comes again after the first cluster is not. */
static bool
is_wanted(const struct webm *webm, const struct ebml *element)
{
	switch (element->id) {
	case WEBM_TAGS:
		return element->header_bytes + element->size <= WEBM_TAGS_BYTES;
	case WEBM_INFO:
		return webm->coming != NULL && webm->coming->info.len == 0;
	case WEBM_TRACKS_ID:
		return webm->coming != NULL && !webm->has_tracks;
	default:
		return false;
	}
}

/* What has no known size says so with its end. */
static bool
fits(const struct ebml *element, uint64_t left)
{
	if (left == EBML_UNKNOWN)
		return true;
	if (left < element->header_bytes)
		return false;
	return element->size == EBML_UNKNOWN ||
	    element->size <= left - element->header_bytes;
}

static enum step
take_in_segment(struct webm *webm, const struct ebml *element)
{
	enum step step;

	if (element->id == WEBM_EBML || element->id == WEBM_SEGMENT) {
		webm->place = AT_TOP;
		return STEP_ON;
	}
	if (!fits(element, webm->segment_left))
		return fail(webm, "an element does not fit into its segment");
	if (element->id == WEBM_CLUSTER)
		return enter_cluster(webm, element);
	if (element->size == EBML_UNKNOWN)
		return fail(webm, "an element of unknown size is no cluster");
	if (!webm->has_cluster &&
	    element->size > WEBM_HEAD_BYTES - webm->head_bytes)
		return fail(webm,
		    "this stream has more than 1 MiB before its "
		    "first cluster");
	if (is_wanted(webm, element)) {
		step = hold(webm, element);
		return step == STEP_ON ? take_about(webm, element) : step;
	}
	eat(webm, element);
	return STEP_ON;
}

/* What cannot be inside a cluster. */
static bool
is_above_cluster(uint32_t id)
{
	switch (id) {
	case WEBM_EBML:
	case WEBM_SEGMENT:
	case WEBM_CLUSTER:
	case WEBM_INFO:
	case WEBM_TRACKS_ID:
	case WEBM_TAGS:
	case WEBM_SEEK_HEAD:
	case WEBM_CUES:
	case WEBM_CHAPTERS:
	case WEBM_ATTACHMENTS:
		return true;
	default:
		return false;
	}
}

static enum step
take_timestamp(struct webm *webm, const struct ebml *element)
{
	const struct webm_head *head = webm->coming != NULL ? webm->coming
							    : webm->running;
	const struct ebml_child child = {
		.data = webm->held.data + element->header_bytes,
		.len = (size_t)element->size,
	};

	if (element->size > 8 ||
	    !webm_time_cluster(&webm->time, ebml_uint(&child), head->scale))
		return fail(webm, "a timestamp of this stream makes no sense");
	return STEP_ON;
}

static enum step
take_in_cluster(struct webm *webm, const struct ebml *element)
{
	size_t whole_bytes = element->header_bytes + (size_t)element->size;
	struct bytes whole = { .data = webm->held.data, .len = whole_bytes };
	enum step step = STEP_ON;

	if (is_above_cluster(element->id)) {
		if (webm->cluster_left != EBML_UNKNOWN)
			return fail(webm, "a cluster of this stream is broken");
		webm->place = IN_SEGMENT;
		return STEP_ON;
	}
	if (element->size == EBML_UNKNOWN)
		return fail(webm, "an element of unknown size is no cluster");
	if (!fits(element, webm->cluster_left))
		return fail(webm, "an element does not fit into its cluster");
	switch (element->id) {
	case WEBM_TIMESTAMP:
		step = hold(webm, element);
		if (step == STEP_ON)
			step = take_timestamp(webm, element);
		break;
	case WEBM_SIMPLE_BLOCK:
	case WEBM_BLOCK_GROUP:
		step = hold(webm, element);
		if (step == STEP_ON && !webm->time.has_cluster)
			step = fail(
			    webm, "a cluster of this stream has no timestamp");
		if (step == STEP_ON)
			webm_give(webm, whole);
		break;
	}
	if (step == STEP_ON)
		eat(webm, element);
	return step;
}

static void
pass_over(struct webm *webm)
{
	size_t len = webm->held.len;

	if (webm->skip < len)
		len = (size_t)webm->skip;
	bytes_eat(&webm->held, len);
	webm->skip -= len;
}

static enum step
take_element(struct webm *webm)
{
	struct ebml element;

	pass_over(webm);
	if (webm->skip > 0)
		return STEP_MORE;
	if (webm->place == IN_CLUSTER && webm->cluster_left == 0)
		webm->place = IN_SEGMENT;
	if (webm->place == IN_SEGMENT && webm->segment_left == 0)
		webm->place = AT_TOP;
	switch (ebml_read(&element, webm->held.data, webm->held.len)) {
	case EBML_MORE:
		return STEP_MORE;
	case EBML_BAD:
		return fail(webm, "this stream is not WebM or is damaged");
	case EBML_FOUND:
		break;
	}
	switch (webm->place) {
	case AT_TOP:
		return take_top(webm, &element);
	case IN_SEGMENT:
		return take_in_segment(webm, &element);
	case IN_CLUSTER:
		break;
	}
	return take_in_cluster(webm, &element);
}

static bool
webm_read(void *state, const uint8_t *bytes, size_t len,
    const struct format_out *out, const char **why)
{
	struct webm *webm = state;
	enum step step;

	webm->out = out;
	bytes_append(&webm->held, bytes, len);
	do {
		step = take_element(webm);
	} while (step == STEP_ON);
	webm->out = NULL;
	bytes_trim(&webm->held);
	if (step == STEP_MORE)
		return true;
	*why = webm->why;
	return false;
}

static void
webm_resume(void *state)
{
	struct webm *webm = state;

	bytes_free(&webm->held);
	webm->skip = 0;
	await_encoding(webm);
}

/* Blocks go out as they come, and unknown sizes end with the stream. */
static void
webm_finish(void *state, const struct format_out *out)
{
	(void)state;
	(void)out;
}

static void
webm_facts(const void *state, struct media_facts *facts)
{
	const struct webm *webm = state;
	const struct webm_head *head = webm->running != NULL ? webm->running
							     : webm->coming;

	memset(facts, 0, sizeof(*facts));
	facts->media_type = "video/webm";
	facts->extension = "webm";
	if (head != NULL && head->count > 0)
		webm_head_facts(head, facts);
}

static void
webm_close(void *state)
{
	struct webm *webm = state;

	webm_head_reset(&webm->heads[0]);
	webm_head_reset(&webm->heads[1]);
	bytes_free(&webm->held);
	bytes_free(&webm->head);
	bytes_free(&webm->unit);
	bytes_free(&webm->block);
	free(webm);
}

const struct format format_webm = {
	.name = "webm",
	.open = webm_open,
	.read = webm_read,
	.resume = webm_resume,
	.finish = webm_finish,
	.facts = webm_facts,
	.close = webm_close,
};
