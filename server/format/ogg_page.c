/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/ogg_priv.h"

#include <string.h>

/* RFC 3533 section 6. */
#define FLAGS_AT    5
#define GRANULE_AT  6
#define SERIAL_AT   14
#define SEQUENCE_AT 18
#define CRC_AT      22
#define COUNT_AT    26
#define LACING_AT   27
#define FULL        255

#define FLAG_CONTINUED 1
#define FLAG_BOS       2
#define FLAG_EOS       4

static uint32_t
read_u32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	    (uint32_t)at[3] << 24;
}

static void
write_le(uint8_t *at, uint64_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

uint32_t
ogg_page_serial(const ogg_page *page)
{
	return read_u32(page->header + SERIAL_AT);
}

uint32_t
ogg_page_sequence(const ogg_page *page)
{
	return read_u32(page->header + SEQUENCE_AT);
}

size_t
ogg_page_length(const ogg_page *page)
{
	return (size_t)page->header_len + (size_t)page->body_len;
}

void
ogg_page_set_serial(ogg_page *page, uint32_t serial)
{
	write_le(page->header + SERIAL_AT, serial, 4);
}

void
ogg_page_set_sequence(ogg_page *page, uint32_t sequence)
{
	write_le(page->header + SEQUENCE_AT, sequence, 4);
}

void
ogg_page_set_granule(ogg_page *page, int64_t granule)
{
	write_le(page->header + GRANULE_AT, (uint64_t)granule, 8);
}

bool
ogg_page_piece(const ogg_page *page, struct ogg_piece *piece)
{
	const uint8_t *lacing = page->header + LACING_AT;
	size_t count = page->header[COUNT_AT], segment;

	segment = piece->segment += piece->segments;
	piece->at += piece->len;
	piece->len = 0;
	piece->begins = segment > 0 ||
	    (page->header[FLAGS_AT] & FLAG_CONTINUED) == 0;
	piece->ends = false;
	while (segment < count && !piece->ends) {
		piece->len += lacing[segment];
		piece->ends = lacing[segment++] < FULL;
	}
	piece->segments = segment - piece->segment;
	return piece->segments > 0;
}

void
ogg_page_part(const ogg_page *page, size_t first, size_t end, uint8_t *room,
    ogg_page *part)
{
	const uint8_t *lacing = page->header + LACING_AT;
	size_t count = page->header[COUNT_AT], at = 0, len = 0;
	uint8_t flags = page->header[FLAGS_AT];

	CHECK(first < end && end <= count);
	for (size_t i = 0; i < end; i++)
		*(i < first ? &at : &len) += lacing[i];
	if (first > 0)
		flags &= (uint8_t) ~(FLAG_CONTINUED | FLAG_BOS);
	if (end < count)
		flags &= (uint8_t)~FLAG_EOS;
	memcpy(room, page->header, LACING_AT);
	memset(room + CRC_AT, 0, 4);
	room[FLAGS_AT] = flags;
	room[COUNT_AT] = (uint8_t)(end - first);
	memcpy(room + LACING_AT, lacing + first, end - first);
	part->header = room;
	part->header_len = (long)(LACING_AT + end - first);
	part->body = room + part->header_len;
	part->body_len = (long)len;
	memcpy(part->body, page->body + at, len);
}

void
ogg_page_end(
    uint8_t room[27], ogg_page *page, const struct ogg_logical *logical)
{
	memset(room, 0, LACING_AT);
	memcpy(room, "OggS", 4);
	room[FLAGS_AT] = FLAG_EOS;
	page->header = room;
	page->header_len = LACING_AT;
	page->body = room + LACING_AT;
	page->body_len = 0;
	ogg_page_set_granule(page, logical->granule);
	ogg_page_set_serial(page, logical->serial);
	ogg_page_set_sequence(page, logical->sequence);
	ogg_page_checksum_set(page);
}

void
ogg_page_at(uint8_t *bytes, ogg_page *page)
{
	page->header = bytes;
	page->header_len = LACING_AT + bytes[COUNT_AT];
	page->body = bytes + page->header_len;
	page->body_len = 0;
	for (size_t i = 0; i < bytes[COUNT_AT]; i++)
		page->body_len += bytes[LACING_AT + i];
}
