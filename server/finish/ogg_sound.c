/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/ogg_sound.h"

#include "base/mem.h"
#include "format/flac.h"

#include <stdlib.h>
#include <string.h>
#include <vorbis/codec.h>

#define OPUS_RATE     48000
#define FLAC_INFO_AT  17 /* STREAMINFO in the first packet */
#define FLAC_COMMENTS 4
#define FLAC_LAST     0x80
#define BLOCK_BYTES   4
#define MOST_EXTRA    64 /* header packets of Speex, FLAC */
#define MOST_SPEEX    (1 << 20)
#define LEAST_BLOCK   16 /* RFC 9639 section 8.2 */

static uint32_t
little_endian(const uint8_t *at, size_t len)
{
	uint32_t value = 0;

	while (len-- > 0)
		value = value << 8 | at[len];
	return value;
}

void
ogg_sound_clear(struct ogg_sound *state)
{
	bytes_free(&state->ident);
	bytes_free(&state->setup);
	bytes_free(&state->comment);
	if (state->vorbis != NULL) {
		vorbis_comment_clear(state->vorbis_comment);
		vorbis_info_clear(state->vorbis);
	}
	free(state->vorbis);
	free(state->vorbis_comment);
	memset(state, 0, sizeof(*state));
}

static bool
take_vorbis(struct ogg_sound *state, const uint8_t *packet, size_t len)
{
	ogg_packet page = { .packet = (uint8_t *)(uintptr_t)packet,
		.bytes = (long)len,
		.b_o_s = state->headers == 1 };

	if (state->vorbis == NULL) {
		state->vorbis = mem_new(sizeof(*state->vorbis));
		state->vorbis_comment = mem_new(sizeof(*state->vorbis_comment));
		vorbis_info_init(state->vorbis);
		vorbis_comment_init(state->vorbis_comment);
	}
	if (vorbis_synthesis_headerin(
		state->vorbis, state->vorbis_comment, &page) != 0)
		return false;
	state->rate = (unsigned)state->vorbis->rate;
	state->channels = (unsigned)state->vorbis->channels;
	return true;
}

static bool
take_flac(struct ogg_sound *state, const uint8_t *ident, size_t len)
{
	struct flac_info info;

	if (len < FLAC_INFO_AT + FLAC_INFO_BYTES ||
	    memcmp(ident + 9, "fLaC", 4) != 0 ||
	    !flac_info_parse(ident + FLAC_INFO_AT, &info))
		return false;
	state->kind = OGG_KIND_FLAC;
	state->rate = info.rate;
	state->channels = info.channels;
	state->most_headers = (size_t)ident[7] << 8 | ident[8];
	if (state->most_headers++ == 0)
		state->most_headers = MOST_EXTRA; /* until one says it is last
						   */
	return state->most_headers <= MOST_EXTRA;
}

static bool
take_ident(struct ogg_sound *state, const uint8_t *packet, size_t len)
{
	bytes_append(&state->ident, packet, len);
	if (len >= 19 && memcmp(packet, "OpusHead", 8) == 0) {
		state->kind = OGG_KIND_OPUS;
		state->rate = OPUS_RATE;
		state->channels = packet[9];
		state->pre_skip = little_endian(packet + 10, 2);
		state->most_headers = 2;
		return state->channels > 0;
	}
	if (len >= 30 && memcmp(packet, "\1vorbis", 7) == 0) {
		state->kind = OGG_KIND_VORBIS;
		state->most_headers = 3;
		return take_vorbis(state, packet, len);
	}
	if (len >= 5 && memcmp(packet, "\177FLAC", 5) == 0)
		return take_flac(state, packet, len);
	if (len >= 80 && memcmp(packet, "Speex   ", 8) == 0) {
		state->kind = OGG_KIND_SPEEX;
		state->rate = little_endian(packet + 36, 4);
		state->channels = little_endian(packet + 48, 4);
		state->speex_samples = (uint64_t)little_endian(packet + 56, 4) *
		    little_endian(packet + 64, 4);
		state->most_headers = 2 + little_endian(packet + 68, 4);
		return state->rate > 0 && state->speex_samples <= MOST_SPEEX &&
		    state->most_headers <= MOST_EXTRA;
	}
	return false;
}

