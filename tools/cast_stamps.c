/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "cast_pace_priv.h"

#include <endian.h>
#include <string.h>

#define OGG_HEADER_BYTES 27
#define OGG_BOS          0x02
#define TS_PACKET_BYTES  188

#define ID_EBML            0x1A45DFA3
#define ID_SEGMENT         0x18538067
#define ID_INFO            0x1549A966
#define ID_TIMESTAMP_SCALE 0x2AD7B1
#define ID_CLUSTER         0x1F43B675
#define ID_TIMESTAMP       0xE7
#define ID_SIMPLE_BLOCK    0xA3
#define ID_BLOCK_GROUP     0xA0
#define ID_BLOCK           0xA1

/* ---- Ogg (RFC 3533, 6) ---- */

static unsigned
little_32(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return le32toh(value);
}

/* The granule rate of an audio codec's first packet, 0 when it is none. */
static unsigned
audio_rate(const uint8_t *packet, size_t len)
{
	if (len >= 16 && memcmp(packet, "\x01vorbis", 7) == 0)
		return little_32(packet + 12);
	if (len >= 19 && memcmp(packet, "OpusHead", 8) == 0)
		return 48000;
	/* The FLAC mapping: 9 bytes, "fLaC", block header, STREAMINFO. */
	if (len >= 30 &&
	    memcmp(packet,
		"\x7F"
		"FLAC",
		5) == 0)
		return (unsigned)(pace_number(packet + 27, 3) >> 4);
	if (len >= 40 && memcmp(packet, "Speex   ", 8) == 0)
		return little_32(packet + 36);
	return 0;
}

static void
choose_stream(
    struct pace *pace, uint32_t serial, const uint8_t *packet, size_t len)
{
	unsigned rate = audio_rate(packet, len);
	bool is_video = rate == 0;

	if (pace->ogg.has_begun) {
		memset(&pace->ogg, 0, sizeof(pace->ogg));
		pace->has_stamp = false;
		pace->stamp_us = 0;
	}
	if (is_video && len >= 42 && memcmp(packet, "\x80theora", 7) == 0) {
		rate = (unsigned)pace_number(packet + 22, 4);
		pace->ogg.scale = (unsigned)pace_number(packet + 26, 4);
		pace->ogg.shift = (packet[40] & 3) << 3 | packet[41] >> 5;
	}
	if (rate == 0 || (pace->ogg.is_chosen && !pace->ogg.is_video))
		return;
	pace->ogg.is_chosen = true;
	pace->ogg.is_video = is_video;
	pace->ogg.serial = serial;
	pace->ogg.rate = rate;
}

static void
stamp_granule(struct pace *pace, uint64_t granule)
{
	double units = (double)granule;

	pace->ogg.has_begun = true;
	if (pace->ogg.is_video) {
		units = (double)((granule >> pace->ogg.shift) +
			    (granule &
				((UINT64_C(1) << pace->ogg.shift) - 1))) *
		    pace->ogg.scale;
	}
	pace_stamp(pace, (int64_t)(units * 1e6 / pace->ogg.rate));
}

size_t
pace_step_ogg(struct pace *pace, const uint8_t *bytes, size_t len)
{
	size_t header, body = 0;
	uint64_t granule;
	uint32_t serial;

	if (len < OGG_HEADER_BYTES)
		return 0;
	if (memcmp(bytes, "OggS", 4) != 0)
		return pace_hunt(bytes, len, 'O');
	header = OGG_HEADER_BYTES + (size_t)bytes[26];
	if (len < header)
		return 0;
	for (size_t i = OGG_HEADER_BYTES; i < header; i++)
		body += bytes[i];
	serial = little_32(bytes + 14);
	if ((bytes[5] & OGG_BOS) != 0) {
		if (body > 128)
			return header + body;
		if (len < header + body)
			return 0;
		choose_stream(pace, serial, bytes + header, body);
		return header + body;
	}
	granule = (uint64_t)little_32(bytes + 10) << 32 | little_32(bytes + 6);
	if (pace->ogg.is_chosen && serial == pace->ogg.serial &&
	    granule < UINT64_MAX / 2)
		stamp_granule(pace, granule);
	return header + body;
}

