/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/webm_live.h"

#include <string.h>

/* What listeners get of a stream: heads, clusters and blocks. */

#define JOIN_NS 100000000 /* between places to start where all is sound */

static void
give_title(struct webm *webm)
{
	char title[WEBM_TITLE_BYTES];

	webm_head_title(webm->running, title);
	if (title[0] == '\0' || strcmp(title, webm->title) == 0)
		return;
	memcpy(webm->title, title, sizeof(title));
	webm->out->title(webm->out->arg, title);
}

static void
give_head(struct webm *webm)
{
	struct bytes head = { 0 };

	webm_head_write(webm->running, webm->time.scale, &head);
	if (head.len == webm->head.len &&
	    memcmp(head.data, webm->head.data, head.len) == 0) {
		bytes_free(&head);
	} else {
		bytes_free(&webm->head);
		webm->head = head;
		webm->out->head(webm->out->arg, head.data, head.len);
	}
	give_title(webm);
}

/* The first place to start of the encoding that waited for it. */
static void
start_encoding(struct webm *webm, const struct webm_block *block)
{
	struct webm_head *old = webm->running;
	bool continues = old != NULL && webm_head_same(old, webm->coming);

	webm->running = webm->coming;
	webm->coming = NULL;
	webm_time_begin(&webm->time, webm->running, block->relative, continues);
	webm->is_cut = old != NULL && !continues;
	webm->is_open = webm->is_fresh = false;
	give_head(webm);
}

static void
put_cluster(struct bytes *unit, int64_t time)
{
	uint8_t stamp[8];

	for (int i = 0; i < 8; i++)
		stamp[i] = (uint8_t)((uint64_t)time >> 8 * (7 - i));
	ebml_put_header(unit, WEBM_CLUSTER, EBML_UNKNOWN);
	ebml_put(unit, WEBM_TIMESTAMP, stamp, sizeof(stamp));
}

static void
give_unit(struct webm *webm, const struct bytes *unit, bool is_join)
{
	unsigned flags = is_join ? UNIT_SYNC : 0;

	if (webm->is_cut)
		flags |= UNIT_CUT;
	webm->is_cut = false;
	webm->out->unit(webm->out->arg, unit->data, unit->len, flags);
}

static void
give_block(struct webm *webm, const struct webm_block *block,
    struct bytes *whole, bool is_join)
{
	bool has_video = webm_head_has_video(webm->running);
	uint8_t *stamp = whole->data + block->relative_at;
	int64_t at, relative;

	if (webm->is_fresh)
		webm_time_check(&webm->time);
	if (!webm_time_block(&webm->time, block->track, block->relative, &at))
		return;
	if (webm->is_fresh || (has_video && is_join) ||
	    !webm_time_fits(at - webm->time.cluster) ||
	    (!has_video &&
		at - webm->cluster_first >= webm_ticks(&webm->time, JOIN_NS)))
		webm->is_open = false;
	webm->is_fresh = false;
	bytes_eat(&webm->unit, webm->unit.len);
	if (!webm->is_open) {
		webm->cluster_first = at;
		put_cluster(&webm->unit, webm_time_of_cluster(&webm->time, at));
	}
	relative = at - webm->time.cluster;
	stamp[0] = (uint8_t)((uint16_t)relative >> 8);
	stamp[1] = (uint8_t)relative;
	if (webm->is_open) {
		give_unit(webm, whole, false);
		return;
	}
	bytes_append(&webm->unit, whole->data, whole->len);
	webm->is_open = true;
	give_unit(webm, &webm->unit, is_join);
}

/* Browsers' H.264 comes without CodecPrivate: it is made from the parameter
 * sets before a key picture. False: this block cannot be the first. */
static bool
settle_setup(
    struct webm *webm, struct webm_track *track, const struct webm_block *block)
{
	struct bytes setup = { 0 };

	if (!webm_avc_setup(
		webm->block.data + block->frame, block->frame_len, &setup)) {
		bytes_free(&setup);
		return track->made_setup.len > 0;
	}
	if (setup.len == track->made_setup.len &&
	    memcmp(setup.data, track->made_setup.data, setup.len) == 0) {
		bytes_free(&setup);
		return true;
	}
	bytes_free(&track->made_setup);
	track->made_setup = setup;
	if (webm->coming == NULL)
		give_head(webm);
	return true;
}

void
webm_give(struct webm *webm, struct bytes whole)
{
	struct webm_head *head = webm->coming != NULL ? webm->coming
						      : webm->running;
	struct webm_block block;
	struct webm_track *track;
	bool is_join;

	if (!webm_block_read(&block, head, whole.data, whole.len))
		return;
	track = &head->track[block.track];
	if (track->is_annex_b && !block.is_laced) {
		bytes_eat(&webm->block, webm->block.len);
		webm_block_from_annex_b(
		    &block, whole.data, whole.len, &webm->block);
		whole = webm->block;
		if (!webm_block_read(&block, head, whole.data, whole.len))
			return;
	}
	if (webm_head_has_video(head))
		is_join = block.track == head->join &&
		    webm_block_is_key(&block, head, whole.data);
	else
		is_join = track->type == WEBM_AUDIO;
	if (is_join && track->is_annex_b && !block.is_laced)
		is_join = settle_setup(webm, track, &block);
	if (webm->coming != NULL && !is_join)
		return;
	if (webm->coming != NULL)
		start_encoding(webm, &block);
	give_block(webm, &block, &whole, is_join);
}

/* Between clusters they say what is on air. */
void
webm_give_tags(struct webm *webm, const uint8_t *whole, size_t len)
{
	struct bytes unit = { .data = NULL };

	if (webm->coming != NULL) {
		(void)webm_head_tags(webm->coming, whole, len);
		return;
	}
	if (!webm_head_tags(webm->running, whole, len))
		return;
	unit.data = webm->running->tags.data;
	unit.len = webm->running->tags.len;
	give_unit(webm, &unit, false);
	webm->is_open = false;
	give_head(webm);
}
