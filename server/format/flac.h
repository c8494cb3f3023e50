/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * flac - frame headers and checksums of FLAC, native or in Ogg. Pure; any
 * bytes may come in. RFC 9639 sections 8.2 and 9.1.
 */
#ifndef FORMAT_FLAC_H
#define FORMAT_FLAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLAC_INFO_BYTES   34 /* STREAMINFO without its block header */
#define FLAC_HEADER_MOST  16 /* bytes of a frame header */
#define FLAC_NUMBER_AT    4  /* in the header */
#define FLAC_NUMBER_BYTES 7

struct flac_info {
	unsigned min_block, max_block; /* samples in a frame */
	unsigned rate, channels, bits;
};

struct flac_frame {
	size_t header_bytes; /* with the CRC-8 */
	size_t number_bytes;
	uint64_t number; /* of the frame; of its first sample if variable */
	bool is_variable;
	unsigned block;      /* samples */
	unsigned rate, bits; /* 0: as STREAMINFO says */
	unsigned channels;
};

enum flac_found {
	FLAC_NO,
	FLAC_MORE, /* it may be one: more bytes must tell */
	FLAC_YES
};

/* False: no such stream can be. */
bool flac_info_parse(const uint8_t info[FLAC_INFO_BYTES], struct flac_info *);
/* Does a frame header begin here? */
enum flac_found flac_frame_parse(
    const uint8_t *bytes, size_t len, struct flac_frame *);
/* The coded form of a frame or sample number; how many bytes it takes. */
size_t flac_number(uint64_t number, uint8_t coded[FLAC_NUMBER_BYTES]);
/* The frame of len bytes with another number, of which the bits that fit are
 * written, and right checksums; room has
 * FLAC_NUMBER_BYTES more than len. How long it is then. */
size_t flac_renumber(const uint8_t *bytes, size_t len,
    const struct flac_frame *, uint64_t number, uint8_t *room);
uint8_t flac_crc8(const uint8_t *bytes, size_t len);
uint16_t flac_crc16(uint16_t crc, const uint8_t *bytes, size_t len);

#endif