/* ---- Matroska and WebM (RFC 8794, 4 to 6; RFC 9559, 5.1) ---- */

/* Length of the variable-size number there, 0: not all here, 9: it is none. */
static unsigned
read_varint(const uint8_t *bytes, size_t len, uint64_t *value, bool is_id)
{
	unsigned size;

	if (len == 0)
		return 0;
	if (bytes[0] == 0)
		return 9;
	size = (unsigned)__builtin_clz(bytes[0]) - 24 + 1;
	if (len < size)
		return 0;
	*value = pace_number(bytes, size);
	if (!is_id)
		*value &= (UINT64_C(1) << 7 * size) - 1;
	return size;
}

static void
stamp_cluster(struct pace *pace, int64_t more)
{
	double time = (double)pace->matroska.cluster + (double)more;

	if (time >= 0 && time < 1e15)
		pace_stamp(pace,
		    (int64_t)(time * (double)pace->matroska.scale_ns / 1000));
}

static bool
is_opened(uint64_t id)
{
	return id == ID_SEGMENT || id == ID_INFO || id == ID_CLUSTER ||
	    id == ID_BLOCK_GROUP;
}

/* How many bytes of the element's body must be seen. */
static size_t
wanted_bytes(uint64_t id, uint64_t size)
{
	if (id == ID_TIMESTAMP || id == ID_TIMESTAMP_SCALE)
		return size <= 8 ? (size_t)size : 0;
	if (id == ID_SIMPLE_BLOCK || id == ID_BLOCK)
		return size >= 4 ? 4 : 0;
	return 0;
}

static void
read_element(struct pace *pace, uint64_t id, const uint8_t *body, size_t len)
{
	if (id == ID_EBML) {
		pace->has_stamp = false;
		pace->stamp_us = 0;
		pace->matroska.scale_ns = 1000000;
		pace->matroska.cluster = 0;
	} else if (len == 0) {
		return;
	} else if (id == ID_TIMESTAMP_SCALE) {
		pace->matroska.scale_ns = pace_number(body, (unsigned)len);
	} else if (id == ID_TIMESTAMP) {
		pace->matroska.cluster = pace_number(body, (unsigned)len);
		stamp_cluster(pace, 0);
	} else if (body[0] >= 0x80) {
		/* A block: track number (one byte), time since the cluster's */
		stamp_cluster(pace, (int16_t)pace_number(body + 1, 2));
	}
}

size_t
pace_step_matroska(struct pace *pace, const uint8_t *bytes, size_t len)
{
	uint64_t id = 0, size = 0;
	unsigned id_len = read_varint(bytes, len, &id, true), size_len;
	size_t header, wanted;

	if (id_len > 4)
		return 1;
	if (id_len == 0)
		return 0;
	size_len = read_varint(bytes + id_len, len - id_len, &size, false);
	if (size_len > 8)
		return 1;
	if (size_len == 0)
		return 0;
	header = id_len + size_len;
	wanted = wanted_bytes(id, size);
	if (len < header + wanted)
		return 0;
	read_element(pace, id, bytes + header, wanted);
	if (is_opened(id) || size >= UINT64_C(1) << 40)
		return header;
	return header + (size_t)size;
}

/* ---- MPEG-TS (ISO 13818-1, 2.4.3) ---- */

