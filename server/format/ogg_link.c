/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/ogg_priv.h"

#include <stdlib.h>
#include <string.h>

#define FLAC_FRAME   0xff /* no header packet begins so */
#define LATE_SECONDS 10   /* an encoder's clock did not start with its stream */
#define MOST_SECONDS 1e9

void
ogg_link_free(struct ogg_link *link)
{
	for (size_t i = 0; i < link->count; i++) {
		bytes_free(&link->streams[i].packet);
		bytes_free(&link->streams[i].ident);
		bytes_free(&link->streams[i].setup);
	}
	bytes_free(&link->head);
	free(link->title);
	memset(link, 0, sizeof(*link));
}

struct ogg_logical *
ogg_link_find(struct ogg_link *link, uint32_t serial_in)
{
	for (size_t i = 0; i < link->count; i++) {
		if (link->streams[i].serial_in == serial_in)
			return &link->streams[i];
	}
	return NULL;
}

bool
ogg_link_has(const struct ogg_link *link, int kind)
{
	for (size_t i = 0; i < link->count; i++) {
		if ((int)link->streams[i].codec->kind == kind)
			return true;
	}
	return false;
}

bool
ogg_link_has_headers(const struct ogg_link *link)
{
	for (size_t i = 0; i < link->count; i++) {
		const struct ogg_logical *logical = &link->streams[i];

		if (logical->codec->ident != NULL && !logical->has_headers)
			return false;
	}
	return true;
}

static bool
add_stream(struct ogg_link *link, const ogg_page *page)
{
	struct ogg_logical *logical;

	if (link->count == OGG_STREAMS)
		return false;
	logical = &link->streams[link->count++];
	logical->codec = ogg_codec_of(page->body, (size_t)page->body_len);
	logical->serial_in = logical->serial = ogg_page_serial(page);
	logical->key = -1;
	return true;
}

static bool
take_piece(struct ogg_link *link, struct ogg_logical *logical,
    const ogg_page *page, const struct ogg_piece *piece)
{
	struct bytes *packet = &logical->packet;
	bool is_good = true;

	if (piece->begins)
		bytes_eat(packet, packet->len);
	else if (!logical->is_open)
		return true; /* the rest of something lost */
	bytes_append(packet, page->body + piece->at, piece->len);
	logical->is_open = !piece->ends;
	if (piece->ends) {
		is_good = ogg_codec_header(
		    link, logical, packet->data, packet->len);
		bytes_free(packet);
	}
	return is_good;
}

static bool
begins_data(const struct ogg_logical *logical, const ogg_page *page,
    const struct ogg_piece *piece)
{
	return piece->begins && piece->len > 0 && logical->is_flac &&
	    page->body[piece->at] == FLAC_FRAME;
}

/* *data becomes the first segment that is not header. */
static bool
take_packets(struct ogg_link *link, struct ogg_logical *logical,
    const ogg_page *page, size_t *data)
{
	struct ogg_piece piece = { 0 };

	while (!logical->has_headers && ogg_page_piece(page, &piece)) {
		if (begins_data(logical, page, &piece)) {
			logical->has_headers = true;
			*data = piece.segment;
			return true;
		}
		if (!take_piece(link, logical, page, &piece))
			return false;
	}
	*data = piece.segment + piece.segments;
	return true;
}

/* Skeletons have nothing else. Streams of unknown codecs show it by having no
 * time yet. */
static bool
is_opaque_header(struct ogg_logical *logical, const ogg_page *page)
{
	if (logical->codec->kind == OGG_OPAQUE && ogg_page_granulepos(page) > 0)
		logical->has_headers = true;
	return !logical->has_headers;
}

static void
keep_page(struct ogg_link *link, struct ogg_logical *logical,
    const ogg_page *page, size_t segments)
{
	size_t count = page->header[26];
	uint8_t *room = bytes_room(&link->head, OGG_PAGE_MOST);
	ogg_page part;

	logical->sequence = ogg_page_sequence(page) + 1;
	link->has_others |= !ogg_page_bos(page);
	if (segments == count) {
		logical->is_ended = ogg_page_eos(page) != 0;
		bytes_append(&link->head, page->header, ogg_page_length(page));
		return;
	}
	ogg_page_part(page, 0, segments, room, &part);
	ogg_page_set_granule(&part, 0);
	ogg_page_checksum_set(&part);
	bytes_added(&link->head, ogg_page_length(&part));
	logical->sequence_shift++;
}

