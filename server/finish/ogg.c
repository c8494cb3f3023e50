/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/mem.h"
#include "base/random.h"
#include "finish/comments.h"
#include "finish/ogg_read.h"
#include "finish/ogg_sound.h"
#include "format/comments.h"
#include "format/flac.h"

#include <ogg/ogg.h>
#include <stdlib.h>
#include <string.h>

/* An encoder that tells a new title begins a new link, RFC 3533 section 4, and
 * players neither add up the links' times nor find a place in them. When all
 * links are of one stream of sound with the same headers, their packets become
 * one link, whose time is the sum of what comes out of them; the links' titles
 * become its chapters. Anything else stays as it is. */

#define MOST_HEADER (1 << 20)

struct ogg {
	const struct finish_job *job;
	struct finish_facts *facts;
	ogg_stream_state in;
	bool has_in;      /* a link is being read */
	bool has_headers; /* all of it */
	bool is_mixed;    /* more than one stream, or of a kind not known */
	bool differs;     /* two links that one decoder cannot take */
	struct ogg_sound first, link;
	uint64_t page_byte; /* in the recording, of the page at hand */
	uint64_t samples;   /* that came out so far, of the same decoder */
	int64_t before_ms;  /* of decoders before */
	uint64_t trim;      /* samples at the end that are none */
	uint64_t total;     /* without these; set before writing */
	uint64_t packets;
	size_t next_mark;
	unsigned links;
	struct bytes kept; /* of the comments, what all links have */
	bool is_finished;  /* before: its comment has chapters */

	bool writes; /* else only counts */
	ogg_stream_state out;
	struct sink sink;
	struct bytes held; /* the newest packet, written when another comes */
	int64_t held_granule;
	bool has_held;
	int64_t in_granule;    /* of the link, at the end of its last page */
	uint64_t page_samples; /* came out of the page at hand */
};

static int64_t
time_ms(const struct ogg *ogg, uint64_t samples)
{
	uint64_t skip = ogg->first.pre_skip;

	if (ogg->first.rate == 0 || samples < skip)
		return ogg->before_ms;
	return ogg->before_ms +
	    (int64_t)((samples - skip) * 1000 / ogg->first.rate);
}

static void
put_pages(struct ogg *ogg, bool is_flush)
{
	ogg_page page;

	while ((is_flush ? ogg_stream_flush(&ogg->out, &page)
			 : ogg_stream_pageout(&ogg->out, &page)) != 0) {
		sink_put(&ogg->sink, page.header, (size_t)page.header_len);
		sink_put(&ogg->sink, page.body, (size_t)page.body_len);
	}
}

static void
put_packet(struct ogg *ogg, const struct bytes *bytes, int64_t granule,
    bool is_first, bool is_last)
{
	ogg_packet packet;

	memset(&packet, 0, sizeof(packet));
	packet.packet = bytes->data;
	packet.bytes = (long)bytes->len;
	packet.b_o_s = is_first;
	packet.e_o_s = is_last;
	packet.granulepos = granule;
	CHECK(ogg_stream_packetin(&ogg->out, &packet) == 0);
}

static void
put_headers(struct ogg *ogg)
{
	struct bytes comment = { 0 }, packet = { 0 };

	comments_put(&comment, ogg->job, ogg->facts, &ogg->kept);
	for (unsigned i = 0;
	     ogg_sound_header(&ogg->first, i, &comment, ogg->total, &packet);
	     i++) {
		put_packet(ogg, &packet, 0, i == 0, false);
		if (i == 0)
			put_pages(ogg, true);
	}
	put_pages(ogg, true);
	bytes_free(&comment);
	bytes_free(&packet);
}

static void
put_held(struct ogg *ogg, bool is_last)
{
	if (!ogg->has_held)
		return;
	put_packet(ogg, &ogg->held, ogg->held_granule, false, is_last);
	put_pages(ogg, is_last);
	ogg->has_held = false;
}

/* Frames of FLAC carry their own number: of the frame while all have as many
 * samples, else of the sample. RFC 9639 section 9.1. */
