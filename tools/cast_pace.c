/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "cast_pace.h"

#include "cast_pace_priv.h"

#include <string.h>

struct mp3_header {
	unsigned samples, rate;
	size_t len;
};

void
pace_add(struct pace *pace, uint64_t units, unsigned rate)
{
	if (rate != pace->rate) {
		pace->units = 0;
		pace->rate = rate;
	}
	pace->units += units * 1000000;
	pace->us += (int64_t)(pace->units / rate);
	pace->units %= rate;
}

void
pace_stamp(struct pace *pace, int64_t stamp_us)
{
	int64_t past_us = stamp_us - pace->stamp_us;

	/* Tracks are not exactly in step: a little back means nothing. */
	if (pace->has_stamp && past_us <= 0 && past_us >= -PACE_JUMP_US)
		return;
	if (past_us > 0 && past_us <= PACE_JUMP_US)
		pace->us += past_us;
	pace->has_stamp = true;
	pace->stamp_us = stamp_us;
}

uint64_t
pace_number(const uint8_t *bytes, unsigned len)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < len; i++)
		number = number << 8 | bytes[i];
	return number;
}

size_t
pace_hunt(const uint8_t *bytes, size_t len, uint8_t value)
{
	const uint8_t *next = memchr(bytes + 1, value, len - 1);

	return next != NULL ? (size_t)(next - bytes) : len;
}

/* ISO 11172-3, 2.4.1.3 and ISO 13818-3, 2.4.2.3; layer I is not spoken. */
static bool
read_mp3_header(struct mp3_header *header, const uint8_t *bytes)
{
	static const uint16_t bitrates[3][15] = {
		{ 0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
		    384 },
		{ 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256,
		    320 },
		{ 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144,
		    160 },
	};
	static const uint16_t rates[3] = { 44100, 48000, 32000 };
	unsigned version = bytes[1] >> 3 & 3, layer = bytes[1] >> 1 & 3;
	unsigned bitrate = bytes[2] >> 4, rate = bytes[2] >> 2 & 3;
	bool is_first = version == 3;

	if (bytes[0] != 0xFF || bytes[1] < 0xE0 || version == 1 ||
	    (layer != 1 && layer != 2) || bitrate == 0 || bitrate == 15 ||
	    rate == 3)
		return false;
	header->rate = (unsigned)rates[rate] >> (is_first              ? 0
							: version == 2 ? 1
								       : 2);
	header->samples = layer == 1 && !is_first ? 576 : 1152;
	bitrate = bitrates[!is_first ? 2 : layer == 2 ? 0 : 1][bitrate];
	header->len = header->samples / 8 * 1000 * bitrate / header->rate +
	    (bytes[2] >> 1 & 1);
	return true;
}

static size_t
step_mp3(struct pace *pace, const uint8_t *bytes, size_t len)
{
	struct mp3_header header;
	uint32_t lock;

	if (len < 4)
		return 0;
	lock = (uint32_t)pace_number(bytes, 4) & 0xFFFE0C00;
	if (!read_mp3_header(&header, bytes) ||
	    (pace->lock != 0 && lock != pace->lock))
		return pace_hunt(bytes, len, 0xFF);
	pace->lock = lock;
	pace_add(pace, header.samples, header.rate);
	return header.len;
}

/* Frame length of an ADTS header (ISO 13818-7, 6.2), 0 when it is none. */
static size_t
adts_len(const uint8_t *bytes)
{
	size_t len = (size_t)(bytes[3] & 3) << 11 | (size_t)bytes[4] << 3 |
	    bytes[5] >> 5;

	if (bytes[0] != 0xFF || (bytes[1] & 0xF6) != 0xF0 ||
	    (bytes[2] >> 2 & 15) > 12 || len < 7)
		return 0;
	return len;
}

static size_t
step_adts(struct pace *pace, const uint8_t *bytes, size_t len)
{
	static const unsigned rates[13] = { 96000, 88200, 64000, 48000, 44100,
		32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350 };

	if (len < 7)
		return 0;
	if (adts_len(bytes) == 0)
		return pace_hunt(bytes, len, 0xFF);
	pace_add(pace, 1024 * ((uint64_t)(bytes[6] & 3) + 1),
	    rates[bytes[2] >> 2 & 15]);
	return adts_len(bytes);
}

