/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/mem.h"
#include "finish/ogg_read.h"
#include "format/ogg_priv.h"

#include <stdlib.h>

/* When what is in a link begins and ends, in ms of its streams' own clocks. */
struct measure {
	const struct finish_job *job;
	struct finish_facts *facts;
	struct ogg_link link;
	bool is_read; /* its headers are */
	bool is_broken;
	bool has_time, has_picture;
	int64_t from_ms, to_ms;
	int64_t before_ms; /* of the links before */
	size_t next_mark;
};

static int64_t
length_ms(const struct measure *measure)
{
	return measure->has_time && measure->to_ms > measure->from_ms
	    ? measure->to_ms - measure->from_ms
	    : 0;
}

static void
end_link(struct measure *measure)
{
	measure->before_ms += length_ms(measure);
	measure->is_read = measure->has_time = measure->has_picture = false;
	measure->from_ms = measure->to_ms = 0;
	ogg_link_free(&measure->link);
}

static void
note_headers(struct measure *measure)
{
	struct finish_facts *facts = measure->facts;
	const struct ogg_logical *logical;

	measure->is_read = true;
	if (measure->link.title != NULL)
		finish_note_title(
		    facts, measure->before_ms, measure->link.title);
	for (size_t i = 0; i < measure->link.count; i++) {
		logical = &measure->link.streams[i];
		if (logical->codec->kind == OGG_VIDEO) {
			facts->width = logical->width;
			facts->height = logical->height;
		} else if (logical->codec->kind == OGG_AUDIO) {
			facts->sample_rate = logical->rate;
			facts->channels = logical->channels;
		}
	}
}

/* Pictures all take the same time, so it is known when those of the first page
 * begin; of sound it is only known when its first page ends. */
static void
take_time(
    struct measure *measure, const struct ogg_logical *logical, ogg_page *page)
{
	bool is_picture = logical->codec->kind == OGG_VIDEO;
	int64_t granule = ogg_page_granulepos(page), end_ms, from_ms;

	if (granule < 0 || logical->rate == 0 ||
	    (!is_picture && logical->codec->kind != OGG_AUDIO))
		return;
	end_ms = ogg_link_ms(logical, granule);
	from_ms = end_ms;
	if (is_picture)
		from_ms -= (int64_t)ogg_page_packets(page) * 1000 *
		    logical->rate_divisor / logical->rate;
	if (!measure->has_time || (is_picture && !measure->has_picture))
		measure->from_ms = from_ms > 0 ? from_ms : 0;
	measure->has_time = true;
	measure->has_picture |= is_picture;
	if (end_ms > measure->to_ms)
		measure->to_ms = end_ms;
}

static bool
take_page(void *arg, ogg_page *page, uint64_t byte)
{
	struct measure *measure = arg;
	struct ogg_logical *logical;
	const char *why;
	size_t first;

	if (ogg_page_bos(page) && measure->link.has_others)
		end_link(measure);
	if (!measure->is_read) {
		switch (ogg_link_take(&measure->link, page, &first, &why)) {
		case OGG_TAKEN:
			return true;
		case OGG_BROKEN:
			measure->is_broken = true;
			return false;
		case OGG_DATA:
			if (ogg_link_has_headers(&measure->link))
				note_headers(measure);
		}
	}
	finish_pass_marks(measure->job, &measure->next_mark, byte,
	    measure->before_ms + length_ms(measure));
	logical = ogg_link_find(&measure->link, ogg_page_serial(page));
	if (measure->is_read && logical != NULL)
		take_time(measure, logical, page);
	return true;
}

static void
pass_over(void *arg, uint64_t bytes)
{
	struct measure *measure = arg;

	measure->facts->passed_over_bytes += bytes;
}

enum finish_result
ogg_measure(
    const struct finish_job *job, struct view *view, struct finish_facts *facts)
{
	struct measure *measure = mem_new(sizeof(*measure));
	const struct ogg_reader reader = { take_page, pass_over, measure };
	enum finish_result result;

	measure->job = job;
	measure->facts = facts;
	result = ogg_read(job, view, &reader);
	end_link(measure);
	if (result == FINISH_AS_IS) {
		if (!measure->is_broken && measure->before_ms > 0)
			facts->duration_ms = measure->before_ms;
		finish_pass_marks(
		    job, &measure->next_mark, UINT64_MAX, measure->before_ms);
		finish_marks_to_chapters(job, facts);
	}
	free(measure);
	return result;
}
