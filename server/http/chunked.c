/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/chunked.h"

#include "http/http_priv.h"

#define SIZE_DIGITS   15 /* most in a chunk size; never overflows */
#define LINE_BYTES    1024
#define TRAILER_BYTES 4096

enum state {
	STATE_SIZE, /* digits of the size */
	STATE_EXTENSION,
	STATE_SIZE_LF,
	STATE_BODY,
	STATE_BODY_CR,
	STATE_BODY_LF,
	STATE_TRAILER, /* at the start of a line of the trailer */
	STATE_TRAILER_LINE,
	STATE_TRAILER_LF,
	STATE_END_LF,
	STATE_END,
	STATE_BAD,
};

static enum state
read_size(struct chunked *chunked, uint8_t byte)
{
	int digit = http_hex_digit(byte);

	if (digit >= 0 && chunked->line_bytes <= SIZE_DIGITS) {
		chunked->left = chunked->left << 4 | (unsigned)digit;
		return STATE_SIZE;
	}
	if (digit >= 0 || chunked->line_bytes == 1)
		return STATE_BAD;
	if (byte == '\r')
		return STATE_SIZE_LF;
	return byte == ';' ? STATE_EXTENSION : STATE_BAD;
}

/* Extensions and trailers are passed over, but not with a stray line end. */
static enum state
read_over(uint8_t byte, enum state same, enum state after_cr)
{
	if (byte == '\r')
		return after_cr;
	return (byte < 0x20 && byte != '\t') || byte == 0x7f ? STATE_BAD : same;
}

static enum state
read_size_lf(struct chunked *chunked, uint8_t byte)
{
	chunked->line_bytes = 0;
	if (byte != '\n')
		return STATE_BAD;
	return chunked->left > 0 ? STATE_BODY : STATE_TRAILER;
}

static enum state
expect(uint8_t byte, uint8_t wanted, enum state next)
{
	return byte == wanted ? next : STATE_BAD;
}

/* One byte of framing. */
static enum state
read_byte(struct chunked *chunked, uint8_t byte)
{
	chunked->line_bytes++;
	switch ((enum state)chunked->state) {
	case STATE_SIZE:
		return read_size(chunked, byte);
	case STATE_EXTENSION:
		return chunked->line_bytes > LINE_BYTES
		    ? STATE_BAD
		    : read_over(byte, STATE_EXTENSION, STATE_SIZE_LF);
	case STATE_SIZE_LF:
		return read_size_lf(chunked, byte);
	case STATE_BODY_CR:
		return expect(byte, '\r', STATE_BODY_LF);
	case STATE_BODY_LF:
		chunked->line_bytes = 0;
		return expect(byte, '\n', STATE_SIZE);
	case STATE_TRAILER:
		return read_over(byte, STATE_TRAILER_LINE, STATE_END_LF);
	case STATE_TRAILER_LINE:
		return chunked->line_bytes > TRAILER_BYTES
		    ? STATE_BAD
		    : read_over(byte, STATE_TRAILER_LINE, STATE_TRAILER_LF);
	case STATE_TRAILER_LF:
		return expect(byte, '\n', STATE_TRAILER);
	case STATE_END_LF:
		return expect(byte, '\n', STATE_END);
	case STATE_BODY:
	case STATE_END:
	case STATE_BAD:
		break;
	}
	return STATE_BAD;
}

static void
take_body(struct chunked *chunked, const uint8_t **bytes, size_t *len,
    const uint8_t **data, size_t *data_len)
{
	size_t n = *len < chunked->left ? *len : (size_t)chunked->left;

	*data = *bytes;
	*data_len = n;
	*bytes += n;
	*len -= n;
	chunked->left -= n;
	if (chunked->left == 0) {
		chunked->state = STATE_BODY_CR;
		chunked->line_bytes = 0;
	}
}

enum chunked_answer
chunked_read(struct chunked *chunked, const uint8_t **bytes, size_t *len,
    const uint8_t **data, size_t *data_len)
{
	*data = NULL;
	*data_len = 0;
	while (chunked->state != STATE_END && chunked->state != STATE_BAD) {
		if (*len == 0)
			return CHUNKED_MORE;
		if (chunked->state == STATE_BODY) {
			take_body(chunked, bytes, len, data, data_len);
			return CHUNKED_DATA;
		}
		chunked->state = read_byte(chunked, **bytes);
		(*bytes)++;
		(*len)--;
	}
	return chunked->state == STATE_END ? CHUNKED_END : CHUNKED_BAD;
}