size_t
pace_step_ts(struct pace *pace, const uint8_t *bytes, size_t len)
{
	unsigned pid;
	uint64_t base;

	if (bytes[0] != 0x47)
		return pace_hunt(bytes, len, 0x47);
	if (len < 12)
		return 0;
	/* An adaptation field with a PCR in it */
	if ((bytes[3] & 0x20) == 0 || bytes[4] < 7 || (bytes[5] & 0x10) == 0)
		return TS_PACKET_BYTES;
	pid = (bytes[1] & 0x1Fu) << 8 | bytes[2];
	if (pace->pid == 0) {
		pace->pid = pid;
		/* The clock starts anywhere: only what passes counts. */
		pace->has_stamp = false;
		pace->stamp_us = INT64_MIN / 2;
	}
	base = pace_number(bytes + 6, 4) << 1 | bytes[10] >> 7;
	if (pid == pace->pid)
		pace_stamp(pace, (int64_t)(base * 1000 / 90));
	return TS_PACKET_BYTES;
}

/* ---- FLAC (RFC 9639, 8 and 9.1) ---- */

static uint8_t
crc8(const uint8_t *bytes, size_t len)
{
	uint8_t crc = 0;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = (uint8_t)(crc << 1 ^ (crc & 0x80 ? 0x07 : 0));
	}
	return crc;
}

static size_t
step_flac_metadata(struct pace *pace, const uint8_t *bytes, size_t len)
{
	if (len < 4)
		return 0;
	if (memcmp(bytes, "fLaC", 4) == 0)
		return 4;
	if ((bytes[0] & 0x7F) == 0) {
		if (len < 4 + 13)
			return 0;
		pace->flac.block_samples = (unsigned)pace_number(bytes + 6, 2);
		pace->flac.rate = (unsigned)(pace_number(bytes + 14, 3) >> 4);
	}
	pace->flac.is_in = (bytes[0] & 0x80) != 0;
	return 4 + (size_t)pace_number(bytes + 1, 3);
}

/* The coded number after the 4 fixed bytes: like UTF-8, up to 7 bytes. */
static unsigned
coded_number(const uint8_t *bytes, uint64_t *number)
{
	unsigned size = 0;

	while (size < 7 && (bytes[0] << size & 0x80) != 0)
		size++;
	if (size == 0) {
		*number = bytes[0];
		return 1;
	}
	if (size == 1)
		return 0;
	*number = size < 7 ? bytes[0] & (0x7Fu >> size) : 0;
	for (unsigned i = 1; i < size; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
		*number = *number << 6 | (bytes[i] & 0x3F);
	}
	return size;
}

/* Where the CRC stands; 0 when no frame header is there. */
static size_t
flac_header(const uint8_t *bytes, uint64_t *number)
{
	unsigned blocks = bytes[2] >> 4, rate = bytes[2] & 15, size;
	size_t at = 4;

	if (bytes[0] != 0xFF || (bytes[1] & 0xFE) != 0xF8 || blocks == 0 ||
	    rate == 15 || (bytes[3] & 1) != 0)
		return 0;
	size = coded_number(bytes + at, number);
	if (size == 0)
		return 0;
	at += size;
	at += blocks == 6 ? 1 : blocks == 7 ? 2 : 0;
	at += rate == 12 ? 1 : rate > 12 ? 2 : 0;
	return crc8(bytes, at) == bytes[at] ? at : 0;
}

size_t
pace_step_flac(struct pace *pace, const uint8_t *bytes, size_t len)
{
	uint64_t number, samples;

	if (!pace->flac.is_in)
		return step_flac_metadata(pace, bytes, len);
	if (len < 16)
		return 0;
	if (flac_header(bytes, &number) == 0 || pace->flac.rate == 0)
		return pace_hunt(bytes, len, 0xFF);
	samples = number;
	if ((bytes[1] & 1) == 0)
		samples *= pace->flac.block_samples;
	/* Sound may look like a header, but hardly with the next number. */
	if (samples / pace->flac.rate < UINT32_MAX)
		pace_stamp(
		    pace, (int64_t)(samples * 1000000 / pace->flac.rate));
	return 16;
}