static void
take_comment(struct ogg_sound *state, const uint8_t *packet, size_t len)
{
	static const size_t framing[] = { [OGG_KIND_OPUS] = 8,
		[OGG_KIND_VORBIS] = 7,
		[OGG_KIND_FLAC] = BLOCK_BYTES,
		[OGG_KIND_SPEEX] = 0 };
	size_t skip = framing[state->kind];

	if (state->comment.len == 0 && len > skip)
		bytes_append(&state->comment, packet + skip, len - skip);
}

bool
ogg_sound_take(struct ogg_sound *state, const uint8_t *packet, size_t len)
{
	size_t number = state->headers++;
	bool is_comment = number == 1;

	if (number == 0)
		return take_ident(state, packet, len);
	if (state->kind == OGG_KIND_VORBIS && !take_vorbis(state, packet, len))
		return false;
	if (state->kind == OGG_KIND_FLAC) {
		if (len < BLOCK_BYTES || packet[0] == 0xff)
			return false;
		is_comment = (packet[0] & 0x7f) == FLAC_COMMENTS;
		if ((packet[0] & FLAC_LAST) != 0)
			state->most_headers = state->headers;
	}
	if (is_comment)
		take_comment(state, packet, len);
	else if (state->kind == OGG_KIND_VORBIS)
		bytes_append(&state->setup, packet, len);
	return true;
}

bool
ogg_sound_is_ready(const struct ogg_sound *state)
{
	return state->kind != OGG_KIND_NONE && state->headers > 0 &&
	    state->headers == state->most_headers;
}

static bool
is_equal(const struct bytes *one, const struct bytes *other, size_t from)
{
	return one->len == other->len && one->len >= from &&
	    memcmp(one->data + from, other->data + from, one->len - from) == 0;
}

bool
ogg_sound_continues(const struct ogg_sound *one, const struct ogg_sound *other)
{
	const uint8_t *a = one->ident.data, *b = other->ident.data;

	if (one->kind != other->kind || one->rate != other->rate ||
	    one->channels != other->channels)
		return false;
	switch (one->kind) {
	case OGG_KIND_OPUS: /* gain, mapping */
		return is_equal(&one->ident, &other->ident, 16);
	case OGG_KIND_VORBIS: /* block sizes */
		return a[28] == b[28] &&
		    is_equal(&one->setup, &other->setup, 0);
	case OGG_KIND_FLAC: /* block sizes, bits */
		return memcmp(a + 17, b + 17, 4) == 0 &&
		    memcmp(a + 27, b + 27, 3) == 0 && a[30] >> 4 == b[30] >> 4;
	case OGG_KIND_SPEEX:
		return one->speex_samples == other->speex_samples &&
		    memcmp(a + 32, b + 32, 20) == 0;
	case OGG_KIND_NONE:
		break;
	}
	return false;
}

/* RFC 6716 section 3.1. */
unsigned
opus_packet_samples(const uint8_t *packet, size_t len)
{
	static const unsigned silk[4] = { 480, 960, 1920, 2880 };
	unsigned config, frame, count;

	if (len == 0)
		return 0;
	config = packet[0] >> 3;
	if (config < 12)
		frame = silk[config & 3];
	else if (config < 16)
		frame = 480u << (config & 1);
	else
		frame = 120u << (config & 3);
	switch (packet[0] & 3) {
	case 0:
		count = 1;
		break;
	case 3:
		count = len > 1 ? packet[1] & 0x3f : 0;
		break;
	default:
		count = 2;
		break;
	}
	return frame * count <= 5760 ? frame * count : 0;
}

/* Vorbis I section 4.3.8: a quarter of this block and the one before. */
static unsigned
vorbis_samples(struct ogg_sound *state, const uint8_t *packet, size_t len)
{
	ogg_packet page = { .packet = (uint8_t *)(uintptr_t)packet,
		.bytes = (long)len };
	long block = vorbis_packet_blocksize(state->vorbis, &page);
	unsigned samples;

	if (block <= 0)
		return 0;
	samples = state->last_block > 0
	    ? state->last_block / 4 + (unsigned)block / 4
	    : 0;
	state->last_block = (unsigned)block;
	return samples;
}

