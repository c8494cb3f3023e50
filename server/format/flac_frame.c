/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/flac.h"

#include "base/check.h"

#include <string.h>

#define CRC8_POLYNOMIAL  0x07
#define CRC16_POLYNOMIAL 0x8005
#define FIXED_MASK       0x7fffffffu  /* of frame numbers */
#define VARIABLE_MASK    0xfffffffffu /* of sample numbers */

static uint32_t
big_endian(const uint8_t *at, size_t len)
{
	uint32_t value = 0;

	while (len-- > 0)
		value = value << 8 | *at++;
	return value;
}

bool
flac_info_parse(const uint8_t info[FLAC_INFO_BYTES], struct flac_info *parsed)
{
	parsed->min_block = big_endian(info, 2);
	parsed->max_block = big_endian(info + 2, 2);
	parsed->rate = big_endian(info + 10, 3) >> 4;
	parsed->channels = (info[12] >> 1 & 7) + 1u;
	parsed->bits = ((info[12] & 1u) << 4 | info[13] >> 4) + 1u;
	return parsed->rate > 0 && parsed->min_block > 0 &&
	    parsed->max_block >= parsed->min_block;
}

/* As UTF-8 was before it was cut to four bytes, up to 36 bits. */
static enum flac_found
parse_number(const uint8_t *bytes, size_t len, struct flac_frame *frame)
{
	size_t ones = 0;

	while (ones < 8 && (bytes[0] & 0x80u >> ones) != 0)
		ones++;
	if (ones == 1 || ones == 8 || (ones == 7 && !frame->is_variable))
		return FLAC_NO;
	frame->number_bytes = ones == 0 ? 1 : ones;
	frame->number = bytes[0] & 0x7fu >> ones;
	for (size_t i = 1; i < frame->number_bytes; i++) {
		if (i >= len)
			return FLAC_MORE;
		if ((bytes[i] & 0xc0) != 0x80)
			return FLAC_NO;
		frame->number = frame->number << 6 | (bytes[i] & 0x3fu);
	}
	return FLAC_YES;
}

/* RFC 9639 section 9.1.1; extra bytes hold it when the code is 6 or 7. */
static unsigned
block_size(unsigned code, const uint8_t *extra)
{
	if (code == 1)
		return 192;
	if (code < 6)
		return 144u << code;
	if (code < 8)
		return big_endian(extra, code - 5) + 1;
	return 1u << code;
}

/* Section 9.1.2; extra bytes hold it when the code is 12 or more. */
static unsigned
sample_rate(unsigned code, const uint8_t *extra)
{
	static const unsigned rates[12] = { 0, 88200, 176400, 192000, 8000,
		16000, 22050, 24000, 32000, 44100, 48000, 96000 };

	if (code < 12)
		return rates[code];
	if (code == 12)
		return extra[0] * 1000u;
	return big_endian(extra, 2) * (code == 13 ? 1 : 10);
}

/* The first four bytes, as far as they are here; all that is reserved is out.
 */
static bool
has_sync(const uint8_t *bytes, size_t len)
{
	return bytes[0] == 0xff && (len < 2 || (bytes[1] & 0xfe) == 0xf8) &&
	    (len < 3 || (bytes[2] >> 4 != 0 && (bytes[2] & 15) != 15)) &&
	    (len < 4 ||
		(bytes[3] >> 4 <= 10 && (bytes[3] >> 1 & 7) != 3 &&
		    (bytes[3] & 1) == 0));
}

enum flac_found
flac_frame_parse(const uint8_t *bytes, size_t len, struct flac_frame *frame)
{
	static const uint8_t bits[8] = { 0, 8, 12, 0, 16, 20, 24, 32 };
	size_t at = FLAC_NUMBER_AT, block_extra, rate_extra;
	unsigned block, rate;
	enum flac_found found;

	if (len == 0)
		return FLAC_MORE;
	if (!has_sync(bytes, len))
		return FLAC_NO;
	if (len <= at)
		return FLAC_MORE;
	memset(frame, 0, sizeof(*frame));
	frame->is_variable = (bytes[1] & 1) != 0;
	found = parse_number(bytes + at, len - at, frame);
	if (found != FLAC_YES)
		return found;
	at += frame->number_bytes;
	block = bytes[2] >> 4;
	rate = bytes[2] & 15;
	block_extra = block == 6 || block == 7 ? block - 5 : 0;
	rate_extra = rate == 12 ? 1 : rate > 12 ? 2 : 0;
	if (len < at + block_extra + rate_extra + 1)
		return FLAC_MORE;
	frame->block = block_size(block, bytes + at);
	frame->rate = sample_rate(rate, bytes + at + block_extra);
	frame->bits = bits[bytes[3] >> 1 & 7];
	frame->channels = bytes[3] >> 4 < 8 ? (bytes[3] >> 4) + 1u : 2;
	at += block_extra + rate_extra;
	frame->header_bytes = at + 1;
	return flac_crc8(bytes, at) == bytes[at] ? FLAC_YES : FLAC_NO;
}

size_t
flac_number(uint64_t number, uint8_t coded[FLAC_NUMBER_BYTES])
{
	size_t count = 1;

	CHECK(number >> 36 == 0);
	if (number < 0x80) {
		coded[0] = (uint8_t)number;
		return 1;
	}
	/* count bytes carry 5 * count + 1 bits. */
	while (count < FLAC_NUMBER_BYTES && number >> (5 * count + 1) != 0)
		count++;
	for (size_t i = count; i-- > 1; number >>= 6)
		coded[i] = (uint8_t)(0x80 | (number & 0x3f));
	coded[0] = (uint8_t)(0xff00u >> count | number);
	return count;
}

size_t
flac_renumber(const uint8_t *bytes, size_t len, const struct flac_frame *frame,
    uint64_t number, uint8_t *room)
{
	size_t after = FLAC_NUMBER_AT + frame->number_bytes, at, number_len;
	uint64_t most = frame->is_variable ? VARIABLE_MASK : FIXED_MASK;
	uint16_t crc;

	memcpy(room, bytes, FLAC_NUMBER_AT);
	number_len = flac_number(number & most, room + FLAC_NUMBER_AT);
	at = FLAC_NUMBER_AT + number_len;
	memcpy(room + at, bytes + after, len - after);
	at = frame->header_bytes - 1 + number_len - frame->number_bytes;
	room[at] = flac_crc8(room, at);
	len = len + number_len - frame->number_bytes - 2;
	crc = flac_crc16(0, room, len);
	room[len++] = (uint8_t)(crc >> 8);
	room[len++] = (uint8_t)crc;
	return len;
}

uint8_t
flac_crc8(const uint8_t *bytes, size_t len)
{
	unsigned crc = 0;

	while (len-- > 0) {
		crc ^= *bytes++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^
			    ((crc & 0x80) != 0 ? CRC8_POLYNOMIAL : 0);
		crc &= 0xff;
	}
	return (uint8_t)crc;
}

/* A byte at a time: x^16 + x^15 + x^2 + 1 has the feedback of a byte as its
 * parity, at bits 15 and 1 up, and the byte itself shifted by 1 and 2. */
uint16_t
flac_crc16(uint16_t crc, const uint8_t *bytes, size_t len)
{
	unsigned value = crc, byte, parity;

	while (len-- > 0) {
		byte = value >> 8 ^ *bytes++;
		parity = (unsigned)__builtin_parity(byte);
		value = value << 8 ^ byte << 1 ^ byte << 2 ^
		    (parity != 0 ? 0x8003 : 0);
		value &= 0xffff;
	}
	return (uint16_t)value;
}