static void
hold_flac(struct ogg *ogg, const uint8_t *packet, size_t len)
{
	uint8_t *copy = mem_copy(packet, len), *room = NULL;
	struct flac_frame frame;

	if (flac_frame_parse(packet, len, &frame) == FLAC_YES) {
		frame.is_variable |= ogg->first.is_uneven;
		copy[1] |= frame.is_variable;
		room = mem_new(len + FLAC_NUMBER_BYTES);
		len = flac_renumber(copy, len, &frame,
		    frame.is_variable ? ogg->samples : ogg->packets, room);
	}
	bytes_append(&ogg->held, room != NULL ? room : copy, len);
	free(copy);
	free(room);
}

static void
hold_packet(struct ogg *ogg, const ogg_packet *packet)
{
	size_t len = (size_t)packet->bytes;

	bytes_eat(&ogg->held, ogg->held.len);
	ogg->has_held = true;
	if (ogg->first.kind == OGG_KIND_FLAC)
		hold_flac(ogg, packet->packet, len);
	else
		bytes_append(&ogg->held, packet->packet, len);
}

static void
take_data(struct ogg *ogg, const ogg_packet *packet)
{
	unsigned samples;

	if (packet->bytes == 0)
		return;
	samples = ogg_sound_samples(
	    &ogg->first, packet->packet, (size_t)packet->bytes);
	if (ogg->writes) {
		put_held(ogg, false);
		hold_packet(ogg, packet);
	} else {
		finish_pass_marks(ogg->job, &ogg->next_mark, ogg->page_byte,
		    time_ms(ogg, ogg->samples));
	}
	ogg->samples += samples;
	ogg->page_samples += samples;
	ogg->packets++;
	ogg->held_granule = (int64_t)(ogg->samples < ogg->total ? ogg->samples
								: ogg->total);
}

static void
note_comment(struct ogg *ogg)
{
	const struct bytes *comment = &ogg->link.comment;
	char title[COMMENTS_TITLE_BYTES];

	comments_keep(&ogg->kept, comment, ogg->links == 0);
	if (ogg->links == 0)
		ogg->is_finished = comments_chapters(comment, ogg->facts);
	if (!ogg->is_finished &&
	    comments_title(comment->data, comment->len, title))
		finish_note_title(
		    ogg->facts, time_ms(ogg, ogg->samples), title);
}

/* One decoder takes the first link and all that are like it. */
static void
end_headers(struct ogg *ogg)
{
	if (!ogg->writes)
		note_comment(ogg);
	if (ogg->links > 0 && !ogg->writes &&
	    !ogg_sound_continues(&ogg->first, &ogg->link)) {
		ogg->differs = true;
		ogg->before_ms = time_ms(ogg, ogg->samples);
		ogg->samples = 0;
	}
	if (!ogg->writes && (ogg->links == 0 || ogg->differs)) {
		ogg_sound_clear(&ogg->first);
		ogg->first = ogg->link;
		memset(&ogg->link, 0, sizeof(ogg->link));
	}
	ogg_sound_clear(&ogg->link);
	ogg->links++;
	ogg->has_headers = true;
}

static void
take_packet(struct ogg *ogg, const ogg_packet *packet)
{
	if (ogg->has_headers) {
		take_data(ogg, packet);
	} else if (packet->bytes > MOST_HEADER ||
	    !ogg_sound_take(
		&ogg->link, packet->packet, (size_t)packet->bytes)) {
		ogg->is_mixed = true;
	} else if (ogg_sound_is_ready(&ogg->link)) {
		end_headers(ogg);
	}
}

static void
end_link(struct ogg *ogg)
{
	if (ogg->has_in)
		ogg_stream_clear(&ogg->in);
	ogg->has_in = false;
}

static void
begin_link(struct ogg *ogg, ogg_page *page)
{
	end_link(ogg);
	CHECK(ogg_stream_init(&ogg->in, ogg_page_serialno(page)) == 0);
	ogg->has_in = true;
	ogg->has_headers = false;
	ogg->in_granule = -1;
	ogg_sound_clear(&ogg->link);
}