enum ogg_taken
ogg_link_take(
    struct ogg_link *link, const ogg_page *page, size_t *data, const char **why)
{
	struct ogg_logical *logical;
	size_t count = page->header[26];
	bool is_header;

	*data = 0;
	if (ogg_page_bos(page) && !add_stream(link, page)) {
		*why = "this Ogg stream has more than 16 streams in it";
		return OGG_BROKEN;
	}
	logical = ogg_link_find(link, ogg_page_serial(page));
	if (logical == NULL)
		return OGG_TAKEN;
	if (logical->codec->ident == NULL) {
		if (!is_opaque_header(logical, page))
			return OGG_DATA;
		*data = count;
	} else if (!take_packets(link, logical, page, data)) {
		*why = "the headers of this Ogg stream are damaged";
		return OGG_BROKEN;
	}
	is_header = *data > 0 || (count == 0 && !logical->has_headers);
	if (is_header &&
	    link->head.len + ogg_page_length(page) > OGG_HEAD_BYTES) {
		*why = "the stream's headers are larger than 256 KiB; is there "
		       "a picture in its tags?";
		return OGG_BROKEN;
	}
	if (is_header)
		keep_page(link, logical, page, *data);
	return *data < count || !is_header ? OGG_DATA : OGG_TAKEN;
}

void
ogg_link_seal(struct ogg_link *link)
{
	const struct ogg_logical *logical;
	ogg_page page;

	for (size_t at = 0; at < link->head.len; at += ogg_page_length(&page)) {
		ogg_page_at(link->head.data + at, &page);
		logical = ogg_link_find(link, ogg_page_serial(&page));
		CHECK(logical != NULL);
		if (logical->serial == logical->serial_in)
			continue;
		ogg_page_set_serial(&page, logical->serial);
		ogg_page_checksum_set(&page);
	}
}

static double
seconds(const struct ogg_logical *logical, int64_t granule)
{
	uint64_t mask = ((uint64_t)1 << logical->key_shift) - 1;
	uint64_t units = (uint64_t)granule;

	units = (units >> logical->key_shift) + (units & mask);
	return (double)units * logical->rate_divisor / logical->rate;
}

int64_t
ogg_link_ms(const struct ogg_logical *logical, int64_t granule)
{
	double ms = seconds(logical, granule) * 1000;

	return ms < MOST_SECONDS * 1000 ? (int64_t)ms : 0;
}

static bool
can_splice(const struct ogg_link *old, const struct ogg_link *new)
{
	if (old->count != new->count)
		return false;
	for (size_t i = 0; i < old->count; i++) {
		if (old->streams[i].is_ended ||
		    !ogg_codec_same(&old->streams[i], &new->streams[i]))
			return false;
	}
	return true;
}

/* Where the new encoding's clock stood when it began: at 0, or if its first
 * page is far from that, about one page before. */
static double
first_seconds(struct ogg_link *new, const ogg_page *first)
{
	int64_t granule = ogg_page_granulepos(first);
	double time = 0;

	if (granule >= 0)
		time = seconds(
		    ogg_link_find(new, ogg_page_serial(first)), granule);
	return time > LATE_SECONDS ? time - 1 : 0;
}

bool
ogg_link_splice(
    const struct ogg_link *old, struct ogg_link *new, const ogg_page *first)
{
	double end = 0, shift;

	if (!can_splice(old, new))
		return false;
	for (size_t i = 0; i < old->count; i++) {
		double time = seconds(
		    &old->streams[i], old->streams[i].granule);

		end = time > end ? time : end;
	}
	shift = end - first_seconds(new, first);
	if (end > MOST_SECONDS || shift < -MOST_SECONDS)
		return false;
	for (size_t i = 0; i < old->count; i++) {
		const struct ogg_logical *before = &old->streams[i];
		struct ogg_logical *logical = &new->streams[i];
		double units = shift * logical->rate / logical->rate_divisor +
		    logical->splice_gap;
		/* A packet that will never be whole makes a hole. */
		uint32_t sequence = before->sequence + before->is_open;

		logical->serial = before->serial;
		logical->sequence_shift += sequence - logical->sequence;
		logical->sequence = sequence;
		logical->granule = before->granule;
		logical->granule_shift = (uint64_t)(int64_t)(units +
		    (units < 0 ? -0.5 : 0.5));
	}
	return true;
}