/* Where a link ended, a short block may stand in the middle. */
static unsigned
flac_samples(struct ogg_sound *state, const uint8_t *packet, size_t len)
{
	struct flac_frame frame;

	if (flac_frame_parse(packet, len, &frame) != FLAC_YES)
		return 0;
	if (state->first_block == 0) {
		state->first_block = state->least_block = frame.block;
		state->is_variable = frame.is_variable;
	}
	if (state->last_block > 0 && state->last_block < state->least_block)
		state->least_block = state->last_block;
	if (frame.is_variable != state->is_variable ||
	    (state->last_block > 0 && state->last_block != state->first_block))
		state->is_uneven = true;
	state->last_block = frame.block;
	return frame.block;
}

unsigned
ogg_sound_samples(struct ogg_sound *state, const uint8_t *packet, size_t len)
{

	switch (state->kind) {
	case OGG_KIND_OPUS:
		return opus_packet_samples(packet, len);
	case OGG_KIND_VORBIS:
		return vorbis_samples(state, packet, len);
	case OGG_KIND_FLAC:
		return flac_samples(state, packet, len);
	case OGG_KIND_SPEEX:
		return (unsigned)state->speex_samples;
	case OGG_KIND_NONE:
		break;
	}
	return 0;
}

static void
flac_ident(
    const struct ogg_sound *state, uint64_t samples, struct bytes *packet)
{
	unsigned least;
	uint8_t *info;

	bytes_append(packet, state->ident.data, state->ident.len);
	packet->data[7] = 0;
	packet->data[8] = 1; /* header packets that follow */
	if (samples >> 36 != 0)
		samples = 0;
	info = packet->data + FLAC_INFO_AT;
	if (state->is_uneven) {
		least = state->least_block > LEAST_BLOCK ? state->least_block
							 : LEAST_BLOCK;
		info[0] = (uint8_t)(least >> 8);
		info[1] = (uint8_t)least;
	}
	memset(info + 4, 0, 6); /* the least and the largest frame: not known */
	info[13] = (uint8_t)((info[13] & 0xf0) | samples >> 32);
	for (unsigned i = 0; i < 4; i++)
		info[14 + i] = (uint8_t)(samples >> (24 - 8 * i));
	memset(info + 18, 0, 16); /* the sum is not known */
}

static void
comment_packet(const struct ogg_sound *state, const struct bytes *comment,
    struct bytes *packet)
{
	const uint8_t block[BLOCK_BYTES] = { FLAC_LAST | FLAC_COMMENTS,
		(uint8_t)(comment->len >> 16), (uint8_t)(comment->len >> 8),
		(uint8_t)comment->len };

	if (state->kind == OGG_KIND_OPUS)
		bytes_append(packet, "OpusTags", 8);
	else if (state->kind == OGG_KIND_VORBIS)
		bytes_append(packet, "\3vorbis", 7);
	else if (state->kind == OGG_KIND_FLAC)
		bytes_append(packet, block, sizeof(block));
	bytes_append(packet, comment->data, comment->len);
	if (state->kind == OGG_KIND_VORBIS)
		bytes_append(packet, "\1", 1); /* framing */
}

bool
ogg_sound_header(const struct ogg_sound *state, unsigned number,
    const struct bytes *comment, uint64_t samples, struct bytes *packet)
{
	bytes_eat(packet, packet->len);
	if (number == 0 && state->kind == OGG_KIND_FLAC) {
		flac_ident(state, samples, packet);
	} else if (number == 0) {
		bytes_append(packet, state->ident.data, state->ident.len);
		if (state->kind == OGG_KIND_SPEEX)
			memset(packet->data + 68, 0, 4); /* no extra headers */
	} else if (number == 1) {
		comment_packet(state, comment, packet);
	} else if (number == 2 && state->kind == OGG_KIND_VORBIS) {
		bytes_append(packet, state->setup.data, state->setup.len);
	} else {
		return false;
	}
	return true;
}