/* The end of a stream may say that its last packet holds less than it could. */
static void
trim_end(struct ogg *ogg, ogg_page *page)
{
	int64_t granule = ogg_page_granulepos(page), told;

	if (granule < 0 || ogg_page_packets(page) == 0)
		return;
	told = granule - ogg->in_granule;
	ogg->trim = 0;
	if (ogg->in_granule >= 0 && told >= 0 &&
	    (uint64_t)told < ogg->page_samples && ogg_page_eos(page))
		ogg->trim = ogg->page_samples - (uint64_t)told;
	ogg->in_granule = granule;
}

static void
pass_over(void *arg, uint64_t bytes)
{
	struct ogg *ogg = arg;

	if (!ogg->writes)
		ogg->facts->passed_over_bytes += bytes;
}

static bool
take_page(void *arg, ogg_page *page, uint64_t byte)
{
	struct ogg *ogg = arg;
	ogg_packet packet;
	int found;

	if (ogg_page_bos(page)) {
		/* Another one that begins beside it, not after it. */
		if (ogg->has_in && !ogg->has_headers)
			ogg->is_mixed = true;
		begin_link(ogg, page);
	}
	if (!ogg->has_in || ogg_stream_pagein(&ogg->in, page) != 0) {
		pass_over(ogg, (uint64_t)(page->header_len + page->body_len));
		return true;
	}
	ogg->page_byte = byte;
	ogg->page_samples = 0;
	while (!ogg->is_mixed &&
	    (found = ogg_stream_packetout(&ogg->in, &packet)) != 0) {
		if (found > 0)
			take_packet(ogg, &packet);
	}
	if (ogg->has_headers)
		trim_end(ogg, page);
	return !ogg->is_mixed;
}

static enum finish_result
pass(struct ogg *ogg, struct view *view)
{
	const struct ogg_reader reader = { take_page, pass_over, ogg };
	enum finish_result result;

	ogg->samples = ogg->packets = 0;
	ogg->first.last_block = 0;
	ogg->links = 0;
	result = ogg_read(ogg->job, view, &reader);
	end_link(ogg);
	return result;
}

static enum finish_result
write_all(struct ogg *ogg, struct view *view)
{
	enum finish_result result;
	uint32_t serial;

	random_bytes(&serial, sizeof(serial));
	CHECK(ogg_stream_init(&ogg->out, (int)(serial & INT32_MAX)) == 0);
	ogg->sink.fd = ogg->job->to;
	ogg->writes = true;
	put_headers(ogg);
	result = pass(ogg, view);
	put_held(ogg, true);
	ogg_stream_clear(&ogg->out);
	if (!sink_end(&ogg->sink))
		return FINISH_FAILED;
	return result == FINISH_AS_IS ? FINISH_WRITTEN : result;
}

static enum finish_result
finish_chain(struct ogg *ogg, struct view *view)
{
	enum finish_result result = pass(ogg, view);
	struct finish_facts *facts = ogg->facts;

	if (result != FINISH_AS_IS)
		return result;
	if (ogg->is_mixed) {
		facts->chapter_count = 0;
		facts->passed_over_bytes = 0;
		return ogg_measure(ogg->job, view, facts);
	}
	if (ogg->links == 0)
		return FINISH_FAILED;
	ogg->total = ogg->samples;
	if (ogg->trim <= ogg->samples)
		ogg->total -= ogg->trim;
	facts->duration_ms = time_ms(ogg, ogg->total);
	facts->sample_rate = ogg->first.rate;
	facts->channels = ogg->first.channels;
	finish_pass_marks(
	    ogg->job, &ogg->next_mark, UINT64_MAX, facts->duration_ms);
	finish_marks_to_chapters(ogg->job, facts);
	if (ogg->differs || ogg->packets == 0)
		return FINISH_AS_IS;
	return write_all(ogg, view);
}

enum finish_result
finish_ogg(
    const struct finish_job *job, struct view *view, struct finish_facts *facts)
{
	struct ogg *ogg = mem_new(sizeof(*ogg));
	enum finish_result result;

	ogg->job = job;
	ogg->facts = facts;
	result = finish_chain(ogg, view);
	ogg_sound_clear(&ogg->first);
	ogg_sound_clear(&ogg->link);
	bytes_free(&ogg->held);
	bytes_free(&ogg->kept);
	free(ogg);
	return result;
}