static bool
is_adts(const uint8_t *bytes, size_t len)
{
	size_t first = len >= 7 ? adts_len(bytes) : 0;

	return first != 0 && (first + 7 > len || adts_len(bytes + first) != 0);
}

/* A whole frame with the head of another behind it, frames times over; where
 * the bytes end is good too when nothing stands before. */
static bool
is_mp3(const uint8_t *bytes, size_t len, unsigned frames, bool may_end)
{
	struct mp3_header header;

	for (; frames > 0; frames--) {
		if (len < 4)
			return may_end;
		if (!read_mp3_header(&header, bytes))
			return false;
		if (header.len > len)
			return may_end;
		bytes += header.len;
		len -= header.len;
	}
	return len < 4 ? may_end : read_mp3_header(&header, bytes);
}

size_t
pace_id3_bytes(const uint8_t *bytes, size_t len)
{
	if (len < 10 || memcmp(bytes, "ID3", 3) != 0 || bytes[3] == 0xFF)
		return 0;
	return 10 +
	    ((size_t)(bytes[6] & 0x7F) << 21 | (size_t)(bytes[7] & 0x7F) << 14 |
		(size_t)(bytes[8] & 0x7F) << 7 | (bytes[9] & 0x7F)) +
	    ((bytes[5] & 0x10) != 0 ? 10 : 0);
}

enum pace_kind
pace_sniff(const uint8_t *bytes, size_t len)
{
	if (len >= 4 && memcmp(bytes, "OggS", 4) == 0)
		return PACE_OGG;
	if (len >= 4 && memcmp(bytes, "\x1A\x45\xDF\xA3", 4) == 0)
		return PACE_MATROSKA;
	if (len >= 4 && memcmp(bytes, "fLaC", 4) == 0)
		return PACE_FLAC;
	if (len > 188 && bytes[0] == 0x47 && bytes[188] == 0x47)
		return PACE_TS;
	if (is_adts(bytes, len))
		return PACE_ADTS;
	/* The end of a cut frame may stand before the first whole one. */
	for (size_t at = 0; at + 1 < len;
	     at += pace_hunt(bytes + at, len - at, 0xFF)) {
		if (is_mp3(bytes + at, len - at, at == 0 ? 1 : 3, at == 0))
			return PACE_MP3;
	}
	return PACE_UNKNOWN;
}

void
pace_open(struct pace *pace, enum pace_kind kind, unsigned rate_bits)
{
	memset(pace, 0, sizeof(*pace));
	pace->kind = kind;
	pace->rate = rate_bits;
	pace_restart(pace);
}

void
pace_restart(struct pace *pace)
{
	bytes_free(&pace->held);
	pace->skip = 0;
	pace->has_stamp = false;
	pace->stamp_us = 0;
	pace->lock = 0;
	pace->pid = 0;
	memset(&pace->ogg, 0, sizeof(pace->ogg));
	memset(&pace->flac, 0, sizeof(pace->flac));
	pace->matroska.scale_ns = 1000000;
	pace->matroska.cluster = 0;
}

static size_t
step(struct pace *pace, const uint8_t *bytes, size_t len)
{
	switch (pace->kind) {
	case PACE_MP3:
		return step_mp3(pace, bytes, len);
	case PACE_ADTS:
		return step_adts(pace, bytes, len);
	case PACE_OGG:
		return pace_step_ogg(pace, bytes, len);
	case PACE_MATROSKA:
		return pace_step_matroska(pace, bytes, len);
	case PACE_TS:
		return pace_step_ts(pace, bytes, len);
	case PACE_FLAC:
		return pace_step_flac(pace, bytes, len);
	case PACE_RATE:
		pace_add(pace, (uint64_t)len * 8, pace->rate);
		return len;
	case PACE_UNKNOWN:
		break;
	}
	return len;
}

void
pace_read(struct pace *pace, const uint8_t *bytes, size_t len)
{
	size_t done;

	bytes_append(&pace->held, bytes, len);
	while (pace->held.len > 0) {
		done = pace->skip;
		if (done == 0)
			done = step(pace, pace->held.data, pace->held.len);
		if (done == 0 && pace->held.len >= PACE_HELD_BYTES)
			done = 1;
		if (done == 0)
			return;
		pace->skip = done > pace->held.len ? done - pace->held.len : 0;
		bytes_eat(&pace->held, done - pace->skip);
	}
}

void
pace_close(struct pace *pace)
{
	bytes_free(&pace->held);
}
