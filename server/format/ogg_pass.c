/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/flac.h"
#include "format/ogg_priv.h"

/* What of a page goes out as a page. */
struct part {
	size_t first, end; /* segments */
	int64_t granule;   /* the encoder's */
	bool is_join;
};

/* A data page on its way out. */
struct passage {
	const struct ogg_link *link;
	struct ogg_logical *logical;
	ogg_page *page;
	const struct format_out *out;
};

/* Time as listeners count it. -1, no packet ends here, stays. */
static int64_t
our_granule(const struct ogg_logical *logical, int64_t granule)
{
	uint64_t shift = logical->granule_shift << logical->key_shift;

	if (granule < 0 || shift == 0)
		return granule;
	return (int64_t)(((uint64_t)granule + shift) & INT64_MAX);
}

static void
give_page(
    const struct passage *passage, ogg_page *page, const struct part *part)
{
	struct ogg_logical *logical = passage->logical;
	int64_t granule = our_granule(logical, part->granule);
	uint32_t sequence = ogg_page_sequence(page) + logical->sequence_shift;

	if (page != passage->page || logical->serial != logical->serial_in ||
	    logical->sequence_shift != 0 ||
	    granule != ogg_page_granulepos(page)) {
		ogg_page_set_serial(page, logical->serial);
		ogg_page_set_sequence(page, sequence);
		ogg_page_set_granule(page, granule);
		ogg_page_checksum_set(page);
	}
	logical->sequence = sequence + 1;
	if (granule >= 0)
		logical->granule = granule;
	logical->is_ended = ogg_page_eos(page) != 0;
	passage->out->unit(passage->out->arg, page->header,
	    ogg_page_length(page), part->is_join ? UNIT_SYNC : 0);
}

static void
give_part(const struct passage *passage, const struct part *part)
{
	uint8_t room[OGG_PAGE_MOST];
	ogg_page cut;

	if (part->first == 0 && part->end == passage->page->header[26]) {
		give_page(passage, passage->page, part);
		return;
	}
	ogg_page_part(passage->page, part->first, part->end, room, &cut);
	give_page(passage, &cut, part);
}

static bool
is_any_open(const struct ogg_link *link)
{
	for (size_t i = 0; i < link->count; i++) {
		if (link->streams[i].is_open)
			return true;
	}
	return false;
}

static bool
has_live_video(const struct ogg_link *link)
{
	for (size_t i = 0; i < link->count; i++) {
		if (link->streams[i].codec->kind == OGG_VIDEO &&
		    !link->streams[i].is_ended)
			return true;
	}
	return false;
}

/* Audio joins well wherever nobody's packet is left without its beginning. */
static bool
is_audio_join(const struct passage *passage)
{
	unsigned lead = ogg_link_has(passage->link, OGG_AUDIO) ? OGG_AUDIO
							       : OGG_OPAQUE;

	return passage->logical->codec->kind == lead &&
	    !has_live_video(passage->link) && !is_any_open(passage->link);
}

/* Samples or pictures that end with this packet. */
static unsigned
packet_units(const struct passage *passage, const struct ogg_piece *piece)
{
	struct flac_frame frame;

	if (!piece->ends)
		return 0;
	if (!passage->logical->is_flac)
		return 1;
	if (!piece->begins ||
	    flac_frame_parse(passage->page->body + piece->at, piece->len,
		&frame) != FLAC_YES)
		return 0;
	return frame.block;
}

/* Where time stood before the first packet that ends on this page, counted
 * back from the page's own time. */
static int64_t
first_unit(const struct passage *passage, size_t first)
{
	const struct ogg_logical *logical = passage->logical;
	int64_t granule = ogg_page_granulepos(passage->page);
	int64_t mask = ((int64_t)1 << logical->key_shift) - 1;
	struct ogg_piece piece = { 0 };

	if (granule < 0)
		return 0;
	granule = (granule >> logical->key_shift) + (granule & mask);
	while (ogg_page_piece(passage->page, &piece)) {
		if (piece.segment >= first)
			granule -= packet_units(passage, &piece);
	}
	return granule;
}

/* Of a packet before the last on its page, or -1 when that is not known. */
static int64_t
inner_granule(const struct ogg_logical *logical, int64_t unit)
{
	int64_t mask = ((int64_t)1 << logical->key_shift) - 1;

	if (logical->codec->kind != OGG_VIDEO)
		return unit > 0 ? unit : -1;
	if (logical->key < 0 || unit < logical->key ||
	    unit - logical->key > mask)
		return -1;
	return (int64_t)((uint64_t)logical->key << logical->key_shift |
	    (uint64_t)(unit - logical->key));
}

static bool
is_key(const struct passage *passage, const struct ogg_piece *piece)
{
	if (passage->logical->codec->kind != OGG_VIDEO)
		return false;
	if (!piece->begins)
		return passage->logical->open_is_key;
	return ogg_codec_is_key(passage->page->body + piece->at, piece->len);
}

/* Parts the page where key pictures begin, so that every place to join is the
 * start of a page; and before every FLAC frame, because ffmpeg stumbles over
 * time when it joins at a page of two. */
static void
pass_parts(const struct passage *passage, size_t first)
{
	struct ogg_logical *logical = passage->logical;
	size_t count = passage->page->header[26];
	int64_t last = ogg_page_granulepos(passage->page);
	int64_t unit = first_unit(passage, first);
	struct part part = { first, count, -1, false };
	struct ogg_piece piece = { 0 };
	bool ends_none = true, has_key, is_place;

	while (ogg_page_piece(passage->page, &piece)) {
		if (piece.segment < first)
			continue;
		has_key = is_key(passage, &piece);
		is_place = piece.begins && (has_key || logical->is_flac);
		if (is_place && piece.segment > part.first &&
		    (ends_none || part.granule >= 0)) {
			part.end = piece.segment;
			give_part(passage, &part);
			logical->sequence_shift++;
			part = (struct part){ piece.segment, count, -1, false };
			ends_none = true;
		}
		if (is_place && piece.segment == part.first)
			part.is_join = has_key || is_audio_join(passage);
		unit += packet_units(passage, &piece);
		if (has_key && piece.ends && last >= 0)
			logical->key = unit;
		if (piece.ends) {
			part.granule = last >= 0 ? inner_granule(logical, unit)
						 : -1;
			ends_none = false;
		}
		logical->is_open = !piece.ends;
		logical->open_is_key = has_key && logical->is_open;
	}
	if (!ends_none || part.first == first)
		part.granule = last;
	give_part(passage, &part);
}

void
ogg_pass(const struct ogg_link *link, struct ogg_logical *logical,
    ogg_page *page, size_t first, const struct format_out *out)
{
	const struct passage passage = { link, logical, page, out };
	size_t count = page->header[26];
	struct part part = { first, count, ogg_page_granulepos(page), false };

	if (logical->codec->kind == OGG_VIDEO || logical->is_flac) {
		pass_parts(&passage, first);
		return;
	}
	part.is_join = count > 0 && (first > 0 || !ogg_page_continued(page)) &&
	    is_audio_join(&passage);
	if (count > 0)
		logical->is_open = page->header[26 + count] == 255;
	give_part(&passage, &part);
}
